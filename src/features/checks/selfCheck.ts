// Checks the objectives on this very machine: each one is compiled, and its derivatives are compared with finite
// differences of its own loss. Run live by the Checks page.
import { compileObjective, evaluateCompiled, objectives, type Scores } from '../../engine/objectives';
import { createRandom } from '../../engine/random';

export interface ObjectiveCheck {
  readonly id: string;
  readonly name: string;
  /** Largest difference between derivative and finite difference, relative to the larger of 1 and the derivative. */
  readonly difference: number;
  readonly passed: boolean;
  /** Why it could not even be evaluated. */
  readonly failure?: string;
}

const PAIRS = 4;
const NUDGE = 1e-5;
export const TOLERANCE = 1e-5;

function randomScores(seed: number): Scores {
  const random = createRandom(seed);
  const draw = (centre: number, spread: number): number[] =>
    Array.from({ length: PAIRS }, () => centre + spread * random.normal());
  return {
    policyChosen: draw(-7, 1.5),
    policyRejected: draw(-9, 1.5),
    referenceChosen: draw(-7, 1.5),
    referenceRejected: draw(-9, 1.5),
    chosenLength: Array.from({ length: PAIRS }, () => 12 + random.below(12)),
    rejectedLength: Array.from({ length: PAIRS }, () => 12 + random.below(12)),
    // A number, so that the estimate is the constant that it is to the derivative.
    KL: 0.3,
  };
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** Central differences of the batch's summed loss in each policy log-probability. */
export function checkObjective(id: string, seed = 11): ObjectiveCheck {
  const name = objectives[id]?.name ?? id;
  try {
    const objective = compileObjective(id);
    const scores = randomScores(seed);
    const exact = evaluateCompiled(objective, scores);
    let difference = 0;
    for (const side of ['policyChosen', 'policyRejected'] as const) {
      const derivative = side === 'policyChosen' ? exact.dChosen : exact.dRejected;
      for (let i = 0; i < PAIRS; i++) {
        const lossAt = (by: number): number => {
          const values = Array.from(scores[side]);
          values[i]! += by;
          return sum(evaluateCompiled(objective, { ...scores, [side]: values }).loss);
        };
        const numeric = (lossAt(NUDGE) - lossAt(-NUDGE)) / (2 * NUDGE);
        const own = derivative[i]!;
        difference = Math.max(difference, Math.abs(numeric - own) / Math.max(1, Math.abs(own)));
      }
    }
    return { id, name, difference, passed: difference < TOLERANCE };
  } catch (error) {
    return { id, name, difference: NaN, passed: false, failure: error instanceof Error ? error.message : String(error) };
  }
}
