// Plans of the re-enactment: the whole grid, and a quick one. Their numbers were chosen on the tuning part of the prompts;
// docs/decisions tells how.
import { z } from 'zod';
import { UserError } from '../../engine/errors';
import { objectives } from '../../engine/objectives';
import { datasetKinds, madeName, type DatasetKind } from '../making/spec';
import { MAX_POLICIES, memberSchema, parseRecipe, recipeSchema, type Member, type Recipe } from '../recipe';
import { answerModes } from './answers';
import type { Round, StudyPlan } from './types';

const seed = z.number().int().min(0).max(0xffffffff);

const planSchema = z.strictObject({
  version: z.literal(1),
  name: z.string().max(120),
  datasets: z.array(z.enum(datasetKinds)).min(1),
  members: z.array(memberSchema).min(1).max(MAX_POLICIES),
  seeds: z.array(seed).min(1).max(16),
  train: z.number().int().min(1).max(100_000),
  heldOut: z.number().int().min(1).max(10_000),
  schedule: recipeSchema.shape.schedule,
  evaluation: recipeSchema.shape.evaluation,
  benchmark: z.strictObject({
    prompts: z.number().int().min(1).max(2_000),
    seed,
    modes: z.array(z.enum(answerModes)).min(1),
    part: z.enum(['benchmark', 'tuning']).default('benchmark'),
  }),
  secondRound: z
    .strictObject({ from: z.strictObject({ dataset: z.enum(datasetKinds), objective: z.string() }), datasets: z.array(z.enum(datasetKinds)).min(1) })
    .optional(),
});

const unique = (values: readonly unknown[]): boolean => new Set(values).size === values.length;

/**
 * Parses untrusted JSON into a plan.
 * @throws UserError naming the first field that is wrong.
 */
export function parsePlan(json: unknown): StudyPlan {
  const wrong = (field: string, reason: string): UserError =>
    new UserError('The plan’s field “{field}” is wrong: {reason} Nothing was changed.', { field, reason });
  const result = planSchema.safeParse(json);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    throw wrong(issue.path.join('.') || 'plan', `${issue.message}.`);
  }
  const { secondRound, ...rest } = result.data;
  const plan: StudyPlan = { ...rest, ...(secondRound && { secondRound }) };
  for (const [field, values] of Object.entries({ datasets: plan.datasets, seeds: plan.seeds })) {
    if (!unique(values)) throw wrong(field, 'one stands there twice.');
  }
  if (secondRound) {
    const { dataset, objective } = secondRound.from;
    if (!plan.datasets.includes(dataset)) throw wrong('secondRound.from.dataset', 'the first round does not have that dataset.');
    if (!plan.members.some((member) => member.objective === objective)) throw wrong('secondRound.from.objective', 'the first round does not train with it.');
  }
  // A recipe of the plan finds what is wrong with its members.
  recipeOf(plan, { kind: plan.datasets[0]!, seed: plan.seeds[0]!, round: 1 });
  return plan;
}

export interface CellKey {
  readonly kind: DatasetKind;
  readonly seed: number;
  readonly round: Round;
}

/** What a second round's reference is called: one policy for each seed. */
export const secondModel = (seed: number): string => `own:second-${seed}`;

/** The recipe of one cell: all members on one dataset, all of one seed. */
export function recipeOf(plan: StudyPlan, { kind, seed, round }: CellKey): Recipe {
  return parseRecipe({
    version: 1,
    name: plan.name,
    model: round === 1 ? 'town' : secondModel(seed),
    data: { dataset: madeName({ kind, seed, tuning: plan.benchmark.part === 'tuning' }), trainPairs: plan.train, heldOutPairs: plan.heldOut },
    cohort: plan.members,
    seeds: [seed],
    schedule: plan.schedule,
    evaluation: plan.evaluation,
  });
}

/** All cells, in the order in which they are worked on: seed by seed, so that a plan half done is a whole one of fewer seeds. */
export function cellsOf(plan: StudyPlan): CellKey[] {
  const cells = (kinds: readonly DatasetKind[], round: Round, seed: number): CellKey[] => kinds.map((kind) => ({ kind, seed, round }));
  return plan.seeds.flatMap((one) => [...cells(plan.datasets, 1, one), ...cells(plan.secondRound?.datasets ?? [], 2, one)]);
}

const member = (objective: string, learningRate: number, beta: number): Member => ({ objective, beta, learningRate, hyper: {} });

/** The paper's objectives, each with the learning rate that did best on the tuning prompts. */
export const studyMembers: readonly Member[] = [
  member('dpo', 1e-4, 0.2),
  member('kto', 2e-4, 0.2),
  member('sft', 3e-4, 0.2),
  member('apo_zero', 2e-4, 0.2),
  member('apo_down', 3e-5, 0.2),
];

/** Of the paper's five rows, in its words. */
export const objectiveName = (id: string): string => objectives[id]?.name ?? id;

export const fullPlan: StudyPlan = parsePlan({
  version: 1,
  name: 'The paper, re-enacted',
  datasets: ['clair', 'on_policy', 'off_policy', 'stronger'],
  members: studyMembers,
  seeds: [1, 2, 3],
  train: 320,
  heldOut: 128,
  schedule: { steps: 100, batchSize: 16, warmupSteps: 10, decay: 'constant', maxGradNorm: 1, weightDecay: 0 },
  evaluation: { every: 20, samples: 0 },
  benchmark: { prompts: 240, seed: 1, modes: ['greedy', 'cool', 'sampled'], part: 'benchmark' },
  secondRound: { from: { dataset: 'clair', objective: 'apo_zero' }, datasets: ['off_policy_weak'] },
});

/** One seed and smaller numbers: it shows the way, and its intervals say how little it proves. */
export const quickPlan: StudyPlan = parsePlan({
  ...fullPlan,
  name: 'The paper, re-enacted quickly',
  seeds: [1],
  train: 192,
  heldOut: 48,
  schedule: { ...fullPlan.schedule, steps: 60, batchSize: 8 },
  benchmark: { prompts: 120, seed: 1, modes: ['greedy', 'sampled'], part: 'benchmark' },
  secondRound: { from: { dataset: 'clair', objective: 'apo_zero' }, datasets: ['off_policy_weak'] },
});
