// The whole fused model against the composed one on the same adapter: log-probabilities, entropies and the gradient of every
// tensor, whose relative error is printed.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openBackend } from '../../src/engine/backend';
import { layoutOf } from '../../src/engine/gpu/layout';
import { createGpuRuntime, type GpuRuntime } from '../../src/engine/gpu/runtime';
import { backwardOperations, forwardOperations, stepBuffers } from '../../src/engine/gpu/step';
import type { HostTensor, ModelConfig } from '../../src/engine/model/config';
import { backward, forwardForTraining } from '../../src/engine/model/forward';
import { createPositions } from '../../src/engine/model/positions';
import { arrange, disposeBatch, layOut } from '../../src/engine/model/tokens';
import { indexRows } from '../../src/engine/ops/embedding/embedding.wgsl';
import { rotaryTable } from '../../src/engine/ops/attention/attention.wgsl';
import { disposeAll, take, tidy } from '../../src/engine/tidy';
import { createOptimizer } from '../../src/engine/training/optimizer';
import type { EncodedSequence } from '../../src/engine/training/types';
import { lively, randomSequence, stackModels, tinyConfig } from '../support/modelSuite';

/** Two float32 computations that add in different orders, relative to a tensor's largest number. */
const TOLERANCE = 5e-5;

let gpu: GpuRuntime;

beforeAll(async () => {
  await openBackend({ choice: 'webgpu' });
  const adapter = await navigator.gpu.requestAdapter();
  gpu = createGpuRuntime(await adapter!.requestDevice());
});

const size = (hidden_size: number, heads: number, kvHeads: number, intermediate_size: number, vocab_size: number): ModelConfig => ({
  ...tinyConfig, hidden_size, num_attention_heads: heads, num_key_value_heads: kvHeads, intermediate_size, vocab_size,
});

const cases: [string, ModelConfig, number][] = [
  ['widths that are multiples of four', size(16, 4, 4, 12, 12), 2],
  ['odd sizes', size(12, 3, 3, 10, 11), 3],
  ['grouped queries', size(16, 4, 2, 12, 20), 1],
  ['grouped queries and odd sizes', size(18, 3, 1, 13, 23), 3],
  ['a single head and a single layer', { ...size(6, 1, 1, 7, 9), num_hidden_layers: 1 }, 1],
];

/** Where the embedding is looked at apart: it is both the first layer and the last, and some tokens take part in one only. */
interface Uses {
  readonly read: number;
  readonly scored: number;
  readonly never: number;
}

/** Sequences of which one token is only read, one only scored, and one in neither. */
function sequencesFor(K: number, V: number): { sequences: EncodedSequence[][]; uses: Uses } {
  const uses = { read: V - 1, scored: V - 2, never: V - 3 };
  const sequence = (seed: number, length: number, completionStart: number): EncodedSequence => {
    const { ids } = randomSequence(seed, length, completionStart, V - 3);
    return { ids: [uses.read, ...ids.slice(1, -1), uses.scored], completionStart };
  };
  return {
    uses,
    sequences: Array.from({ length: K }, (_, k) => [sequence(10 + k, 7 + k, 3), sequence(20 + k, 5, 1), sequence(30 + k, 9, 4)]),
  };
}

interface Found {
  readonly logProbs: Float32Array;
  readonly entropy: Float32Array;
  /** Each `[K, …]`. */
  readonly gradients: Record<string, Float32Array>;
}

/** d log-probabilities `[K, M]`, zero for rows that are padding. */
function slopes(sequences: readonly (readonly EncodedSequence[])[]): Float32Array {
  const { K, M, ranges } = arrange(sequences);
  return Float32Array.from({ length: K * M }, (_, i) => (i % M < ranges[Math.floor(i / M)]!.at(-1)![1] ? 0.5 - 0.1 * (i % M) : 0));
}

async function composed(stacked: Record<string, HostTensor>, config: ModelConfig, sequences: EncodedSequence[][]): Promise<Found> {
  const batch = layOut(sequences);
  const optimizer = createOptimizer(stacked);
  const positions = createPositions(config);
  const pass = tidy(() => forwardForTraining(optimizer.parameters, config, batch, positions.of(batch.T)));
  const tensors = tidy(() => {
    const d = tf.tensor2d(slopes(sequences), [batch.K, batch.M]);
    return backward(d, pass.saved, optimizer.parameters, config, batch, positions.of(batch.T));
  });
  const gradients: Record<string, Float32Array> = {};
  for (const [name, tensor] of Object.entries(tensors)) gradients[name] = await take(tensor);
  const found = { logProbs: await take(pass.logProbs), entropy: await take(pass.entropy), gradients };
  disposeAll(pass.saved);
  disposeBatch(batch);
  positions.dispose();
  optimizer.dispose();
  return found;
}

/** In buffers that are full of NaN before the host fills in the batch, so that nothing counts that was not written. */
async function fused(stacked: Record<string, HostTensor>, config: ModelConfig, sequences: EncodedSequence[][]): Promise<Found> {
  const layout = layoutOf(config);
  const { K, S, T, M, ids, scoredRows, scoredInverse, labels } = arrange(sequences);
  const headDim = config.hidden_size / config.num_attention_heads;
  const buffers = stepBuffers(gpu, config, { K, S, T, M }, rotaryTable(T, headDim, config.rope_theta), true);
  const gradients = gpu.storage(K * layout.P);
  for (const buffer of [...everyBuffer(buffers), gradients]) {
    if (buffer !== buffers.table) gpu.device.queue.writeBuffer(buffer, 0, new Float32Array(buffer.size / 4).fill(NaN));
  }
  const parameters = gpu.storage(K * layout.P, layout.pack(stacked, K));
  const index = indexRows(ids, K, config.vocab_size);
  const { batch } = buffers;
  for (const [buffer, values] of [
    [batch.ids, ids], [batch.scoredRows, scoredRows], [batch.scoredInverse, scoredInverse], [batch.labels, labels],
    [batch.idStarts, index.starts], [batch.idRows, index.rows],
  ] as const) {
    gpu.device.queue.writeBuffer(buffer, 0, Uint32Array.from(values));
  }
  gpu.device.queue.writeBuffer(buffers.backward!.dLogProbs, 0, slopes(sequences) as Float32Array<ArrayBuffer>);

  gpu.device.pushErrorScope('validation');
  const plan = gpu.record([
    ...forwardOperations(config, { K, S, T, M }, parameters, layout, buffers),
    ...backwardOperations(config, { K, S, T, M }, parameters, layout, buffers, gradients),
  ]);
  await gpu.run([plan]);
  expect((await gpu.device.popErrorScope())?.message).toBeUndefined();
  const unpacked = layout.unpack(await gpu.read(gradients, K * layout.P), K);
  const found = {
    logProbs: await gpu.read(buffers.logProbs, K * M),
    entropy: await gpu.read(buffers.entropy, K * M),
    gradients: Object.fromEntries(Object.entries(unpacked).map(([name, { data }]) => [name, data])),
  };
  plan.dispose();
  buffers.destroy();
  for (const buffer of [gradients, parameters]) buffer.destroy();
  return found;
}

describe('the fused model', () => {
  it.each(cases)('gives the composed log-probabilities and gradients, with %s', async (title, config, K) => {
    const stacked = stackModels(Array.from({ length: K }, (_, k) => lively(config, k + 2)));
    const { sequences, uses } = sequencesFor(K, config.vocab_size);
    const [expected, actual] = [await composed(stacked, config, sequences), await fused(stacked, config, sequences)];

    const compared: [name: string, actual: Float32Array, expected: Float32Array][] = [
      ['log-probabilities', actual.logProbs, expected.logProbs],
      ['entropies', actual.entropy, expected.entropy],
    ];
    for (const [name, values] of Object.entries(expected.gradients)) compared.push([name, actual.gradients[name]!, values]);
    for (const [use, token] of Object.entries(uses) as [string, number][]) {
      const rows = (values: Float32Array) => rowsOf(values, K, config.vocab_size, config.hidden_size, token);
      const [here, there] = [actual, expected].map(({ gradients }) => rows(gradients['model.embed_tokens.weight']!));
      compared.push([`model.embed_tokens.weight, the token that is ${use}`, here!, there!]);
    }

    const errors = compared.map(([name, here, there]) => ({ name, largest: largest(there), error: relativeError(here, there) }));
    const width = Math.max(...errors.map(({ name }) => name.length));
    const lines = errors.map(({ name, largest, error }) => `  ${name.padEnd(width)}  ${largest.toExponential(1)}  ${error.toExponential(1)}`);
    console.log(`Fused against composed with ${title}: largest number and relative error\n${lines.join('\n')}`);
    expect(Object.keys(expected.gradients)).toHaveLength(2 + 9 * config.num_hidden_layers);
    for (const { name, largest, error } of errors) {
      // There is something to be compared, and it compares.
      expect(largest, name).toBeGreaterThan(1e-4);
      expect(error, name).toBeLessThan(TOLERANCE);
    }
  });
});

/** One token's row of each policy's embedding. */
function rowsOf(values: Float32Array, K: number, V: number, D: number, token: number): Float32Array {
  return Float32Array.from({ length: K * D }, (_, i) => values[(Math.floor(i / D) * V + token) * D + (i % D)]!);
}

function everyBuffer(value: unknown): GPUBuffer[] {
  if (value instanceof GPUBuffer) return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(everyBuffer) : [];
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** Relative to the largest number; NaN on either side counts as infinitely far. */
function relativeError(actual: Float32Array, expected: Float32Array): number {
  const apart = expected.map((value, i) => (Number.isNaN(actual[i]! - value) ? Infinity : Math.abs(actual[i]! - value)));
  return Math.max(...apart) / largest(expected);
}
