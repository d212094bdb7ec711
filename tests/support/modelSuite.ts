// Tests of the model's numbers that run on every backend: WASM and CPU in Node, WebGPU in Chromium.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BackendName } from '../../src/engine/device';
import type { ModelConfig, Weights } from '../../src/engine/model/config';
import { backward, forward, forwardForTraining } from '../../src/engine/model/forward';
import { initialiseWeights } from '../../src/engine/model/initialise';
import { createPositions } from '../../src/engine/model/positions';
import { disposeBatch, layOut } from '../../src/engine/model/tokens';
import { createRandom } from '../../src/engine/random';
import { disposeAll, take, tidy } from '../../src/engine/tidy';
import { createOptimizer, gradientNorms, stackWeights } from '../../src/engine/training/optimizer';
import type { EncodedSequence } from '../../src/engine/training/types';
import { logProbabilities, scalarParameters } from './llamaFloat64';
import { sum } from './scalarAutodiff';

export const tinyConfig: ModelConfig = {
  vocab_size: 11,
  hidden_size: 12,
  intermediate_size: 10,
  num_hidden_layers: 2,
  num_attention_heads: 3,
  num_key_value_heads: 3,
  max_position_embeddings: 32,
  rms_norm_eps: 1e-5,
  rope_theta: 10_000,
  tie_word_embeddings: true,
};
const grouped: ModelConfig = { ...tinyConfig, hidden_size: 16, num_attention_heads: 4, num_key_value_heads: 2 };

/** Weights far from their start, so that no gradient is small by accident. */
export function lively(config: ModelConfig, seed: number): Weights {
  const { tensors } = initialiseWeights(config, seed);
  const random = createRandom(seed, 77);
  return {
    config,
    tensors: Object.fromEntries(
      Object.entries(tensors).map(([name, { shape, data }]) => [
        name,
        { shape, data: data.map((value) => value + 0.3 * random.normal()) },
      ]),
    ),
  };
}

export function randomSequence(seed: number, length: number, completionStart: number, vocabulary: number): EncodedSequence {
  const random = createRandom(seed);
  return { ids: Array.from({ length }, () => random.below(vocabulary)), completionStart };
}

/** Largest difference relative to the tensor's largest entry. */
function relativeError(actual: ArrayLike<number>, expected: readonly number[]): number {
  const scale = Math.max(...expected.map(Math.abs), 1e-6);
  return Math.max(...expected.map((value, i) => Math.abs(value - actual[i]!) / scale));
}

/** What the float64 model says: Σ over scored tokens of weight · log p, its parts and all its gradients. */
function expectedOf(weights: Weights, sequences: readonly EncodedSequence[], weightOf: (s: number, t: number) => number) {
  const parameters = scalarParameters(weights);
  const logProbs: number[][] = [];
  const terms = sequences.flatMap(({ ids, completionStart }, s) => {
    const scored = logProbabilities(ids, parameters, weights.config).slice(completionStart - 1);
    logProbs.push(scored.map(({ value }) => value));
    return scored.map((value, t) => value.times(weightOf(s, t)));
  });
  sum(terms).backward();
  const gradients = Object.fromEntries(
    Object.entries(parameters).map(([name, list]) => [name, list.map(({ gradient }) => gradient)]),
  );
  return { logProbs, gradients };
}

/** The same from the engine, for K stacked models. */
async function measured(
  stacked: Parameters<typeof createOptimizer>[0],
  config: ModelConfig,
  sequences: readonly (readonly EncodedSequence[])[],
  weightOf: (s: number, t: number) => number,
  length?: number,
) {
  const optimizer = createOptimizer(stacked);
  const positions = createPositions(config);
  const batch = layOut(sequences, length);
  const tables = positions.of(batch.T);
  const pass = tidy(() => forwardForTraining(optimizer.parameters, config, batch, tables));
  const d = new Float32Array(batch.K * batch.M);
  batch.ranges.forEach((ranges, k) =>
    ranges.forEach(([start, end], s) => {
      for (let row = start; row < end; row++) d[k * batch.M + row] = weightOf(s, row - start);
    }),
  );
  const gradients = tidy(() =>
    backward(tf.tensor2d(d, [batch.K, batch.M]), pass.saved, optimizer.parameters, config, batch, tables),
  );
  const flat = await take(pass.logProbs);
  const entropy = await take(pass.entropy);
  const logProbs = batch.ranges.map((ranges, k) =>
    ranges.map(([start, end]) => flat.slice(k * batch.M + start, k * batch.M + end)),
  );
  const byName: Record<string, Float32Array> = {};
  for (const [name, gradient] of Object.entries(gradients)) byName[name] = (await gradient.data()) as Float32Array;
  byName.__norms = await take(tidy(() => gradientNorms(gradients)));
  disposeAll(gradients);
  disposeAll(pass.saved);
  disposeBatch(batch);
  positions.dispose();
  optimizer.dispose();
  return { logProbs, entropy, gradients: byName };
}

const weightOf = (s: number, t: number) => 0.5 + 0.25 * s - 0.125 * t;

/** Defines the tests for one backend; `open` makes it the active one. */
export function describeModel(backend: BackendName, open: () => Promise<unknown>): void {
  describe(`the model on ${backend}`, () => {
    beforeAll(open);

    it.each([
      ['as many key as query heads', tinyConfig],
      ['grouped-query attention', grouped],
    ])('agrees with the float64 model on log-probabilities and every gradient, with %s', async (_, config) => {
      const sequences = [
        randomSequence(1, 7, 3, config.vocab_size),
        randomSequence(2, 5, 1, config.vocab_size),
        randomSequence(3, 9, 4, config.vocab_size),
      ];
      const models = [lively(config, 1), lively(config, 2)];
      const expected = models.map((weights) => expectedOf(weights, sequences, weightOf));
      for (const length of [undefined, 16]) {
        const actual = await measured(stackModels(models), config, [sequences, sequences], weightOf, length);
        models.forEach((weights, k) => {
          expected[k]!.logProbs.forEach((list, s) => {
            expect(relativeError(actual.logProbs[k]![s]!, list), `log-probabilities, K ${k}, sequence ${s}`).toBeLessThan(1e-4);
          });
          for (const [name, { data }] of Object.entries(weights.tensors)) {
            const part = actual.gradients[name]!.subarray(k * data.length, (k + 1) * data.length);
            expect(relativeError(part, expected[k]!.gradients[name]!), `gradient of ${name}, K ${k}`).toBeLessThan(1e-4);
          }
          const norm = Math.hypot(...Object.values(expected[k]!.gradients).flat());
          expect(actual.gradients.__norms![k]! / norm).toBeCloseTo(1, 4);
        });
      }
    });

    it('gives K stacked policies what K separate runs give, with batches of their own', async () => {
      const models = [lively(tinyConfig, 5), lively(tinyConfig, 6), lively(tinyConfig, 7)];
      const batches = models.map((_, k) => [
        randomSequence(10 + k, 6 + k, 2, tinyConfig.vocab_size),
        randomSequence(20 + k, 8, 3 + k, tinyConfig.vocab_size),
      ]);
      const together = await measured(stackModels(models), tinyConfig, batches, weightOf);
      for (const [k, weights] of models.entries()) {
        const alone = await measured(stackModels([weights]), tinyConfig, [batches[k]!], weightOf);
        alone.logProbs[0]!.forEach((list, s) => {
          expect(relativeError(together.logProbs[k]![s]!, Array.from(list))).toBeLessThan(1e-5);
        });
        for (const [name, { data }] of Object.entries(weights.tensors)) {
          const part = together.gradients[name]!.subarray(k * data.length, (k + 1) * data.length);
          expect(relativeError(part, Array.from(alone.gradients[name]!)), name).toBeLessThan(1e-5);
        }
      }
    });

    it('leaves no tensor behind', async () => {
      const run = () =>
        measured(stackWeights(lively(tinyConfig, 1).tensors, 2), tinyConfig, pair(), weightOf);
      await run();
      const before = tf.memory().numTensors;
      await run();
      expect(tf.memory().numTensors).toBe(before);
    });

    it('computes the same without keeping anything for the gradient', async () => {
      const weights = lively(tinyConfig, 3);
      const optimizer = createOptimizer(stackWeights(weights.tensors, 2));
      const positions = createPositions(tinyConfig);
      const batch = layOut(pair());
      const { logProbs, entropy } = tidy(() => forward(optimizer.parameters, tinyConfig, batch, positions.of(batch.T)));
      const actual = await take(logProbs);
      expect((await take(entropy)).every((value) => value >= 0 && value <= Math.log(11) + 1e-5)).toBe(true);
      const full = await measured(stackWeights(weights.tensors, 2), tinyConfig, pair(), weightOf);
      expect(relativeError(actual, Array.from(full.logProbs.flat().flatMap((list) => Array.from(list))))).toBeLessThan(1e-6);
      disposeBatch(batch);
      positions.dispose();
      optimizer.dispose();
    });
  });
}

function pair(): EncodedSequence[][] {
  const list = [randomSequence(1, 7, 3, 11), randomSequence(2, 7, 3, 11)];
  return [list, list];
}

export function stackModels(models: readonly Weights[]) {
  return Object.fromEntries(
    Object.entries(models[0]!.tensors).map(([name, { shape, data }]) => {
      const stacked = new Float32Array(models.length * data.length);
      models.forEach((weights, k) => stacked.set(weights.tensors[name]!.data, k * data.length));
      return [name, { shape: [models.length, ...shape], data: stacked }];
    }),
  );
}
