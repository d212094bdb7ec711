// Every name the expression language knows: values of a pair, hyper-parameters and functions, with their other spellings.
// The parser, the printers and the page's help text read these tables.

/** What a pair, or its batch, brings along. Log-probabilities are sums over completion tokens, in nats. */
export const pairVariables = {
  a: { tex: 'a', meaning: 'chosen log-ratio: lw - refw' },
  b: { tex: 'b', meaning: 'rejected log-ratio: ll - refl' },
  sw: { tex: 's_w', meaning: 'score of the chosen: a, or what the f-divergence makes of it' },
  sl: { tex: 's_l', meaning: 'score of the rejected: b, or what the f-divergence makes of it' },
  lw: { tex: '\\ell_w', meaning: 'policy log-probability of the chosen' },
  ll: { tex: '\\ell_l', meaning: 'policy log-probability of the rejected' },
  refw: { tex: '\\ell_w^{\\mathrm{ref}}', meaning: 'reference log-probability of the chosen' },
  refl: { tex: '\\ell_l^{\\mathrm{ref}}', meaning: 'reference log-probability of the rejected' },
  nw: { tex: '|y_w|', meaning: 'completion tokens of the chosen' },
  nl: { tex: '|y_l|', meaning: 'completion tokens of the rejected' },
  KL: { tex: '\\mathrm{KL}', meaning: 'batch mean log-ratio of mismatched pairs, at least 0, a constant to the derivative' },
} as const;

/**
 * Every hyper-parameter: the value used where nothing else is said, and the range that is accepted.
 * The order is the order of the fields in WGSL.
 */
export const hyperParameters = {
  beta: { tex: '\\beta', label: 'Beta', default: 0.1, min: 1e-6, max: 1000 },
  labelSmoothing: { tex: '\\varepsilon', label: 'Label smoothing', default: 0, min: 0, max: 1 },
  tau: { tex: '\\tau', label: 'Temperature', default: 0.05, min: 1e-4, max: 100 },
  lambda: { tex: '\\lambda', label: 'Penalty weight', default: 1, min: 0, max: 1e4 },
  gamma: { tex: '\\gamma', label: 'Target margin', default: 0, min: -1e3, max: 1e3 },
  alpha: { tex: '\\alpha', label: 'Weight', default: 1, min: -1e3, max: 1e3 },
  desirableWeight: { tex: '\\lambda_D', label: 'Desirable weight', default: 1, min: 0, max: 1e3 },
  undesirableWeight: { tex: '\\lambda_U', label: 'Undesirable weight', default: 1, min: 0, max: 1e3 },
  divergenceAlpha: { tex: '\\alpha_f', label: 'Alpha of the divergence', default: 0.5, min: -10, max: 10 },
} as const;

/** Functions by name with the number of arguments they take. */
export const functions = {
  sigmoid: { least: 1, most: 1, meaning: '1 / (1 + exp(-x))' },
  logsigmoid: { least: 1, most: 1, meaning: 'log(sigmoid(x)), without overflow' },
  softplus: { least: 1, most: 1, meaning: 'log(1 + exp(x)), without overflow' },
  delta: { least: 1, most: 1, meaning: 'sigmoid(x) * (1 - sigmoid(x)), the slope of sigmoid' },
  exp: { least: 1, most: 1, meaning: 'e to the power x' },
  expm1: { least: 1, most: 1, meaning: 'exp(x) - 1, exact near 0' },
  log: { least: 1, most: 1, meaning: 'natural logarithm' },
  log1mexp: { least: 1, most: 1, meaning: 'log(1 - exp(x)) for x below 0' },
  logodds: { least: 1, most: 1, meaning: 'log(p / (1 - p)) of a probability p = exp(x), x held at or below -0.000001' },
  sqrt: { least: 1, most: 1, meaning: 'square root' },
  square: { least: 1, most: 1, meaning: 'x * x' },
  abs: { least: 1, most: 1, meaning: 'absolute value' },
  sign: { least: 1, most: 1, meaning: '-1, 0 or 1' },
  step: { least: 1, most: 1, meaning: '1 where x > 0, else 0' },
  max: { least: 2, most: 8, meaning: 'the largest; where two are equal the derivative of the first counts' },
  min: { least: 2, most: 8, meaning: 'the smallest; where two are equal the derivative of the first counts' },
  clamp: { least: 3, most: 3, meaning: 'x held between low and high: clamp(x, low, high)' },
  where: { least: 3, most: 3, meaning: 'where(condition, x, y): x where the condition is not 0, else y' },
  detach: { least: 1, most: 1, meaning: 'x, but a constant to the derivative' },
} as const;

export type PairVariable = keyof typeof pairVariables;
export type HyperName = keyof typeof hyperParameters;
export type VariableName = PairVariable | HyperName;
export type FunctionName = keyof typeof functions;

export const hyperNames = Object.keys(hyperParameters) as HyperName[];

const variableAliases: ReadonlyMap<string, VariableName> = new Map([
  ['β', 'beta'],
  ['ε', 'labelSmoothing'],
  ['epsilon', 'labelSmoothing'],
  ['τ', 'tau'],
  ['λ', 'lambda'],
  ['γ', 'gamma'],
  ['α', 'alpha'],
]);

const functionAliases: ReadonlyMap<string, FunctionName> = new Map([
  ['σ', 'sigmoid'],
  ['δ', 'delta'],
  ['ln', 'log'],
]);

/** The variable a person means by a name, or undefined. Names like `__proto__` mean nothing. */
export function findVariable(name: string): VariableName | undefined {
  if (isPairVariable(name) || isHyperName(name)) return name;
  return variableAliases.get(name);
}

export function findFunction(name: string): FunctionName | undefined {
  if (isFunctionName(name)) return name;
  return functionAliases.get(name);
}

export function isPairVariable(name: string): name is PairVariable {
  return Object.hasOwn(pairVariables, name);
}

export function isHyperName(name: string): name is HyperName {
  return Object.hasOwn(hyperParameters, name);
}

function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(functions, name);
}
