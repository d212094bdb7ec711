// Measures the pairs that pass by the policies on the device; the numbers become columns to filter and sort by.
import { useState } from 'react';
import { Button } from '../../../components/Button';
import { Check } from '../../../components/Check';
import { Confirm } from '../../../components/Confirm';
import { measuredLabel } from '../../../components/measuredLabel';
import { Progress } from '../../../components/Progress';
import { t } from '../../../components/text';
import { cancelMeasuring, forgetMeasures, measureView, quantities, type Quantity } from '../../../stores/measuring';
import { useDataView, useMeasuring, useRuns } from '../../../stores/hooks';
import { formatCount } from '../words';
import styles from './dataset.module.css';

function quantityName(quantity: Quantity): string {
  switch (quantity) {
    case 'margin':
      return t('Reward margin');
    case 'chosenMoved':
      return t('How far the chosen side has moved from the reference');
    case 'rejectedMoved':
      return t('How far the rejected side has moved from the reference');
  }
}

export function MeasureDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const count = useDataView((state) => state.rows.length);
  const measured = useDataView((state) => state.dataset!.columns.some(({ column }) => column.startsWith('added:')));
  const ready = useRuns((state) => state.activeId !== undefined || state.loadedId !== undefined || state.runs.find((run) => run.id === state.currentId)?.checkpointStep !== undefined);
  const [wanted, setWanted] = useState<readonly Quantity[]>(['margin']);
  return (
    <Confirm
      title={t('Measure by the models')}
      action={t('Measure {count} pairs', { count: formatCount(count) })}
      isOpen={isOpen}
      isDisabled={!ready || wanted.length === 0 || count === 0}
      onClose={onClose}
      onConfirm={() => void measureView({ quantities: wanted, labelOf: measuredLabel })}
    >
      <p>{t('Every policy of the run on the device, or on screen, reads the pairs that pass the filter. What it says becomes a column to filter and sort by.')}</p>
      {!ready && <p className={styles.note}>{t('There is no run yet whose policies could be asked. Train one first.')}</p>}
      <div className={styles.stack}>
        {quantities.map((quantity) => (
          <Check
            key={quantity}
            isSelected={wanted.includes(quantity)}
            onChange={(on) => setWanted(on ? [...wanted, quantity] : wanted.filter((one) => one !== quantity))}
          >
            {quantityName(quantity)}
          </Check>
        ))}
      </div>
      {measured && (
        <div>
          <Button
            kind="quiet"
            onPress={() => {
              void forgetMeasures();
              onClose();
            }}
          >
            {t('Forget what was measured before')}
          </Button>
        </div>
      )}
    </Confirm>
  );
}

/** How far it has come, over the table. */
export function Measuring() {
  const { progress } = useMeasuring();
  if (progress === undefined) return null;
  return (
    <div className={styles.measuring}>
      <span className={styles.note} role="status">
        {t('The models have read {done} of {total} pairs', { done: formatCount(progress.done), total: formatCount(progress.total) })}
      </span>
      <Progress label={t('Measure by the models')} value={progress.done} max={progress.total} />
      <Button kind="quiet" onPress={cancelMeasuring}>
        {t('Cancel')}
      </Button>
    </div>
  );
}
