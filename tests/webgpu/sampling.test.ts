// Sampling on the fused kernels: against the composed model that runs the whole prefix again, and the choice alone
// against the choice on the host.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { openBackend, openedGpu } from '../../src/engine/backend';
import { layoutOf } from '../../src/engine/gpu/layout';
import type { KernelName } from '../../src/engine/gpu/operation';
import { fusedRerunningModel } from '../../src/engine/gpu/rerunning';
import { createGpuRuntime, type GpuRuntime } from '../../src/engine/gpu/runtime';
import { createSampler } from '../../src/engine/gpu/sampler';
import { chooseToken } from '../../src/engine/model/chooseToken';
import type { ModelConfig } from '../../src/engine/model/config';
import { sampleByRerunning } from '../../src/engine/model/sampling';
import { packSettings, shortUniform } from '../../src/engine/ops/sampling/choice';
import { tokenChoice } from '../../src/engine/ops/sampling/choice.wgsl';
import { createRandom } from '../../src/engine/random';
import type { SampleOptions } from '../../src/engine/training/types';
import { tinyConfig } from '../support/modelSuite';
import {
  evenConfig, expectSame, itSamplesLikeRerunning, plainOptions, randomPrompts, stackedModels, type MakeSampler,
} from '../support/samplingSuite';

let gpu: GpuRuntime;

beforeAll(async () => {
  await openBackend({ choice: 'webgpu' });
  const adapter = await navigator.gpu.requestAdapter();
  gpu = createGpuRuntime(await adapter!.requestDevice());
});

const fusedOn = (runtime: () => GpuRuntime): MakeSampler => (tensors, config: ModelConfig) => {
  const layout = layoutOf(config);
  const K = tensors['model.norm.weight']!.shape[0]!;
  const parameters = runtime().storage(K * layout.P, layout.pack(tensors, K));
  const sampler = createSampler(runtime(), config, K, parameters, layout);
  return {
    sample: (...args) => sampler.sample(...args),
    dispose() {
      sampler.dispose();
      parameters.destroy();
    },
  };
};
const fused = fusedOn(() => gpu);

describe('sampling on the fused kernels', () => {
  itSamplesLikeRerunning(fused);

  it('says what the fused model says when it runs the prefix again', async () => {
    const tensors = stackedModels(evenConfig, 2);
    const prompts = randomPrompts([4, 7], evenConfig.vocab_size);
    const layout = layoutOf(evenConfig);
    const parameters = gpu.storage(2 * layout.P, layout.pack(tensors, 2));
    const model = fusedRerunningModel(gpu, evenConfig, 2, parameters, layout);
    const sampler = fused(tensors, evenConfig);
    expectSame(await sampler.sample(prompts, plainOptions), await sampleByRerunning(model, prompts, plainOptions));
    sampler.dispose();
    model.dispose();
    parameters.destroy();
  });

  it('gives the same text and the same bits for the same seed, in any company, and no tensor to tfjs', async () => {
    const before = tf.memory().numTensors;
    const sampler = fused(stackedModels(tinyConfig, 2), tinyConfig);
    const prompts = randomPrompts([4, 2, 6, 3, 5], tinyConfig.vocab_size);
    const first = await sampler.sample(prompts, plainOptions);
    const [second, third] = await Promise.all([sampler.sample(prompts, plainOptions), sampler.sample(prompts.slice(0, 1), plainOptions)]);
    expect(second).toEqual(first);
    expect(third.map(([answer]) => answer!.ids)).toEqual(first.map(([answer]) => answer!.ids));
    expect(await sampler.sample(prompts, { ...plainOptions, seed: 6 })).not.toEqual(first);
    expect(tf.memory().numTensors).toBe(before);
    sampler.dispose();
  });

  it('makes no buffer in a second call, and only uniforms in one of a smaller shape', async () => {
    const sampler = fused(stackedModels(tinyConfig, 2), tinyConfig);
    const prompts = randomPrompts([4, 2, 12, 3, 5], tinyConfig.vocab_size);
    await sampler.sample(prompts, plainOptions);
    const create = vi.spyOn(gpu.device, 'createBuffer');
    await sampler.sample(prompts, { ...plainOptions, temperature: 0.5 });
    expect(create).not.toHaveBeenCalled();
    await sampler.sample(prompts.slice(0, 2), plainOptions);
    expect(create.mock.calls.filter(([{ usage }]) => usage & GPUBufferUsage.STORAGE)).toEqual([]);
    create.mockRestore();
    sampler.dispose();
  });

  it('goes to the device once for many tokens, and comes back once', async () => {
    const sampler = fused(stackedModels(tinyConfig, 1), tinyConfig);
    const prompts = randomPrompts([3, 5], tinyConfig.vocab_size);
    const [before, submit] = [gpu.submits, vi.spyOn(gpu.device.queue, 'submit')];
    await sampler.sample(prompts, { ...plainOptions, maxTokens: 20 });
    expect(gpu.submits - before).toBe(2);
    expect(submit).toHaveBeenCalledTimes(4);
    submit.mockRestore();
    sampler.dispose();
  });

  it('tells of tokens as they come, the first ones soon, and stops when it is told to', async () => {
    const sampler = fused(stackedModels(tinyConfig, 2), tinyConfig);
    const prompts = randomPrompts([2, 5], tinyConfig.vocab_size);
    const options = { ...plainOptions, maxTokens: 24 };
    const whole = await sampler.sample(prompts, options);
    const told: number[] = [];
    const part = await sampler.sample(prompts, options, async (soFar) => {
      await Promise.resolve();
      told.push(soFar[1]![1]!.ids.length);
      return told.length < 3;
    });
    expect(told).toEqual([2, 6, 14]);
    part.forEach((list, k) => list.forEach(({ ids }, p) => expect(ids).toEqual(whole[k]![p]!.ids.slice(0, 14))));
    // Nothing of the part that was given up shows in what comes after.
    expect(await sampler.sample(prompts, options)).toEqual(whole);
    sampler.dispose();
  });

  it('says the same with composed forms in the place of kernels that are switched off', async () => {
    const tensors = stackedModels(evenConfig, 2);
    const prompts = randomPrompts([4, 2], evenConfig.vocab_size);
    const options = { ...plainOptions, maxTokens: 3 };
    const whole = fused(tensors, evenConfig);
    const expected = await whole.sample(prompts, options);
    whole.dispose();
    const added: KernelName[] = ['linear of few rows', 'key–value cache', 'decoding attention', 'token choice'];
    const before = tf.memory().numTensors;
    for (const kernel of added) {
      // The composed forms work on the device that tfjs has.
      const runtime = createGpuRuntime(openedGpu()!, new Set([kernel]));
      const sampler = fusedOn(() => runtime)(tensors, evenConfig);
      expectSame(await sampler.sample(prompts, options), expected);
      sampler.dispose();
      runtime.dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('answers more prompts than the device takes at once as it answers them together', async () => {
    const sampler = fused(stackedModels(tinyConfig, 2), tinyConfig);
    const prompts = randomPrompts([4, 2, 6, 3, 5, 1, 7], tinyConfig.vocab_size);
    const together = await sampler.sample(prompts, plainOptions);
    // A device that binds so little that two prompts of both policies go at once.
    const rows = 4;
    const most = 4 * rows * 32 * 24;
    const limits = { maxBufferSize: most, maxStorageBufferBindingSize: most };
    const device = new Proxy(gpu.device, { get: (target, key) => (key === 'limits' ? limits : bound(target, key)) });
    const small = fusedOn(() => ({ ...gpu, device }))(stackedModels(tinyConfig, 2), tinyConfig);
    const before = gpu.submits;
    expectSame(await small.sample(prompts, plainOptions), together);
    expect(gpu.submits - before).toBe(4);
    small.dispose();
    sampler.dispose();
  });

  it('refuses a prompt that is empty or longer than the context', async () => {
    const sampler = fused(stackedModels(tinyConfig, 1), tinyConfig);
    await expect(sampler.sample([[]], plainOptions)).rejects.toThrow(RangeError);
    await expect(sampler.sample([new Array<number>(33).fill(1)], plainOptions)).rejects.toThrow(RangeError);
    expect((await sampler.sample([[1]], plainOptions))[0]![0]!.ids).toHaveLength(8);
    sampler.dispose();
  });
});

function bound(target: GPUDevice, key: string | symbol): unknown {
  const value = Reflect.get(target, key) as unknown;
  return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
}

/** Tokens that the device draws from the given logits, one row a prompt, and their log-probabilities. */
async function drawnFrom(logits: Float32Array, V: number, options: SampleOptions) {
  const rows = logits.length / V;
  const poison = new Float32Array(2 * rows).fill(Number.NaN);
  const buffers = {
    settings: gpu.storage(8, packSettings(options, 0)),
    logits: gpu.storage(logits.length, logits),
    prompts: gpu.storage(rows, new Uint32Array(rows).fill(3)),
    state: gpu.storage(2 * rows, Uint32Array.from({ length: 2 * rows }, (_, i) => (i % 2 === 0 ? 3 : 0))),
    ids: gpu.storage(rows, poison.subarray(0, rows)),
    drawn: gpu.storage(2 * rows, poison),
  };
  gpu.device.pushErrorScope('validation');
  const plan = gpu.record([tokenChoice({ rows, S: rows, V, context: 9 }, buffers)]);
  await gpu.run([plan]);
  expect((await gpu.device.popErrorScope())?.message).toBeUndefined();
  const numbers = await gpu.read(buffers.drawn, 2 * rows);
  plan.dispose();
  for (const buffer of Object.values(buffers)) buffer.destroy();
  const words = new Uint32Array(numbers.buffer);
  return Array.from({ length: rows }, (_, row) => ({ token: words[2 * row]!, logProb: numbers[2 * row + 1]! }));
}

const seen: [string, Partial<SampleOptions>][] = [
  ['greedily', { greedy: true }],
  ['at temperature 0', { temperature: 0 }],
  ['at temperature 1', {}],
  ['at a low temperature', { temperature: 0.05 }],
  ['at a high temperature', { temperature: 3 }],
  ['from the top 1', { topK: 1 }],
  ['from the top 7', { topK: 7 }],
  ['from more than there are', { topK: 5000 }],
  ['from the nucleus', { topP: 0.6 }],
  ['from the smallest nucleus', { topP: 0 }],
  ['from the nucleus of the top 20', { topK: 20, topP: 0.9, temperature: 1.3 }],
];

describe('the choice of a token on the device', () => {
  it.each(seen)('is that on the host, %s', async (_, change) => {
    for (const [V, rows] of [[1, 2], [2, 5], [67, 60], [1031, 40]] as const) {
      const options = { ...plainOptions, ...change, seed: 100 + V };
      const random = createRandom(V, 9);
      const logits = Float32Array.from({ length: rows * V }, (_, i) =>
        // Every third row is full of ties, with both zeros among them.
        Math.floor(i / V) % 3 === 0 ? [-1, -0, 0, 1, 1.5][random.below(5)]! : 3 * random.normal() - 2,
      );
      const actual = await drawnFrom(logits, V, options);
      actual.forEach(({ token, logProb }, row) => {
        const own = logits.subarray(row * V, (row + 1) * V);
        const uniform = shortUniform(options.seed, row, 0);
        const expected = chooseToken(own, options, uniform);
        if (token !== expected.token) {
          // Where float32's sums leave it open on which side of a border the number falls, both neighbours are right.
          const near = [-2e-6, 2e-6].map((d) => chooseToken(own, { ...options, topP: options.topP < 1 ? options.topP + d : 1 }, uniform + d).token);
          expect(near, `V ${V}, row ${row}`).toContain(token);
        }
        const of = chooseToken(own, { ...options, greedy: true }, 0);
        expect(Math.abs(logProb - (own[token]! - own[of.token]! + of.logProb)), `V ${V}, row ${row}`).toBeLessThan(2e-5);
      });
    }
  });

  it('draws each token as often as its probability says', async () => {
    const weights = [1, 6, 3, 2, 8];
    const rows = 4000;
    const logits = Float32Array.from({ length: rows * 5 }, (_, i) => Math.log(weights[i % 5]!));
    const counts = weights.map(() => 0);
    for (const { token } of await drawnFrom(logits, 5, { ...plainOptions, seed: 8 })) counts[token]! += 1;
    const chiSquare = counts.reduce((sum, count, v) => {
      const expected = (rows * weights[v]!) / 20;
      return sum + (count - expected) ** 2 / expected;
    }, 0);
    // The 99.9th percentile with four degrees of freedom.
    expect(chiSquare).toBeLessThan(18.47);
  });
});
