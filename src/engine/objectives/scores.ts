// What objectives are given: the log-probabilities of a batch of pairs, and how batch-level objectives look at them.
import { UserError } from '../errors';
import type { PairVariable } from './language/names';
import type { Arithmetic } from './numerics';

/** A batch of B pairs. Log-probabilities are sums over completion tokens, in nats; every array has B numbers. */
export interface Scores {
  readonly policyChosen: ArrayLike<number>;
  readonly policyRejected: ArrayLike<number>;
  readonly referenceChosen: ArrayLike<number>;
  readonly referenceRejected: ArrayLike<number>;
  /** Completion tokens. */
  readonly chosenLength: ArrayLike<number>;
  readonly rejectedLength: ArrayLike<number>;
  /**
   * Log-probabilities of mismatched prompt–completion pairs (completions rotated by one within the batch), of any number.
   * Needed by objectives with `needsMismatched`, which take from them KL = max(0, mean(policy − reference)).
   */
  readonly policyMismatched?: ArrayLike<number>;
  readonly referenceMismatched?: ArrayLike<number>;
  /** KL itself, where it is already known; the mismatched log-probabilities are then not looked at. */
  readonly KL?: number;
}

/**
 * Which values an objective sees side by side.
 * - `own`: each pair's own.
 * - `sortedDifferences` (AOT): the i-th smallest policy difference ℓ_w − ℓ_l beside the i-th smallest reference difference.
 * - `sortedRatios` (unpaired AOT): the i-th smallest chosen log-ratio beside the i-th smallest rejected one.
 */
export type Pairing = 'own' | 'sortedDifferences' | 'sortedRatios';

/** For each place of the loss, the pair whose value stands there. */
export interface Places {
  readonly policyChosen: readonly number[];
  readonly policyRejected: readonly number[];
  readonly referenceChosen: readonly number[];
  readonly referenceRejected: readonly number[];
}

const fields = [
  'policyChosen',
  'policyRejected',
  'referenceChosen',
  'referenceRejected',
  'chosenLength',
  'rejectedLength',
] as const;

/**
 * The number of pairs in a batch.
 * @throws UserError where the arrays do not have one number a pair.
 */
export function countPairs(scores: Scores): number {
  const count = scores.policyChosen.length;
  for (const field of fields) {
    if (scores[field].length !== count) {
      throw new UserError('The scores hold {count} numbers in policyChosen but {other} in {field}; each needs one a pair.', {
        count,
        other: scores[field].length,
        field,
      });
    }
  }
  return count;
}

/** Numbers of a batch in order of their values; equal values keep their order. */
function order(count: number, value: (index: number) => number): number[] {
  return Array.from({ length: count }, (_, index) => index).sort((i, j) => value(i) - value(j));
}

/** Which pair's values stand at which place of the loss. */
export function placesOf(pairing: Pairing, scores: Scores, count: number): Places {
  const { policyChosen, policyRejected, referenceChosen, referenceRejected } = scores;
  switch (pairing) {
    case 'own': {
      const own = Array.from({ length: count }, (_, index) => index);
      return { policyChosen: own, policyRejected: own, referenceChosen: own, referenceRejected: own };
    }
    case 'sortedDifferences': {
      const policy = order(count, (i) => policyChosen[i]! - policyRejected[i]!);
      const reference = order(count, (i) => referenceChosen[i]! - referenceRejected[i]!);
      return {
        policyChosen: policy,
        policyRejected: policy,
        referenceChosen: reference,
        referenceRejected: reference,
      };
    }
    case 'sortedRatios': {
      const chosen = order(count, (i) => policyChosen[i]! - referenceChosen[i]!);
      const rejected = order(count, (i) => policyRejected[i]! - referenceRejected[i]!);
      return { policyChosen: chosen, policyRejected: rejected, referenceChosen: chosen, referenceRejected: rejected };
    }
  }
}

/** Reads a pair's variables at one place of the loss. */
export function readPlace(
  scores: Scores,
  places: Places,
  place: number,
  kl: number,
  { round }: Arithmetic,
): (name: PairVariable) => number {
  const policyW = places.policyChosen[place]!;
  const policyL = places.policyRejected[place]!;
  const lw = round(scores.policyChosen[policyW]!);
  const ll = round(scores.policyRejected[policyL]!);
  const refw = round(scores.referenceChosen[places.referenceChosen[place]!]!);
  const refl = round(scores.referenceRejected[places.referenceRejected[place]!]!);
  return (name) => {
    switch (name) {
      case 'lw':
        return lw;
      case 'll':
        return ll;
      case 'refw':
        return refw;
      case 'refl':
        return refl;
      // Without an f-divergence the scores are the log-ratios; with one, no score is left in the program.
      case 'a':
      case 'sw':
        return round(lw - refw);
      case 'b':
      case 'sl':
        return round(ll - refl);
      case 'nw':
        return scores.chosenLength[policyW]!;
      case 'nl':
        return scores.rejectedLength[policyL]!;
      case 'KL':
        return kl;
    }
  };
}

/**
 * KTO's reference point: the mean log-ratio of mismatched pairs, at least 0 (Ethayarajh et al. 2402.01306, §4.1).
 * @throws UserError where neither KL nor mismatched log-probabilities were given.
 */
export function divergenceOf(scores: Scores, name: string, { round }: Arithmetic): number {
  if (scores.KL !== undefined) return round(Math.max(0, scores.KL));
  const { policyMismatched, referenceMismatched } = scores;
  if (policyMismatched === undefined || referenceMismatched === undefined || policyMismatched.length === 0) {
    throw new UserError('{objective} needs the log-probabilities of mismatched pairs, and they were not given.', {
      objective: name,
    });
  }
  if (policyMismatched.length !== referenceMismatched.length) {
    throw new UserError('The mismatched pairs have {policy} log-probabilities of the policy but {reference} of the reference.', {
      policy: policyMismatched.length,
      reference: referenceMismatched.length,
    });
  }
  let sum = 0;
  for (let i = 0; i < policyMismatched.length; i++) {
    sum = round(sum + round(round(policyMismatched[i]!) - round(referenceMismatched[i]!)));
  }
  return Math.max(0, round(sum / policyMismatched.length));
}
