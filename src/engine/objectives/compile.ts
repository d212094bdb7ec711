// From text to a compiled objective: what it needs, the numbers it takes, and its programs, one for each f-divergence used.
import { UserError } from '../errors';
import { definitions, type Definition } from './definitions';
import { fDivergences, withDivergence, type FDivergence } from './divergences';
import { hyperNames, hyperParameters, type HyperName } from './language/names';
import { parseExpression } from './language/parse';
import { variablesOf, type Expression } from './language/tree';
import { buildProgram, type Program } from './program';
import type { Pairing } from './scores';

/** One number of an objective that a person may set. `min` and `max` are the range that is accepted, both included. */
export interface HyperSpec {
  readonly name: HyperName;
  readonly label: string;
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

/** Hyper-parameters by name. `fDivergence`, where given, is the divergence's place in `fDivergences`. */
export type Hyper = Readonly<Record<string, number>>;

/** As `Hyper`, from a less strict source: `fDivergence` may be given by name, and null stands for the default. */
export type HyperInput = Readonly<Record<string, number | string | null | undefined>>;

/** An objective as the page shows it: plain data. */
export interface Objective {
  readonly id: string;
  /** What people call it. */
  readonly name: string;
  readonly summary: string;
  /** The loss of one pair, in the expression language. */
  readonly expression: string;
  /** Paper and equation. */
  readonly citation: string;
  readonly hyper: readonly HyperSpec[];
  /** True where `Scores` must hold mismatched log-probabilities (or KL). */
  readonly needsMismatched: boolean;
  readonly usesReference: boolean;
  /** True where an f-divergence other than reverse KL changes it. */
  readonly usesDivergence: boolean;
  readonly pairing: Pairing;
}

/** An objective ready to be evaluated, differentiated, shown and turned into WGSL. */
export interface CompiledObjective extends Objective {
  readonly tree: Expression;
}

const referenceVariables = ['a', 'b', 'sw', 'sl', 'refw', 'refl', 'KL'] as const;

function compile(id: string, definition: Definition): CompiledObjective {
  const tree = parseExpression(definition.expression);
  const variables = variablesOf(tree);
  const usesDivergence = variables.has('sw') || variables.has('sl');
  return {
    id,
    name: definition.name,
    summary: definition.summary,
    expression: definition.expression,
    citation: definition.citation,
    hyper: hyperNames.filter((name) => variables.has(name)).map((name) => specOf(name, definition)),
    needsMismatched: variables.has('KL'),
    usesReference: referenceVariables.some((name) => variables.has(name)),
    usesDivergence,
    pairing: definition.pairing ?? 'own',
    tree,
  };
}

function specOf(name: HyperName, definition?: Definition): HyperSpec {
  const general = hyperParameters[name];
  const own = definition?.hyper?.[name];
  return {
    name,
    label: own?.label ?? general.label,
    default: own?.default ?? general.default,
    min: own?.min ?? general.min,
    max: own?.max ?? general.max,
  };
}

const compiled: ReadonlyMap<string, CompiledObjective> = new Map(
  Object.entries(definitions).map(([id, definition]) => [id, compile(id, definition)]),
);

/** Every objective by its id, in the order in which a menu lists them. */
export const objectives: Readonly<Record<string, Objective>> = Object.freeze(
  Object.fromEntries([...compiled].map(([id, { tree: _tree, ...objective }]) => [id, objective])),
);

/**
 * The objective of an id, ready to use.
 * @throws UserError for an id that names none.
 */
export function compileObjective(id: string): CompiledObjective {
  const found = compiled.get(id);
  if (found === undefined) {
    throw new UserError('“{name}” is no objective. Known are: {known}.', {
      name: id,
      known: Object.keys(objectives).join(', '),
    });
  }
  return found;
}

/**
 * A loss of one's own, from its text.
 * @throws ObjectiveError that points at the first mistake.
 */
export function compileExpression(text: string): CompiledObjective {
  return compile('custom', {
    name: 'Custom',
    summary: 'A loss of your own.',
    expression: text,
    citation: '',
  });
}

/** Numbers for everything an objective takes, and its divergence. */
export interface ResolvedHyper {
  readonly values: Readonly<Record<HyperName, number>>;
  readonly divergence: FDivergence;
}

/** Other spellings of hyper-parameters: TRL's. */
const otherNames: Partial<Record<HyperName, readonly string[]>> = {
  tau: ['discopopTau', 'discopop_tau'],
  labelSmoothing: ['label_smoothing'],
  desirableWeight: ['desirable_weight'],
  undesirableWeight: ['undesirable_weight'],
};

/**
 * Fills in an objective's defaults and checks the numbers given; names it does not use are ignored.
 * @throws UserError naming the first number that is not finite or out of range.
 */
export function resolveHyper(objective: CompiledObjective, hyper: HyperInput): ResolvedHyper {
  const values = Object.fromEntries(hyperNames.map((name) => [name, hyperParameters[name].default])) as Record<HyperName, number>;
  const given = (name: string): number | string | undefined =>
    Object.hasOwn(hyper, name) ? (hyper[name] ?? undefined) : undefined;
  const accept = (spec: HyperSpec, names: readonly string[]): void => {
    const value = names.map(given).find((candidate) => candidate !== undefined) ?? spec.default;
    if (typeof value !== 'number' || !(value >= spec.min && value <= spec.max)) {
      throw new UserError('{objective} cannot use {name} = {value}: it takes a number from {min} to {max}.', {
        objective: objective.name,
        name: spec.name,
        value: String(value),
        min: spec.min,
        max: spec.max,
      });
    }
    values[spec.name] = value;
  };
  for (const spec of objective.hyper) accept(spec, [spec.name, ...(otherNames[spec.name] ?? [])]);
  if (!objective.usesDivergence) return { values, divergence: 'reverse_kl' };

  let divergence = findDivergence(given('fDivergence'));
  if (divergence === 'alpha_divergence') {
    // TRL calls it alpha; where an objective has an alpha of its own, that name is taken.
    const ownAlpha = objective.hyper.some((spec) => spec.name === 'alpha');
    accept(specOf('divergenceAlpha'), ownAlpha ? ['divergenceAlpha'] : ['divergenceAlpha', 'alpha']);
    // As alpha goes to 1 the score goes to the log-ratio, but for a constant that cancels.
    if (Math.abs(values.divergenceAlpha - 1) < 1e-6) divergence = 'reverse_kl';
  }
  return { values, divergence };
}

function findDivergence(given: number | string | undefined): FDivergence {
  if (given === undefined) return 'reverse_kl';
  const found = fDivergences.find((name, code) => given === name || given === code);
  if (found === undefined) {
    throw new UserError('“{value}” is no f-divergence. Known are: {known}.', {
      value: String(given),
      known: fDivergences.map((name, code) => `${code} (${name})`).join(', '),
    });
  }
  return found;
}

const programs = new WeakMap<Expression, Map<FDivergence, Program>>();

/** The objective's program for one f-divergence; built once. */
export function programOf(objective: CompiledObjective, divergence: FDivergence): Program {
  let built = programs.get(objective.tree);
  if (built === undefined) {
    built = new Map();
    programs.set(objective.tree, built);
  }
  let program = built.get(divergence);
  if (program === undefined) {
    program = buildProgram(withDivergence(objective.tree, divergence));
    built.set(divergence, program);
  }
  return program;
}
