// The two memories that composed forms of fused operations can work on: the GPU's own buffers, by tfjs' WebGPU backend
// without a copy, and copies of them on the host, by whatever backend is active.
import * as tf from '@tensorflow/tfjs-core';
import { asInts, type Memory, type Operand } from './operation';
import type { GpuRuntime } from './runtime';

const size = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** K pieces of `flat` at an operand's places, `[K, …shape]`. */
function cut(flat: tf.Tensor1D, { offset, stride }: Operand, K: number, shape: readonly number[]): tf.Tensor {
  const length = size(shape);
  if (K === 1 || stride === length) return tf.reshape(tf.slice1d(flat, offset, K * length), [K, ...shape]);
  const pieces = Array.from({ length: K }, (_, k) => tf.slice1d(flat, offset + k * stride, length));
  return tf.reshape(tf.stack(pieces), [K, ...shape]);
}

/** The device's buffers; tfjs' WebGPU backend must run on the same device. */
export function gpuMemory(gpu: Pick<GpuRuntime, 'device' | 'read'>): Memory {
  const flat = (buffer: GPUBuffer, dtype: 'float32' | 'int32') =>
    tf.tensor({ buffer, zeroCopy: true } as unknown as Float32Array, [buffer.size / 4], dtype) as tf.Tensor1D;
  return {
    load: (from, K, shape) => cut(flat(from.buffer, 'float32'), from, K, shape),
    loadInts: (buffer, K, shape) => tf.reshape(tf.slice1d(flat(buffer, 'int32'), 0, K * size(shape)), [K, ...shape]),
    store(value, { buffer, offset, stride }) {
      const K = value.shape[0]!;
      const length = value.size / K;
      // This also submits what tfjs has put off so far.
      const { buffer: from, tensorRef } = value.dataToGPU() as { buffer: GPUBuffer; tensorRef: tf.Tensor };
      const encoder = gpu.device.createCommandEncoder();
      for (let k = 0; k < K; k++) encoder.copyBufferToBuffer(from, 4 * k * length, buffer, 4 * (offset + k * stride), 4 * length);
      gpu.device.queue.submit([encoder.finish()]);
      tensorRef.dispose();
    },
    read: (buffer, length = buffer.size / 4) => gpu.read(buffer, length),
    write: (values, buffer) => gpu.device.queue.writeBuffer(buffer, 0, values as Float32Array<ArrayBuffer>),
  };
}

/** Copies of buffers on the host, changed in place. */
export function hostMemory(copies: ReadonlyMap<GPUBuffer, Float32Array>): Memory {
  const of = (buffer: GPUBuffer): Float32Array => {
    const found = copies.get(buffer);
    if (!found) throw new Error('a composed form asked for a buffer that it was not given.');
    return found;
  };
  return {
    // Each piece is copied: the CPU backend would work on the very numbers that are changed later.
    load: (from, K, shape) => cut(tf.tensor1d(of(from.buffer).slice()), from, K, shape),
    loadInts: (buffer, K, shape) => tf.tensor(Int32Array.from(asInts(of(buffer)).subarray(0, K * size(shape))), [K, ...shape], 'int32'),
    store(value, { buffer, offset, stride }) {
      const K = value.shape[0]!;
      const length = value.size / K;
      const numbers = value.dataSync();
      for (let k = 0; k < K; k++) of(buffer).set(numbers.subarray(k * length, (k + 1) * length), offset + k * stride);
    },
    read: (buffer, length) => Promise.resolve(of(buffer).slice(0, length)),
    write: (values, buffer) => of(buffer).set(values),
  };
}
