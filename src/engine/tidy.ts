// tfjs' memory scopes with types that accept our own records of tensors.
import * as tf from '@tensorflow/tfjs-core';
import { whileDeviceLasts } from './loss';

/** Runs `work` and frees every tensor it made except those in what it returns, however deeply nested. */
export function tidy<T extends object>(work: () => T): T {
  return tf.tidy(work as () => tf.TensorContainer) as T;
}

/** Frees every tensor in a nested record. */
export function disposeAll(container: object): void {
  tf.dispose(container as tf.TensorContainer);
}

/** Reads one tensor. Rejects with DeviceLostError if its device goes away; whatever a lost device gives is no number. */
export async function read(tensor: tf.Tensor): Promise<Float32Array> {
  return (await whileDeviceLasts(tensor.data())) as Float32Array;
}

/** Reads one tensor and frees it. */
export async function take(tensor: tf.Tensor): Promise<Float32Array> {
  try {
    return await read(tensor);
  } finally {
    tensor.dispose();
  }
}
