import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { openedGpu } from '../../src/engine/backend';
import { KERNEL_TOLERANCE } from '../../src/engine/device';
import { createCohort, openEngine } from '../../src/engine/engine';
import { createFusedCohort } from '../../src/engine/gpu/fusedCohort';
import { checkKernels, raggedSizes } from '../../src/engine/gpu/gate';
import { kernelNames } from '../../src/engine/gpu/operation';
import { createGpuRuntime, type GpuRuntime } from '../../src/engine/gpu/runtime';
import { compileObjective, objectives } from '../../src/engine/objectives';
import type { SequenceLogProbs } from '../../src/engine/training/types';
import { twentySteps } from '../support/cohortSuite';
import { lively, tinyConfig } from '../support/modelSuite';

let gpu: GpuRuntime;

beforeAll(async () => {
  const report = await openEngine({ choice: 'webgpu' });
  expect(report.kernels).toBe('fused');
  expect(report.notes).toEqual([]);
  expect(report.kernelChecks!.map(({ kernel }) => kernel)).toEqual(kernelNames);
  // In the form for real GPUs, which the tests' software adapter would not choose; quads.test.ts is about the other.
  gpu = createGpuRuntime(openedGpu()!, new Set(), false);
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

it('finds every kernel equal to its composed form, on ragged shapes and with every objective', async () => {
  const checks = await checkKernels(gpu, { seed: 7, sizes: raggedSizes(7, 3), objectives: Object.keys(objectives) });
  console.log(checks.map(({ kernel, error }) => `${kernel.padEnd(30)} ${error.toExponential(1)}`).join('\n'));
  expect(checks.filter(({ passed }) => !passed)).toEqual([]);
});

it.each([
  ['rms_norm', 'rms norm', 'a wrong constant', (code: string) => code.replace('+ 0.00001', '+ 0.5')],
  ['attention_backward_kv', 'attention gradient', 'a wrong bound', (code: string) => code.replace('var t = j;', 'var t = j + 1u;')],
  ['adamw', 'adamw', 'a forgotten bias correction', (code: string) => code.replace('(m / settings[s + 1u])', 'm')],
  ['objective_places', 'objective', 'a sorting that is off', (code: string) => code.replace('+ which;', ';')],
  ['gather_rows', 'embedding', 'a row beyond the edge', (code: string) => code.replace('out[thread] =', 'out[thread + 1u] =')],
  ['matmul_tn_vec4', 'linear weight gradient', 'a lost term', (code: string) => code.replace('c3 += av.w * bv;', '')],
  ['rows_product_norm_gated', 'linear of few rows', 'halves that are exchanged', (code: string) => code.replace('exp(-sum)) * up', 'exp(-up)) * sum')],
  ['keep_last', 'key–value cache', 'a place too early', (code: string) => code.replace('length - 1u', 'length - 2u')],
  ['decoding_attention', 'decoding attention', 'a position left out', (code: string) => code.replace('j < length;', 'j + 1u < length;')],
  ['token_choice', 'token choice', 'ties in the wrong order', (code: string) => code.replace('Place(high, V - 1u - v)', 'Place(high & 0xfff00000u, V - 1u - v)')],
  ['swiglu', 'swiglu', 'code that does not compile', (code: string) => code.replace('exp(-g)', 'exq(-g)')],
] as const)('blames %s alone for %s', async (name, kernel, _, change) => {
  const failed = (await checkKernels(sabotaged(name, change))).filter(({ passed }) => !passed);
  expect(failed.map((check) => check.kernel)).toEqual([kernel]);
  expect(failed[0]!.fault !== undefined || failed[0]!.error > 10 * KERNEL_TOLERANCE).toBe(true);
});

it('trains on with composed forms in the place of kernels that are switched off', async () => {
  const fused = await twentySteps((options) => createFusedCohort(gpu, options), 3);
  const mixed = createGpuRuntime(openedGpu()!, new Set(kernelNames));
  const before = tf.memory().numTensors;
  const composed = await twentySteps((options) => createFusedCohort(mixed, options), 3);
  expect(tf.memory().numTensors).toBe(before);
  const worst = Math.max(...fused.map((value, i) => Math.abs(composed[i]! - value) / Math.max(1, Math.abs(value))));
  expect(worst).toBeLessThan(1e-3);
  mixed.dispose();
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
