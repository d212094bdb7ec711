// Tests of the cohort that run on every backend. The training step is checked against one worked out in float64.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Weights } from '../../src/engine/model/config';
import { compileObjective } from '../../src/engine/objectives';
import { createCohort as createComposedCohort } from '../../src/engine/training/cohort';
import type { Cohort, CohortOptions, EncodedPair, PolicySettings, Schedule, ScoredPair, StepMetrics } from '../../src/engine/training/types';
import { logProbabilities, scalarParameters } from './llamaFloat64';
import { lively, randomSequence, tinyConfig } from './modelSuite';
import { sum, type Scalar } from './scalarAutodiff';

const schedule: Schedule = { steps: 20, warmupSteps: 2, decay: 'constant', maxGradNorm: 1, weightDecay: 0 };
const policy = (id: string, learningRate = 1e-2, beta = 0.5): PolicySettings => ({
  objective: compileObjective(id),
  hyper: { beta },
  learningRate,
});

export function pairs(count: number, seed = 1): EncodedPair[] {
  return Array.from({ length: count }, (_, i) => {
    const chosen = randomSequence(seed * 100 + i, 6 + (i % 3), 3, tinyConfig.vocab_size);
    const rejected = randomSequence(seed * 100 + 50 + i, 5 + (i % 4), 3, tinyConfig.vocab_size);
    // Both sides answer the same prompt.
    return { chosen, rejected: { ...rejected, ids: [...chosen.ids.slice(0, 3), ...rejected.ids.slice(3)] } };
  });
}

/** One step, and what it did. */
export async function oneStep(cohort: Cohort, batches: readonly (readonly ScoredPair[])[]): Promise<readonly StepMetrics[]> {
  await cohort.train(batches);
  return (await cohort.readMetrics()).at(-1)!.metrics;
}

/** The reference's own log-probabilities, from a cohort of one. */
export async function withReference(
  weights: Weights,
  list: readonly EncodedPair[],
  createCohort: (options: CohortOptions) => Cohort = createComposedCohort,
): Promise<ScoredPair[]> {
  const cohort = createCohort({ weights, policies: [policy('dpo')], schedule });
  const [scores] = await cohort.logProbs(list.flatMap(({ chosen, rejected }) => [chosen, rejected]));
  cohort.dispose();
  return list.map((pair, i) => ({
    ...pair,
    referenceChosen: scores![2 * i]!.sum,
    referenceRejected: scores![2 * i + 1]!.sum,
  }));
}

/** DPO's and APO-zero's derivatives at one pair, from the paper's gradients. */
const derivatives: Record<string, (a: number, b: number, beta: number) => [number, number]> = {
  dpo: (a, b, beta) => {
    const pull = beta / (1 + Math.exp(beta * (a - b)));
    return [-pull, pull];
  },
  apo_zero: (a, b, beta) => {
    const delta = (x: number) => 1 / (1 + Math.exp(-x)) / (1 + Math.exp(x));
    return [-beta * delta(beta * a), beta * delta(beta * b)];
  },
};

/** Parameters after `steps` steps on the same batch, all in float64: AdamW as PyTorch documents it, clipping at 1. */
function trainFloat64(weights: Weights, batch: readonly ScoredPair[], id: string, rate: number, steps: number) {
  let values = Object.fromEntries(Object.entries(weights.tensors).map(([name, { data }]) => [name, Array.from(data)]));
  const m: Record<string, number[]> = {};
  const v: Record<string, number[]> = {};
  for (let step = 1; step <= steps; step++) {
    const tensors = Object.fromEntries(
      Object.entries(values).map(([name, list]) => [name, { shape: [], data: list as unknown as Float32Array }]),
    );
    const parameters = scalarParameters({ config: weights.config, tensors });
    const total = (ids: readonly number[], start: number) =>
      sum(logProbabilities(ids, parameters, weights.config).slice(start - 1));
    const terms: Scalar[] = batch.flatMap((pair) => {
      const chosen = total(pair.chosen.ids, pair.chosen.completionStart);
      const rejected = total(pair.rejected.ids, pair.rejected.completionStart);
      const [dw, dl] = derivatives[id]!(chosen.value - pair.referenceChosen, rejected.value - pair.referenceRejected, 0.5);
      return [chosen.times(dw / batch.length), rejected.times(dl / batch.length)];
    });
    sum(terms).backward();
    const norm = Math.hypot(...Object.values(parameters).flat().map(({ gradient }) => gradient));
    const scale = norm > 1 ? 1 / norm : 1;
    const lr = rate * Math.min(1, step / schedule.warmupSteps);
    values = Object.fromEntries(
      Object.entries(parameters).map(([name, list]) => {
        m[name] ??= list.map(() => 0);
        v[name] ??= list.map(() => 0);
        return [
          name,
          list.map(({ value, gradient }, i) => {
            const g = gradient * scale;
            m[name]![i] = 0.9 * m[name]![i]! + 0.1 * g;
            v[name]![i] = 0.999 * v[name]![i]! + 0.001 * g * g;
            const mHat = m[name]![i]! / (1 - 0.9 ** step);
            const vHat = v[name]![i]! / (1 - 0.999 ** step);
            return value - (lr * mHat) / (Math.sqrt(vHat) + 1e-8);
          }),
        ];
      }),
    );
  }
  return values;
}

/** Defines the tests for one backend; `open` makes it the active one. */
export function describeCohort(
  backend: string,
  open: () => Promise<unknown>,
  createCohort: (options: CohortOptions) => Cohort = createComposedCohort,
): void {
  describe(`the cohort on ${backend}`, () => {
    beforeAll(open);

    it('takes the steps that float64 takes, each policy by its own objective and rate', async () => {
      const weights = lively(tinyConfig, 1);
      const batch = await withReference(weights, pairs(2));
      const cohort = createCohort({ weights, policies: [policy('dpo'), policy('apo_zero', 5e-3)], schedule });
      for (let step = 0; step < 3; step++) await cohort.train([batch, batch]);
      for (const [k, id, rate] of [[0, 'dpo', 1e-2], [1, 'apo_zero', 5e-3]] as const) {
        const expected = trainFloat64(weights, batch, id, rate, 3);
        const { tensors } = await cohort.weights(k);
        let moved = 0;
        let worst = 0;
        for (const [name, list] of Object.entries(expected)) {
          list.forEach((value, i) => {
            moved = Math.max(moved, Math.abs(value - weights.tensors[name]!.data[i]!));
            worst = Math.max(worst, Math.abs(value - tensors[name]!.data[i]!));
          });
        }
        // AdamW divides by the gradient's own size, so a gradient near zero keeps few digits: compare to the way gone.
        expect(worst / moved, id).toBeLessThan(5e-3);
        expect(moved, id).toBeGreaterThan(rate);
      }
      cohort.dispose();
    });

    it('starts where the reference is: no reward, no margin, no accuracy', async () => {
      const weights = lively(tinyConfig, 2);
      const batch = await withReference(weights, pairs(3), createCohort);
      const cohort = createCohort({ weights, policies: [policy('apo_down')], schedule });
      const [metrics] = await oneStep(cohort, [batch]);
      expect(metrics!['rewards/margins']).toBeCloseTo(0, 5);
      expect(metrics!['rewards/accuracies']).toBe(0);
      expect(metrics!['logps/chosen']).toBeCloseTo(batch.reduce((s, p) => s + p.referenceChosen, 0) / 3, 4);
      expect(metrics!.learning_rate).toBeCloseTo(0.5e-2, 8);
      cohort.dispose();
    });

    it('estimates KTO’s KL from prompts with the next pair’s completions', async () => {
      const weights = lively(tinyConfig, 3);
      const batch = await withReference(weights, pairs(3));
      const cohort = createCohort({ weights, policies: [policy('kto'), policy('apo_zero')], schedule });
      // At the start the KL is zero, where KTO is APO-zero.
      const [kto, zero] = await oneStep(cohort, [batch, batch]);
      expect(kto!.loss).toBeCloseTo(zero!.loss!, 5);
      expect(kto!.grad_norm).toBeCloseTo(zero!.grad_norm!, 4);
      cohort.dispose();
    });

    it('goes on with KTO as the composed cohort does once its KL is no longer zero', async () => {
      const weights = lively(tinyConfig, 3);
      const batch = await withReference(weights, pairs(3));
      const options = { weights, policies: [policy('kto', 5e-2), policy('apo_zero', 5e-2)], schedule };
      const cohorts = [createCohort(options), createComposedCohort(options)];
      for (let step = 0; step < 4; step++) {
        const [here, there] = [await oneStep(cohorts[0]!, [batch, batch]), await oneStep(cohorts[1]!, [batch, batch])];
        here.forEach((metrics, k) => {
          for (const name of ['loss', 'grad_norm', 'logps/chosen']) {
            const expected = there[k]![name]!;
            expect(Math.abs(metrics![name]! - expected), `${name} of policy ${k} in step ${step + 1}`).toBeLessThan(
              2e-3 * Math.max(1, Math.abs(expected)),
            );
          }
        });
        // From the second step on the estimate matters, or KTO would still be APO-zero.
        if (step === 3) expect(Math.abs(here[0]!.loss! - here[1]!.loss!)).toBeGreaterThan(1e-3);
      }
      for (const cohort of cohorts) cohort.dispose();
    });

    it('evaluates without changing anything, and in any company', async () => {
      const weights = lively(tinyConfig, 4);
      const list = pairs(5).flatMap(({ chosen, rejected }) => [chosen, rejected]);
      const cohort = createCohort({ weights, policies: [policy('dpo'), policy('ipo')], schedule });
      const before = await cohort.save();
      const [together] = await cohort.logProbs(list);
      for (const [i, sequence] of list.entries()) {
        const alone = (await cohort.logProbs([sequence]))[0]![0]!;
        expect(together![i]!.sum).toBeCloseTo(alone.sum, 4);
        expect(alone.perToken.length).toBe(sequence.ids.length - sequence.completionStart);
      }
      const after = await cohort.save();
      for (const [name, tensor] of Object.entries(before.tensors)) expect(after.tensors[name]!.data).toEqual(tensor.data);
      cohort.dispose();
    });

    it('stops a policy whose loss is not finite, keeps its last good parameters, and lets the others train on', async () => {
      const weights = lively(tinyConfig, 5);
      const good = await withReference(weights, pairs(2));
      const bad = good.map((pair) => ({ ...pair, referenceChosen: Number.NaN }));
      const cohort = createCohort({ weights, policies: [policy('dpo'), policy('dpo')], schedule });
      await cohort.train([good, good]);
      const kept = await cohort.weights(0);
      const [first, second] = await oneStep(cohort, [bad, good]);
      expect(first).toBeNull();
      expect(second!.loss).toBeGreaterThan(0);
      expect(cohort.stopped.get(0)!.reason).toMatch(/loss/);
      const [still, on] = await oneStep(cohort, [good, good]);
      expect(still).toBeNull();
      expect(on!.loss).toBeLessThan(second!.loss!);
      const now = await cohort.weights(0);
      for (const [name, { data }] of Object.entries(kept.tensors)) expect(now.tensors[name]!.data).toEqual(data);
      cohort.dispose();
    });

    it('goes on from a saved state as if it had never stopped', async () => {
      const weights = lively(tinyConfig, 6);
      const batch = await withReference(weights, pairs(2));
      const options = { weights, policies: [policy('dpo'), policy('apo_down')], schedule };
      const whole = createCohort(options);
      const steps = async (cohort: Cohort, count: number) => {
        for (let i = 0; i < count; i++) await cohort.train([batch, batch]);
      };
      await steps(whole, 2);
      const saved = await whole.save();
      await steps(whole, 2);
      const resumed = createCohort(options);
      resumed.restore(saved);
      expect(resumed.step).toBe(2);
      await steps(resumed, 2);
      const [a, b] = [await whole.save(), await resumed.save()];
      for (const [name, { data }] of Object.entries(a.tensors)) expect(b.tensors[name]!.data, name).toEqual(data);
      whole.dispose();
      resumed.dispose();
    });

    it('says the same for the same seed, and what is likeliest when greedy', async () => {
      const weights = lively(tinyConfig, 7);
      const cohort = createCohort({ weights, policies: [policy('dpo'), policy('ipo')], schedule });
      const options = { temperature: 1, topK: 0, topP: 1, greedy: false, maxTokens: 6, seed: 3, endToken: 0 };
      const prompts = [[1, 2, 3], [4, 5]];
      const [first, twin] = await cohort.sample(prompts, options);
      expect(twin).toEqual(first);
      expect((await cohort.sample(prompts, options))[0]).toEqual(first);
      const [greedy] = await cohort.sample([[1, 2, 3]], { ...options, greedy: true });
      const ids = [1, 2, 3];
      let logProb = 0;
      for (const token of greedy![0]!.ids) {
        const scores = scalarParameters(weights);
        const candidates = Array.from({ length: tinyConfig.vocab_size }, (_, v) =>
          logProbabilities([...ids, v], scores, tinyConfig).at(-1)!.value,
        );
        expect(token).toBe(candidates.indexOf(Math.max(...candidates)));
        logProb += candidates[token]!;
        ids.push(token);
      }
      if (!greedy![0]!.ended) expect(greedy![0]!.logProb).toBeCloseTo(logProb, 3);
      cohort.dispose();
    });

    it('leaves no tensor behind', async () => {
      const run = async () => {
        const weights = lively(tinyConfig, 8);
        const batch = await withReference(weights, pairs(2));
        const cohort = createCohort({ weights, policies: [policy('kto'), policy('dpo')], schedule });
        await cohort.train([batch, batch]);
        await cohort.train([batch, batch]);
        const settled = tf.memory().numTensors;
        await cohort.train([batch, batch]);
        await cohort.logProbs(batch.map(({ chosen }) => chosen));
        expect(tf.memory().numTensors).toBe(settled);
        cohort.dispose();
      };
      await run();
      const before = tf.memory().numTensors;
      await run();
      expect(tf.memory().numTensors).toBe(before);
    });
  });
}

/** Twenty steps, or fewer, of three objectives; the metrics that backends are compared by. */
export async function twentySteps(createCohort: (options: CohortOptions) => Cohort = createComposedCohort, steps = 20): Promise<number[]> {
  const weights = lively(tinyConfig, 9);
  const list = await withReference(weights, pairs(6));
  const cohort = createCohort({
    weights,
    policies: [policy('dpo', 1e-3), policy('apo_zero', 1e-3), policy('apo_down', 1e-3)],
    schedule,
  });
  const out: number[] = [];
  for (let step = 0; step < steps; step++) {
    const batch = [list[(2 * step) % 6]!, list[(2 * step + 1) % 6]!];
    for (const metrics of await oneStep(cohort, [batch, batch, batch])) {
      out.push(metrics!.loss!, metrics!['logps/chosen']!, metrics!['logps/rejected']!, metrics!.grad_norm!);
    }
  }
  cohort.dispose();
  return out;
}
