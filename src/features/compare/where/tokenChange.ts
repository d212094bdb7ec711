// From the log-probabilities that a run has kept of single tokens: how far each token of a pair has moved from the reference,
// and what the shared and the edited ones of either side come to over the run.
import type { HeldOutTokens } from '../../../lab/protocol';
import type { RowTable } from '../../../stores/rowTable';

export const sides = ['chosen', 'rejected'] as const;
export type Side = (typeof sides)[number];

/** A token of one side of a pair. Log-probabilities in nats. */
export interface TokenChange {
  readonly id: number;
  /** Whether the other side has it too. */
  readonly shared: boolean;
  readonly reference: number;
  readonly now: number;
  /** `now` less `reference`. */
  readonly change: number;
}

export type PairTokens = Readonly<Record<Side, readonly TokenChange[]>>;

/** The tokens of a pair at a step; undefined where the run has kept none then. */
export function tokensAt(tokens: HeldOutTokens, table: RowTable, policy: number, step: number, place: number): PairTokens | undefined {
  const sums = table.pairs(step, policy);
  if (sums?.chosenTokens === undefined || sums.rejectedTokens === undefined) return undefined;
  const side = ({ starts, ids, shared, reference }: HeldOutTokens[Side], values: Float32Array): TokenChange[] =>
    Array.from({ length: starts[place + 1]! - starts[place]! }, (_, i) => {
      const at = starts[place]! + i;
      const [before, now] = [reference[at]!, values[at]!];
      return { id: ids[at]!, shared: shared[at] === 1, reference: before, now, change: now - before };
    });
  return { chosen: side(tokens.chosen, sums.chosenTokens), rejected: side(tokens.rejected, sums.rejectedTokens) };
}

/** The changes of a side's shared and of its edited tokens, each summed, in nats. */
export function splitOf(tokens: readonly TokenChange[]): { readonly shared: number; readonly edited: number } {
  const out = { shared: 0, edited: 0 };
  for (const { shared, change } of tokens) out[shared ? 'shared' : 'edited'] += change;
  return out;
}

/** A pair over the run: all its tokens at each step that has them. */
export interface PairHistory {
  readonly steps: readonly number[];
  readonly at: readonly PairTokens[];
}

export function historyOf(tokens: HeldOutTokens, table: RowTable, policy: number, place: number): PairHistory {
  const steps = table.tokenSteps(policy);
  return { steps, at: steps.map((step) => tokensAt(tokens, table, policy, step, place)!) };
}

/** Shades are told apart best where most tokens stand; few tokens move further than this, in nats. */
const MOST_SHADED = 4;
/** Less is drawn pale, so that noise does not look like news. */
const LEAST_SHADED = 0.5;

/** The change that is shaded in full: the same at every step, so that shades can be compared while the slider moves. */
export function fullShade({ at }: PairHistory): number {
  let most = LEAST_SHADED;
  for (const pair of at) for (const side of sides) for (const { change } of pair[side]) most = Math.max(most, Math.abs(change));
  return Math.min(most, MOST_SHADED);
}
