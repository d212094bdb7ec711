// Time by kernel of the fused training step, beside what the step costs at the least and what the device can do.
import { openedGpu } from '../backend';
import { isSoftware } from '../device';
import { createFusedCohort } from '../gpu/fusedCohort';
import type { KernelName, Operation } from '../gpu/operation';
import { createProfiler, type OperationTime, type Profiler } from '../gpu/profile';
import { createGpuRuntime, type Dispatch } from '../gpu/runtime';
import { taskPairs, type Place, type Task } from './contender';
import { stepCosts } from './costs';
import { cohortOptions, openDevice } from './ours';

export interface KernelTime {
  readonly name: KernelName;
  /** The WGSL kernels that it is made of. */
  readonly dispatches: number;
  /** A step's, median of several. */
  readonly ms: number;
  readonly operations: number;
  readonly bytes: number;
  /** What was reached: 10⁹ operations and bytes a second. */
  readonly gflops: number;
  readonly gigabytesPerSecond: number;
  /** Which of the device's two limits the kernel meets first, and the share of it that was reached. */
  readonly bound: 'compute' | 'memory';
  readonly ofPeak: number;
}

/** What the device reaches in kernels that do nothing else. */
export interface Peaks {
  readonly gflops: number;
  readonly gigabytesPerSecond: number;
}

export interface KernelReport {
  readonly kernels: readonly KernelTime[];
  readonly peaks: Peaks;
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Null where the device has no timestamps, or is no GPU. */
export async function timeKernels(task: Task, place: Place, steps: number): Promise<KernelReport | null> {
  await openDevice(task.backend, place);
  const device = openedGpu();
  if (!device?.features.has('timestamp-query')) return null;
  const gpu = createGpuRuntime(device);
  const profiler = createProfiler(gpu);
  const cohort = createFusedCohort(profiler.runtime, cohortOptions(task));
  try {
    const pairs = taskPairs(task);
    const batches = Array.from({ length: task.policies }, () => pairs);
    const step = async () => {
      await cohort.train(batches);
      await cohort.readMetrics();
    };
    await step();
    const rounds: OperationTime[][] = [];
    for (let i = 0; i < steps; i++) rounds.push(await profiler.profile(step));
    const peaks = await measurePeaks(profiler);
    return { kernels: byKernel(task, rounds, peaks), peaks };
  } finally {
    cohort.dispose();
    gpu.dispose();
  }
}

function byKernel(task: Task, rounds: readonly OperationTime[][], peaks: Peaks): KernelTime[] {
  const S = 2 * task.pairs;
  const shape = { K: task.policies, S, T: task.length, M: S * (task.length - task.completionStart) };
  const costs = stepCosts(task.model, shape, task.pairs);
  const names = [...new Set(rounds[0]!.map(({ kernel }) => kernel))];
  const times = names.map((name): KernelTime => {
    const of = (round: OperationTime[]) => round.filter(({ kernel }) => kernel === name);
    const ms = median(rounds.map((round) => of(round).reduce((sum, { milliseconds }) => sum + milliseconds, 0)));
    const { operations, bytes } = costs[name] ?? { operations: 0, bytes: 0 };
    const gflops = operations / ms / 1e6;
    const gigabytesPerSecond = bytes / ms / 1e6;
    const bound = operations / peaks.gflops > bytes / peaks.gigabytesPerSecond ? 'compute' : 'memory';
    const ofPeak = bound === 'compute' ? gflops / peaks.gflops : gigabytesPerSecond / peaks.gigabytesPerSecond;
    return { name, dispatches: of(rounds[0]!).length, ms, operations, bytes, gflops, gigabytesPerSecond, bound, ofPeak };
  });
  return times.sort((a, b) => b.ms - a.ms);
}

const ROUNDS = 512;

/** The best of a few runs: fused multiply-adds on registers, and a copy from one buffer to another. */
async function measurePeaks({ runtime, profile }: Profiler): Promise<Peaks> {
  const { limits, adapterInfo } = runtime.device;
  const software = adapterInfo !== undefined && isSoftware(adapterInfo);
  // Enough to fill a large GPU, and beyond its caches; a processor is full sooner and takes its time.
  const threads = software ? 1 << 12 : 1 << 18;
  const copied = Math.min((software ? 32 : 256) << 20, limits.maxStorageBufferBindingSize);
  const [from, to] = [runtime.storage(copied / 4), runtime.storage(copied / 4)];
  const chains = Array.from({ length: 8 }, (_, i) => `a${i}`);
  const compute: Dispatch = {
    kernel: {
      name: 'peak_compute',
      code: /* wgsl */ `
@group(0) @binding(0) var<uniform> seed: vec4u;
@group(0) @binding(1) var<storage, read_write> out: array<vec4f>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let x = vec4f(seed) * 1e-9 + f32(id.x) * 1e-9;
  ${chains.map((a, i) => `var ${a} = x + ${i}.0;`).join(' ')}
  for (var i = 0u; i < ${ROUNDS}u; i++) {
    ${chains.map((a) => `${a} = fma(${a}, x, vec4f(0.5));`).join(' ')}
  }
  out[id.x] = ${chains.join(' + ')};
}`,
    },
    uniforms: [1, 2, 3, 4],
    buffers: [to],
    workgroups: [threads / 64, 1, 1],
  };
  const copy: Dispatch = {
    kernel: {
      name: 'peak_copy',
      code: /* wgsl */ `
@group(0) @binding(0) var<uniform> dims: vec4u;
@group(0) @binding(1) var<storage, read> A: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> B: array<vec4f>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  for (var i = id.x; i < dims.x; i += dims.y) { B[i] = A[i]; }
}`,
    },
    uniforms: [copied / 16, threads],
    buffers: [from, to],
    workgroups: [threads / 64, 1, 1],
  };
  const best = async (dispatch: Dispatch): Promise<number> => {
    // The name only has to be one of the known ones; what is timed is the dispatch.
    const operation: Operation = { kernel: 'linear', fused: [dispatch], composed: () => undefined };
    const plan = runtime.record([operation]);
    const times: number[] = [];
    for (let i = 0; i < 4; i++) times.push((await profile(() => runtime.run([plan])))[0]!.milliseconds);
    plan.dispose();
    return Math.min(...times);
  };
  try {
    return {
      gflops: (threads * ROUNDS * chains.length * 4 * 2) / (await best(compute)) / 1e6,
      gigabytesPerSecond: (2 * copied) / (await best(copy)) / 1e6,
    };
  } finally {
    from.destroy();
    to.destroy();
  }
}
