// Random batches for the objectives' tests, from seeds, so that a failure can be looked at again.
import type { Scores } from '../../../../src/engine/objectives';
import { createRandom } from '../../../../src/engine/random';

export interface Batch extends Scores {
  readonly policyChosen: number[];
  readonly policyRejected: number[];
  readonly referenceChosen: number[];
  readonly referenceRejected: number[];
  readonly chosenLength: number[];
  readonly rejectedLength: number[];
  readonly policyMismatched: number[];
  readonly referenceMismatched: number[];
}

/** A batch whose log-probabilities lie below 0 and whose log-ratios are around `spread` nats. */
export function randomBatch(seed: number, pairs: number, spread = 6): Batch {
  const random = createRandom(seed, pairs);
  const draw = (make: () => number): number[] => Array.from({ length: pairs }, make);
  const near = (values: readonly number[]): number[] => values.map((value) => Math.min(-0.01, value + spread * random.normal()));
  const logProb = (): number => -20 - 30 * random.next();
  const tokens = (): number => 3 + random.below(38);
  const referenceChosen = draw(logProb);
  const referenceRejected = draw(logProb);
  const referenceMismatched = draw(logProb);
  return {
    policyChosen: near(referenceChosen),
    policyRejected: near(referenceRejected),
    referenceChosen,
    referenceRejected,
    chosenLength: draw(tokens),
    rejectedLength: draw(tokens),
    // Above the reference on average, so that KL is not held at 0.
    policyMismatched: referenceMismatched.map((value) => value + 1.5 + random.normal()),
    referenceMismatched,
  };
}

/** Every corner of log-ratios up to 10 000 nats, and the start, where policy and reference agree. */
export function extremeBatch(): Batch {
  const sizes = [0, 1e-6, 1, 30, 100, 1e4];
  const ratios = sizes.flatMap((size) => [size, -size]);
  const corners = ratios.flatMap((a) => ratios.map((b) => [a, b] as const));
  const fill = (value: number): number[] => corners.map(() => value);
  return {
    policyChosen: corners.map(([a]) => -40 + a),
    policyRejected: corners.map(([, b]) => -50 + b),
    referenceChosen: fill(-40),
    referenceRejected: fill(-50),
    chosenLength: fill(20),
    rejectedLength: fill(30),
    policyMismatched: [-40],
    referenceMismatched: [-60],
  };
}

/** Each pair of a batch as a batch of its own. */
export function singlePairs(batch: Batch): Batch[] {
  return batch.policyChosen.map((_, i) => ({
    policyChosen: [batch.policyChosen[i]!],
    policyRejected: [batch.policyRejected[i]!],
    referenceChosen: [batch.referenceChosen[i]!],
    referenceRejected: [batch.referenceRejected[i]!],
    chosenLength: [batch.chosenLength[i]!],
    rejectedLength: [batch.rejectedLength[i]!],
    policyMismatched: batch.policyMismatched,
    referenceMismatched: batch.referenceMismatched,
  }));
}
