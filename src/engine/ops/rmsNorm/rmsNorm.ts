// Root-mean-square normalisation over the width, forward and backward (Zhang & Sennrich 2019, arXiv 1910.07467, Eq. 4).
import * as tf from '@tensorflow/tfjs-core';

export interface RmsNormSaved {
  /** x divided by its root mean square, `[K, N, D]`. */
  readonly normalised: tf.Tensor3D;
  /** 1 / root mean square, `[K, N, 1]`. */
  readonly inverse: tf.Tensor3D;
}

/** y = g · x / √(mean(x²) + ε). x `[K, N, D]`, gain `[K, D]` → y `[K, N, D]`. */
export function rmsNorm(x: tf.Tensor3D, gain: tf.Tensor2D, epsilon: number): { y: tf.Tensor3D; saved: RmsNormSaved } {
  const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(x), 2, true), epsilon)) as tf.Tensor3D;
  const normalised = tf.mul(x, inverse) as tf.Tensor3D;
  return { y: tf.mul(normalised, tf.expandDims(gain, 1)), saved: { normalised, inverse } };
}

/** dx = (dx̂ − x̂ · mean(dx̂ · x̂)) / rms with dx̂ = dy · g; dg = Σₙ dy · x̂. */
export function rmsNormGradient(
  dy: tf.Tensor3D,
  gain: tf.Tensor2D,
  { normalised, inverse }: RmsNormSaved,
): { dx: tf.Tensor3D; dGain: tf.Tensor2D } {
  const dGain = tf.sum(tf.mul(dy, normalised), 1) as tf.Tensor2D;
  const dNormalised = tf.mul(dy, tf.expandDims(gain, 1));
  const along = tf.mean(tf.mul(dNormalised, normalised), 2, true);
  const dx = tf.mul(tf.sub(dNormalised, tf.mul(normalised, along)), inverse) as tf.Tensor3D;
  return { dx, dGain };
}
