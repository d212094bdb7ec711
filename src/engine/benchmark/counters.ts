// Counts what a piece of work asks of WebGPU, whoever wrote it: the methods of WebGPU's own objects are wrapped for as
// long as it runs. Used by the benchmark, outside of what it times.

export interface Counts {
  readonly dispatches: number;
  readonly submits: number;
  readonly buffersMade: number;
  /** Bytes written by the host, also into buffers that are made mapped. */
  readonly uploadedBytes: number;
  /** Bytes of buffers mapped for reading. */
  readonly readBackBytes: number;
}

/** Runs `work` and gives its counts. */
export async function counted(work: () => Promise<unknown>): Promise<Counts> {
  const counts = { dispatches: 0, submits: 0, buffersMade: 0, uploadedBytes: 0, readBackBytes: 0 };
  const undo = [
    spy(GPUComputePassEncoder.prototype, 'dispatchWorkgroups', () => (counts.dispatches += 1)),
    spy(GPUComputePassEncoder.prototype, 'dispatchWorkgroupsIndirect', () => (counts.dispatches += 1)),
    spy(GPUQueue.prototype, 'submit', () => (counts.submits += 1)),
    spy(GPUDevice.prototype, 'createBuffer', (_, descriptor) => {
      counts.buffersMade += 1;
      if (descriptor.mappedAtCreation) counts.uploadedBytes += descriptor.size;
    }),
    spy(GPUQueue.prototype, 'writeBuffer', (_, __, ___, data, offset, size) => {
      // Offset and size count elements of a typed array, bytes of anything else.
      const unit = 'BYTES_PER_ELEMENT' in data ? (data.BYTES_PER_ELEMENT as number) : 1;
      counts.uploadedBytes += size === undefined ? data.byteLength - (offset ?? 0) * unit : size * unit;
    }),
    spy(GPUBuffer.prototype, 'mapAsync', (buffer, mode, offset, size) => {
      if (mode & GPUMapMode.READ) counts.readBackBytes += size ?? buffer.size - (offset ?? 0);
    }),
  ];
  try {
    await work();
  } finally {
    for (const restore of undo) restore();
  }
  return counts;
}

type Method = (...args: never[]) => unknown;

/** Calls `before` with the object and the arguments of each call of a method; gives back the way to end that. */
function spy<T extends object, Name extends keyof T>(
  prototype: T, name: Name, before: (self: T, ...args: T[Name] extends (...args: infer Args) => unknown ? Args : never) => void,
): () => void {
  const original = prototype[name] as Method;
  const wrapped = function (this: T, ...args: never[]) {
    before(this, ...(args as never));
    return original.apply(this, args);
  };
  Object.defineProperty(prototype, name, { value: wrapped, configurable: true, writable: true, enumerable: true });
  return () => Object.defineProperty(prototype, name, { value: original, configurable: true, writable: true, enumerable: true });
}
