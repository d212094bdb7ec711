// The benchmark's two sizes and how much of them is run where.
import type { Task } from '../../engine/benchmark/contender';
import type { BackendName } from '../../engine/device';
import type { ModelConfig } from '../../engine/model/config';

export const sizeNames = ['small', 'town'] as const;
export type SizeName = (typeof sizeNames)[number];

const common = { rms_norm_eps: 1e-5, rope_theta: 10_000, tie_word_embeddings: true } as const;

const small: ModelConfig = {
  ...common,
  vocab_size: 512,
  hidden_size: 64,
  intermediate_size: 176,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 4,
  max_position_embeddings: 64,
};

/** The shipped model's shape. */
const town: ModelConfig = {
  ...common,
  vocab_size: 1024,
  hidden_size: 96,
  intermediate_size: 256,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  num_key_value_heads: 4,
  max_position_embeddings: 128,
};

export const sizes: Readonly<Record<SizeName, Omit<Task, 'backend'>>> = {
  // 16 sequences of 48 tokens.
  small: { model: small, policies: 1, pairs: 8, length: 48, completionStart: 14 },
  // The default recipe: three policies, 32 sequences of about the length of the town's answers.
  town: { model: town, policies: 3, pairs: 16, length: 44, completionStart: 14 },
};

/** How much is run. */
export interface Amount {
  /** Timed steps of each contender by size. A size that is absent is left out. */
  readonly rounds: Readonly<Partial<Record<SizeName, number>>>;
  /** Pairs a batch at the town's size. */
  readonly townPairs: number;
  readonly warmUp: number;
  /** Numbers of policies that the scaling is measured at, and timed steps of each. */
  readonly policies: readonly number[];
  readonly policyRounds: number;
  /** Times that a whole answer is sampled; 0 leaves sampling out. */
  readonly samplings: number;
  /** Profiled steps; 0 leaves the kernels out. */
  readonly profiled: number;
}

/** Tokens drawn after a prompt of so many. */
export const sampling = { prompt: 20, tokens: 64 } as const;

/**
 * @param software where WebGPU runs on the processor, a second a step: fewer pairs at the town's size, and fewer steps.
 * @param quick what the page's button runs: the small size alone.
 */
export function amountFor(backend: BackendName, software: boolean, quick: boolean): Amount {
  const gpu = backend === 'webgpu' && !software;
  const slow = software || backend === 'cpu';
  return {
    rounds: { small: gpu ? 15 : slow ? 5 : 9, ...(!quick && backend !== 'cpu' && { town: gpu ? 9 : 5 }) },
    townPairs: slow ? 2 : sizes.town.pairs,
    warmUp: slow ? 1 : 3,
    policies: backend === 'cpu' || (quick && !gpu) ? [1, 2, 4] : [1, 2, 4, 8, 16],
    policyRounds: gpu ? 9 : 3,
    samplings: slow ? 1 : 3,
    profiled: slow ? 3 : 9,
  };
}
