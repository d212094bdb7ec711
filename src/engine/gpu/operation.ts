// One operation on GPU buffers in both its forms: the fused dispatches, which are the speed, and the composed form, which
// is the truth and does the same on the same buffers. The gate compares the two on the device it finds itself on, and an
// operation whose fused form fails there runs in its composed form in the middle of an otherwise fused step.
import * as tf from '@tensorflow/tfjs-core';
import type { Dispatch } from './runtime';

/** Where K matrices lie in a buffer; all in elements. */
export interface Operand {
  readonly buffer: GPUBuffer;
  /** Elements before policy 0's. */
  readonly offset: number;
  /** Elements from one policy's to the next. */
  readonly stride: number;
}

/** Buffers as the composed forms see them: on the GPU in a run, on the host when the gate checks a kernel. */
export interface Memory {
  /** `[K, …shape]` floats. */
  load(from: Operand, K: number, shape: readonly number[]): tf.Tensor;
  /** `[K, …shape]` whole numbers from the start of a buffer. */
  loadInts(from: GPUBuffer, K: number, shape: readonly number[]): tf.Tensor;
  /** Puts `[K, …]` numbers in their place. */
  store(value: tf.Tensor, to: Operand): void;
  /** The first `length` elements of a buffer, or all, copied to the host. */
  read(from: GPUBuffer, length?: number): Promise<Float32Array>;
  write(values: Float32Array, to: GPUBuffer): void;
}

export interface Operation {
  /** The name under which it is checked, shown and switched off. */
  readonly kernel: KernelName;
  readonly fused: readonly Dispatch[];
  /** What does the same faster where a processor imitates the GPU; its kernels hand numbers around among the four of a quad. */
  readonly quads?: readonly Dispatch[];
  /** May leave its tensors to the caller's scope up to the first await, and tidies up itself after it. */
  composed(memory: Memory): void | Promise<void>;
  /** Buffers that hold nothing for others once the operation is done. */
  readonly scratch?: readonly GPUBuffer[];
}

/** The same bits as whole numbers. */
export const asInts = ({ buffer, byteOffset, length }: Float32Array): Uint32Array => new Uint32Array(buffer, byteOffset, length);

/** Everything that has a fused form, in the order of a step. */
export const kernelNames = [
  'embedding',
  'embedding gradient',
  'linear',
  'linear input gradient',
  'linear weight gradient',
  'rms norm',
  'rms norm gradient',
  'rms norm gain gradient',
  'rotary',
  'rotary gradient',
  'attention',
  'attention gradient',
  'swiglu',
  'swiglu gradient',
  'token log-probability',
  'token log-probability gradient',
  'divergence',
  'objective',
  'adamw',
  'linear of few rows',
  'key–value cache',
  'decoding attention',
  'token choice',
] as const;

export type KernelName = (typeof kernelNames)[number];

/** Runs an operation's composed form and frees the tensors it made. */
export function runComposed(operation: Operation, memory: Memory): void | Promise<void> {
  let done: void | Promise<void> = undefined;
  tf.tidy(() => {
    done = operation.composed(memory);
  });
  return done;
}
