// What the benchmark rests on: contenders that compute the same, counts and costs that can be checked by hand, and times
// for every kernel of a step. How fast anything is, no test asks.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openedGpu } from '../../src/engine/backend';
import { stepCosts } from '../../src/engine/benchmark/costs';
import { counted } from '../../src/engine/benchmark/counters';
import { timeKernels } from '../../src/engine/benchmark/kernels';
import { cohortOptions, openOurs, timeSampling } from '../../src/engine/benchmark/ours';
import { openStock } from '../../src/engine/benchmark/stock';
import { taskPairs, type Task } from '../../src/engine/benchmark/contender';
import { createFusedCohort } from '../../src/engine/gpu/fusedCohort';
import type { Operation } from '../../src/engine/gpu/operation';
import { createGpuRuntime, type GpuRuntime } from '../../src/engine/gpu/runtime';
import { openJax } from '../../bench/jax';

const place = { wasmPaths: '/node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/' };
const task: Task = {
  backend: 'webgpu',
  model: {
    vocab_size: 24, hidden_size: 16, intermediate_size: 20, num_hidden_layers: 2, num_attention_heads: 2, num_key_value_heads: 2,
    max_position_embeddings: 32, rms_norm_eps: 1e-5, rope_theta: 10_000, tie_word_embeddings: true,
  },
  policies: 1, pairs: 2, length: 8, completionStart: 3,
};

describe('all contenders', () => {
  // Off the software adapter, which takes half a minute to compile what they ask for. On it the benchmark compares them itself.
  it.each([
    ['stock TensorFlow.js', 'cpu', openStock],
    ['jax-js', 'wasm', openJax],
  ] as const)('%s takes the same steps as ours', async (_, backend, openOther) => {
    const ours = await openOurs({ ...task, backend }, place);
    const losses = [await ours.train(), await ours.train(), await ours.train()];
    ours.dispose();
    const other = await openOther({ ...task, backend }, place);
    const theirs = [await other.train(), await other.train(), await other.train()];
    other.dispose();
    losses.forEach((loss, step) => expect(Math.abs(theirs[step]! - loss) / loss).toBeLessThan(1e-5));
    // A learning rate of nothing would agree as well.
    expect(losses[2]).toBeLessThan(losses[0]! - 1e-4);
  });
});

describe('counts', () => {
  it('are those of the work done meanwhile, and of none before or after', async () => {
    await openOurs(task, place);
    const device = openedGpu()!;
    const module = device.createShaderModule({ code: '@group(0) @binding(0) var<storage, read_write> a: array<f32>;\n@compute @workgroup_size(1) fn main() { a[0] += 1; }' });
    const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module } });
    const work = async () => {
      const buffer = device.createBuffer({ size: 64, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST });
      const target = device.createBuffer({ size: 64, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
      device.createBuffer({ size: 32, usage: GPUBufferUsage.COPY_SRC, mappedAtCreation: true }).unmap();
      device.queue.writeBuffer(buffer, 0, new Float32Array([1, 2, 3, 4]), 1, 2);
      const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries: [{ binding: 0, resource: { buffer } }] });
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      for (let i = 0; i < 3; i++) pass.dispatchWorkgroups(1);
      pass.end();
      encoder.copyBufferToBuffer(buffer, 0, target, 0, 64);
      device.queue.submit([encoder.finish()]);
      await target.mapAsync(GPUMapMode.READ, 0, 16);
      return new Float32Array(target.getMappedRange(0, 16))[0];
    };
    await work();
    let read: unknown;
    const counts = await counted(async () => (read = await work()));
    await work();
    expect(counts).toEqual({ dispatches: 3, submits: 1, buffersMade: 3, uploadedBytes: 32 + 8, readBackBytes: 16 });
    // Wrapped or not, the work is done: 2 was written and 1 added thrice.
    expect(read).toBe(5);
  });

  it('say that a step of ours is one submit, and reading its loss another', async () => {
    const ours = await openOurs(task, place);
    await ours.train();
    expect(await counted(() => ours.step!())).toMatchObject({ submits: 1, buffersMade: 0, readBackBytes: 0 });
    const read = await counted(() => ours.train());
    expect(read).toMatchObject({ submits: 2, buffersMade: 0 });
    expect(read.readBackBytes).toBeGreaterThan(0);
    ours.dispose();
  });
});

describe('kernels', () => {
  let gpu: GpuRuntime;
  const recorded: Operation[] = [];

  beforeAll(async () => {
    await openOurs(task, place);
    gpu = createGpuRuntime(openedGpu()!);
    const cohort = createFusedCohort({ ...gpu, record: (operations) => (recorded.push(...operations), gpu.record(operations)) }, cohortOptions(task));
    await cohort.train([taskPairs(task)]);
    await cohort.readMetrics();
    cohort.dispose();
  });
  afterAll(() => gpu.dispose());

  it('of a step all have a cost', () => {
    const costs = stepCosts(task.model, { K: 1, S: 4, T: 8, M: 20 }, 2);
    expect(new Set(recorded.map(({ kernel }) => kernel))).toEqual(new Set(Object.keys(costs)));
    for (const { operations, bytes } of Object.values(costs)) {
      expect(operations).toBeGreaterThanOrEqual(0);
      expect(bytes).toBeGreaterThan(0);
    }
  });

  it.each(['linear', 'linear input gradient', 'linear weight gradient'] as const)('%s costs what its own dispatches multiply', (kernel) => {
    // The engine rounds scored rows up to 64.
    const costs = stepCosts(task.model, { K: 1, S: 4, T: 8, M: 64 }, 2);
    const products = recorded.filter((operation) => operation.kernel === kernel).map(({ fused }) => fused[0]!);
    const multiplied = products.reduce((sum, { uniforms: [m, n, i] }) => sum + 2 * m! * n! * i!, 0);
    const added = products.filter(({ kernel: { name } }) => name.includes('add')).reduce((sum, { uniforms: [m, n] }) => sum + m! * n!, 0);
    expect(costs[kernel]!.operations).toBe(multiplied + added);
  });

  it('are all timed, beside what the device reaches at best', async () => {
    const { kernels, peaks } = (await timeKernels(task, place, 1))!;
    expect(new Set(kernels.map(({ name }) => name))).toEqual(new Set(recorded.map(({ kernel }) => kernel)));
    expect(kernels.reduce((sum, { dispatches }) => sum + dispatches, 0)).toBe(recorded.flatMap(({ fused }) => fused).length);
    for (const { ms, bound, ofPeak, gflops, gigabytesPerSecond } of kernels) {
      expect(ms).toBeGreaterThan(0);
      expect(ofPeak).toBeCloseTo(bound === 'compute' ? gflops / peaks.gflops : gigabytesPerSecond / peaks.gigabytesPerSecond, 10);
    }
    expect(kernels.map(({ ms }) => ms)).toEqual(kernels.map(({ ms }) => ms).sort((a, b) => b - a));
  });
});

it('samples as many tokens as were asked for, with the cache and without', async () => {
  const { cached, uncached } = await timeSampling(task, place, 4, 6, 1);
  expect(cached).toBeGreaterThan(0);
  expect(uncached).toBeGreaterThan(0);
});
