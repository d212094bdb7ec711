// Messages over the page. Problems are read out at once, the rest when there is a pause.
import { Button } from '../components/Button';
import { CloseIcon } from '../components/icons';
import { t } from '../components/text';
import { useNotices } from '../stores/hooks';
import { dismissNotice } from '../stores/notices';
import styles from './app.module.css';

export function Notices() {
  const notices = useNotices((state) => state.notices);
  return (
    <section className={styles.notices} aria-label={t('Messages')}>
      {notices.map(({ id, kind, sentence, undo }) => (
        <div key={id} className={styles.notice} data-kind={kind} role={kind === 'problem' ? 'alert' : 'status'}>
          <p>{t(sentence.template, sentence.values)}</p>
          {undo !== undefined && <Button onPress={undo}>{t('Undo')}</Button>}
          <Button kind="quiet" aria-label={t('Dismiss')} onPress={() => dismissNotice(id)}>
            <CloseIcon />
          </Button>
        </div>
      ))}
    </section>
  );
}
