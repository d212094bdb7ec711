import { expect, it } from 'vitest';
import { openBackend } from '../../src/engine/backend';
import { createFusedCohort } from '../../src/engine/gpu/fusedCohort';
import { createGpuRuntime, type GpuRuntime } from '../../src/engine/gpu/runtime';
import { describeCohort, twentySteps } from '../support/cohortSuite';
import type { CohortOptions } from '../../src/engine/training/types';

let gpu: GpuRuntime;
const open = async () => {
  await openBackend({ choice: 'webgpu' });
  const adapter = await navigator.gpu.requestAdapter();
  gpu = createGpuRuntime(await adapter!.requestDevice());
};
const create = (options: CohortOptions) => createFusedCohort(gpu, options);

describeCohort('fused WebGPU kernels', open, create);

it('gives the composed twenty steps on the fused kernels to 1e-3, with one submit a step', async () => {
  await open();
  const composed = await twentySteps();
  const before = gpu.submits;
  const fused = await twentySteps(create);
  expect(gpu.submits - before).toBe(20);
  const worst = Math.max(...composed.map((value, i) => Math.abs(fused[i]! - value) / Math.max(1, Math.abs(value))));
  expect(worst).toBeLessThan(1e-3);
});
