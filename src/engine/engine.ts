// The engine's front door: opens the best backend, lets the fused kernels prove themselves on it, and makes cohorts of
// the kind that this device can be trusted with.
import { openBackend, openedGpu, type BackendOptions } from './backend';
import type { DeviceReport } from './device';
import { createFusedCohort } from './gpu/fusedCohort';
import { fusedFault } from './gpu/gate';
import { createGpuRuntime, type GpuRuntime } from './gpu/runtime';
import { createCohort as createComposedCohort } from './training/cohort';
import type { Cohort, CohortOptions } from './training/types';

let fused: GpuRuntime | undefined;

/**
 * Opens a backend as `openBackend` does. On WebGPU the fused kernels are switched on if they agree with the composed
 * form there, and a note says so if they do not.
 * @throws UserError when the backend asked for cannot be had.
 */
export async function openEngine(options: BackendOptions): Promise<DeviceReport> {
  fused?.dispose();
  fused = undefined;
  const report = await openBackend(options);
  const device = openedGpu();
  if (!device) return report;
  const gpu = createGpuRuntime(device);
  const fault = await fusedFault(gpu);
  if (fault === undefined) {
    fused = gpu;
    return { ...report, kernels: 'fused' };
  }
  gpu.dispose();
  return { ...report, kernels: 'composed', notes: [...report.notes, `The fused kernels are switched off on this device: ${fault}`] };
}

/** A cohort on the device that `openEngine` opened. */
export function createCohort(options: CohortOptions): Cohort {
  return fused ? createFusedCohort(fused, options) : createComposedCohort(options);
}
