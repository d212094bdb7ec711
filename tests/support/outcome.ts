// What a recipe comes to on a tiny lab, and comparisons of two such outcomes: to the last bit, or within a tolerance.
import { expect } from 'vitest';
import type { MetricsRow, RunCheckpoint } from '../../src/lab/protocol';
import type { Recipe } from '../../src/lab/recipe';
import { tinyRecipe, type TinyLab } from './tinyLabOn';

/** Objectives of every kind: of the margin, of each side alone, with a KL that is estimated, sorted over the batch, by token. */
const everyKind = ['dpo', 'apo_zero', 'apo_down', 'kto', 'aot', 'simpo'] as const;

export function recipeOfEveryKind(steps: number, change: { [key: string]: unknown } = {}): Recipe {
  return tinyRecipe({
    cohort: everyKind.map((objective) => ({ objective, learningRate: 1e-3 })),
    schedule: { steps, batchSize: 2, warmupSteps: 5 },
    evaluation: { every: 10 },
    ...change,
  });
}

export interface Outcome {
  readonly rows: readonly MetricsRow[];
  readonly checkpoint: RunCheckpoint;
}

/** Trains a recipe to its end. */
export async function outcomeOf(lab: TinyLab, recipe: Recipe): Promise<Outcome> {
  lab.send({ type: 'train', runId: 'a', recipe });
  await lab.idle();
  expect(lab.of('failed')).toEqual([]);
  expect(lab.states('a').at(-1)).toEqual(['finished', recipe.schedule.steps]);
  return { rows: lab.of('rows').flatMap((event) => event.rows), checkpoint: lab.checkpoint() };
}

/** Fails unless all rows and all tensors are the same to the last bit. */
export function expectSameBits(actual: Outcome, expected: Outcome): void {
  expect(actual.rows).toEqual(expected.rows);
  const names = Object.keys(expected.checkpoint.tensors);
  expect(Object.keys(actual.checkpoint.tensors)).toEqual(names);
  const bits = ({ checkpoint }: Outcome, name: string) => {
    const { data } = checkpoint.tensors[name]!;
    return new Uint32Array(data.buffer, data.byteOffset, data.length);
  };
  const others = names.filter((name) => {
    const wanted = bits(expected, name);
    return bits(actual, name).some((word, i) => word !== wanted[i]);
  });
  expect(others, 'tensors that differ').toEqual([]);
}

/** Without what comes of the policies' answers; fails where there is none. */
export function withoutAnswers({ rows, checkpoint }: Outcome): Outcome {
  const isAnswers = (name: string): boolean => name.startsWith('eval_samples/');
  expect(rows.some(({ values }) => Object.keys(values).some(isAnswers))).toBe(true);
  return {
    rows: rows.map((row) => ({ ...row, values: Object.fromEntries(Object.entries(row.values).filter(([name]) => !isAnswers(name))) })),
    checkpoint,
  };
}

const compared = ['loss', 'logps/chosen', 'logps/rejected', 'grad_norm'] as const;

/** The largest difference of each training metric over all steps and policies, relative to the expected value. */
export function largestDifferences(actual: Outcome, expected: Outcome): Record<(typeof compared)[number], number> {
  const training = ({ rows }: Outcome) => rows.filter(({ values }) => 'loss' in values);
  const [here, there] = [training(actual), training(expected)];
  expect(here.map(({ step, policy }) => [step, policy])).toEqual(there.map(({ step, policy }) => [step, policy]));
  const largest = (name: string) =>
    Math.max(...there.map(({ values }, i) => Math.abs(here[i]!.values[name]! - values[name]!) / Math.abs(values[name]!)));
  return Object.fromEntries(compared.map((name) => [name, largest(name)])) as Record<(typeof compared)[number], number>;
}
