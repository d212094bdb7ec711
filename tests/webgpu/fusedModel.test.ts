// The fused kernels against the composed form on the same adapter: forward, and every parameter's gradient.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openBackend } from '../../src/engine/backend';
import { layoutOf } from '../../src/engine/gpu/layout';
import { createGpuRuntime, type GpuRuntime } from '../../src/engine/gpu/runtime';
import { backwardOperations, forwardOperations, stepBuffers } from '../../src/engine/gpu/step';
import type { ModelConfig } from '../../src/engine/model/config';
import { backward, forwardForTraining } from '../../src/engine/model/forward';
import { createPositions } from '../../src/engine/model/positions';
import { arrange, disposeBatch, layOut } from '../../src/engine/model/tokens';
import { indexRows } from '../../src/engine/ops/embedding/embedding.wgsl';
import { rotaryTable } from '../../src/engine/ops/attention/attention.wgsl';
import { disposeAll, take, tidy } from '../../src/engine/tidy';
import { createOptimizer } from '../../src/engine/training/optimizer';
import { lively, randomSequence, stackModels, tinyConfig } from '../support/modelSuite';

let gpu: GpuRuntime;

beforeAll(async () => {
  await openBackend({ choice: 'webgpu' });
  const adapter = await navigator.gpu.requestAdapter();
  gpu = createGpuRuntime(await adapter!.requestDevice());
});

const cases: [string, ModelConfig, number][] = [
  ['widths that are multiples of four', { ...tinyConfig, hidden_size: 16, num_attention_heads: 4, num_key_value_heads: 4, intermediate_size: 12, vocab_size: 12 }, 2],
  ['odd sizes', tinyConfig, 3],
  ['grouped queries', { ...tinyConfig, hidden_size: 16, num_attention_heads: 4, num_key_value_heads: 2 }, 1],
];

describe('the fused model', () => {
  it.each(cases)('gives the composed log-probabilities and gradients, with %s', async (_, config, K) => {
    const models = Array.from({ length: K }, (_, k) => lively(config, k + 1));
    const sequences = models.map((_, k) => [
      randomSequence(10 + k, 7 + k, 3, config.vocab_size),
      randomSequence(20 + k, 5, 1, config.vocab_size),
      randomSequence(30 + k, 9, 4, config.vocab_size),
    ]);
    const stacked = stackModels(models);
    const batch = layOut(sequences);
    const weight = (row: number) => Math.fround(0.5 - 0.1 * row);

    // Composed.
    const optimizer = createOptimizer(stacked);
    const positions = createPositions(config);
    const d = Float32Array.from({ length: K * batch.M }, (_, i) => {
      const k = Math.floor(i / batch.M);
      const row = i % batch.M;
      return row < batch.ranges[k]!.at(-1)![1] ? weight(row) : 0;
    });
    const pass = tidy(() => forwardForTraining(optimizer.parameters, config, batch, positions.of(batch.T)));
    const gradients = tidy(() =>
      backward(tf.tensor2d(d, [K, batch.M]), pass.saved, optimizer.parameters, config, batch, positions.of(batch.T)),
    );
    const expected: Record<string, Float32Array> = {};
    for (const [name, tensor] of Object.entries(gradients)) expected[name] = (await tensor.data()) as Float32Array;
    const logProbs = await take(pass.logProbs);
    const entropy = await take(pass.entropy);

    // Fused, in buffers that hold poison.
    const layout = layoutOf(config);
    const shape = { K, S: batch.S, T: batch.T, M: batch.M };
    const headDim = config.hidden_size / config.num_attention_heads;
    const buffers = stepBuffers(gpu, config, shape, rotaryTable(batch.T, headDim, config.rope_theta), true);
    for (const buffer of everyBuffer(buffers)) {
      if (buffer !== buffers.table) gpu.device.queue.writeBuffer(buffer, 0, new Float32Array(buffer.size / 4).fill(777));
    }
    const parameters = gpu.storage(K * layout.P, layout.pack(stacked, K));
    const poison = gpu.storage(K * layout.P, new Float32Array(K * layout.P).fill(777));
    const whole = arrange(sequences);
    const index = indexRows(whole.ids, K, config.vocab_size);
    const write = (buffer: GPUBuffer, data: ArrayLike<number>) => gpu.device.queue.writeBuffer(buffer, 0, Uint32Array.from(data));
    write(buffers.batch.ids, whole.ids);
    write(buffers.batch.scoredRows, whole.scoredRows);
    write(buffers.batch.scoredInverse, whole.scoredInverse);
    write(buffers.batch.labels, whole.labels);
    write(buffers.batch.idStarts, index.starts);
    write(buffers.batch.idRows, index.rows);
    gpu.device.queue.writeBuffer(buffers.backward!.dLogProbs, 0, d);
    gpu.device.pushErrorScope('validation');
    const plan = gpu.record([
      ...forwardOperations(config, shape, parameters, layout, buffers),
      ...backwardOperations(config, shape, parameters, layout, buffers, poison),
    ]);
    gpu.run([plan]);
    expect((await gpu.device.popErrorScope())?.message).toBeUndefined();

    close(await gpu.read(buffers.logProbs, K * batch.M), logProbs, 'log-probabilities');
    close(await gpu.read(buffers.entropy, K * batch.M), entropy, 'entropies');
    const actual = layout.unpack(await gpu.read(poison, K * layout.P), K);
    for (const [name, values] of Object.entries(expected)) close(actual[name]!.data, values, name);

    disposeAll(gradients);
    disposeAll(pass.saved);
    disposeBatch(batch);
    positions.dispose();
    optimizer.dispose();
    buffers.destroy();
  });
});

function everyBuffer(value: unknown): GPUBuffer[] {
  if (value instanceof GPUBuffer) return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(everyBuffer) : [];
}

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  const values = Array.from(expected);
  const scale = Math.max(1e-6, ...values.map(Math.abs));
  const worst = Math.max(...values.map((value, i) => Math.abs(actual[i]! - value))) / scale;
  // Two float32 computations that add in different orders.
  expect(worst, what).toBeLessThan(5e-5);
}
