// A held-out pair token by token: which pair, which policy, after which step; both sides shaded; and over the run what shared
// and edited tokens come to.
import { useEffect, useMemo, useState } from 'react';
import { looksOf, seriesColor } from '../../../components/chart/palette';
import { datasetLink } from '../../../components/links';
import { Select } from '../../../components/Select';
import { Slider } from '../../../components/Slider';
import { t } from '../../../components/text';
import { shippedModels } from '../../../lab/assets';
import type { HeldOutTokens } from '../../../lab/protocol';
import { policiesOf } from '../../../lab/recipe';
import { findHeldOut, type FoundPair } from '../../../stores/heldOutPairs';
import { useTokenizer, useTokenLens } from '../../../stores/hooks';
import { report } from '../../../stores/notices';
import type { RowTable } from '../../../stores/rowTable';
import type { Run } from '../../../stores/runs';
import { storedId } from '../../../stores/storedPairs';
import { choiceOf, chooseTokens } from '../../../stores/tokenLens';
import { wantTokenizer } from '../../../stores/tokenizer';
import { policyNames } from '../curves';
import { movedMost } from '../moved';
import { useDrawn } from '../useDrawn';
import { PairOverRun } from './PairOverRun';
import { PairStrips } from './PairStrips';
import { historyOf } from './tokenChange';
import { formatChange } from '../../../components/format';
import styles from './where.module.css';

/** Pairs to choose from; the list of all is behind the curves. More would take more than a moment to come up. */
const MOST = 12;

/** The held-out pairs' texts; undefined until they are found, empty where the dataset is gone. */
function useFound({ recipe, start }: Run): ReadonlyMap<string, FoundPair> | undefined {
  const [found, setFound] = useState<ReadonlyMap<string, FoundPair>>();
  const ids = start?.heldOutIds;
  useEffect(() => {
    let gone = false;
    findHeldOut(recipe, new Set(ids)).then(
      (pairs) => gone || setFound(pairs),
      (error: unknown) => {
        if (gone) return;
        setFound(new Map());
        report(error);
      },
    );
    return () => {
      gone = true;
    };
  }, [recipe, ids]);
  return found;
}

interface TokensProps {
  readonly run: Run;
  readonly table: RowTable;
  readonly tokens: HeldOutTokens;
}

function Tokens({ run, table, tokens }: TokensProps) {
  const { recipe } = run;
  const choice = useTokenLens((state) => choiceOf(state, run.id));
  const found = useFound(run);
  const { tokenizer } = useTokenizer();
  // One tokenizer ships, and a model of one's own has it too.
  const model = shippedModels.find((id) => id === recipe.model) ?? shippedModels[0];
  useEffect(() => void wantTokenizer(model), [model]);

  const { policy } = choice;
  const steps = table.tokenSteps(policy);
  const last = steps.at(-1);
  const wanted = choice.step === undefined ? -1 : steps.indexOf(choice.step);
  const index = wanted < 0 ? steps.length - 1 : wanted;
  const step = steps[index];
  // By the last step, so that the pair stays while the slider moves.
  const moved = useMemo(() => (last === undefined ? [] : movedMost(table, policy, last, 'chosen')), [table, policy, last]);
  const place = choice.place ?? moved[0]?.place ?? 0;
  const history = historyOf(tokens, table, policy, place);

  if (step === undefined) return <p className={styles.note}>{t('The first evaluation has not come yet.')}</p>;
  const names = policyNames(recipe);
  const look = looksOf(recipe.cohort.map((member) => member.objective))[policiesOf(recipe)[policy]!.memberIndex]!;
  const ids = run.start!.heldOutIds!;
  const pairAt = (one: number): FoundPair | undefined => found?.get(ids[one]!);
  const nameOf = (one: number): string => pairAt(one)?.prompt ?? t('Pair {number}', { number: one + 1 });
  const listed = moved.slice(0, MOST);
  const chosen = moved.find((one) => one.place === place);
  const options = listed.some((one) => one.place === place) || chosen === undefined ? listed : [chosen, ...listed];
  const pair = pairAt(place);
  return (
    <div className={styles.stack}>
      <div className={styles.choices}>
        <Select
          label={t('Policy')}
          value={String(policy)}
          onChange={(next) => chooseTokens(run.id, { policy: Number(next) })}
          options={names.map((name, k) => ({ id: String(k), name }))}
          mark={<i className={styles.swatch} style={{ background: seriesColor(look) }} />}
        />
        <Select
          label={t('Pair, by how far its winner has moved')}
          value={String(place)}
          onChange={(next) => chooseTokens(run.id, { place: Number(next) })}
          options={options.map((one) => ({
            id: String(one.place),
            name: nameOf(one.place),
            description: t('winner {chosen}, loser {rejected}', { chosen: formatChange(one.chosen), rejected: formatChange(one.rejected) }),
          }))}
        />
        <Slider
          label={t('After step')}
          value={index}
          min={0}
          max={Math.max(1, steps.length - 1)}
          step={1}
          text={String(step)}
          onChange={(next) => chooseTokens(run.id, { step: next >= steps.length - 1 ? undefined : steps[next] })}
        />
      </div>
      <p className={styles.prompt}>
        {pair?.row === undefined ? (pair?.prompt ?? nameOf(place)) : <a href={`${datasetLink(storedId(recipe.data.dataset) ?? recipe.data.dataset)}/${pair.row}`}>{pair.prompt}</a>}
      </p>
      {tokenizer === undefined ? (
        <p className={styles.note}>{t('Fetching the tokenizer …')}</p>
      ) : (
        <PairStrips key={`${place} ${policy}`} name={names[policy]!} pair={history.at[index]!} history={history} tokenizer={tokenizer} />
      )}
      <PairOverRun
        history={history}
        name={names[policy]!}
        look={look}
        steps={recipe.schedule.steps}
        onPick={(picked) => {
          const nearest = steps.reduce((best, one) => (Math.abs(one - picked) < Math.abs(best - picked) ? one : best), step);
          chooseTokens(run.id, { step: nearest === last ? undefined : nearest });
        }}
      />
    </div>
  );
}

export function WherePanel() {
  const { drawn, recorded } = useDrawn(0, ['eval_logps/chosen']);
  const run = drawn.find((one) => !one.past)?.run;
  const tokens = run?.start?.heldOutTokens;
  if (run?.table !== undefined && tokens !== undefined) return <Tokens key={run.id} run={run} table={run.table} tokens={tokens} />;
  return (
    <p className={styles.note}>
      {run === undefined || recorded || run.start === undefined
        ? t('Train, and choose any held-out pair here: each of its tokens is shaded by how much likelier or less likely a policy has made it.')
        : t('This run has kept nothing of single tokens: it is of an earlier version of the lab, or its held-out pairs have too many. Train it anew with fewer held-out pairs.')}
    </p>
  );
}
