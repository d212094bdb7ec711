// Attention of one new position a sequence over a cache of the positions before it, with the sequences of different
// lengths. A row is a sequence of one policy.
import * as tf from '@tensorflow/tfjs-core';
import { rotate, type RotaryTables } from './rotary';

/** Rotated keys, and values, of one layer, `[rows·heads, columns, d]`; repeated for the query heads of a group. */
export interface KeyValueCache {
  readonly k: tf.Tensor3D;
  readonly v: tf.Tensor3D;
}

/** What all layers share at one position. */
export interface DecodingStep {
  /** Each row's new position. */
  readonly positions: readonly number[];
  /** Each row's own angles: `[rows, 1, d]`, and the turn. */
  readonly rotary: RotaryTables;
  /** Hides the columns between a short prompt and the first new one, `[rows, 1, columns]`. Absent on WASM. */
  readonly mask?: tf.Tensor3D;
}

/**
 * A cache of prompts of `lengths` (one a row) that were padded to the right. On WASM it has room for `capacity` positions
 * and is written in place, column t being position t; elsewhere it grows by a column a step.
 */
export function createCache({ k, v }: KeyValueCache, capacity: number): KeyValueCache {
  if (tf.getBackend() !== 'wasm') return { k, v };
  const padded = (x: tf.Tensor3D): tf.Tensor3D => tf.pad3d(x, [[0, 0], [0, Math.max(0, capacity - x.shape[1])], [0, 0]]);
  return { k: padded(k), v: padded(v) };
}

/** Tensors for the n-th step after prompts of `lengths`, padded to T; call inside `tf.tidy`. */
export function decodingStep(
  lengths: readonly number[], T: number, n: number, capacity: number, angles: { readonly cos: Float32Array; readonly sin: Float32Array }, turn: tf.Tensor2D,
): DecodingStep {
  const d = turn.shape[0];
  // An answer that is complete while others grow goes on in place, unread.
  const positions = lengths.map((length) => Math.min(length + n, capacity - 1));
  const rowsOf = (table: Float32Array) => {
    const out = new Float32Array(positions.length * d);
    positions.forEach((position, row) => out.set(table.subarray(position * d, (position + 1) * d), row * d));
    return tf.tensor3d(out, [positions.length, 1, d]);
  };
  const rotary = { cos: rowsOf(angles.cos), sin: rowsOf(angles.sin), quarterTurn: turn };
  if (tf.getBackend() === 'wasm') return { positions, rotary };
  const columns = T + n + 1;
  const mask = new Float32Array(lengths.length * columns);
  lengths.forEach((length, row) => mask.fill(-1e9, row * columns + length, row * columns + T));
  return { positions, rotary, mask: tf.tensor3d(mask, [lengths.length, 1, columns]) };
}

/**
 * qkv `[rows, 3·heads, d]`, queries scaled by 1/√d and nothing rotated yet → `[rows, heads·d]`, and the cache with the
 * new position in it. Not on WASM, where a kernel does the whole layer.
 */
export function decodingAttention(
  qkv: tf.Tensor3D, { k, v }: KeyValueCache, { rotary, mask }: DecodingStep,
): { y: tf.Tensor2D; cache: KeyValueCache } {
  const [rows, triple, d] = qkv.shape;
  const H = triple / 3;
  const part = (x: tf.Tensor3D, from: number): tf.Tensor3D => tf.reshape(tf.slice3d(x, [0, from, 0], [rows, H, d]), [rows * H, 1, d]);
  const turned = rotate(tf.slice3d(qkv, [0, 0, 0], [rows, 2 * H, d]), rotary);
  const grown = { k: tf.concat([k, part(turned, H)], 1), v: tf.concat([v, part(qkv, 2 * H)], 1) };
  const columns = grown.k.shape[1];
  const scores = tf.reshape(tf.matMul(part(turned, 0), grown.k, false, true), [rows, H, columns]);
  const weights = tf.reshape(tf.softmax(tf.add(scores, mask!)), [rows * H, 1, columns]);
  return { y: tf.reshape(tf.matMul(weights, grown.v), [rows, H * d]), cache: grown };
}
