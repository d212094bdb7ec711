// The plane on which a loss is looked at: a pair's chosen reward to the right, its rejected reward up. Every point is a
// pair of which all but the policy's two log-probabilities is given. Used by behaviour.ts and the theory view.
import type { CompiledObjective, HyperInput } from './compile';
import { evaluateCompiled, type Evaluation } from './evaluate';
import type { Scores } from './scores';

/** What a point of the plane leaves open. Log-probabilities are sums over completion tokens, in nats. */
export interface PairAt {
  /** Rewards are beta times log-ratios, whatever the loss. */
  readonly beta: number;
  readonly referenceChosen: number;
  readonly referenceRejected: number;
  /** Completion tokens. */
  readonly chosenLength: number;
  readonly rejectedLength: number;
  /** The batch's estimate, for losses that look at it (KTO). */
  readonly KL: number;
}

/** Two answers of forty tokens, each token with a probability of about a fifth. */
export const usualPair: Omit<PairAt, 'beta'> = {
  referenceChosen: -60,
  referenceRejected: -60,
  chosenLength: 40,
  rejectedLength: 40,
  KL: 0,
};

/** A batch whose pairs have the given rewards, chosen first. */
export function planeScores(points: readonly (readonly [chosen: number, rejected: number])[], pair: PairAt): Scores {
  const { beta, referenceChosen, referenceRejected, chosenLength, rejectedLength, KL } = pair;
  const same = (value: number): number[] => points.map(() => value);
  return {
    policyChosen: points.map(([chosen]) => referenceChosen + chosen / beta),
    policyRejected: points.map(([, rejected]) => referenceRejected + rejected / beta),
    referenceChosen: same(referenceChosen),
    referenceRejected: same(referenceRejected),
    chosenLength: same(chosenLength),
    rejectedLength: same(rejectedLength),
    KL,
  };
}

/** One loss on a square of the plane. */
export interface Field extends Evaluation {
  /** Rewards at which columns and rows stand, in rising order. Entry `row · size + column` of the arrays belongs to them. */
  readonly axis: readonly number[];
  readonly size: number;
}

/**
 * The loss and its derivatives (with respect to log-probabilities) on `size` by `size` points of the square whose sides
 * reach from −reach to reach. Losses that sort a batch are shown as they are for a batch of one.
 * @throws UserError for a number out of its range.
 */
export function fieldOf(objective: CompiledObjective, hyper: HyperInput, pair: PairAt, reach: number, size: number): Field {
  const axis = Array.from({ length: size }, (_, i) => (size === 1 ? 0 : -reach + (i * 2 * reach) / (size - 1)));
  const points = axis.flatMap((rejected) => axis.map((chosen) => [chosen, rejected] as const));
  return { axis, size, ...evaluateCompiled({ ...objective, pairing: 'own' }, planeScores(points, pair), hyper) };
}

/** The loss and its derivatives at one point of the plane. @throws UserError for a number out of its range. */
export function pointOf(objective: CompiledObjective, hyper: HyperInput, pair: PairAt, point: readonly [number, number]): PointValues {
  const { loss, dChosen, dRejected } = evaluateCompiled({ ...objective, pairing: 'own' }, planeScores([point], pair), hyper);
  return { loss: loss[0]!, dChosen: dChosen[0]!, dRejected: dRejected[0]! };
}

export interface PointValues {
  readonly loss: number;
  readonly dChosen: number;
  readonly dRejected: number;
}
