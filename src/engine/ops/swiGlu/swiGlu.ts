// The gated activation of the feed-forward layer, forward and backward (Shazeer 2020, arXiv 2002.05202, Eq. 6).
import * as tf from '@tensorflow/tfjs-core';

export interface SwiGluSaved {
  readonly gate: tf.Tensor3D;
  readonly up: tf.Tensor3D;
  /** σ(gate). */
  readonly sigmoid: tf.Tensor3D;
}

/** h = gate · σ(gate) · up, all `[K, N, F]`. */
export function swiGlu(gate: tf.Tensor3D, up: tf.Tensor3D): { h: tf.Tensor3D; saved: SwiGluSaved } {
  const sigmoid = tf.sigmoid(gate);
  return { h: tf.mul(tf.mul(gate, sigmoid), up), saved: { gate, up, sigmoid } };
}

/** dgate = dh · up · σ · (1 + gate · (1 − σ)); dup = dh · gate · σ. */
export function swiGluGradient(
  dh: tf.Tensor3D,
  { gate, up, sigmoid }: SwiGluSaved,
): { dGate: tf.Tensor3D; dUp: tf.Tensor3D } {
  const swish = tf.mul(gate, sigmoid);
  // d swish = σ + swish · (1 − σ), which needs one product fewer than the textbook form.
  const slope = tf.add(sigmoid, tf.mul(swish, tf.sub(1, sigmoid)));
  return {
    dGate: tf.mul(tf.mul(dh, up), slope) as tf.Tensor3D,
    dUp: tf.mul(dh, swish) as tf.Tensor3D,
  };
}
