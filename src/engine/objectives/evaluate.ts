// Evaluates objectives on a batch of pairs: each loss and its derivatives with respect to the policy's log-probabilities.
import { compileObjective, programOf, resolveHyper, type CompiledObjective, type HyperInput } from './compile';
import { isPairVariable } from './language/names';
import { float32, float64, type Precision } from './numerics';
import { runProgram } from './program';
import { countPairs, divergenceOf, placesOf, readPlace, type Scores } from './scores';

/** One number a pair in each array. */
export interface Evaluation {
  /**
   * The loss of each pair; its mean over the batch is what training minimises. For the objectives that sort (AOT),
   * `loss[i]` belongs to the i-th place of the sorted batch, not to pair i.
   */
  readonly loss: number[];
  /**
   * For each pair, the derivative of the sum of all losses with respect to the policy's log-probability of its chosen completion.
   * For objectives that do not sort this is the derivative of the pair's own loss. A trainer that averages divides by B.
   */
  readonly dChosen: number[];
  readonly dRejected: number[];
}

export interface EvaluateOptions {
  /** `float32` rounds after every operation, as a GPU does. */
  readonly precision?: Precision;
}

/**
 * The loss of every pair and its derivatives, by an objective's id. `hyper` holds `beta` and what else the objective takes;
 * what is missing has the objective's default. Nothing that is passed in is changed.
 * @throws UserError for an unknown id, arrays of unequal length, or a number out of its range.
 */
export function evaluateObjective(
  id: string,
  scores: Scores,
  hyper: HyperInput = {},
  options: EvaluateOptions = {},
): Evaluation {
  return evaluateCompiled(compileObjective(id), scores, hyper, options);
}

/** As `evaluateObjective`, for a compiled objective, one of a person's own included. */
export function evaluateCompiled(
  objective: CompiledObjective,
  scores: Scores,
  hyper: HyperInput = {},
  options: EvaluateOptions = {},
): Evaluation {
  const arithmetic = options.precision === 'float32' ? float32 : float64;
  const count = countPairs(scores);
  const { values, divergence } = resolveHyper(objective, hyper);
  const program = programOf(objective, divergence);
  const kl = objective.needsMismatched ? divergenceOf(scores, objective.name, arithmetic) : 0;
  const places = placesOf(objective.pairing, scores, count);
  const registers = new Float64Array(program.nodes.length);

  const loss = new Array<number>(count).fill(0);
  const dChosen = new Array<number>(count).fill(0);
  const dRejected = new Array<number>(count).fill(0);
  for (let place = 0; place < count; place++) {
    const read = readPlace(scores, places, place, kl, arithmetic);
    runProgram(
      program,
      (name) => (isPairVariable(name) ? read(name) : arithmetic.round(values[name])),
      arithmetic,
      registers,
    );
    loss[place] = registers[program.loss]!;
    // Each place's derivative goes back to the pair whose log-probability stood there.
    dChosen[places.policyChosen[place]!] = registers[program.dChosen]!;
    dRejected[places.policyRejected[place]!] = registers[program.dRejected]!;
  }
  return { loss, dChosen, dRejected };
}
