// The lab's own engine as the benchmark sees it: a cohort's training step, sampling, and the time of each kernel.
import type { DeviceReport } from '../device';
import { createCohort, openEngine } from '../engine';
import { compileObjective } from '../objectives';
import { createRandom } from '../random';
import type { CohortOptions } from '../training/types';
import { recipe, taskPairs, taskWeights, type Contender, type Place, type Task } from './contender';

let opened: { readonly choice: Task['backend']; readonly report: DeviceReport } | undefined;

/** Opens the engine, unless it is open already. */
export async function openDevice(choice: Task['backend'], place: Place): Promise<DeviceReport> {
  if (opened?.choice !== choice) opened = { choice, report: await openEngine({ choice, ...place }) };
  return opened.report;
}

export function cohortOptions(task: Task): CohortOptions {
  return {
    weights: taskWeights(task),
    policies: Array.from({ length: task.policies }, () => ({
      objective: compileObjective('dpo'),
      hyper: { beta: recipe.beta },
      learningRate: recipe.learningRate,
    })),
    schedule: { steps: 1000, warmupSteps: 0, decay: 'constant', maxGradNorm: recipe.maxGradNorm, weightDecay: 0 },
  };
}

export async function openOurs(task: Task, place: Place): Promise<Contender> {
  await openDevice(task.backend, place);
  const cohort = createCohort(cohortOptions(task));
  const pairs = taskPairs(task);
  const batches = Array.from({ length: task.policies }, () => pairs);
  return {
    async train() {
      await cohort.train(batches);
      // The lab reads metrics at evaluations only; the others read their loss after each step, so here it does too.
      const rows = await cohort.readMetrics();
      return rows.at(-1)!.metrics[0]?.loss ?? NaN;
    },
    step: () => cohort.train(batches),
    dispose: () => cohort.dispose(),
  };
}

export interface SamplingTimes {
  /** Milliseconds for all tokens: as the engine samples, and one token at a time from the whole prefix. */
  readonly cached: number;
  readonly uncached: number;
}

/** Samples `tokens` tokens after a prompt of `promptLength` under one policy, in both ways; medians of `times`. */
export async function timeSampling(task: Task, place: Place, promptLength: number, tokens: number, times: number): Promise<SamplingTimes> {
  await openDevice(task.backend, place);
  const cohort = createCohort(cohortOptions({ ...task, policies: 1 }));
  const random = createRandom(11);
  const prompt = Array.from({ length: promptLength }, () => random.below(task.model.vocab_size));
  // No token is the last one, so that always as many are drawn.
  const options = { temperature: 1, topK: 0, topP: 1, greedy: false, seed: 1, endToken: -1 };
  const cached: number[] = [];
  const uncached: number[] = [];
  try {
    let answer = (await cohort.sample([prompt], { ...options, maxTokens: tokens }))[0]![0]!.ids;
    for (let round = 0; round < times; round++) {
      const start = performance.now();
      answer = (await cohort.sample([prompt], { ...options, maxTokens: tokens }))[0]![0]!.ids;
      const between = performance.now();
      for (let i = 0; i < tokens; i++) await cohort.sample([[...prompt, ...answer.slice(0, i)]], { ...options, maxTokens: 1 });
      cached.push(between - start);
      uncached.push(performance.now() - between);
    }
  } finally {
    cohort.dispose();
  }
  const middle = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;
  return { cached: middle(cached), uncached: middle(uncached) };
}
