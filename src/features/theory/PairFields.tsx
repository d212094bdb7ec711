// All that a point of the plane leaves open: the reference's log-probabilities, the lengths, the batch's KL.
import { memo } from 'react';
import { Disclosure } from '../../components/Disclosure';
import { NumberInput } from '../../components/NumberInput';
import { t } from '../../components/text';
import { usualPair } from '../../engine/objectives';
import { changeTheory, theoryStore, type PairSettings } from '../../stores/theory';
import styles from './theory.module.css';

/** Two decimals; single precision has no more that mean anything to a reader. */
const shown = (value: number): number => Number(value.toFixed(2));

export interface PairFieldsProps {
  readonly pair: PairSettings;
  /** A pair of a run is under the lens, and all but the batch's KL is its own. */
  readonly fixed: boolean;
}

export const PairFields = memo(function PairFields({ pair, fixed }: PairFieldsProps) {
  const change = (part: Partial<PairSettings>): void => changeTheory({ pair: { ...theoryStore.getState().pair, ...part } });
  return (
    <Disclosure
      title={t('The pair behind the plane')}
      summary={t('{chosen} and {rejected} tokens', { chosen: pair.chosenLength, rejected: pair.rejectedLength })}
      defaultExpanded={!fixed && JSON.stringify(pair) !== JSON.stringify(usualPair)}
    >
      {fixed && <p className={styles.note}>{t('These are the numbers of the pair under the lens.')}</p>}
      <div className={styles.numbers}>
        <NumberInput isDisabled={fixed} label={t('Reference log-probability of the winner')} value={shown(pair.referenceChosen)} max={0} step={1} onChange={(referenceChosen) => change({ referenceChosen })} />
        <NumberInput isDisabled={fixed} label={t('Reference log-probability of the loser')} value={shown(pair.referenceRejected)} max={0} step={1} onChange={(referenceRejected) => change({ referenceRejected })} />
        <NumberInput isDisabled={fixed} label={t('Tokens of the winner')} value={pair.chosenLength} min={1} whole step={1} onChange={(chosenLength) => change({ chosenLength })} />
        <NumberInput isDisabled={fixed} label={t('Tokens of the loser')} value={pair.rejectedLength} min={1} whole step={1} onChange={(rejectedLength) => change({ rejectedLength })} />
        <NumberInput label={t('KL of the batch (KTO)')} value={pair.KL} min={0} step={1} onChange={(KL) => change({ KL })} />
      </div>
    </Disclosure>
  );
});
