// Every fused kernel proves itself on the very device it will run on before it is trusted: on small random inputs, with
// its output buffers poisoned, against its composed form on plain CPU. One that disagrees is switched off.
import { withBackend } from '../backend';
import { KERNEL_TOLERANCE, type KernelCheck } from '../device';
import { createRandom } from '../random';
import { kernelCases, type CaseSize, type KernelCase, type Stage } from './kernelCases';
import { hostMemory } from './memory';
import { kernelNames, runComposed, type KernelName } from './operation';
import type { GpuRuntime } from './runtime';

export interface KernelReport extends KernelCheck {
  readonly kernel: KernelName;
}

/** Widths that are multiples of four take other code than those that are not; a device must get both right. */
export const gateSizes: readonly CaseSize[] = [
  { K: 2, S: 3, T: 7, heads: 4, kvHeads: 2, headDim: 4, F: 20, V: 24, B: 5 },
  { K: 1, S: 2, T: 6, heads: 3, kvHeads: 3, headDim: 6, F: 13, V: 23, B: 4 },
];

/** Ragged sizes that follow from a seed, for a check that takes its time. */
export function raggedSizes(seed: number, count: number): CaseSize[] {
  const random = createRandom(seed, 17);
  return Array.from({ length: count }, () => {
    const kvHeads = 1 + random.below(3);
    return {
      K: 1 + random.below(4), S: 1 + random.below(5), T: 1 + random.below(70),
      kvHeads, heads: kvHeads * (1 + random.below(3)), headDim: 2 * (1 + random.below(8)),
      F: 1 + random.below(80), V: 2 + random.below(150), B: 1 + random.below(9),
    };
  });
}

const POISON = -7.25e7;

export interface GateOptions {
  readonly seed?: number;
  readonly sizes?: readonly CaseSize[];
  /** Ids of the objectives to check together. */
  readonly objectives?: readonly string[];
}

/**
 * Checks all kernels, in the order of `kernelNames`.
 * @param gpu a runtime on which every kernel is switched on.
 */
export async function checkKernels(gpu: GpuRuntime, { seed = 1, sizes = gateSizes, objectives }: GateOptions = {}): Promise<KernelReport[]> {
  const worst = new Map<KernelName, { error: number; fault?: string }>();
  for (const [i, size] of sizes.entries()) {
    for (const { kernel, error, fault } of await checkSize(gpu, size, seed + i, objectives)) {
      const before = worst.get(kernel);
      worst.set(kernel, {
        error: Math.max(before?.error ?? 0, error),
        ...((fault ?? before?.fault) !== undefined && { fault: (fault ?? before?.fault)! }),
      });
    }
  }
  return kernelNames.map((kernel) => {
    const { error, fault } = worst.get(kernel) ?? { error: Infinity, fault: undefined };
    return { kernel, error, passed: fault === undefined && error < KERNEL_TOLERANCE, ...(fault !== undefined && { fault }) };
  });
}

async function checkSize(gpu: GpuRuntime, size: CaseSize, seed: number, objectives: readonly string[] | undefined) {
  const random = createRandom(seed, 23);
  const host = new Map<GPUBuffer, Float32Array>();
  const stage = stageOf(gpu, random, host);
  const cases = kernelCases(size, stage, objectives);
  const memory = hostMemory(host);
  try {
    // On plain CPU, the one backend that is not under suspicion. What a case reads is worked out there as well, so that a kernel is blamed for nobody else's mistake.
    await withBackend('cpu', {}, async () => {
      for (const { before = [] } of cases) for (const operation of before) await runComposed(operation, memory);
    });
    const initial = new Map([...host].map(([buffer, values]) => [buffer, values.slice()]));
    for (const [buffer, values] of host) gpu.device.queue.writeBuffer(buffer, 0, values as Float32Array<ArrayBuffer>);
    const faults = await Promise.all(cases.map(({ operation }) => runFused(gpu, operation)));
    const found = await readAll(gpu, [...host.keys()]);
    await withBackend('cpu', {}, async () => {
      for (const { operation } of cases) await runComposed(operation, memory);
    });
    return cases.map(({ operation }, i) => {
      const compared = new Set(operation.fused.flatMap(({ buffers }) => buffers));
      for (const buffer of operation.scratch ?? []) compared.delete(buffer);
      const error = Math.max(...[...compared].map((buffer) => errorOf(found.get(buffer)!, host.get(buffer)!, initial.get(buffer)!)));
      return { kernel: operation.kernel, error, fault: faults[i] };
    });
  } finally {
    for (const buffer of host.keys()) buffer.destroy();
  }
}

function stageOf(gpu: GpuRuntime, random: Stage['random'], host: Map<GPUBuffer, Float32Array>): Stage {
  const hold = (values: Float32Array): GPUBuffer => {
    const buffer = gpu.storage(values.length);
    // As long as the buffer itself, which may be longer than what was asked for.
    const copy = new Float32Array(buffer.size / 4);
    copy.set(values);
    host.set(buffer, copy);
    return buffer;
  };
  return {
    random,
    floats: (length) => hold(Float32Array.from({ length }, () => random.normal())),
    given: (values) => hold(Float32Array.from(values)),
    ints: (values) => hold(new Float32Array(Uint32Array.from(values).buffer)),
    out: (length) => hold(new Float32Array(length).fill(POISON)),
  };
}

/** Runs a kernel alone; what the browser says against it, if anything. */
function runFused(gpu: GpuRuntime, operation: KernelCase['operation']): Promise<string | undefined> {
  // Scopes are a stack, and many kernels are under way at once: nothing is awaited before this one is closed.
  gpu.device.pushErrorScope('validation');
  const plan = gpu.record([operation]);
  const done = gpu.run([plan]);
  plan.dispose();
  const refused = gpu.guard(gpu.device.popErrorScope());
  return Promise.all([refused, done]).then(([error]) => error?.message);
}

/** All buffers at once, through one read-back. */
async function readAll(gpu: GpuRuntime, buffers: readonly GPUBuffer[]): Promise<Map<GPUBuffer, Float32Array>> {
  const together = gpu.storage(buffers.reduce((sum, { size }) => sum + size / 4, 0));
  const encoder = gpu.device.createCommandEncoder();
  const places = new Map<GPUBuffer, number>();
  let at = 0;
  for (const buffer of buffers) {
    encoder.copyBufferToBuffer(buffer, 0, together, at, buffer.size);
    places.set(buffer, at / 4);
    at += buffer.size;
  }
  gpu.device.queue.submit([encoder.finish()]);
  const numbers = await gpu.read(together, at / 4);
  together.destroy();
  return new Map(buffers.map((buffer) => [buffer, numbers.subarray(places.get(buffer), places.get(buffer)! + buffer.size / 4)]));
}

/** What the composed form has left alone must be left alone; the rest is compared to the largest number in it. */
function errorOf(found: Float32Array, expected: Float32Array, initial: Float32Array): number {
  let scale = 0;
  let apart = 0;
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(expected[i], initial[i])) {
      if (!Object.is(found[i], initial[i])) return Infinity;
      continue;
    }
    scale = Math.max(scale, Math.abs(expected[i]!));
    const difference = Math.abs(found[i]! - expected[i]!);
    // NaN on either side counts as infinitely far.
    apart = Math.max(apart, Number.isNaN(difference) ? Infinity : difference);
  }
  return apart === 0 ? 0 : apart / scale;
}
