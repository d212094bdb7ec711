// The preference objectives and the language they are written in: the one entrance for everything outside this folder.
export { behaviourOf, rays, type Behaviour, type Limit, type Push, type Ray, type Shares, type SideAtStart, type SideFarOut } from './behaviour';
export {
  compileExpression,
  compileObjective,
  objectives,
  resolveHyper,
  type CompiledObjective,
  type Hyper,
  type HyperInput,
  type HyperSpec,
  type Objective,
} from './compile';
export { fDivergences, type FDivergence } from './divergences';
export { evaluateCompiled, evaluateObjective, type EvaluateOptions, type Evaluation } from './evaluate';
export { ObjectiveError } from './language/error';
export { functions, hyperNames, hyperParameters, pairVariables } from './language/names';
export type { Precision } from './numerics';
export { fieldOf, planeScores, pointOf, usualPair, type Field, type PairAt, type PointValues } from './plane';
export { pythonLoss, pythonName, type PythonOptions } from './python';
export type { Pairing, Scores } from './scores';
export { filledFormula, gradientFormulas, objectiveTeX, objectiveText, type Formula } from './formula';
export { objectiveWgsl, objectiveWgslPrelude, packHyper, type ObjectiveWgsl } from './wgsl';
