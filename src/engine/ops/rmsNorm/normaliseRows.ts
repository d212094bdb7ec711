// The normalisation without its gain, for the few rows of a sampling step.
import * as tf from '@tensorflow/tfjs-core';
import { NORMALISE_ROWS } from '../../wasm/decodingKernels';

/** x / √(mean(x²) + ε) along the last axis. */
export function normaliseRows(x: tf.Tensor3D, epsilon: number): tf.Tensor3D {
  if (tf.getBackend() === 'wasm') return tf.engine().runKernel(NORMALISE_ROWS, { x }, { epsilon }) as tf.Tensor3D;
  return tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), 2, true), epsilon)));
}
