// Splits a dataset anew: every prompt falls on one side by its hash, the same for the same seed.
import { useState } from 'react';
import { Confirm } from '../../../components/Confirm';
import { NumberInput } from '../../../components/NumberInput';
import { t } from '../../../components/text';
import { splitRuleOf, type SplitRule } from '../../../storage/pairs/splitRule';
import { resplit } from '../../../stores/datasetChanges';
import { useDataView } from '../../../stores/hooks';
import styles from './dataset.module.css';

export function ResplitDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const rule = splitRuleOf(useDataView((state) => state.dataset!.info.provenance));
  const [wanted, setWanted] = useState<Partial<SplitRule>>({});
  const { heldOutShare = 0.1, seed = 0 } = { ...rule, ...wanted };
  const close = (): void => {
    setWanted({});
    onClose();
  };
  return (
    <Confirm title={t('Split anew')} action={t('Split')} isOpen={isOpen} onClose={close} onConfirm={() => void resplit(heldOutShare, seed)}>
      <p>{t('Every prompt falls on one side, so that no prompt is both trained on and held out. The same seed splits the same way.')}</p>
      <div className={styles.fields}>
        <NumberInput label={t('Held out, in percent of prompts')} value={Math.round(heldOutShare * 1000) / 10} min={0} max={100} step={5} onChange={(percent) => setWanted({ ...wanted, heldOutShare: percent / 100 })} />
        <NumberInput label={t('Seed')} value={seed} min={0} max={2 ** 31} whole step={1} onChange={(next) => setWanted({ ...wanted, seed: next })} />
      </div>
    </Confirm>
  );
}
