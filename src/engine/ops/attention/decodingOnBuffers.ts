// The composed forms of what the fused attention of sampling does, on its buffers.
import * as tf from '@tensorflow/tfjs-core';
import type { Memory } from '../../gpu/operation';
import { repeatHeads } from './attention';
import { cacheWidth, STATE, type DecodingShape } from './decoding.wgsl';
import { quarterTurn, rotate } from './rotary';

const whole = (buffer: GPUBuffer, length: number) => ({ buffer, offset: 0, stride: length });

/** Each row's length, int32 `[rows, 1]`, at most what the cache has room for. */
function lengthsOf(memory: Memory, { rows, capacity }: DecodingShape, state: GPUBuffer): tf.Tensor2D {
  const both = tf.reshape(memory.loadInts(state, 1, [rows, STATE]), [rows, STATE]) as tf.Tensor2D;
  return tf.minimum(tf.slice2d(both, [0, 0], [rows, 1]), tf.scalar(capacity, 'int32')) as tf.Tensor2D;
}

export function composedKeep(
  memory: Memory, shape: DecodingShape, P: number, prompts: boolean, table: GPUBuffer, state: GPUBuffer, qkv: GPUBuffer, cache: GPUBuffer,
): void {
  const { rows, capacity, heads, kvHeads, headDim } = shape;
  const all = heads + 2 * kvHeads;
  const lengths = lengthsOf(memory, shape, state);
  const positions = prompts ? tf.tile(tf.reshape(tf.range(0, P, 1, 'int32'), [1, P]), [rows, 1]) : tf.sub(lengths, tf.scalar(1, 'int32'));
  const x = tf.reshape(memory.load(whole(qkv, rows * P * all * headDim), 1, [rows * P, all, headDim]), [rows * P, all, headDim]) as tf.Tensor3D;

  const turns = tf.reshape(memory.load(whole(table, capacity * headDim), 1, [capacity, headDim / 2, 2]), [capacity, headDim / 2, 2]);
  const own = tf.gather(turns, tf.reshape(tf.minimum(positions, tf.scalar(capacity - 1, 'int32')), [rows * P]) as tf.Tensor1D);
  const column = (i: number): tf.Tensor3D => {
    const half = tf.reshape(tf.slice(own, [0, 0, i], [-1, -1, 1]), [rows * P, 1, headDim / 2]);
    return tf.concat([half, half], 2) as tf.Tensor3D;
  };
  const [q, k, v] = tf.split(x, [heads, kvHeads, kvHeads], 1) as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
  const tables = { cos: column(0), sin: column(1), quarterTurn: quarterTurn(headDim) };
  const turned = tf.concat([tf.mul(rotate(q, tables), 1 / Math.sqrt(headDim)) as tf.Tensor3D, rotate(k, tables), v], 1);
  const present = tf.reshape(tf.less(positions, lengths), [rows * P, 1, 1]);
  memory.store(tf.reshape(tf.where(present, turned, x), [1, x.size]), whole(qkv, x.size));

  const width = cacheWidth(shape);
  const kept = tf.reshape(tf.slice3d(turned, [0, heads, 0], [rows * P, 2 * kvHeads, headDim]), [rows, P, width]) as tf.Tensor3D;
  const before = tf.reshape(memory.load(whole(cache, rows * capacity * width), 1, [rows, capacity, width]), [rows, capacity, width]);
  const columns = tf.reshape(tf.range(0, capacity, 1, 'int32'), [1, capacity]);
  const here = prompts ? tf.logicalAnd(tf.less(columns, lengths), tf.less(columns, tf.scalar(P, 'int32'))) : tf.equal(columns, positions);
  // A prompt's position t goes to place t; a single one goes to wherever its row is.
  const spread = prompts
    ? tf.slice3d(tf.pad3d(kept, [[0, 0], [0, Math.max(0, capacity - P)], [0, 0]]), [0, 0, 0], [rows, capacity, width])
    : tf.tile(kept, [1, capacity, 1]);
  memory.store(tf.reshape(tf.where(tf.expandDims(here, 2), spread, before), [1, before.size]), whole(cache, before.size));
}

export function composedDecodingAttention(
  memory: Memory, shape: DecodingShape, state: GPUBuffer, qkv: GPUBuffer, cache: GPUBuffer, y: GPUBuffer,
): void {
  const { rows, capacity, heads, kvHeads, headDim } = shape;
  const all = heads + 2 * kvHeads;
  const x = tf.reshape(memory.load(whole(qkv, rows * all * headDim), 1, [rows, all, headDim]), [rows, all, headDim]) as tf.Tensor3D;
  const q = tf.reshape(tf.slice3d(x, [0, 0, 0], [rows, heads, headDim]), [rows * heads, 1, headDim]) as tf.Tensor3D;
  const both = tf.reshape(
    memory.load(whole(cache, rows * capacity * cacheWidth(shape)), 1, [rows, capacity, 2 * kvHeads, headDim]),
    [rows, capacity, 2 * kvHeads, headDim],
  ) as tf.Tensor4D;
  /** `[rows·heads, capacity, d]`. */
  const part = (first: number): tf.Tensor3D => {
    const heads4 = tf.transpose(tf.slice4d(both, [0, 0, first, 0], [rows, capacity, kvHeads, headDim]), [0, 2, 1, 3]);
    return repeatHeads(tf.reshape(heads4, [rows * kvHeads, capacity, headDim]), { batch: rows, T: capacity, heads, kvHeads, headDim });
  };
  const held = tf.less(tf.reshape(tf.range(0, capacity, 1, 'int32'), [1, 1, capacity]), tf.expandDims(lengthsOf(memory, shape, state), 2));
  const scores = tf.reshape(tf.matMul(q, part(0), false, true), [rows, heads, capacity]);
  const weights = tf.softmax(tf.where(held, scores, tf.fill(scores.shape, -1e9)));
  const mixed = tf.matMul(tf.reshape(weights, [rows * heads, 1, capacity]) as tf.Tensor3D, part(kvHeads));
  memory.store(tf.reshape(mixed, [1, rows * heads * headDim]), whole(y, rows * heads * headDim));
}
