// One held-out pair of a run under the lens: which it is, what it says, and its numbers at the step shown.
import { useMemo } from 'react';
import { Button } from '../../components/Button';
import { DiffText } from '../../components/diff/DiffText';
import { wordDiff } from '../../components/diff/wordDiff';
import { formatChange, formatFixed } from '../../components/format';
import { datasetLink } from '../../components/links';
import { NumberInput } from '../../components/NumberInput';
import { Select } from '../../components/Select';
import { t } from '../../components/text';
import { LongText } from '../../components/texts/Texts';
import { useTheoryRun } from '../../stores/hooks';
import { storedId } from '../../stores/storedPairs';
import { leaveLens, putUnderLens, runOnPlane, type Lens, type LensPair } from '../../stores/theoryRun';
import type { RunOnPlane, UnderLens } from './useRunOnPlane';
import styles from './theory.module.css';

export function PairUnderLens({ run, lens }: { readonly run: RunOnPlane; readonly lens: UnderLens }) {
  const pair = useTheoryRun((state) => state.pair);
  const look = (change: Partial<Lens>): void => void putUnderLens({ ...lens.lens, ...change });
  const { ratios, reference, step } = lens;
  return (
    <div className={styles.pair} style={{ borderLeftColor: lens.color }}>
      <div className={styles.pairChoices}>
        <Select
          label={t('Policy')}
          value={String(lens.lens.policy)}
          options={run.policies.map(({ index, label }) => ({ id: String(index), name: label }))}
          onChange={(id) => look({ policy: Number(id) })}
        />
        <NumberInput
          label={t('Held-out pair, 1 to {count}', { count: run.pairs })}
          value={lens.lens.place + 1}
          min={1}
          max={run.pairs}
          whole
          step={1}
          onChange={(number) => look({ place: number - 1 })}
        />
      </div>
      {pair === undefined ? (
        <p className={styles.note}>{t('Its texts are being looked up …')}</p>
      ) : pair === null ? (
        <p className={styles.note}>{t('Its texts are not in the dataset any more; its numbers are those that the run has kept.')}</p>
      ) : (
        <Texts pair={pair} />
      )}
      <table className={styles.pushes}>
        <caption>{t('In nats; the policy at step {step}', { step })}</caption>
        <thead>
          <tr>
            <th scope="col">{t('Side')}</th>
            <th scope="col">{t('Winner')}</th>
            <th scope="col">{t('Loser')}</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{t('Reference')}</th>
            {reference.map((value, i) => <td key={i}>{formatFixed(value)}</td>)}
          </tr>
          <tr>
            <th scope="row">{t('Policy')}</th>
            {reference.map((value, i) => <td key={i}>{formatFixed(value + ratios[i]!)}</td>)}
          </tr>
          <tr>
            <th scope="row">{t('Log-ratio')}</th>
            {ratios.map((value, i) => <td key={i}>{formatChange(value)}</td>)}
          </tr>
          <tr>
            <th scope="row">{t('Tokens')}</th>
            {[pair?.chosenLength, pair?.rejectedLength].map((value, i) => <td key={i}>{value ?? '–'}</td>)}
          </tr>
        </tbody>
      </table>
      {pair !== undefined && pair?.chosenLength === undefined && (
        <p className={styles.note}>{t('Its tokens could not be counted; where a loss asks for lengths, those set by hand stand in.')}</p>
      )}
      <div className={styles.buttons}>
        <Button onPress={leaveLens}>{t('Leave the pair')}</Button>
      </div>
    </div>
  );
}

function Texts({ pair: { row, prompt, chosen, rejected } }: { readonly pair: LensPair }) {
  const runId = useTheoryRun((state) => state.lens?.runId);
  const dataset = runOnPlane(runId === undefined ? {} : { runId })?.recipe.data.dataset;
  const diff = useMemo(() => wordDiff(chosen, rejected), [chosen, rejected]);
  return (
    <dl className={styles.texts}>
      <dt>{t('Prompt')}</dt>
      <dd>{dataset === undefined || row === undefined ? <LongText text={prompt} most={600} /> : <a href={`${datasetLink(storedId(dataset) ?? dataset)}/${row}`}><LongText text={prompt} most={600} /></a>}</dd>
      <dt>{t('Winner')}</dt>
      <dd><DiffText parts={diff.chosen} side="chosen" /></dd>
      <dt>{t('Loser')}</dt>
      <dd><DiffText parts={diff.rejected} side="rejected" /></dd>
    </dl>
  );
}
