// The run on screen on the plane: where each policy's held-out pairs stand after each evaluation, one by one where the run
// has kept them, and on average.
import { looksOf, seriesColor } from '../../components/chart/palette';
import { policiesOf } from '../../lab/recipe';
import { useFrames } from '../../stores/frames';
import { useCurrentRun } from '../../stores/hooks';
import { findRun, runsStore } from '../../stores/runs';
import type { RowTable } from '../../stores/rowTable';
import type { Path } from './Plane';

export interface RunPaths {
  /** Steps with an evaluation, rising. */
  readonly steps: readonly number[];
  /** Up to a step, each in its own policy's rewards. */
  readonly until: (step: number) => readonly Path[];
}

const METRICS = ['eval_rewards/chosen', 'eval_rewards/rejected'] as const;

/** Each held-out pair's rewards, β times its log-ratios, at the last evaluation up to a step. */
function dotsAt(table: RowTable, policy: number, beta: number, last: number): (readonly [number, number])[] {
  const steps = table.pairSteps(policy);
  const reference = steps[0] === 0 ? table.pairs(0, policy) : undefined;
  const now = table.pairs(steps.findLast((step) => step <= last) ?? -1, policy);
  if (reference === undefined || now === undefined) return [];
  return now.chosen.map((chosen, i) => [beta * (chosen - reference.chosen[i]!), beta * (now.rejected[i]! - reference.rejected[i]!)] as const);
}

export function useRunPaths(): RunPaths {
  const run = useCurrentRun();
  useFrames(() => findRun(runsStore.getState().currentId)?.table?.version(METRICS[1]) ?? 0);
  const table = run?.table;
  if (run === undefined || table === undefined) return { steps: [], until: () => [] };
  const looks = looksOf(run.recipe.cohort.map((member) => member.objective));
  const policies = policiesOf(run.recipe).flatMap((policy) => {
    const [chosen, rejected] = METRICS.map((metric) => table.column(metric, policy.index));
    return chosen && rejected ? [{ policy, chosen, rejected }] : [];
  });
  const steps = [...new Set(policies.flatMap(({ chosen }) => chosen.steps))].sort((a, b) => a - b);
  return {
    steps,
    until: (last) =>
      policies.map(({ policy, chosen, rejected }) => ({
        id: String(policy.index),
        label: policy.label,
        color: seriesColor(looks[policy.memberIndex]!),
        dots: dotsAt(table, policy.index, policy.member.beta, last),
        points: chosen.steps.flatMap((step, i) => {
          const point = [chosen.values[i]!, rejected.values[i] ?? NaN] as const;
          return step <= last && point.every(Number.isFinite) ? [point] : [];
        }),
      })),
  };
}
