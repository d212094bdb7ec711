// The single tokens of the held-out pairs: what a run begins with to tell them apart, and each one's log-probability at
// evaluations, so that it can be seen where in an answer a policy has changed. Used by a run.
import type { EncodedSequence, SequenceLogProbs } from '../engine/training/types';
import type { HeldOutPair, PairLogProbs } from './evaluation';
import type { HeldOutTokens, SideTokens } from './protocol';
import { policiesOf, type Recipe } from './recipe';

/** Numbers that one evaluation keeps at most: all policies, both sides. 2^18 single-precision numbers are a megabyte. */
const MOST_AT_ONCE = 2 ** 18;
/** Numbers that a whole run keeps at most, 16 megabytes: where they would be more, only every n-th evaluation keeps its tokens. */
const MOST_OF_RUN = 2 ** 22;

const lengthOf = ({ ids, completionStart }: EncodedSequence): number => ids.length - completionStart;

/** All pairs' numbers one after the other, in a buffer of their own, since a view would be stored with the whole of its buffer. */
export function flatTokens(list: readonly SequenceLogProbs[]): Float32Array {
  const flat = new Float32Array(list.reduce((total, { perToken }) => total + perToken.length, 0));
  let at = 0;
  for (const { perToken } of list) {
    flat.set(perToken, at);
    at += perToken.length;
  }
  return flat;
}

/** What the numbers that evaluations keep belong to, with the reference's own. */
export function heldOutTokens(pairs: readonly HeldOutPair[], reference: PairLogProbs): HeldOutTokens {
  const sideOf = (side: 'chosen' | 'rejected'): SideTokens => {
    const starts = new Uint32Array(pairs.length + 1);
    pairs.forEach((pair, i) => (starts[i + 1] = starts[i]! + lengthOf(pair[side])));
    return {
      starts,
      ids: Uint32Array.from(pairs.flatMap((pair) => pair[side].ids.slice(pair[side].completionStart))),
      shared: Uint8Array.from(pairs.flatMap((pair) => (side === 'chosen' ? pair.chosenShared : pair.rejectedShared)), Number),
      reference: flatTokens(reference[side]),
    };
  };
  return { chosen: sideOf('chosen'), rejected: sideOf('rejected') };
}

/**
 * At which steps an evaluation keeps its tokens: at each, at every n-th and the last where a run would keep too many, or at
 * none where one evaluation would. Depends on the recipe and the pairs alone, so that a run that goes on keeps the same.
 */
export function tokensKept(recipe: Recipe, pairs: readonly HeldOutPair[]): ((step: number) => boolean) | undefined {
  const { schedule: { steps }, evaluation: { every } } = recipe;
  const tokens = pairs.reduce((total, { chosen, rejected }) => total + lengthOf(chosen) + lengthOf(rejected), 0);
  const numbers = policiesOf(recipe).length * tokens;
  if (numbers > MOST_AT_ONCE) return undefined;
  const stride = every * Math.max(1, Math.ceil(((Math.ceil(steps / every) + 1) * numbers) / MOST_OF_RUN));
  return (step) => step % stride === 0 || step >= steps;
}
