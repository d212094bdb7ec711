// Products with matrices that stay the same over many calls, as when sampling token by token.
import * as tf from '@tensorflow/tfjs-core';
import { KEPT_PRODUCT } from '../../wasm/decodingKernels';

/** Matrices `[K, i, n]`: on WASM a tensor a policy, which the backend packs once; elsewhere one tensor for all. */
export type KeptMatrices = readonly tf.Tensor3D[];

export function keepMatrices(w: tf.Tensor3D): KeptMatrices {
  return tf.getBackend() === 'wasm' ? tf.split(w, w.shape[0]) : [w];
}

/** x `[K, m, i]` · w `[K, i, n]` → `[K, m, n]`. */
export function keptProduct(x: tf.Tensor3D, w: KeptMatrices): tf.Tensor3D {
  if (tf.getBackend() !== 'wasm') return tf.matMul(x, w[0]!);
  return tf.engine().runKernel(KEPT_PRODUCT, { x, ...Object.fromEntries(w.entries()) }) as tf.Tensor3D;
}
