// The pair under the lens: what the table's current row says, beside the table, with its differences marked.
import { useState } from 'react';
import { Button } from '../../../components/Button';
import { t } from '../../../components/text';
import type { Row } from '../../../storage/pairs/protocol';
import { useDataView } from '../../../stores/hooks';
import { ExtraColumns, PairValues } from '../pair/PairFacts';
import { History, LongText, PairSides, UnitChoice, type DiffUnit } from '../pair/PairSides';
import styles from './dataset.module.css';

export function Lens({ onOpen }: { readonly onOpen: (row: Row) => void }) {
  const stored = useDataView((state) => (state.current === undefined ? undefined : state.loaded.get(state.current)));
  const columns = useDataView((state) => state.dataset?.columns ?? []);
  const readOnly = useDataView((state) => state.readOnly);
  const [unit, setUnit] = useState<DiffUnit>('words');
  if (stored === undefined) {
    return (
      <div className={styles.lens}>
        <h2>{t('Pair')}</h2>
        <p className={styles.note}>{t('Pick a row to read the pair here. Arrow keys go on to the next; enter opens it.')}</p>
      </div>
    );
  }
  const { pair } = stored;
  return (
    <div className={styles.lens}>
      <div className={styles.lensHead}>
        <h2>{t('Pair')}</h2>
        <UnitChoice unit={unit} onChange={setUnit} />
        <Button onPress={() => onOpen(stored.row)}>{readOnly ? t('Open') : t('Edit')}</Button>
      </div>
      {pair.history !== undefined && <History history={pair.history} />}
      <div className={styles.lensPrompt}>
        <h3>{t('Prompt')}</h3>
        <p>
          <LongText text={pair.prompt} most={4000} />
        </p>
      </div>
      <PairSides chosen={pair.chosen} rejected={pair.rejected} unit={unit} />
      {pair.rationale !== undefined && (
        <div className={styles.lensPrompt}>
          <h3>{t('Rationale')}</h3>
          <p>
            <LongText text={pair.rationale} most={2000} />
          </p>
        </div>
      )}
      {pair.tags !== undefined && pair.tags.length > 0 && <p className={styles.note}>{pair.tags.join(' · ')}</p>}
      <PairValues stored={stored} columns={columns} />
      {pair.extra !== undefined && <ExtraColumns extra={pair.extra} />}
    </div>
  );
}
