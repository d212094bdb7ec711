// Opens the device that everything runs on. The only file that knows how TensorFlow.js works inside:
// its flags, its registries, and the memory of its WASM backend.
import * as tf from '@tensorflow/tfjs-core';
import { isSoftware, type BackendChoice, type BackendName, type DeviceReport } from './device';
import { UserError, type DeviceLostError } from './errors';
import { watchDevice, watchTensorsOf } from './loss';
import { registerWasmKernels } from './wasm/kernels';

export interface BackendOptions {
  readonly choice: BackendChoice;
  /** A GPU object from outside, e.g. Dawn's in Node; by default the browser's own. */
  readonly gpu?: GPU;
  /** Where the WASM binaries lie: a folder ending in `/`, or a path for each file name. */
  readonly wasmPaths?: string | Readonly<Record<string, string>>;
  /** Hears that the device went away, by itself and not because another was opened in its place. */
  readonly onLoss?: (loss: DeviceLostError) => void;
}

let current: DeviceReport | undefined;
let currentGpu: GPUDevice | undefined;

/** The device behind WebGPU, where that is what was opened. */
export function openedGpu(): GPUDevice | undefined {
  return current?.backend === 'webgpu' ? currentGpu : undefined;
}

/**
 * Opens a backend and makes it the one that all tensors live on. A backend that fails gives way to the next best,
 * with a note saying why; one that was asked for by name does not. What was open before is closed.
 * @throws UserError when the backend asked for cannot be had.
 */
export async function openBackend(options: BackendOptions): Promise<DeviceReport> {
  // Keeps tfjs from checking and advising on its own; what a person should know is in the report.
  tf.enableProdMode();
  closeGpu();
  const notes: string[] = [];
  const tryOrder: BackendName[] = options.choice === 'auto' ? ['webgpu', 'wasm', 'cpu'] : [options.choice];
  for (const name of tryOrder) {
    try {
      const report = await openers[name](options, notes);
      current = report;
      return report;
    } catch (error) {
      closeGpu();
      const reason = error instanceof Error ? error.message : String(error);
      if (options.choice !== 'auto') {
        throw new UserError('The {backend} backend could not be opened: {reason} Choose another backend on the Checks page.', {
          backend: label[name],
          reason: endSentence(reason),
        });
      }
      notes.push(`${label[name]} was not taken: ${endSentence(reason)}`);
    }
  }
  throw new UserError('No backend could be opened: {reason}', { reason: notes.join(' ') });
}

/** Does some work on another backend and gives back the one that is open, whose tensors live on meanwhile. */
export async function withBackend<T>(name: BackendName, options: Omit<BackendOptions, 'choice'>, work: () => Promise<T>): Promise<T> {
  const before = tf.getBackend();
  await openers[name]({ ...options, choice: name }, []);
  try {
    return await work();
  } finally {
    await tf.setBackend(before);
  }
}

/** Gives the GPU and all its memory back; a device that is no longer wanted would keep both until the collector finds it. */
function closeGpu(): void {
  current = undefined;
  watchTensorsOf(undefined);
  if (!currentGpu) return;
  if (tf.findBackend('webgpu') !== null) tf.removeBackend('webgpu');
  watchDevice(currentGpu).close();
  currentGpu = undefined;
}

const label: Record<BackendName, string> = { webgpu: 'WebGPU', wasm: 'WASM', cpu: 'CPU' };

type Opener = (options: BackendOptions, notes: readonly string[]) => Promise<DeviceReport>;

const openers: Record<BackendName, Opener> = {
  async webgpu(options, notes) {
    const gpu = options.gpu ?? (typeof navigator === 'undefined' ? undefined : navigator.gpu);
    if (!gpu) throw new Error('this browser offers no WebGPU.');
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (!adapter) throw new Error('WebGPU found no adapter on this machine.');
    const info = adapter.info;
    const software = isSoftware(info);
    if (software && options.choice === 'auto') {
      throw new Error('the only adapter is a software one, which is slower than WASM.');
    }
    const device = await adapter.requestDevice({
      requiredFeatures: (['timestamp-query', 'subgroups'] as const).filter((feature) => adapter.features.has(feature)),
      requiredLimits: raisedLimits(adapter.limits),
    });
    const watch = watchDevice(device);
    await registerWebGpu(gpu, device, info);
    currentGpu = device;
    await activate('webgpu');
    watch.check();
    watchTensorsOf(device);
    if (options.onLoss) watch.onLoss(options.onLoss);
    return {
      backend: 'webgpu',
      adapter: ['WebGPU ·', info.vendor, info.architecture || info.device, software ? '(software)' : '']
        .filter(Boolean)
        .join(' '),
      software,
      vendor: info.vendor,
      architecture: info.architecture,
      description: info.description,
      features: [...adapter.features].sort(),
      limits: raisedLimits(device.limits),
      notes,
      versions: coreVersions(),
    };
  },

  async wasm(options, notes) {
    const wasm = await import('@tensorflow/tfjs-backend-wasm');
    if (tf.findBackend('wasm') === null && options.wasmPaths !== undefined) wasm.setWasmPaths(options.wasmPaths);
    await activate('wasm');
    registerWasmKernels();
    const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
    const threads = await wasm.getThreadsCount();
    return {
      ...hostReport(notes),
      backend: 'wasm',
      adapter: `WASM · ${simd ? 'SIMD' : 'no SIMD'}, ${threads} thread${threads === 1 ? '' : 's'}`,
      features: simd ? ['simd'] : [],
      limits: { threads },
      versions: coreVersions(),
    };
  },

  async cpu(_options, notes) {
    await import('@tensorflow/tfjs-backend-cpu');
    await activate('cpu');
    return {
      ...hostReport(notes),
      backend: 'cpu',
      adapter: 'CPU · plain JavaScript',
      features: [],
      limits: {},
      versions: coreVersions(),
    };
  },
};

function hostReport(notes: readonly string[]): Omit<DeviceReport, 'backend' | 'adapter' | 'features' | 'limits' | 'versions'> {
  return { software: false, vendor: '', architecture: '', description: '', notes };
}

async function activate(name: BackendName): Promise<void> {
  if (!(await tf.setBackend(name))) throw new Error('it failed to start.');
  await tf.ready();
}

/** All tfjs packages are pinned to one version, so one number speaks for them. */
function coreVersions(): Record<string, string> {
  return { tfjs: tf.version_core };
}

/** Limits that matter to training, raised to what the adapter offers: the defaults bind only 128 MiB at once. */
function raisedLimits(limits: GPUSupportedLimits): Record<string, number> {
  return {
    maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
    maxBufferSize: limits.maxBufferSize,
    maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
    maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
    maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
    maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
  };
}

/**
 * Registers the WebGPU backend on a device of our own. The first registration of a name wins, so this comes before
 * the package's own, which would ask for a device without our limits.
 */
async function registerWebGpu(gpu: GPU, device: GPUDevice, info: GPUAdapterInfo): Promise<void> {
  offerGpuGlobally(gpu);
  if (tf.findBackend('webgpu') !== null) tf.removeBackend('webgpu');
  tf.registerBackend(
    'webgpu',
    async () => {
      const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
      return new WebGPUBackend(device, info);
    },
    3,
  );
  await import('@tensorflow/tfjs-backend-webgpu');
  // Small operations would silently run on the processor, and a submit every 15 dispatches is many.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  tf.env().set('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE', 100);
}

/** The package looks for `navigator.gpu` before it consents to run; Node has none. */
function offerGpuGlobally(gpu: GPU): void {
  if (typeof navigator === 'undefined') {
    Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  } else if (!navigator.gpu) {
    Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
  }
}

function endSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
