// What is timed: one DPO training step at the town's size, by stock TensorFlow.js and by the lab's cohort, on one
// backend. Runs in Node and in a browser.
import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgpu';
import type { BackendName, DeviceReport } from '../src/engine/device';
import { createCohort, openEngine } from '../src/engine/engine';
import { initialiseWeights } from '../src/engine/model/initialise';
import type { ModelConfig } from '../src/engine/model/config';
import { compileObjective } from '../src/engine/objectives';
import { createRandom } from '../src/engine/random';
import { createCohort as createComposedCohort } from '../src/engine/training/cohort';
import type { EncodedSequence, ScoredPair } from '../src/engine/training/types';
import { createStockPolicy } from './stock';

/** The shipped model's shape. */
export const townModel: ModelConfig = {
  vocab_size: 1024,
  hidden_size: 96,
  intermediate_size: 256,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  num_key_value_heads: 4,
  max_position_embeddings: 128,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  tie_word_embeddings: true,
};

export interface CaseResult {
  readonly name: string;
  readonly policies: number;
  readonly pairs: number;
  /** Milliseconds a step: median, fastest and slowest of the timed steps. */
  readonly median: number;
  readonly fastest: number;
  readonly slowest: number;
  readonly steps: number;
  /** Loss of the first policy before the first step: equal for all cases, or one of them computes something else. */
  readonly firstLoss: number;
}

export interface CaseOptions {
  readonly model?: ModelConfig;
  readonly pairs?: number;
  /** Tokens of every sequence, and where its completion begins. */
  readonly length?: number;
  readonly completionStart?: number;
  readonly warmUp?: number;
  readonly steps?: number;
  readonly onResult?: (result: CaseResult) => void;
}

export interface Bench {
  readonly device: DeviceReport;
  readonly results: readonly CaseResult[];
}

const beta = 0.5;
const learningRate = 2e-4;

/** Times one backend; the binaries of WASM lie in the folder `wasmPath`. */
export async function benchmark(choice: BackendName, wasmPath: string, options: CaseOptions = {}): Promise<Bench> {
  const { model = townModel, pairs: pairCount = 16, warmUp = 2, steps = 8 } = options;
  const weights = initialiseWeights(model, 1);
  const pairs = randomPairs(model, pairCount, options.length ?? 44, options.completionStart ?? 14);
  const results: CaseResult[] = [];

  async function time(name: string, policies: number, step: () => Promise<number>): Promise<void> {
    const firstLoss = await step();
    for (let i = 1; i < warmUp; i++) await step();
    const taken: number[] = [];
    for (let i = 0; i < steps; i++) {
      const start = performance.now();
      await step();
      taken.push(performance.now() - start);
    }
    taken.sort((a, b) => a - b);
    const result = {
      name, policies, pairs: pairCount, steps, firstLoss,
      median: taken[Math.floor(taken.length / 2)]!,
      fastest: taken[0]!,
      slowest: taken.at(-1)!,
    };
    results.push(result);
    options.onResult?.(result);
  }

  // First, while the backend is as its package ships it: opening it for the lab replaces kernels and sets flags.
  setWasmPaths(wasmPath);
  await tf.setBackend(choice);
  const policy = createStockPolicy({ weights, beta, learningRate, maxGradNorm: 1 });
  await time('stock tfjs', 1, () => policy.train(pairs));
  policy.dispose();

  const device = await openEngine({ choice, wasmPaths: wasmPath });
  async function timeCohort(name: string, policies: number, create: typeof createCohort): Promise<void> {
    const cohort = create({
      weights,
      policies: Array.from({ length: policies }, () => ({ objective: compileObjective('dpo'), hyper: { beta }, learningRate })),
      schedule: { steps: 1000, warmupSteps: 0, decay: 'constant', maxGradNorm: 1, weightDecay: 0 },
    });
    const batches = Array.from({ length: policies }, () => pairs);
    await time(name, policies, async () => {
      await cohort.train(batches);
      return (await cohort.readMetrics()).at(-1)!.metrics[0]!.loss!;
    });
    cohort.dispose();
  }
  // Elsewhere than on WebGPU the composed form is the only one.
  if (choice === 'webgpu') await timeCohort('composed, 1', 1, createComposedCohort);
  for (const policies of [1, 3]) await timeCohort(`cohort of ${policies}`, policies, createCohort);
  return { device, results };
}

/** Pairs of random tokens; what they say has no bearing on the time a step takes. */
function randomPairs(model: ModelConfig, count: number, length: number, completionStart: number): ScoredPair[] {
  const random = createRandom(7);
  const sequence = (): EncodedSequence => ({
    ids: Array.from({ length }, () => random.below(model.vocab_size)),
    completionStart,
  });
  return Array.from({ length: count }, () => ({
    chosen: sequence(),
    rejected: sequence(),
    // Far from what the policy says, so that the loss is not log 2 whatever the model computes.
    referenceChosen: -200 + random.next(),
    referenceRejected: -200 + random.next(),
  }));
}
