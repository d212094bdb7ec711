// What the engine says about the device it runs on.

export type BackendName = 'webgpu' | 'wasm' | 'cpu';

/** `auto` takes WebGPU on a real GPU, else WASM, else CPU; a software WebGPU adapter only when asked for by name. */
export type BackendChoice = 'auto' | BackendName;

/** Whether an adapter runs WebGPU on the processor, which not every one admits by itself. */
export function isSoftware(info: GPUAdapterInfo): boolean {
  return info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe/i.test(`${info.architecture} ${info.description}`);
}

/** Two float32 computations of the gate's sizes differ by less; a kernel that is wrong differs by far more. */
export const KERNEL_TOLERANCE = 1e-4;

/** What twenty steps in float32 may differ by across backends; the tests of determinism hold it too. */
export const PARITY_TOLERANCE = 1e-3;

/** How one fused kernel did on this device. */
export interface KernelCheck {
  readonly kernel: string;
  /** Largest difference from the composed form, relative to the largest number of the same buffer. */
  readonly error: number;
  /** One that has not passed is switched off, and its composed form does the work. */
  readonly passed: boolean;
  /** What the browser says of a kernel that it would not run, or what a later check says of one that passed at first. */
  readonly fault?: string;
}

/** The same training steps on two backends. */
export interface Parity {
  readonly backends: readonly [BackendName, BackendName];
  readonly objectives: readonly string[];
  /** Losses by step, `[backend][objective][step]`. */
  readonly losses: readonly (readonly (readonly number[])[])[];
  /** Largest relative difference of any loss, log-probability or gradient norm. */
  readonly difference: number;
  readonly passed: boolean;
}

/** The device that was found, for the Checks page and for a run's document. */
export interface DeviceReport {
  readonly backend: BackendName;
  /** One line for people, e.g. `WebGPU · google swiftshader (software)` or `WASM · SIMD, 1 thread`. */
  readonly adapter: string;
  /** True where WebGPU runs on the processor (SwiftShader and its like). */
  readonly software: boolean;
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
  /** Why a better backend or the fused kernels were not taken, in sentences; empty when the best was. */
  readonly notes: readonly string[];
  /** On WebGPU: whether the fused kernels are trusted, or the composed tfjs operations do the work. */
  readonly kernels?: 'fused' | 'composed';
  /** On WebGPU: how each fused kernel did against its composed form when the device was opened. */
  readonly kernelChecks?: readonly KernelCheck[];
  readonly versions: Readonly<Record<string, string>>;
}
