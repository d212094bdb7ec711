import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { sampleComposed } from '../../../../src/engine/model/decode';
import { createPositions } from '../../../../src/engine/model/positions';
import { createOptimizer } from '../../../../src/engine/training/optimizer';
import { lively, stackModels, tinyConfig } from '../../../support/modelSuite';
import { openInNode } from '../../../support/nodeBackend';
import {
  expectSame, itSamplesLikeRerunning, plainOptions, randomPrompts, stackedModels, type MakeSampler,
} from '../../../support/samplingSuite';

const composed: MakeSampler = (tensors, config) => {
  const optimizer = createOptimizer(tensors);
  const positions = createPositions(config);
  return {
    sample: (...args) => sampleComposed(optimizer.parameters, config, positions, ...args),
    dispose() {
      optimizer.dispose();
      positions.dispose();
    },
  };
};

describe.each(['wasm', 'cpu'] as const)('sampling with a cache on %s', (backend) => {
  beforeAll(() => openInNode(backend));

  itSamplesLikeRerunning(composed);

  it('tells of each token, and stops when it is told to', async () => {
    const sampler = composed(stackedModels(tinyConfig, 2), tinyConfig);
    const prompts = randomPrompts([2, 5], tinyConfig.vocab_size);
    const told: number[] = [];
    const answers = await sampler.sample(prompts, plainOptions, async (soFar) => {
      await Promise.resolve();
      told.push(soFar[1]![1]!.ids.length);
      return soFar[0]![0]!.ids.length < 3;
    });
    expect(told).toEqual([1, 2, 3]);
    expect(answers.map((list) => list.map(({ ids }) => ids.length))).toEqual([[3, 3], [3, 3]]);
    sampler.dispose();
  });

  it('answers more prompts than go through at once as it answers each alone', async () => {
    const sampler = composed(stackModels([lively(tinyConfig, 1)]), tinyConfig);
    const prompts = randomPrompts(Array.from({ length: 100 }, (_, p) => 1 + (p % 3)), tinyConfig.vocab_size);
    const options = { ...plainOptions, maxTokens: 3, topK: 5 };
    const [together] = await sampler.sample(prompts, options);
    // The random numbers belong to a prompt's place in the list, so the one asked for stands at the same place.
    for (const p of [0, 40, 99]) {
      const [alone] = await sampler.sample([...prompts.slice(0, p).fill([1]), prompts[p]!], { ...options });
      expectSame([[alone!.at(-1)!]], [[together![p]!]]);
    }
    sampler.dispose();
  });

  it('leaves no tensor behind, cancelled or not', async () => {
    const sampler = composed(stackedModels(tinyConfig, 2), tinyConfig);
    const prompts = randomPrompts([3, 6, 2], tinyConfig.vocab_size);
    await sampler.sample(prompts, plainOptions);
    const before = tf.memory().numTensors;
    await sampler.sample(prompts, { ...plainOptions, endToken: 3, temperature: 2, maxTokens: 20 });
    await sampler.sample(prompts, plainOptions, () => false);
    await expect(sampler.sample(prompts, plainOptions, () => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
    expect(tf.memory().numTensors).toBe(before);
    sampler.dispose();
  });

  it('refuses a prompt that is empty or longer than the context', async () => {
    const sampler = composed(stackedModels(tinyConfig, 1), tinyConfig);
    await expect(sampler.sample([[]], plainOptions)).rejects.toThrow(RangeError);
    await expect(sampler.sample([new Array<number>(33).fill(1)], plainOptions)).rejects.toThrow(RangeError);
    sampler.dispose();
  });
});
