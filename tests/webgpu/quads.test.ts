// The kernels' second form, for processors that imitate a GPU: which device takes it, and that it computes the same.
import { beforeAll, describe, expect, it } from 'vitest';
import { openBackend, openedGpu } from '../../src/engine/backend';
import { createFusedCohort } from '../../src/engine/gpu/fusedCohort';
import { checkKernels, gateSizes, raggedSizes } from '../../src/engine/gpu/gate';
import type { CaseSize } from '../../src/engine/gpu/kernelCases';
import type { Operation } from '../../src/engine/gpu/operation';
import { createGpuRuntime, type GpuRuntime } from '../../src/engine/gpu/runtime';
import { matmul } from '../../src/engine/ops/linear/linear.wgsl';
import { twentySteps } from '../support/cohortSuite';

let device: GPUDevice;
let plain: GpuRuntime;
let quads: GpuRuntime;

beforeAll(async () => {
  await openBackend({ choice: 'webgpu' });
  device = openedGpu()!;
  plain = createGpuRuntime(device, new Set(), false);
  quads = createGpuRuntime(device, new Set(), true);
});

const product = (n: number): Operation => {
  const operand = { buffer: plain.storage(64 * 64), offset: 0, stride: 64 * n };
  return matmul({ layout: 'nt', K: 1, m: 8, n, i: 8, a: operand, b: operand, c: { ...operand, buffer: plain.storage(64 * 64) } });
};

describe('the form that a device runs', () => {
  it('is that for processors on a software adapter with subgroups', () => {
    expect(device.features.has('subgroups')).toBe(true);
    expect(createGpuRuntime(device).dispatches(product(8))[0]!.kernel.name).toBe('matmul_nt_quads');
  });

  it('is the plain one on a device without subgroups', async () => {
    const adapter = await navigator.gpu.requestAdapter();
    const without = await adapter!.requestDevice();
    expect(createGpuRuntime(without).dispatches(product(8))[0]!.kernel.name).toBe('matmul_nt_vec4');
    without.destroy();
  });

  it('is the plain one for widths that are no multiple of four', () => {
    expect(quads.dispatches(product(7))[0]!.kernel.name).toBe('matmul_nt');
  });
});

describe.each([['for processors', () => quads], ['for GPUs', () => plain]] as const)('the form %s', (_, runtime) => {
  /** More than one block of queries and more than one tile either way, with edges that fill neither. */
  const large: CaseSize = { K: 2, S: 2, T: 50, heads: 4, kvHeads: 2, headDim: 16, F: 140, V: 76, B: 2 };

  it('equals the composed form on small, ragged and larger shapes', async () => {
    const checks = await checkKernels(runtime(), { seed: 3, sizes: [...gateSizes, ...raggedSizes(3, 3), large] });
    expect(checks.filter(({ passed }) => !passed)).toEqual([]);
  });
});

it('trains alike in both forms', async () => {
  const [a, b] = await Promise.all([plain, quads].map((runtime) => twentySteps((options) => createFusedCohort(runtime, options), 3)));
  const worst = Math.max(...a!.map((value, i) => Math.abs(b![i]! - value) / Math.max(1, Math.abs(value))));
  expect(worst).toBeLessThan(1e-4);
});

/** The runtime with the quads' form of one kernel changed. */
const sabotaged = (name: string, change: (code: string) => string): GpuRuntime => ({
  ...quads,
  record: (operations) =>
    quads.record(
      operations.map((operation) => ({
        ...operation,
        ...(operation.quads && {
          quads: operation.quads.map((dispatch) => {
            if (dispatch.kernel.name !== name) return dispatch;
            const code = change(dispatch.kernel.code);
            expect(code).not.toBe(dispatch.kernel.code);
            return { ...dispatch, kernel: { name, code } };
          }),
        }),
      })),
    ),
});

it.each([
  ['matmul_nt_quads', 'linear', 'a number from the wrong neighbour', (code: string) => code.replace('quadBroadcast(own0, 2u)', 'quadBroadcast(own0, 3u)')],
  ['attention_quads', 'attention', 'a glance ahead', (code: string) => code.replace('j + 1u <= t', 'j <= t')],
  ['attention_backward_kv_quads', 'attention gradient', 'a lost diagonal', (code: string) => code.replace('j + 0u >= t', 'j + 0u > t')],
])('%s is blamed as %s for %s', async (name, kernel, _, change) => {
  const failed = (await checkKernels(sabotaged(name, change))).filter(({ passed }) => !passed);
  expect(failed.map((check) => check.kernel)).toEqual([kernel]);
});
