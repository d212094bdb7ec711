// One layer over one new position of every row, and the logits behind the last: in tfjs' operations, and on WASM each as
// one kernel. Used by decode.ts.
import * as tf from '@tensorflow/tfjs-core';
import { decodingAttention, type DecodingStep, type KeyValueCache } from '../ops/attention/decoding';
import { swiGlu } from '../ops/swiGlu/swiGlu';
import { DECODING_LAYER, NORMED_PRODUCT } from '../wasm/decodingKernels';

/** Matrices `[K, i, n]` that stay the same over many calls: on WASM a tensor a policy, which the backend packs once; elsewhere one tensor for all. */
export type KeptMatrices = readonly tf.Tensor3D[];

/** A layer's parameters as they are multiplied, the norms' gains and the queries' scale folded in. */
export interface DecodingWeights {
  readonly qkv: KeptMatrices;
  readonly o: KeptMatrices;
  readonly gate: KeptMatrices;
  readonly up: KeptMatrices;
  readonly down: KeptMatrices;
}

const onWasm = (): boolean => tf.getBackend() === 'wasm';

export function keepMatrices(w: tf.Tensor3D): KeptMatrices {
  return onWasm() && w.shape[0] > 1 ? tf.split(w, w.shape[0]) : [w];
}

/** Kernel inputs by name and policy. */
const named = (matrices: Readonly<Record<string, KeptMatrices>>): Record<string, tf.Tensor3D> =>
  Object.fromEntries(Object.entries(matrices).flatMap(([name, kept]) => kept.map((matrix, k) => [`${name}${k}`, matrix])));

/** x / √(mean(x²) + ε) along the last axis; the gain is in the matrix that follows. */
const normalise = (x: tf.Tensor3D, epsilon: number): tf.Tensor3D =>
  tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), 2, true), epsilon)));

const times = (x: tf.Tensor3D, w: KeptMatrices): tf.Tensor3D => tf.matMul(x, w[0]!);

/** x `[K, m, i]` normalised, times w `[K, i, n]` → `[K, m, n]`. */
export function normedProduct(x: tf.Tensor3D, w: KeptMatrices, epsilon: number): tf.Tensor3D {
  if (onWasm()) return tf.engine().runKernel(NORMED_PRODUCT, { x, ...named({ w }) }, { epsilon }) as tf.Tensor3D;
  return times(normalise(x, epsilon), w);
}

/** The residual stream x `[K, S, D]` after a layer, and its cache with the new position in it, which on WASM is the one that was given. */
export function decodingLayer(
  x: tf.Tensor3D, weights: DecodingWeights, cache: KeyValueCache, step: DecodingStep, epsilon: number,
): { x: tf.Tensor3D; cache: KeyValueCache } {
  if (onWasm()) {
    const inputs = { x, k: cache.k, v: cache.v, cos: step.rotary.cos, sin: step.rotary.sin, ...named({ ...weights }) };
    return { x: tf.engine().runKernel(DECODING_LAYER, inputs, { epsilon, positions: [...step.positions] }) as tf.Tensor3D, cache };
  }
  const [K, S, D] = x.shape;
  const d = cache.k.shape[2];
  const qkv = times(normalise(x, epsilon), weights.qkv);
  const attended = decodingAttention(tf.reshape(qkv, [K * S, (3 * D) / d, d]), cache, step);
  const middle: tf.Tensor3D = tf.add(x, times(tf.reshape(attended.y, [K, S, D]), weights.o));
  const input = normalise(middle, epsilon);
  const { h } = swiGlu(times(input, weights.gate), times(input, weights.up));
  return { x: tf.add(middle, times(h, weights.down)), cache: attended.cache };
}
