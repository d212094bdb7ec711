// An objective as a Python function over PyTorch tensors, to take a loss that was tried here to a training with TRL.
import { resolveHyper, type CompiledObjective, type HyperInput } from './compile';
import { withDivergence } from './divergences';
import { hyperNames, isPairVariable, type FunctionName, type PairVariable, type VariableName } from './language/names';
import { bindingOf, printExpression } from './language/print';
import { variablesOf, type BinaryOperator, type Expression } from './language/tree';
import type { Pairing } from './scores';

/** Names as TRL's `DPOTrainer._compute_loss` has them, where it has them. */
const variables: Readonly<Record<VariableName, string>> = {
  a: 'a',
  b: 'b',
  // Scores are written out before anything is printed.
  sw: 'a',
  sl: 'b',
  lw: 'chosen_logps',
  ll: 'rejected_logps',
  refw: 'ref_chosen_logps',
  refl: 'ref_rejected_logps',
  nw: 'chosen_lengths',
  nl: 'rejected_lengths',
  KL: 'kl',
  beta: 'beta',
  labelSmoothing: 'label_smoothing',
  tau: 'tau',
  // A keyword of Python's without its underscore.
  lambda: 'lambda_',
  gamma: 'gamma',
  alpha: 'alpha',
  desirableWeight: 'desirable_weight',
  undesirableWeight: 'undesirable_weight',
  divergenceAlpha: 'divergence_alpha',
};

const keywords = new Set(
  ('false none true and as assert async await break case class continue def del elif else except finally for from global if import in is ' +
    'lambda match nonlocal not or pass raise return torch try type while with yield f').split(' '),
);

/** A Python name made of what a person calls their loss: `My loss, v2` is `my_loss_v2`. */
export function pythonName(name: string): string {
  const plain = name.normalize('NFKD').toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '').slice(0, 60);
  if (plain === '') return 'my_loss';
  return /^\d/.test(plain) || keywords.has(plain) ? `loss_${plain}` : plain;
}

export interface PythonOptions {
  /** What the person calls it; the function's name is made of it. */
  readonly name: string;
  readonly hyper?: HyperInput;
}

/**
 * The source of one function from a batch of B pairs to the loss of each, shape (B,). Log-probabilities are sums over
 * completion tokens, in nats. Its arguments are those its formula needs; hyper-parameters have the given numbers as defaults.
 * PyTorch derives it; at a tie of max or min PyTorch halves the derivative, where this lab takes the first argument's.
 * @throws UserError for a number out of its range.
 */
export function pythonLoss(objective: CompiledObjective, { name, hyper = {} }: PythonOptions): string {
  const { values, divergence } = resolveHyper(objective, hyper);
  const tree = withDivergence(objective.tree, divergence);
  const used = variablesOf(tree);
  const title = pythonName(name);
  const pairInputs = (['lw', 'll', 'refw', 'refl'] as const).map((one) => variables[one]);
  const others = (['nw', 'nl', 'KL'] as const).filter((one) => used.has(one)).map((one) => variables[one]);
  const numbers = hyperNames.filter((one) => used.has(one));
  const signature = [...pairInputs, ...others, ...(numbers.length > 0 ? ['*'] : []), ...numbers.map((one) => `${variables[one]}=${values[one]}`)];
  const call = [...pairInputs, ...others.map((one) => inTrl[one] ?? one), ...(used.has('beta') ? ['beta=self.beta'] : [])];
  const helpers = helpersOf(tree);

  return [
    `# Made by the Alignment Lab from: ${printExpression(objective.tree)}`,
    '# To train with it in TRL, give DPOTrainer._compute_loss one more branch beside its own and name it in loss_type:',
    `#     elif loss_type == "${title}":`,
    `#         per_sequence_loss = ${title}(${call.join(', ')})`,
    ...(others.includes('kl') ? ['# kl is the batch mean of policy minus reference log-probability over mismatched pairs, at least 0, detached.'] : []),
    'import torch',
    'import torch.nn.functional as F',
    '',
    '',
    ...helpers,
    `def ${title}(${signature.join(', ')}):`,
    '    """The loss of each pair, shape (batch,). Log-probabilities are sums over completion tokens."""',
    '    number = chosen_logps.new_tensor',
    ...numbers.map((one) => `    ${variables[one]} = number(${variables[one]})`),
    ...sortingOf(objective.pairing),
    ...(used.has('a') ? ['    a = chosen_logps - ref_chosen_logps'] : []),
    ...(used.has('b') ? ['    b = rejected_logps - ref_rejected_logps'] : []),
    `    loss = ${python(tree)}`,
    // A formula that names nothing of the pair is one number.
    ...([...used].some((one) => isPairVariable(one) && one !== 'KL') ? [] : ['    loss = loss + torch.zeros_like(chosen_logps)']),
    '    return loss',
    '',
  ].join('\n');
}

/** What stands in TRL for what the lab calls so. */
const inTrl: Readonly<Record<string, string>> = {
  [variables.nw]: 'completion_mask.chunk(2)[0].sum(1)',
  [variables.nl]: 'completion_mask.chunk(2)[1].sum(1)',
};

/** Objectives that sort see each place's own order of the batch. */
function sortingOf(pairing: Pairing): string[] {
  const take = (order: string, names: readonly PairVariable[]): string[] =>
    names.map((one) => `    ${variables[one]} = ${variables[one]}[${order}]`);
  switch (pairing) {
    case 'own':
      return [];
    case 'sortedDifferences':
      return [
        '    policy_order = torch.argsort(chosen_logps - rejected_logps)',
        '    reference_order = torch.argsort(ref_chosen_logps - ref_rejected_logps)',
        ...take('policy_order', ['lw', 'll']),
        ...take('reference_order', ['refw', 'refl']),
      ];
    case 'sortedRatios':
      return [
        '    chosen_order = torch.argsort(chosen_logps - ref_chosen_logps)',
        '    rejected_order = torch.argsort(rejected_logps - ref_rejected_logps)',
        ...take('chosen_order', ['lw', 'refw']),
        ...take('rejected_order', ['ll', 'refl']),
      ];
  }
}

/** Functions that PyTorch lacks. */
const helperCode: Partial<Record<FunctionName, readonly string[]>> = {
  delta: ['def delta(x):', '    return torch.sigmoid(x) * torch.sigmoid(-x)'],
  log1mexp: ['def log1mexp(x):', '    return torch.log(-torch.expm1(x))'],
  logodds: ['def logodds(x):', '    x = torch.clamp(x, max=-1e-6)', '    return x - torch.log(-torch.expm1(x))'],
};

function helpersOf(tree: Expression): string[] {
  const called = functionsOf(tree);
  return (Object.keys(helperCode) as FunctionName[]).filter((fn) => called.has(fn)).flatMap((fn) => [...helperCode[fn]!, '', '']);
}

function functionsOf(tree: Expression): Set<FunctionName> {
  switch (tree.kind) {
    case 'number':
    case 'name':
      return new Set();
    case 'negate':
      return functionsOf(tree.of);
    case 'binary':
      return new Set([...functionsOf(tree.left), ...functionsOf(tree.right)]);
    case 'call':
      return new Set([tree.fn, ...tree.args.flatMap((arg) => [...functionsOf(arg)])]);
  }
}

const comparisons: readonly BinaryOperator[] = ['<', '>', '<=', '>='];
const compares = (tree: Expression): tree is Expression & { kind: 'binary' } => tree.kind === 'binary' && comparisons.includes(tree.op);

/** Python's operators bind as the language's do, but for `^`, which is `**` there, and comparisons, which give no numbers. */
function python(tree: Expression): string {
  const { left, right } = bindingOf(tree);
  switch (tree.kind) {
    case 'number':
      // Always a float: Python would work out a tower of powers of whole numbers digit by digit.
      return /[.e]/.test(String(tree.value)) ? String(tree.value) : `${tree.value}.0`;
    case 'name':
      return variables[tree.name];
    case 'negate':
      return `-${at(tree.of, right)}`;
    case 'binary':
      if (compares(tree)) return `(${condition(tree)}).to(chosen_logps.dtype)`;
      return `${at(tree.left, left)} ${tree.op === '^' ? '**' : tree.op} ${at(tree.right, right)}`;
    case 'call':
      return call(tree.fn, tree.args);
  }
}

function at(tree: Expression, least: number): string {
  // A comparison brings its own parentheses.
  return !compares(tree) && bindingOf(tree).own < least ? `(${python(tree)})` : python(tree);
}

/** As a tensor: PyTorch's functions take no plain numbers, and what is made of numbers alone is one. */
function tensor(tree: Expression): string {
  return variablesOf(tree).size === 0 && functionsOf(tree).size === 0 && !compares(tree) ? `number(${python(tree)})` : python(tree);
}

function condition(tree: Expression & { kind: 'binary' }): string {
  const { left, right } = bindingOf(tree);
  const side = (part: Expression, least: number): string => {
    const text = tensor(part);
    return text.startsWith('number(') ? text : at(part, least);
  };
  return `${side(tree.left, left)} ${tree.op} ${side(tree.right, right)}`;
}

function call(fn: FunctionName, args: readonly Expression[]): string {
  const inside = args.map(tensor);
  const [x = '', y = '', z = ''] = inside;
  switch (fn) {
    case 'logsigmoid':
      return `F.logsigmoid(${x})`;
    case 'softplus':
      // F.softplus is linear beyond 20; this is not.
      return `(-F.logsigmoid(-(${x})))`;
    case 'delta':
    case 'log1mexp':
    case 'logodds':
      return `${fn}(${x})`;
    case 'step':
      return `(${x} > 0).to(chosen_logps.dtype)`;
    case 'max':
      return inside.reduce((first, second) => `torch.maximum(${first}, ${second})`);
    case 'min':
      return inside.reduce((first, second) => `torch.minimum(${first}, ${second})`);
    case 'clamp':
      return `torch.minimum(torch.maximum(${x}, ${y}), ${z})`;
    case 'where': {
      const chosen = args[0]!;
      return `torch.where(${compares(chosen) ? condition(chosen) : `(${x}) != 0`}, ${y}, ${z})`;
    }
    case 'detach':
      return `(${x}).detach()`;
    default:
      return `torch.${fn}(${x})`;
  }
}
