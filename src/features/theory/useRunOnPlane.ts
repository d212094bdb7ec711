// The run on the plane: where each policy's held-out pairs stand at a step, one by one where the run has kept them, and on
// average; and the pair under the lens. All in log-ratios, computed again only when the run or the step is another.
import { useMemo } from 'react';
import { looksOf, seriesColor } from '../../components/chart/palette';
import { t } from '../../components/text';
import { policiesOf, type Recipe } from '../../lab/recipe';
import { useFrames } from '../../stores/frames';
import { useRuns, useTheoryRun } from '../../stores/hooks';
import type { RowTable } from '../../stores/rowTable';
import type { Run } from '../../stores/runs';
import { runOnPlane, theoryRunStore, type Lens } from '../../stores/theoryRun';
import { dotsAt, referenceSums, wayOf, type Dots, type PairMoment, type Ratios } from './runDots';

export interface PolicyOnPlane {
  readonly index: number;
  readonly label: string;
  readonly color: string;
  /** The mean of all held-out pairs, evaluation by evaluation. */
  readonly mean: readonly Ratios[];
  readonly dots: Dots;
}

/** The pair under the lens as its policy sees it at the step shown. */
export interface UnderLens {
  readonly lens: Lens;
  readonly label: string;
  readonly color: string;
  readonly step: number;
  readonly ratios: Ratios;
  /** Log-probabilities of chosen and rejected under the reference, in nats. */
  readonly reference: Ratios;
  /** Its way up to the step under each policy; the lens's own stands last, to be drawn above. */
  readonly ways: readonly { readonly policy: number; readonly color: string; readonly moments: readonly PairMoment[] }[];
}

export interface RunOnPlane {
  readonly runId: string | undefined;
  /** Steps with an evaluation, rising. */
  readonly steps: readonly number[];
  /** The step shown. */
  readonly step: number;
  readonly policies: readonly PolicyOnPlane[];
  /** Held-out pairs that can be looked at one by one; 0 where the run has kept none. */
  readonly pairs: number;
  readonly lens: UnderLens | undefined;
}

const METRICS = ['eval_rewards/chosen', 'eval_rewards/rejected'] as const;

const versionOf = (run: Run | undefined): string => `${run?.id ?? ''} ${run?.table?.version(METRICS[1]) ?? 0}`;

/** A policy's name: its label, with the seed where there are several. */
function policyNames(recipe: Recipe): string[] {
  return policiesOf(recipe).map(({ label, seed }) => (recipe.seeds.length > 1 ? t('{name}, seed {seed}', { name: label, seed }) : label));
}

function policiesAt(recipe: Recipe, table: RowTable, last: number): PolicyOnPlane[] {
  const looks = looksOf(recipe.cohort.map((member) => member.objective));
  const names = policyNames(recipe);
  return policiesOf(recipe).flatMap(({ index, memberIndex, member }) => {
    const [chosen, rejected] = METRICS.map((metric) => table.column(metric, index));
    if (chosen === undefined || rejected === undefined) return [];
    return {
      index,
      label: names[index]!,
      color: seriesColor(looks[memberIndex]!),
      dots: dotsAt(table, index, last),
      // The run's rewards are by the policy's own β.
      mean: chosen.steps.flatMap((step, i) => {
        const point = [chosen.values[i]! / member.beta, (rejected.values[i] ?? NaN) / member.beta] as const;
        return step <= last && point.every(Number.isFinite) ? [point] : [];
      }),
    };
  });
}

function underLens(lens: Lens, table: RowTable, policies: readonly PolicyOnPlane[], last: number): UnderLens | undefined {
  const own = policies.find(({ index }) => index === lens.policy);
  const reference = referenceSums(table, lens.policy, lens.place);
  const moments = own && wayOf(table, lens.policy, lens.place, last);
  const now = moments?.at(-1);
  if (own === undefined || reference === undefined || now === undefined) return undefined;
  const others = policies.filter((one) => one !== own);
  return {
    lens, label: own.label, color: own.color, step: now.step, ratios: now.ratios, reference,
    ways: [...others.map(({ index, color }) => ({ policy: index, color, moments: wayOf(table, index, lens.place, last) })), { policy: own.index, color: own.color, moments: moments! }],
  };
}

/** All that one version of a run's rows says at a step; `table` changes in place, and `version` tells its states apart. */
function placed(table: RowTable | undefined, recipe: Recipe | undefined, version: string, wanted: number | undefined) {
  if (table === undefined || recipe === undefined) return { version, steps: [], step: 0, policies: [], pairs: 0 };
  const steps = [...new Set(policiesOf(recipe).flatMap(({ index }) => table.column(METRICS[0], index)?.steps ?? []))].sort((a, b) => a - b);
  const step = Math.min(wanted ?? Infinity, steps.at(-1) ?? 0);
  const policies = policiesAt(recipe, table, step);
  return { version, steps, step, policies, pairs: Math.max(0, ...policies.map(({ dots }) => dots.chosen.length)) };
}

export function useRunOnPlane(): RunOnPlane {
  const { step: wanted, lens } = useTheoryRun((state) => state);
  const onPlane = (): Run | undefined => runOnPlane(theoryRunStore.getState());
  // A run is another object after each step; what is drawn depends on these alone, and on the table's version.
  const id = useRuns(() => onPlane()?.id);
  const table = useRuns(() => onPlane()?.table);
  const recipe = useRuns(() => onPlane()?.recipe);
  useFrames(() => versionOf(onPlane()));
  const version = versionOf(onPlane());
  const now = useMemo(() => placed(table, recipe, version, wanted), [table, recipe, version, wanted]);
  const seen = useMemo(
    () => (lens !== undefined && table !== undefined && version.startsWith(`${lens.runId} `) ? underLens(lens, table, now.policies, now.step) : undefined),
    [lens, table, version, now],
  );
  return useMemo(() => ({ ...now, runId: id, lens: seen }), [now, id, seen]);
}
