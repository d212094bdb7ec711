// A small WebGPU runtime for the fused kernels: pipelines by source, buffers, and a list of operations that is recorded
// once and replayed with one submit.
import { isSoftware } from '../device';
import { UserError } from '../errors';
import { watchDevice } from '../loss';
import { gpuMemory } from './memory';
import { runComposed, type KernelName, type Operation } from './operation';
import { createUniforms } from './uniforms';

/** A kernel's WGSL and the number of storage buffers it binds, after the uniform buffer at binding 0. */
export interface Kernel {
  readonly name: string;
  /** Complete WGSL with entry point `main`; `dims` is the uniform struct of u32 fields at binding 0. */
  readonly code: string;
}

export interface Dispatch {
  readonly kernel: Kernel;
  /** The uniform struct's fields in order. */
  readonly uniforms: readonly number[];
  /** Storage buffers for bindings 1, 2, … */
  readonly buffers: readonly GPUBuffer[];
  readonly workgroups: readonly [number, number, number];
}

/** A recorded list of operations. */
export interface Plan {
  readonly dispatches: number;
  /** In order: dispatches that are ready to be encoded, or an operation whose fused form is switched off. */
  readonly parts: readonly (readonly Recorded[] | Operation)[];
  dispose(): void;
}

interface Recorded {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly workgroups: readonly [number, number, number];
}

/** `length` elements from the start of one buffer to a place in another. */
export interface Keep {
  readonly from: GPUBuffer;
  readonly to: GPUBuffer;
  readonly at: number;
  readonly length: number;
}

export interface GpuRuntime {
  readonly device: GPUDevice;
  /** Float32 or u32 storage of `length` elements, zeroed; reads and writes allowed. */
  storage(length: number, data?: Float32Array | Uint32Array): GPUBuffer;
  record(operations: readonly Operation[]): Plan;
  /** The form in which an operation runs on this device, unless it is switched off. */
  dispatches(operation: Operation): readonly Dispatch[];
  /**
   * Runs plans in order and then copies what is to be kept, with one submit if every kernel is on.
   * Buffers that the plans read may be written again once it settles.
   */
  run(plans: readonly Plan[], keep?: readonly Keep[]): Promise<void>;
  /** Reads `length` floats from `offset` (both in elements). Rejects with DeviceLostError if the device goes away. */
  read(buffer: GPUBuffer, length: number, offset?: number): Promise<Float32Array>;
  /** Waits for work of the device's, or rejects with DeviceLostError once it is gone. */
  guard<T>(work: Promise<T>): Promise<T>;
  dispose(): void;
  /** Submits of plans so far; the benchmark counts them. */
  readonly submits: number;
}

function quadsPay(device: GPUDevice): boolean {
  return device.features.has('subgroups') && device.adapterInfo !== undefined && isSoftware(device.adapterInfo);
}

/**
 * @param off kernels that are not to be trusted on this device: their composed form does the work, by tfjs' backend on it.
 * @param quads whether to take the form for processors that imitate a GPU, where an operation has one.
 */
export function createGpuRuntime(
  device: GPUDevice, off: ReadonlySet<KernelName> = new Set(), quads = quadsPay(device),
): GpuRuntime {
  const pipelines = new Map<string, GPUComputePipeline>();
  /** Read-back buffers that are free, by size: a step reads the same few sizes again and again. */
  const staging = new Map<number, GPUBuffer[]>();
  const uniforms = createUniforms(device);
  let submits = 0;
  const watch = watchDevice(device);

  function pipeline({ name, code }: Kernel): GPUComputePipeline {
    let made = pipelines.get(code);
    if (!made) {
      const module = device.createShaderModule({ label: name, code });
      made = device.createComputePipeline({ label: name, layout: 'auto', compute: { module, entryPoint: 'main' } });
      pipelines.set(code, made);
    }
    return made;
  }

  function encode(encoder: GPUCommandEncoder, recorded: readonly Recorded[]): void {
    if (recorded.length === 0) return;
    const pass = encoder.beginComputePass();
    for (const step of recorded) {
      pass.setPipeline(step.pipeline);
      pass.setBindGroup(0, step.group);
      pass.dispatchWorkgroups(...step.workgroups);
    }
    pass.end();
  }

  const runtime: GpuRuntime = {
    device,
    get submits() {
      return submits;
    },
    storage(length, data) {
      // WebGPU itself would hand out an invalid buffer and drop the work without a word.
      const most = Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize);
      if (4 * length > most) {
        throw new UserError('This step needs a GPU buffer of {needed} MiB, and this device allows {most}. Use fewer policies or a smaller batch.', {
          needed: Math.ceil(length / 2 ** 18),
          most: Math.floor(most / 2 ** 20),
        });
      }
      const buffer = device.createBuffer({
        // A binding of no bytes is an error, and sizes are multiples of four.
        size: Math.max(16, 4 * length),
        usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
      });
      if (data) device.queue.writeBuffer(buffer, 0, data as Float32Array<ArrayBuffer>);
      return buffer;
    },
    record(operations) {
      const fused = operations.filter(({ kernel }) => !off.has(kernel)).flatMap(runtime.dispatches);
      const placed = uniforms.place(fused.map((dispatch) => dispatch.uniforms));
      let next = 0;
      const prepare = ({ kernel, uniforms: fields, buffers, workgroups }: Dispatch): Recorded => {
        const made = pipeline(kernel);
        const offset = placed.offsets[next++]!;
        const struct = { buffer: placed.buffer, offset, size: Math.max(16, Math.ceil(fields.length / 4) * 16) };
        const group = device.createBindGroup({
          label: kernel.name,
          layout: made.getBindGroupLayout(0),
          entries: [struct, ...buffers.map((buffer) => ({ buffer }))].map((resource, binding) => ({ binding, resource })),
        });
        return { pipeline: made, group, workgroups };
      };
      const parts: (Recorded[] | Operation)[] = [];
      for (const operation of operations) {
        if (off.has(operation.kernel)) {
          parts.push(operation);
          continue;
        }
        const last = parts.at(-1);
        const recorded = runtime.dispatches(operation).map(prepare);
        if (Array.isArray(last)) last.push(...recorded);
        else parts.push(recorded);
      }
      return {
        dispatches: parts.reduce((sum, part) => sum + (Array.isArray(part) ? part.length : 0), 0),
        parts,
        dispose: placed.free,
      };
    },
    dispatches: (operation) => (quads && operation.quads) || operation.fused,
    async run(plans, keep = []) {
      watch.check();
      let encoder = device.createCommandEncoder();
      let recorded: Recorded[] = [];
      for (const part of plans.flatMap((plan) => plan.parts)) {
        if (Array.isArray(part)) {
          recorded.push(...(part as readonly Recorded[]));
          continue;
        }
        // What comes before has to be on its way before tfjs adds its own work to the queue.
        encode(encoder, recorded);
        device.queue.submit([encoder.finish()]);
        submits += 1;
        recorded = [];
        await runComposed(part as Operation, gpuMemory(runtime));
        encoder = device.createCommandEncoder();
      }
      encode(encoder, recorded);
      for (const { from, to, at, length } of keep) encoder.copyBufferToBuffer(from, 0, to, 4 * at, 4 * length);
      device.queue.submit([encoder.finish()]);
      submits += 1;
    },
    async read(buffer, length, offset = 0) {
      const size = 4 * length;
      // Whole powers of two, so that few sizes occur.
      const room = Math.max(4096, 2 ** Math.ceil(Math.log2(size)));
      const target =
        staging.get(room)?.pop() ??
        device.createBuffer({ size: room, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(buffer, 4 * offset, target, 0, size);
      device.queue.submit([encoder.finish()]);
      await watch.guard(target.mapAsync(GPUMapMode.READ, 0, size));
      const values = new Float32Array(target.getMappedRange(0, size).slice(0));
      target.unmap();
      const free = staging.get(room);
      if (free) free.push(target);
      else staging.set(room, [target]);
      return values;
    },
    guard: watch.guard,
    dispose() {
      for (const buffers of staging.values()) for (const buffer of buffers) buffer.destroy();
      staging.clear();
      uniforms.dispose();
    },
  };
  return runtime;
}
