// What a training step asks of the device, counted on the device itself: the shipped model's depth with three policies,
// KTO's extra passes among them.
import { beforeAll, expect, it } from 'vitest';
import { createCohort, openEngine } from '../../src/engine/engine';
import { initialiseWeights } from '../../src/engine/model/initialise';
import { compileObjective } from '../../src/engine/objectives';
import { createRandom } from '../../src/engine/random';
import type { ScoredPair } from '../../src/engine/training/types';
import { tinyConfig } from '../support/modelSuite';

/** Counts calls on prototypes, whoever makes them. */
function count(prototype: object, name: string, tally: Record<string, number>): () => void {
  const methods = prototype as Record<string, (...args: unknown[]) => unknown>;
  const original = methods[name]!;
  tally[name] = 0;
  methods[name] = function (...args) {
    tally[name]! += 1;
    return original.apply(this, args);
  };
  return () => {
    methods[name] = original;
  };
}

beforeAll(async () => {
  expect((await openEngine({ choice: 'webgpu' })).kernels).toBe('fused');
});

it('takes one submit and at most 200 dispatches, makes no buffer and reads nothing back', async () => {
  const config = { ...tinyConfig, num_hidden_layers: 3, max_position_embeddings: 32 };
  const random = createRandom(3);
  // Ragged as real batches are.
  const sequence = () => ({ ids: Array.from({ length: 8 + random.below(12) }, () => random.below(config.vocab_size)), completionStart: 4 });
  const batch = (): ScoredPair[] =>
    Array.from({ length: 3 }, () => ({ chosen: sequence(), rejected: sequence(), referenceChosen: -20, referenceRejected: -21 }));
  const cohort = createCohort({
    weights: initialiseWeights(config, 1),
    policies: ['dpo', 'apo_zero', 'kto'].map((id) => ({ objective: compileObjective(id), hyper: { beta: 0.1 }, learningRate: 1e-4 })),
    schedule: { steps: 40, warmupSteps: 0, decay: 'constant', maxGradNorm: 1, weightDecay: 0 },
  });
  const train = async (steps: number) => {
    for (let i = 0; i < steps; i++) {
      const pairs = batch();
      await cohort.train([pairs, pairs, pairs]);
    }
  };
  await train(20);
  await cohort.readMetrics();

  const tally: Record<string, number> = {};
  const restore = [
    count(GPUQueue.prototype, 'submit', tally),
    count(GPUComputePassEncoder.prototype, 'dispatchWorkgroups', tally),
    count(GPUDevice.prototype, 'createBuffer', tally),
    count(GPUBuffer.prototype, 'mapAsync', tally),
  ];
  try {
    await train(10);
    expect(tally).toMatchObject({ submit: 10, createBuffer: 0, mapAsync: 0 });
    const dispatches = tally.dispatchWorkgroups! / 10;
    console.log(`${dispatches} dispatches a step, KTO's two further forward passes among them`);
    expect(dispatches).toBeLessThanOrEqual(200);
    // The reading at an evaluation takes one submit and finds its buffer there.
    expect(await cohort.readMetrics()).toHaveLength(10);
    expect(tally).toMatchObject({ submit: 11, createBuffer: 0, mapAsync: 1 });
  } finally {
    for (const put of restore) put();
    cohort.dispose();
  }
});
