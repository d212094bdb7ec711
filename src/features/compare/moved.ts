// What stands behind a point of a curve: how far each held-out pair has moved since the run's first evaluation.
import type { RowTable } from '../../stores/rowTable';

export const movedBy = ['rejected', 'chosen', 'margin'] as const;
export type MovedBy = (typeof movedBy)[number];

/** Changes of log-probability in nats; `margin` is the winner's less the loser's. */
export interface MovedPair {
  /** The pair's place among the held-out ones. */
  readonly place: number;
  readonly chosen: number;
  readonly rejected: number;
  readonly margin: number;
}

/** The step with kept pairs that lies nearest to a point of the chart; the earlier of two. */
export function nearestPairStep(table: RowTable, policy: number, step: number): number | undefined {
  return table.pairSteps(policy).reduce<number | undefined>(
    (best, one) => (best === undefined || Math.abs(one - step) < Math.abs(best - step) ? one : best),
    undefined,
  );
}

/** All held-out pairs at a step, those first whose `by` has changed most, up or down. Empty where the run has kept none. */
export function movedMost(table: RowTable, policy: number, step: number, by: MovedBy): MovedPair[] {
  const first = table.pairSteps(policy)[0];
  const before = first === undefined ? undefined : table.pairs(first, policy);
  const now = table.pairs(step, policy);
  if (before === undefined || now === undefined) return [];
  return now.chosen
    .map((value, place) => {
      const chosen = value - before.chosen[place]!;
      const rejected = now.rejected[place]! - before.rejected[place]!;
      return { place, chosen, rejected, margin: chosen - rejected };
    })
    .sort((a, b) => Math.abs(b[by]) - Math.abs(a[by]) || a.place - b.place);
}
