// All that a point of the plane leaves open: the reference's log-probabilities, the lengths, the batch's KL.
import { memo } from 'react';
import { Disclosure } from '../../components/Disclosure';
import { NumberInput } from '../../components/NumberInput';
import { t } from '../../components/text';
import { usualPair } from '../../engine/objectives';
import { useTheory } from '../../stores/hooks';
import { changeTheory, type PairSettings } from '../../stores/theory';
import styles from './theory.module.css';

export const PairFields = memo(function PairFields() {
  const pair = useTheory((state) => state.pair);
  const change = (part: Partial<PairSettings>): void => changeTheory({ pair: { ...pair, ...part } });
  return (
    <Disclosure
      title={t('The pair behind the plane')}
      summary={t('{chosen} and {rejected} tokens', { chosen: pair.chosenLength, rejected: pair.rejectedLength })}
      defaultExpanded={JSON.stringify(pair) !== JSON.stringify(usualPair)}
    >
      <div className={styles.numbers}>
        <NumberInput label={t('Reference log-probability of the winner')} value={pair.referenceChosen} max={0} step={1} onChange={(referenceChosen) => change({ referenceChosen })} />
        <NumberInput label={t('Reference log-probability of the loser')} value={pair.referenceRejected} max={0} step={1} onChange={(referenceRejected) => change({ referenceRejected })} />
        <NumberInput label={t('Tokens of the winner')} value={pair.chosenLength} min={1} whole step={1} onChange={(chosenLength) => change({ chosenLength })} />
        <NumberInput label={t('Tokens of the loser')} value={pair.rejectedLength} min={1} whole step={1} onChange={(rejectedLength) => change({ rejectedLength })} />
        <NumberInput label={t('KL of the batch (KTO)')} value={pair.KL} min={0} step={1} onChange={(KL) => change({ KL })} />
      </div>
    </Disclosure>
  );
});
