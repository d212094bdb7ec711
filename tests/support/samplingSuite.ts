// What sampling must do on every backend: with a cache it says what running the whole prefix again for each token says.
import { expect, it } from 'vitest';
import type { HostTensor, ModelConfig } from '../../src/engine/model/config';
import { createPositions } from '../../src/engine/model/positions';
import { rerunningModel, sampleByRerunning } from '../../src/engine/model/sampling';
import { createRandom } from '../../src/engine/random';
import { createOptimizer } from '../../src/engine/training/optimizer';
import type { OnToken, SampledSequence, SampleOptions } from '../../src/engine/training/types';
import { lively, stackModels, tinyConfig } from './modelSuite';

export type Sample = (
  prompts: readonly (readonly number[])[], options: SampleOptions, onToken?: OnToken,
) => Promise<SampledSequence[][]>;

/** A way of sampling K stacked models, and how to be rid of it. */
export interface Sampler {
  readonly sample: Sample;
  dispose(): void;
}
export type MakeSampler = (tensors: Readonly<Record<string, HostTensor>>, config: ModelConfig) => Sampler;

export const rerunning: MakeSampler = (tensors, config) => {
  const optimizer = createOptimizer(tensors);
  const positions = createPositions(config);
  return {
    sample: (...args) => sampleByRerunning(rerunningModel(optimizer.parameters, config, positions), ...args),
    dispose() {
      optimizer.dispose();
      positions.dispose();
    },
  };
};

export const plainOptions: SampleOptions = {
  temperature: 1, topK: 0, topP: 1, greedy: false, maxTokens: 8, seed: 5, endToken: -1,
};

const grouped: ModelConfig = { ...tinyConfig, hidden_size: 16, num_attention_heads: 4, num_key_value_heads: 2 };

/** All widths are multiples of four, which kernels take by fours. */
export const evenConfig: ModelConfig = {
  ...tinyConfig, hidden_size: 16, num_attention_heads: 4, num_key_value_heads: 4, intermediate_size: 12, vocab_size: 12,
};

export function randomPrompts(lengths: readonly number[], vocabulary: number): number[][] {
  return lengths.map((length, p) => {
    const random = createRandom(41, p);
    return Array.from({ length }, () => random.below(vocabulary));
  });
}

/** K different models side by side. */
export const stackedModels = (config: ModelConfig, K: number) =>
  stackModels(Array.from({ length: K }, (_, k) => lively(config, k + 1)));

const cases: [name: string, options: Partial<SampleOptions>, more?: { K?: number; config?: ModelConfig; lengths?: number[] }][] = [
  ['one policy and one prompt', {}, { K: 1, lengths: [4] }],
  ['prompts of several lengths under several policies', {}],
  ['grouped queries', {}, { config: grouped }],
  ['even widths', {}, { config: evenConfig, lengths: [5, 1, 9] }],
  ['the likeliest tokens', { greedy: true }],
  ['a low temperature', { temperature: 0.5, seed: 6 }],
  ['top-k', { topK: 3, temperature: 1.5 }],
  ['top-p', { topP: 0.7, temperature: 1.5 }],
  ['top-k and top-p together', { topK: 4, topP: 0.8, temperature: 2 }],
  // Ended answers leave the batch one after the other.
  ['answers that end', { endToken: 3, temperature: 2, maxTokens: 20 }, { lengths: [2, 7, 1, 4, 3, 5], K: 2 }],
  ['answers that fill the context', { maxTokens: 100 }, { lengths: [30, 3, 32, 31] }],
  ['not a single token', { maxTokens: 0 }],
];

/** Compares a way of sampling with the rerunning one; both need their backend to be open. */
export function itSamplesLikeRerunning(make: MakeSampler): void {
  it.each(cases)('says with a cache what it says by running the prefix again: %s', async (_, change, more = {}) => {
    const { K = 3, config = tinyConfig, lengths = [5, 1, 9, 3] } = more;
    const tensors = stackedModels(config, K);
    const prompts = randomPrompts(lengths, config.vocab_size);
    const options = { ...plainOptions, ...change };
    const plain = rerunning(tensors, config);
    const expected = await plain.sample(prompts, options);
    plain.dispose();
    const sampler = make(tensors, config);
    expectSame(await sampler.sample(prompts, options), expected);
    sampler.dispose();
  });
}

export function expectSame(actual: SampledSequence[][], expected: SampledSequence[][]): void {
  const words = (list: SampledSequence[][]) => list.map((answers) => answers.map(({ ids, ended }) => ({ ids, ended })));
  expect(words(actual)).toEqual(words(expected));
  expected.forEach((answers, k) =>
    answers.forEach(({ logProb }, p) => expect(Math.abs(actual[k]![p]!.logProb - logProb), `policy ${k}, prompt ${p}`).toBeLessThan(1e-4)),
  );
}
