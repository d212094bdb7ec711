// The fused attention of sampling: each row (a sequence of one policy) keeps the rotated keys and the values of its
// positions in a cache, and a new position attends to them. All positions are read on the device, so that one recorded
// list of operations serves every token.
import { ROW_ENTRY, rowGroups } from '../../gpu/geometry';
import type { Operation } from '../../gpu/operation';
import { registers } from './attention.wgsl';
import { composedDecodingAttention, composedKeep } from './decodingOnBuffers';

export interface DecodingShape {
  /** Policies times sequences. */
  readonly rows: number;
  /** Positions that a row has room for. */
  readonly capacity: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
}

/** Numbers a row in `state`: its length, the newest token included, and whether its answer is complete. */
export const STATE = 2;

/** Numbers of one position in a cache `[rows, capacity, 2·kvHeads·d]`: all keys, then all values. */
export const cacheWidth = ({ kvHeads, headDim }: DecodingShape): number => 2 * kvHeads * headDim;

/**
 * Turns queries and keys by their positions, in place, scales queries by 1/√d, and copies keys and values to their places
 * in the cache. qkv is `[rows, P, (heads + 2·kvHeads)·d]`: with `prompts` the first P positions of each row, those beyond
 * its length left alone; without, P is 1 and the position is each row's last. One thread a pair of features.
 */
export function keepKeysAndValues(
  shape: DecodingShape, P: number, prompts: boolean, table: GPUBuffer, state: GPUBuffer, qkv: GPUBuffer, cache: GPUBuffer,
): Operation {
  const { rows, capacity, heads, kvHeads, headDim } = shape;
  const half = headDim / 2;
  const all = heads + 2 * kvHeads;
  const total = rows * P * all * half;
  return {
    kernel: 'key–value cache',
    fused: [
      {
        kernel: {
          name: prompts ? 'keep_prompts' : 'keep_last',
          code: /* wgsl */ `
struct Dims { total: u32, P: u32, capacity: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> table: array<vec2f>;
@group(0) @binding(2) var<storage, read> state: array<u32>;
@group(0) @binding(3) var<storage, read_write> QKV: array<f32>;
@group(0) @binding(4) var<storage, read_write> cache: array<f32>;
${ROW_ENTRY}
  if (thread >= dims.total) { return; }
  let pair = thread % ${half}u;
  let head = (thread / ${half}u) % ${all}u;
  let at = thread / ${half * all}u;
  let row = at / dims.P;
  let length = state[row * ${STATE}u];
  let position = ${prompts ? 'at % dims.P' : 'length - 1u'};
  if (position >= min(length, dims.capacity)) { return; }
  let source = at * ${all * headDim}u + head * ${headDim}u + pair;
  var x = QKV[source];
  var y = QKV[source + ${half}u];
  if (head < ${heads + kvHeads}u) {
    let turn = table[position * ${half}u + pair];
    let scale = select(1.0, ${1 / Math.sqrt(headDim)}, head < ${heads}u);
    let turned = vec2f(x * turn.x - y * turn.y, y * turn.x + x * turn.y) * scale;
    x = turned.x;
    y = turned.y;
    QKV[source] = x;
    QKV[source + ${half}u] = y;
  }
  if (head >= ${heads}u) {
    let place = (row * dims.capacity + position) * ${cacheWidth(shape)}u + (head - ${heads}u) * ${headDim}u + pair;
    cache[place] = x;
    cache[place + ${half}u] = y;
  }
}`,
        },
        uniforms: [total, P, capacity],
        buffers: [table, state, qkv, cache],
        workgroups: rowGroups(total),
      },
    ],
    composed: (memory) => composedKeep(memory, shape, P, prompts, table, state, qkv, cache),
  };
}

/**
 * Each row's newest position over all that its cache holds: qkv `[rows, (heads + 2·kvHeads)·d]`, turned → y
 * `[rows, heads·d]`. A workgroup takes a row and head; its threads take every n-th position, each with a running softmax
 * of its own, and are put together behind the only barrier (Dao et al. 2023, “Flash-Decoding”): a single thread would
 * leave a GPU waiting for memory at each position.
 */
export function decodingAttentionFused(shape: DecodingShape, state: GPUBuffer, qkv: GPUBuffer, cache: GPUBuffer, y: GPUBuffer): Operation {
  const { rows, capacity, heads, kvHeads, headDim } = shape;
  const r = registers(headDim);
  // More threads shorten a long row and lengthen the end of a short one. Workgroup memory is 16 KiB on the least of devices.
  const threads = capacity > 256 && headDim <= 64 ? 32 : 16;
  const width = cacheWidth(shape) / r.step;
  const row = ((heads + 2 * kvHeads) * headDim) / r.step;
  // Written out, because a local array that is indexed by a variable goes through memory on some devices.
  const each = (line: (i: number) => string) => Array.from({ length: r.count }, (_, i) => line(i)).join('\n  ');
  return {
    kernel: 'decoding attention',
    fused: [
      {
        kernel: {
          name: 'decoding_attention',
          code: /* wgsl */ `
struct Dims { capacity: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> state: array<u32>;
@group(0) @binding(2) var<storage, read> QKV: array<${r.type}>;
@group(0) @binding(3) var<storage, read> cache: array<${r.type}>;
@group(0) @binding(4) var<storage, read_write> Y: array<${r.type}>;
var<workgroup> tops: array<f32, ${threads}>;
var<workgroup> totals: array<f32, ${threads}>;
var<workgroup> sums: array<${r.type}, ${threads * r.count}>;
@compute @workgroup_size(${threads})
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u) {
  let h = group.x;
  let row = group.y;
  let length = min(state[row * ${STATE}u], dims.capacity);
  let qAt = row * ${row}u + h * ${r.count}u;
  let kv = (h / ${heads / kvHeads}u) * ${r.count}u;
  ${each((i) => `let q${i} = QKV[qAt + ${i}u]; var sum${i} = ${r.zero};`)}
  var top = -3e38;
  var total = 0.0;
  for (var j = thread; j < length; j += ${threads}u) {
    let kAt = (row * dims.capacity + j) * ${width}u + kv;
    let vAt = kAt + ${width / 2}u;
    var s = 0.0;
    ${each((i) => `s += ${r.dot(`q${i}`, `cache[kAt + ${i}u]`)};`)}
    let higher = max(top, s);
    let shrink = exp(top - higher);
    let p = exp(s - higher);
    total = total * shrink + p;
    ${each((i) => `sum${i} = sum${i} * shrink + p * cache[vAt + ${i}u];`)}
    top = higher;
  }
  tops[thread] = top;
  totals[thread] = total;
  ${each((i) => `sums[thread * ${r.count}u + ${i}u] = sum${i};`)}
  workgroupBarrier();
  if (thread >= ${r.count}u) { return; }
  // Threads beyond a short row's length hold a total of zero and a top that no score reaches.
  var highest = tops[0];
  for (var t = 1u; t < ${threads}u; t++) { highest = max(highest, tops[t]); }
  for (var i = thread; i < ${r.count}u; i += ${threads}u) {
    var all = 0.0;
    var sum = ${r.zero};
    for (var t = 0u; t < ${threads}u; t++) {
      let share = exp(tops[t] - highest);
      all += share * totals[t];
      sum += share * sums[t * ${r.count}u + i];
    }
    Y[row * ${heads * r.count}u + h * ${r.count}u + i] = sum / all;
  }
}`,
        },
        uniforms: [capacity],
        buffers: [state, qkv, cache, y],
        workgroups: [heads, rows, 1],
      },
    ],
    composed: (memory) => composedDecodingAttention(memory, shape, state, qkv, cache, y),
  };
}
