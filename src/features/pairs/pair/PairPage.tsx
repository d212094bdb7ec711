// One pair, to be read and written: prompt, both sides, the reasons; what they differ in, how long they are for the model,
// and the pair before and after it in the list.
import { useEffect } from 'react';
import { Button } from '../../../components/Button';
import { t } from '../../../components/text';
import type { Row } from '../../../storage/pairs/protocol';
import { lookAt, refreshIfOutdated } from '../../../stores/datasetView';
import { useDataView, useDraft } from '../../../stores/hooks';
import { closeDraft, editDraft, openDraft } from '../../../stores/pairDraft';
import { datasetLink, goTo, pairLink } from '../links';
import { Conversation } from './Conversation';
import { Difference } from './Difference';
import { Opinion } from './Opinion';
import { PairBar } from './PairBar';
import { PairMargin } from './PairMargin';
import { SideField } from './SideField';
import { StoredText } from './StoredText';
import { usePairKeys } from './usePairKeys';
import styles from './page.module.css';

export function PairPage({ name, row }: { readonly name: string; readonly row: Row | 'new' }) {
  const fields = useDraft((state) => state.fields);
  const became = useDraft((state) => state.becameRow);
  const gone = useDraft((state) => state.gone);
  const readOnly = useDataView((state) => state.readOnly);
  useEffect(() => {
    void openDraft(row);
    if (row !== 'new') lookAt(row);
  }, [row]);
  useEffect(
    () => () => {
      closeDraft();
      refreshIfOutdated();
    },
    [],
  );
  // A new pair has got its number: its address says so from now on, without a step back to the empty one.
  useEffect(() => {
    if (row === 'new' && became !== undefined) window.location.replace(pairLink(name, became));
  }, [name, row, became]);
  const go = (to: Row | 'new'): void => goTo(pairLink(name, to));
  usePairKeys(name, go);

  return (
    <div className={styles.page}>
      <PairBar name={name} row={row} onGo={go} />
      {gone === true && (
        <div className={styles.gone} role="alert">
          <p>{t('This pair is not there any more: it was deleted, or its making was undone.')}</p>
          <Button onPress={() => goTo(datasetLink(name))}>{t('Back to the list')}</Button>
        </div>
      )}
      {fields !== undefined && gone !== true && (
        <div className={styles.columns}>
          <section className={styles.texts} aria-label={t('Texts')}>
            <Conversation history={fields.history} readOnly={readOnly} />
            <StoredText
              label={fields.history.length > 0 ? t('Prompt: the last user turn') : t('Prompt')}
              value={fields.prompt}
              readOnly={readOnly}
              autoFocus={row === 'new'}
              onChange={(prompt) => editDraft({ prompt })}
            />
            <div className={styles.both}>
              <SideField side="chosen" />
              <SideField side="rejected" />
            </div>
            <Difference fields={fields} />
            <Opinion />
            <StoredText label={t('Rationale')} value={fields.rationale} readOnly={readOnly} onChange={(rationale) => editDraft({ rationale })} />
          </section>
          <PairMargin />
        </div>
      )}
    </div>
  );
}
