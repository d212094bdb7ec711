import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { openBackend, openedGpu } from '../../src/engine/backend';
import { DeviceLostError } from '../../src/engine/errors';
import { createFusedCohort } from '../../src/engine/gpu/fusedCohort';
import { createGpuRuntime } from '../../src/engine/gpu/runtime';
import { watchDevice } from '../../src/engine/loss';
import { compileObjective } from '../../src/engine/objectives';
import { take } from '../../src/engine/tidy';
import { createCohort } from '../../src/engine/training/cohort';
import type { Cohort, CohortOptions } from '../../src/engine/training/types';
import { lively, tinyConfig } from '../support/modelSuite';

let losses: DeviceLostError[];

beforeEach(async () => {
  losses = [];
  await openBackend({ choice: 'webgpu', onLoss: (loss) => losses.push(loss) });
});

/** Takes the device away as a driver would: without a word to whoever uses it. */
const destroy = () => openedGpu()!.destroy();

const options: CohortOptions = {
  weights: lively(tinyConfig, 1),
  policies: [{ objective: compileObjective('dpo'), hyper: { beta: 0.1 }, learningRate: 1e-3 }],
  schedule: { steps: 4, warmupSteps: 0, decay: 'constant', maxGradNorm: 1, weightDecay: 0 },
};
const sequence = { ids: [1, 2, 3, 4], completionStart: 2 };
const pair = { chosen: sequence, rejected: { ids: [1, 2, 4], completionStart: 2 }, referenceChosen: -3, referenceRejected: -2 };

describe('a device that goes away', () => {
  it('is told once, with the browser’s reason', async () => {
    destroy();
    await expect(watchDevice(openedGpu()!).guard(new Promise(() => undefined))).rejects.toThrow(DeviceLostError);
    expect(losses.map(({ reason }) => reason)).toEqual(['Device was destroyed.']);
  });

  it('is no loss where another is opened in its place', async () => {
    const before = watchDevice(openedGpu()!);
    const gone = openedGpu()!.lost;
    await openBackend({ choice: 'webgpu' });
    await gone;
    expect(before.loss).toBeUndefined();
    expect(losses).toEqual([]);
  });

  it('ends a wait that would never end, and one whose work says that all is well', async () => {
    const { guard } = watchDevice(openedGpu()!);
    const [never, late] = [guard(new Promise(() => undefined)), guard(openedGpu()!.lost.then(() => 'done'))];
    destroy();
    for (const wait of [never, late]) await expect(wait).rejects.toThrow(DeviceLostError);
    await expect(guard(Promise.resolve(7))).rejects.toThrow(DeviceLostError);
  });

  it('leaves errors of other kinds as they are', async () => {
    await expect(watchDevice(openedGpu()!).guard(Promise.reject(new Error('another')))).rejects.toThrow(/^another$/);
  });

  it('gives way to a fresh one that works', async () => {
    destroy();
    await openedGpu()!.lost;
    await openBackend({ choice: 'webgpu' });
    expect([...(await take(tf.add([1, 2], [3, 4])))]).toEqual([4, 6]);
  });
});

describe('nothing read from a lost device is a number:', () => {
  const fused = (cohortOptions: CohortOptions): Cohort => createFusedCohort(createGpuRuntime(openedGpu()!), cohortOptions);

  it('a tensor', async () => {
    const sum = tf.add([1, 2], [3, 4]);
    const reading = take(sum);
    destroy();
    await expect(reading).rejects.toThrow(DeviceLostError);
    await expect(take(tf.add([1, 2], [3, 4]))).rejects.toThrow(DeviceLostError);
  });

  it.each([['composed', createCohort], ['fused', fused]] as const)('a step, a score, a checkpoint, an answer of a %s cohort', async (_, create) => {
    const cohort = create(options);
    const answer = { temperature: 1, topK: 0, topP: 1, greedy: false, maxTokens: 3, seed: 1, endToken: 0 };
    const ask = (): Promise<unknown>[] => [cohort.logProbs([sequence]), cohort.save(), cohort.weights(0), cohort.sample([[1, 2]], answer)];
    // So that there is something to read that only the device knows.
    await cohort.train([[pair]]);
    await cohort.readMetrics();
    const asked = ask();
    destroy();
    for (const wait of [...asked, ...ask(), cohort.train([[pair]]).then(() => cohort.readMetrics())]) {
      // A wait may fail while another is being looked at.
      wait.catch(() => undefined);
      await expect(wait).rejects.toThrow(DeviceLostError);
    }
    cohort.dispose();
  });
});
