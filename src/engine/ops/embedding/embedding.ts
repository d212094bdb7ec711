// Rows looked up by token, and the gradient that adds them up again, over the policy axis.
import * as tf from '@tensorflow/tfjs-core';
import { GATHER_ROWS, SCATTER_ADD_ROWS } from '../../wasm/kernels';

/** table `[K, V, D]`, ids int32 `[K, N]` → `[K, N, D]`. */
export function gatherRows(table: tf.Tensor3D, ids: tf.Tensor2D): tf.Tensor3D {
  if (tf.getBackend() === 'wasm') return tf.engine().runKernel(GATHER_ROWS, { table, ids }) as tf.Tensor3D;
  const [K, V, D] = table.shape;
  const N = ids.shape[1];
  const offsets = tf.tensor2d(Int32Array.from({ length: K }, (_, k) => k * V), [K, 1], 'int32');
  const flat = tf.reshape(tf.add(ids, offsets), [K * N]) as tf.Tensor1D;
  return tf.reshape(tf.gather(tf.reshape(table, [K * V, D]), tf.cast(flat, 'int32')), [K, N, D]);
}

/** `gatherRows` where an index of V means a row of zeros. */
export function gatherRowsOrZero(table: tf.Tensor3D, ids: tf.Tensor2D): tf.Tensor3D {
  if (tf.getBackend() === 'wasm') return gatherRows(table, ids);
  return gatherRows(tf.pad3d(table, [[0, 0], [0, 1], [0, 0]]), ids);
}

/**
 * The gradient of `gatherRows`: rows `[K, N, D]` with equal ids are added up → `[K, size, D]`.
 * As a product with one-hot rows, because tfjs' own gradient of gather adds with a compare-exchange loop on WebGPU,
 * in an order that varies from run to run, and is absent on WASM, which has a kernel of ours instead.
 */
export function scatterAddRows(rows: tf.Tensor3D, ids: tf.Tensor2D, size: number): tf.Tensor3D {
  if (tf.getBackend() === 'wasm') {
    return tf.engine().runKernel(SCATTER_ADD_ROWS, { rows, ids }, { size }) as tf.Tensor3D;
  }
  const [K, N] = ids.shape;
  const oneHot = tf.reshape(tf.oneHot(tf.reshape(ids, [K * N]), size, 1, 0, 'float32'), [K, N, size]) as tf.Tensor3D;
  return tf.matMul(oneHot, rows, true, false);
}
