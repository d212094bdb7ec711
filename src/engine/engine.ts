// The engine's front door: opens the best backend, lets the fused kernels prove themselves on it, and makes cohorts of
// the kind that this device can be trusted with.
import { openBackend, openedGpu, type BackendOptions } from './backend';
import type { DeviceReport } from './device';
import { createFusedCohort } from './gpu/fusedCohort';
import { checkKernels } from './gpu/gate';
import { createGpuRuntime, type GpuRuntime } from './gpu/runtime';
import { createCohort as createComposedCohort } from './training/cohort';
import type { Cohort, CohortOptions } from './training/types';

let fused: GpuRuntime | undefined;

/**
 * Opens a backend as `openBackend` does. On WebGPU each fused kernel is switched on if it agrees with its composed form
 * there; the report says how each one did, and a note names those that are off.
 * @throws UserError when the backend asked for cannot be had.
 */
export async function openEngine(options: BackendOptions): Promise<DeviceReport> {
  fused?.dispose();
  fused = undefined;
  const report = await openBackend(options);
  const device = openedGpu();
  if (!device) return report;
  const trial = createGpuRuntime(device);
  const checks = await checkKernels(trial);
  trial.dispose();
  const failed = checks.filter(({ passed }) => !passed);
  // With nothing left to fuse, the composed cohort does the same with less ado.
  if (failed.length < checks.length) fused = createGpuRuntime(device, new Set(failed.map(({ kernel }) => kernel)));
  const notes = failed.map(
    ({ kernel, error, fault }) =>
      `The kernel “${kernel}” is switched off on this device: ${fault ?? `it differs from its composed form by ${error.toExponential(1)}`}`,
  );
  return { ...report, kernels: fused ? 'fused' : 'composed', kernelChecks: checks, notes: [...report.notes, ...notes] };
}

/** A cohort on the device that `openEngine` opened. */
export function createCohort(options: CohortOptions): Cohort {
  return fused ? createFusedCohort(fused, options) : createComposedCohort(options);
}
