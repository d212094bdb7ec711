// The engine's front door: opens the best backend, lets the fused kernels prove themselves on it, and makes cohorts of
// the kind that this device can be trusted with.
import { openBackend, openedGpu, type BackendOptions } from './backend';
import type { DeviceReport, KernelCheck } from './device';
import { createFusedCohort } from './gpu/fusedCohort';
import { checkKernels } from './gpu/gate';
import { createGpuRuntime, type GpuRuntime } from './gpu/runtime';
import { createCohort as createComposedCohort } from './training/cohort';
import type { Cohort, CohortOptions } from './training/types';

let fused: GpuRuntime | undefined;
/** What the gate let pass on the device that is open. */
let trusted: { readonly adapter: string; readonly kernels: ReadonlySet<string> } | undefined;
/** By adapter: kernels that passed the gate and were found wrong later, with what was found. */
const distrusted = new Map<string, Map<string, string>>();

/**
 * Opens a backend as `openBackend` does. On WebGPU each fused kernel is switched on if it agrees with its composed form
 * there, and was never distrusted there; the report says how each one did, and a note names those that are off.
 * @throws UserError when the backend asked for cannot be had.
 */
export async function openEngine(options: BackendOptions): Promise<DeviceReport> {
  fused?.dispose();
  fused = trusted = undefined;
  const report = await openBackend(options);
  const device = openedGpu();
  if (!device) return report;
  const trial = createGpuRuntime(device);
  const found = await checkKernels(trial);
  trial.dispose();
  const later = distrusted.get(report.adapter);
  const checks = found.map((check) => {
    const fault = check.passed ? later?.get(check.kernel) : undefined;
    return fault === undefined ? check : { ...check, passed: false, fault };
  });
  const failed = checks.filter(({ passed }) => !passed);
  // With nothing left to fuse, the composed cohort does the same with less ado.
  if (failed.length < checks.length) fused = createGpuRuntime(device, new Set(failed.map(({ kernel }) => kernel)));
  trusted = { adapter: report.adapter, kernels: new Set(checks.flatMap(({ kernel, passed }) => (passed ? [kernel] : []))) };
  const notes = failed.map((check) => `The kernel “${check.kernel}” is switched off on this device: ${faultOf(check)}`);
  return { ...report, kernels: fused ? 'fused' : 'composed', kernelChecks: checks, notes: [...report.notes, ...notes] };
}

/** A cohort on the device that `openEngine` opened. */
export function createCohort(options: CohortOptions): Cohort {
  return fused ? createFusedCohort(fused, options) : createComposedCohort(options);
}

/**
 * Takes note of kernels that a further check on the open device found wrong. Cohorts that exist go on as they are:
 * `openEngine` has to be called again, and from then on these kernels are off on this device.
 * @returns those of them that were on.
 */
export function distrust(checks: readonly KernelCheck[]): string[] {
  if (!trusted) return [];
  const { adapter, kernels } = trusted;
  const wrong = checks.filter(({ kernel, passed }) => !passed && kernels.has(kernel));
  distrustOn(adapter, wrong);
  return wrong.map(({ kernel }) => kernel);
}

/** Keeps kernels off on a device that may be opened later, as `distrust` does on the open one; those that passed are left alone. */
export function distrustOn(adapter: string, checks: readonly KernelCheck[]): void {
  const known = distrusted.get(adapter) ?? new Map<string, string>();
  for (const check of checks) if (!check.passed) known.set(check.kernel, faultOf(check));
  distrusted.set(adapter, known);
}

function faultOf({ error, fault }: KernelCheck): string {
  return fault ?? `it differs from its composed form by ${error.toExponential(1)}`;
}
