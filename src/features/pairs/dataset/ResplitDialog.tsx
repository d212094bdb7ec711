// Splits a dataset anew: every prompt falls on one side by its hash, the same for the same seed.
import { useState } from 'react';
import { Confirm } from '../../../components/Confirm';
import { NumberInput } from '../../../components/NumberInput';
import { t } from '../../../components/text';
import { resplit } from '../../../stores/datasetChanges';
import styles from './dataset.module.css';

export function ResplitDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const [percent, setPercent] = useState(10);
  const [seed, setSeed] = useState(0);
  return (
    <Confirm title={t('Split anew')} action={t('Split')} isOpen={isOpen} onClose={onClose} onConfirm={() => void resplit(percent / 100, seed)}>
      <p>{t('Every prompt falls on one side, so that no prompt is both trained on and held out. The same seed splits the same way.')}</p>
      <div className={styles.fields}>
        <NumberInput label={t('Held out, in percent of prompts')} value={percent} min={0} max={100} step={5} onChange={setPercent} />
        <NumberInput label={t('Seed')} value={seed} min={0} max={2 ** 31} whole step={1} onChange={setSeed} />
      </div>
    </Confirm>
  );
}
