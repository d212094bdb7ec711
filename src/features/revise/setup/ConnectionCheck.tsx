// Tries the chat API that is set up, and says what is wrong with it and how to mend that.
import { useEffect } from 'react';
import { Button } from '../../../components/Button';
import { t } from '../../../components/text';
import { useReviserConnection, useReviseSetup } from '../../../stores/reviseHooks';
import { forgetConnection, tryConnection } from '../../../stores/reviserConnection';
import { changeSetup } from '../../../stores/reviseSetup';
import styles from './setup.module.css';

/** Names of models that are offered to be chosen. */
const MOST_OFFERED = 60;

export function ConnectionCheck() {
  const { pending, report } = useReviserConnection();
  const model = useReviseSetup((state) => state.model);
  const baseUrl = useReviseSetup((state) => state.baseUrl);
  useEffect(() => forgetConnection, []);
  return (
    <div className={styles.check}>
      <Button isDisabled={pending || baseUrl.trim() === ''} onPress={() => void tryConnection()}>
        {pending ? t('Trying …') : t('Test the connection')}
      </Button>
      <div role="status">
        <ul className={styles.findings}>
          {report?.findings.map(({ kind, level, says, fix }) => (
            <li key={kind} data-kind={level === 'good' ? 'ok' : level === 'bad' ? 'bad' : 'maybe'}>
              {t(says.template, says.values)}
              {fix !== undefined && (
                <>
                  {' '}
                  {t(fix.says.template, fix.says.values)} {fix.command !== undefined && <code>{fix.command}</code>}
                </>
              )}
            </li>
          ))}
        </ul>
      </div>
      {report !== undefined && report.models.length > 0 && (
        <div className={styles.models} role="group" aria-label={t('Models of the server')}>
          {report.models.slice(0, MOST_OFFERED).map((name) => (
            <Button key={name} kind={name === model ? 'plain' : 'quiet'} aria-pressed={name === model} onPress={() => changeSetup({ model: name })}>
              {name}
            </Button>
          ))}
        </div>
      )}
    </div>
  );
}
