// The composed forms of what the fused attention does, on its buffers: rows of queries, keys and values side by side.
import * as tf from '@tensorflow/tfjs-core';
import type { Memory } from '../../gpu/operation';
import {
  attentionScores, causalMask, mergeHeads, repeatHeads, splitHeads, turnedGradient, type AttentionSaved, type AttentionShape,
} from './attention';
import type { AttentionBackwardBuffers } from './attention.wgsl';
import { quarterTurn, rotate, rotateGradient, type RotaryTables } from './rotary';

/** Queries, keys and values of a buffer of rows, heads apart: `[batch·h, T, d]` each. */
function parts(memory: Memory, shape: AttentionShape, qkv: GPUBuffer) {
  const { batch, T, heads, kvHeads, headDim } = shape;
  const widths = [heads, kvHeads, kvHeads].map((h) => h * headDim);
  const width = widths.reduce((sum, w) => sum + w, 0);
  const rows = memory.load({ buffer: qkv, offset: 0, stride: batch * T * width }, 1, [batch * T, width]) as tf.Tensor3D;
  const [q, k, v] = tf.split(rows, widths, 2) as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
  return { q: splitHeads(q, heads, shape), k: splitHeads(k, kvHeads, shape), v: splitHeads(v, kvHeads, shape) };
}

function storeParts(memory: Memory, shape: AttentionShape, qkv: GPUBuffer, q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D): void {
  const { heads, kvHeads } = shape;
  const rows = tf.concat([mergeHeads(q, heads, shape, 1), mergeHeads(k, kvHeads, shape, 1), mergeHeads(v, kvHeads, shape, 1)], 2);
  memory.store(rows, { buffer: qkv, offset: 0, stride: rows.size });
}

export function composedRotary(memory: Memory, shape: AttentionShape, table: GPUBuffer, qkv: GPUBuffer, back: boolean): void {
  const { T, headDim } = shape;
  const turns = memory.load({ buffer: table, offset: 0, stride: T * headDim }, 1, [T, headDim / 2, 2]);
  const column = (i: number) => {
    const half = tf.squeeze(tf.slice(turns, [0, 0, 0, i], [-1, -1, -1, 1]), [3]);
    return tf.concat([half, half], 2) as tf.Tensor3D;
  };
  const tables: RotaryTables = { cos: column(0), sin: column(1), quarterTurn: quarterTurn(headDim) };
  const turn = back ? rotateGradient : rotate;
  const { q, k, v } = parts(memory, shape, qkv);
  storeParts(memory, shape, qkv, tf.mul(turn(q, tables), 1 / Math.sqrt(headDim)), turn(k, tables), v);
}

/** What `attention` keeps, from rows that are turned and scaled already. */
function saved(memory: Memory, shape: AttentionShape, qkv: GPUBuffer): { saved: AttentionSaved; scores: tf.Tensor3D } {
  const { q, k, v } = parts(memory, shape, qkv);
  const keys = repeatHeads(k, shape);
  const scores = attentionScores(q, keys, causalMask(shape.T));
  return { scores, saved: { q, k: keys, v: repeatHeads(v, shape), weights: tf.softmax(scores) as tf.Tensor3D } };
}

export function composedAttention(memory: Memory, shape: AttentionShape, qkv: GPUBuffer, y: GPUBuffer, logSums: GPUBuffer): void {
  const { batch, T, heads, headDim } = shape;
  const { saved: kept, scores } = saved(memory, shape, qkv);
  const mixed = mergeHeads(tf.matMul(kept.weights, kept.v), heads, shape, 1);
  memory.store(mixed, { buffer: y, offset: 0, stride: batch * T * heads * headDim });
  const sums = tf.transpose(tf.reshape(tf.logSumExp(scores, 2), [batch, heads, T]), [0, 2, 1]);
  memory.store(tf.reshape(sums, [1, batch * T * heads]), { buffer: logSums, offset: 0, stride: batch * T * heads });
}

export function composedAttentionGradient(memory: Memory, shape: AttentionShape, { qkv, dy, dqkv }: AttentionBackwardBuffers): void {
  const { batch, T, heads, headDim } = shape;
  const width = heads * headDim;
  const d = memory.load({ buffer: dy, offset: 0, stride: batch * T * width }, 1, [batch * T, width]) as tf.Tensor3D;
  const out = turnedGradient(splitHeads(d, heads, shape), saved(memory, shape, qkv).saved, shape);
  storeParts(memory, shape, dqkv, out.dq, out.dk, out.dv);
}
