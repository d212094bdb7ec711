import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { openedGpu } from '../../src/engine/backend';
import { createCohort, openEngine } from '../../src/engine/engine';
import { fusedError, fusedFault } from '../../src/engine/gpu/gate';
import { createGpuRuntime, type GpuRuntime } from '../../src/engine/gpu/runtime';
import { compileObjective } from '../../src/engine/objectives';
import type { SequenceLogProbs } from '../../src/engine/training/types';
import { lively, tinyConfig } from '../support/modelSuite';

let gpu: GpuRuntime;

beforeAll(async () => {
  const report = await openEngine({ choice: 'webgpu' });
  expect(report.kernels).toBe('fused');
  expect(report.notes).toEqual([]);
  gpu = createGpuRuntime(openedGpu()!);
});

/** The same runtime with one kernel's source changed. */
function sabotaged(name: string, change: (code: string) => string): GpuRuntime {
  return {
    ...gpu,
    record: (operations) =>
      gpu.record(
        operations.map((operation) => ({
          ...operation,
          fused: operation.fused.map((dispatch) => {
            if (dispatch.kernel.name !== name) return dispatch;
            const code = change(dispatch.kernel.code);
            expect(code).not.toBe(dispatch.kernel.code);
            return { ...dispatch, kernel: { name, code } };
          }),
        })),
      ),
  };
}

it('lets fused kernels through that agree with the composed form', async () => {
  expect(await fusedError(gpu)).toBeLessThan(1e-4);
  expect(await fusedFault(gpu)).toBeUndefined();
});

it.each([
  ['rms_norm', 'a wrong constant', (code: string) => code.replace('+ 0.00001', '+ 0.5')],
  ['attention_backward_kv', 'a wrong bound', (code: string) => code.replace('var t = j;', 'var t = j + 1u;')],
  ['adamw', 'a forgotten bias correction', (code: string) => code.replace('(m / settings[s + 1u])', 'm')],
  ['cohort_objective', 'a sorting that is off', (code: string) => code.replace('holder(1u, k, B, p); referenceL', 'holder(0u, k, B, p); referenceL')],
  ['swiglu', 'code that does not compile', (code: string) => code.replace('exp(-g)', 'exq(-g)')],
] as const)('catches %s with %s', async (name, _, change) => {
  expect(await fusedFault(sabotaged(name, change))).toMatch(/differ|error|invalid/i);
});

it('makes cohorts of the fused kind, which take no tensors of tfjs', async () => {
  const before = tf.memory().numTensors;
  const cohort = createCohort({
    weights: lively(tinyConfig, 1),
    policies: [{ objective: compileObjective('dpo'), hyper: { beta: 0.1 }, learningRate: 1e-3 }],
    schedule: { steps: 1, warmupSteps: 0, decay: 'constant', maxGradNorm: 1, weightDecay: 0 },
  });
  const [[scored]] = (await cohort.logProbs([{ ids: [1, 2, 3], completionStart: 1 }])) as [[SequenceLogProbs]];
  expect(scored.perToken).toHaveLength(2);
  expect(tf.memory().numTensors).toBe(before);
  cohort.dispose();
});
