// The recipe: one small JSON document that says everything an experiment depends on.
// The page edits one, a link carries one, the command line runs one, a stored run remembers one.
import { z } from 'zod';
import { UserError } from '../engine/errors';
import {
  compileExpression, compileObjective, ObjectiveError, objectives, resolveHyper, type CompiledObjective, type Hyper,
} from '../engine/objectives';
import { judgeSchema } from './making/spec';

export const MAX_POLICIES = 16;

const finite = z.number();
const whole = z.number().int();

export const memberSchema = z.strictObject({
  /** An id of `objectives`, or `custom` together with `expression`. */
  objective: z.string(),
  /** A loss of one's own, in the expression language of `engine/objectives`. */
  expression: z.string().max(2000).optional(),
  /** What the legend says; by default the objective's own name. */
  label: z.string().max(80).optional(),
  beta: finite.positive().max(100).default(0.2),
  learningRate: finite.positive().max(1).default(3e-4),
  /** The objective's other numbers by name: labelSmoothing, tau, lambda, gamma, … */
  hyper: z.record(z.string(), finite).default({}),
});

export const recipeSchema = z.strictObject({
  version: z.literal(1),
  name: z.string().max(120).default('Untitled'),
  /** A checkpoint's id; `town` is the one that ships, `own:` and a name one that was adopted from a run. */
  model: z.string().default('town'),
  data: z
    .strictObject({
      /** `clair`, `off_policy`, `stored:` and a dataset's id, or what is made for the run: see `making/spec`. */
      dataset: z.string().default('clair'),
      /** Faults of the judge, where the dataset is one that is made and judged. */
      judge: judgeSchema.optional(),
      trainPairs: whole.min(1).max(1_000_000).default(320),
      heldOutPairs: whole.min(1).max(100_000).default(128),
      /** Pairs longer than the model's context are left out; or their prompts are cut so that this end is kept. */
      overlong: z.enum(['keepStart', 'keepEnd']).optional(),
    })
    .prefault({}),
  cohort: z.array(memberSchema).min(1).max(MAX_POLICIES),
  /** Every member is trained once with each seed; a seed fixes the order of the batches. */
  seeds: z.array(whole.min(0).max(0xffffffff)).min(1).max(MAX_POLICIES).default([1]),
  schedule: z
    .strictObject({
      steps: whole.min(1).max(100_000).default(100),
      /** Pairs in one step's batch. */
      batchSize: whole.min(1).max(512).default(16),
      warmupSteps: whole.min(0).max(100_000).default(10),
      decay: z.enum(['constant', 'linear', 'cosine']).default('constant'),
      /** Each policy's gradient is scaled down to this norm; 0 switches clipping off. */
      maxGradNorm: finite.min(0).default(1),
      weightDecay: finite.min(0).max(10).default(0),
    })
    .prefault({}),
  evaluation: z
    .strictObject({
      every: whole.min(1).max(100_000).default(10),
      /** Held-out prompts that each policy answers at every evaluation, for the length and the end of its answers; 0: none. */
      samples: whole.min(0).max(256).default(16),
    })
    .prefault({}),
});

/** A complete recipe, every default filled in. */
export type Recipe = z.output<typeof recipeSchema>;
export type Member = z.output<typeof memberSchema>;

/** One policy of the cohort: a member trained with one seed. */
export interface Policy {
  readonly index: number;
  readonly member: Member;
  readonly memberIndex: number;
  readonly seed: number;
  readonly label: string;
}

/**
 * Parses untrusted JSON into a recipe.
 * @throws UserError naming the first field that is wrong.
 */
export function parseRecipe(json: unknown): Recipe {
  const result = recipeSchema.safeParse(json);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    throw new UserError('The recipe’s field “{field}” is wrong: {reason}. Nothing was changed.', {
      field: issue.path.join('.') || 'recipe',
      reason: issue.message,
    });
  }
  const recipe = result.data;
  recipe.cohort.forEach((member, index) => {
    const field = `cohort.${index}.objective`;
    if (member.objective === 'custom') {
      if (member.expression === undefined) {
        throw new UserError('The recipe’s field “{field}” is missing: a custom objective needs its expression.', {
          field: `cohort.${index}.expression`,
        });
      }
    } else if (!Object.hasOwn(objectives, member.objective)) {
      throw new UserError('The recipe’s field “{field}” names “{name}”, which is no objective. Known are: {known}.', {
        field,
        name: member.objective,
        known: Object.keys(objectives).join(', '),
      });
    }
    try {
      const { objective, hyper } = compileMember(member);
      resolveHyper(objective, hyper);
    } catch (error) {
      throw inField(error, `cohort.${index}`);
    }
  });
  const count = recipe.cohort.length * recipe.seeds.length;
  if (count > MAX_POLICIES) {
    throw new UserError(
      'The recipe asks for {count} policies ({members} objectives by {seeds} seeds); a cohort holds at most {most}.',
      { count, members: recipe.cohort.length, seeds: recipe.seeds.length, most: MAX_POLICIES },
    );
  }
  return recipe;
}

/** An objective's own sentence, with the place in the recipe before it; a mistake in an expression keeps its position. */
function inField(error: unknown, member: string): unknown {
  if (error instanceof ObjectiveError) {
    const values = { field: `${member}.expression`, at: error.position + 1, problem: error.message };
    return new ObjectiveError('The recipe’s field “{field}” has a mistake at character {at}: {problem}', values, error.position, error.length);
  }
  if (!(error instanceof UserError)) return error;
  return new UserError('The recipe’s field “{field}” has a mistake: {problem}', { field: member, problem: error.message });
}

/**
 * The objective of a member, ready to use, and its numbers.
 * @throws UserError for an unknown objective, or ObjectiveError pointing at the mistake in an expression.
 */
export function compileMember(member: Member): { objective: CompiledObjective; hyper: Hyper } {
  const objective =
    member.objective === 'custom' ? compileExpression(member.expression ?? '') : compileObjective(member.objective);
  return { objective, hyper: { ...member.hyper, beta: member.beta } };
}

/** The cohort's policies in the order in which they lie on the policy axis. */
export function policiesOf(recipe: Recipe): Policy[] {
  return recipe.seeds.flatMap((seed, seedIndex) =>
    recipe.cohort.map((member, memberIndex) => ({
      index: seedIndex * recipe.cohort.length + memberIndex,
      member,
      memberIndex,
      seed,
      label: member.label ?? objectives[member.objective]?.name ?? 'Custom',
    })),
  );
}
