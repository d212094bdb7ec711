// One step of AdamW over the policy axis (Loshchilov & Hutter 2019, arXiv 1711.05101, Algorithm 2).
import * as tf from '@tensorflow/tfjs-core';

export interface AdamWSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

export const adamWDefaults: AdamWSettings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };

export interface AdamWSlot {
  /** `[K, …]`, and both moments likewise. */
  readonly parameter: tf.Tensor;
  readonly m: tf.Tensor;
  readonly v: tf.Tensor;
}

/**
 * Returns the slot after a step.
 * @param gradient `[K, …]`, already clipped.
 * @param corrections 1 − β₁ᵗ and 1 − β₂ᵗ after step t.
 * @param learningRates one a policy, `[K]`; a policy at 0 keeps its parameters as long as its gradient is finite.
 */
export function adamW(
  slot: AdamWSlot,
  gradient: tf.Tensor,
  learningRates: tf.Tensor1D,
  corrections: readonly [number, number],
  { beta1, beta2, epsilon, weightDecay }: Omit<AdamWSettings, 'weightDecay'> & { readonly weightDecay: number | tf.Tensor },
): AdamWSlot {
  const rate = perPolicy(learningRates, gradient.rank);
  const m = tf.add(tf.mul(slot.m, beta1), tf.mul(gradient, 1 - beta1));
  const v = tf.add(tf.mul(slot.v, beta2), tf.mul(tf.square(gradient), 1 - beta2));
  const denominator = tf.add(tf.sqrt(tf.div(v, corrections[1])), epsilon);
  let change = tf.div(tf.div(m, corrections[0]), denominator);
  if (typeof weightDecay !== 'number' || weightDecay > 0) change = tf.add(change, tf.mul(slot.parameter, weightDecay));
  const parameter = tf.sub(slot.parameter, tf.mul(change, rate));
  return { parameter, m, v };
}

/** `[K]` → `[K, 1, …]`, so that it broadcasts against a tensor of the given rank. */
export function perPolicy(x: tf.Tensor1D, rank: number): tf.Tensor {
  return tf.reshape(x, [x.shape[0], ...Array<number>(rank - 1).fill(1)]);
}
