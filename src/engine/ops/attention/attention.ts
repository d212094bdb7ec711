// Causal self-attention with rotary positions and optional grouped queries, forward and backward.
import * as tf from '@tensorflow/tfjs-core';
import { rotate, rotateGradient, type RotaryTables } from './rotary';

export interface AttentionShape {
  /** Policies times sequences. */
  readonly batch: number;
  readonly T: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
}

export interface AttentionSaved {
  /** Rotated queries, scaled by 1/√d, `[batch·heads, T, d]`. */
  readonly q: tf.Tensor3D;
  /** Rotated keys, repeated for each query head of their group, likewise. */
  readonly k: tf.Tensor3D;
  readonly v: tf.Tensor3D;
  /** Attention weights `[batch·heads, T, T]`. */
  readonly weights: tf.Tensor3D;
}

/** Added to the scores: 0 on and below the diagonal, a large negative number above it. `[1, T, T]`. */
export function causalMask(T: number): tf.Tensor3D {
  const mask = new Float32Array(T * T);
  for (let i = 0; i < T; i++) mask.fill(-1e9, i * T + i + 1, (i + 1) * T);
  return tf.tensor3d(mask, [1, T, T]);
}

/** q `[K, N, heads·d]`, k and v `[K, N, kvHeads·d]` with N = sequences · T → `[K, N, heads·d]`. */
export function attention(
  q: tf.Tensor3D,
  k: tf.Tensor3D,
  v: tf.Tensor3D,
  shape: AttentionShape,
  tables: RotaryTables,
  mask: tf.Tensor3D,
): { y: tf.Tensor3D; saved: AttentionSaved } {
  const { heads, kvHeads, headDim } = shape;
  const scale = 1 / Math.sqrt(headDim);
  const qr = tf.mul(rotate(splitHeads(q, heads, shape), tables), scale) as tf.Tensor3D;
  const kr = repeatHeads(rotate(splitHeads(k, kvHeads, shape), tables), shape);
  const vr = repeatHeads(splitHeads(v, kvHeads, shape), shape);
  const weights = tf.softmax(attentionScores(qr, kr, mask)) as tf.Tensor3D;
  const y = mergeHeads(tf.matMul(weights, vr), heads, shape, q.shape[0]);
  return { y, saved: { q: qr, k: kr, v: vr, weights } };
}

/** Scores before the softmax, `[batch·heads, T, T]`, of rotated and scaled queries. */
export function attentionScores(q: tf.Tensor3D, k: tf.Tensor3D, mask: tf.Tensor3D): tf.Tensor3D {
  return tf.add(tf.matMul(q, k, false, true), mask);
}

/** Gradients with respect to the three inputs of `attention`. dy `[K, N, heads·d]`. */
export function attentionGradient(
  dy: tf.Tensor3D,
  saved: AttentionSaved,
  shape: AttentionShape,
  tables: RotaryTables,
): { dq: tf.Tensor3D; dk: tf.Tensor3D; dv: tf.Tensor3D } {
  const { heads, kvHeads, headDim } = shape;
  const K = dy.shape[0];
  const turned = turnedGradient(splitHeads(dy, heads, shape), saved, shape);
  const dq = rotateGradient(tf.mul(turned.dq, 1 / Math.sqrt(headDim)), tables);
  return {
    dq: mergeHeads(dq, heads, shape, K),
    dk: mergeHeads(rotateGradient(turned.dk, tables), kvHeads, shape, K),
    dv: mergeHeads(turned.dv, kvHeads, shape, K),
  };
}

/** Gradients of what attention is given once queries and keys are turned and scaled; heads apart, groups summed up. */
export function turnedGradient(
  d: tf.Tensor3D, { q, k, v, weights }: AttentionSaved, shape: AttentionShape,
): { dq: tf.Tensor3D; dk: tf.Tensor3D; dv: tf.Tensor3D } {
  const dvr: tf.Tensor3D = tf.matMul(weights, d, true, false);
  const dWeights = tf.matMul(d, v, false, true);
  // Softmax backward: w · (dw − Σ w · dw).
  const along = tf.sum(tf.mul(weights, dWeights), 2, true);
  const dScores = tf.mul(weights, tf.sub(dWeights, along)) as tf.Tensor3D;
  return {
    dq: tf.matMul(dScores, k),
    dk: sumGroups(tf.matMul(dScores, q, true, false), shape),
    dv: sumGroups(dvr, shape),
  };
}

/** `[K, N, h·d]` → `[batch·h, T, d]`. */
export function splitHeads(x: tf.Tensor3D, h: number, { batch, T, headDim }: AttentionShape): tf.Tensor3D {
  const apart = tf.transpose(tf.reshape(x, [batch, T, h, headDim]), [0, 2, 1, 3]);
  return tf.reshape(apart, [batch * h, T, headDim]);
}

/** `[batch·h, T, d]` → `[K, N, h·d]`. */
export function mergeHeads(x: tf.Tensor3D, h: number, { batch, T, headDim }: AttentionShape, K: number): tf.Tensor3D {
  const together = tf.transpose(tf.reshape(x, [batch, h, T, headDim]), [0, 2, 1, 3]);
  return tf.reshape(together, [K, (batch / K) * T, h * headDim]);
}

/** Gives every query head its group's key or value: `[batch·kvHeads, T, d]` → `[batch·heads, T, d]`. */
export function repeatHeads(x: tf.Tensor3D, { batch, T, heads, kvHeads, headDim }: AttentionShape): tf.Tensor3D {
  if (heads === kvHeads) return x;
  const tiled = tf.tile(tf.reshape(x, [batch * kvHeads, 1, T * headDim]), [1, heads / kvHeads, 1]);
  return tf.reshape(tiled, [batch * heads, T, headDim]);
}

/** The gradient of `repeatHeads`: the sum over each group. */
function sumGroups(dx: tf.Tensor3D, { batch, T, heads, kvHeads, headDim }: AttentionShape): tf.Tensor3D {
  if (heads === kvHeads) return dx;
  const grouped = tf.reshape(dx, [batch * kvHeads, heads / kvHeads, T * headDim]);
  return tf.reshape(tf.sum(grouped, 1), [batch * kvHeads, T, headDim]);
}
