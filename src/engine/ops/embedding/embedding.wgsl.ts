// Fused row look-ups and their gradient. The gradient needs no atomics: the host sorts the rows by token once a batch,
// and each element of the table sums its own rows in that order.
import * as tf from '@tensorflow/tfjs-core';
import { lanes, ROW_ENTRY, rowGroups } from '../../gpu/geometry';
import type { Operand, Operation } from '../../gpu/operation';
import type { Dispatch } from '../../gpu/runtime';
import { gatherRowsOrZero, scatterAddRows } from './embedding';

/**
 * Copies rows by index: out[k, n] = table[k, ids[k, n]], or zeros where the index is `missing` or beyond.
 * `table` has `stride` elements from one policy to the next and begins at `offset`.
 */
export function gatherRowsFused(
  K: number, N: number, D: number,
  table: Operand & { readonly missing: number }, ids: GPUBuffer, out: GPUBuffer,
): Operation {
  const { step, type } = lanes([D, table.offset, table.stride].every((x) => x % 4 === 0));
  const width = D / step;
  const fused: Dispatch = {
    kernel: {
      name: 'gather_rows',
      code: /* wgsl */ `
struct Dims { total: u32, N: u32, offset: u32, stride: u32, missing: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> rows: array<${type}>;
@group(0) @binding(2) var<storage, read> ids: array<u32>;
@group(0) @binding(3) var<storage, read_write> out: array<${type}>;
${ROW_ENTRY}
  if (thread >= dims.total) { return; }
  let row = thread / ${width}u;
  let k = row / dims.N;
  let index = ids[row];
  let at = dims.offset + k * dims.stride + min(index, dims.missing - 1u) * ${width}u + thread % ${width}u;
  out[thread] = select(${type}(), rows[at], index < dims.missing);
}`,
    },
    uniforms: [K * N * width, N, table.offset / step, table.stride / step, table.missing],
    buffers: [table.buffer, ids, out],
    workgroups: rowGroups(K * N * width),
  };
  return {
    kernel: 'embedding',
    fused: [fused],
    composed(memory) {
      const rows = memory.load(table, K, [table.missing, D]) as tf.Tensor3D;
      const index = tf.minimum(memory.loadInts(ids, K, [N]), tf.scalar(table.missing, 'int32')) as tf.Tensor2D;
      memory.store(gatherRowsOrZero(rows, index), { buffer: out, offset: 0, stride: N * D });
    },
  };
}

/** The rows of each token, by policy: `starts` `[K, V + 1]` into `rows` `[K, N]`, rows of one token in rising order. */
export interface RowIndex {
  readonly starts: Uint32Array;
  readonly rows: Uint32Array;
}

/** Counting sort of ids `[K, N]` below V; negative ids are left out. */
export function indexRows(ids: ArrayLike<number>, K: number, V: number): RowIndex {
  const N = ids.length / K;
  const starts = new Uint32Array(K * (V + 1));
  const rows = new Uint32Array(ids.length);
  for (let k = 0; k < K; k++) {
    const at = k * (V + 1);
    for (let n = 0; n < N; n++) {
      const id = ids[k * N + n]!;
      if (id >= 0) starts[at + id + 1]! += 1;
    }
    for (let v = 0; v < V; v++) starts[at + v + 1]! += starts[at + v]!;
    const next = starts.slice(at, at + V);
    for (let n = 0; n < N; n++) {
      const id = ids[k * N + n]!;
      if (id >= 0) rows[k * N + next[id]!++] = n;
    }
  }
  return { starts, rows };
}

/** Adds to the table's gradient the rows that came from each token: dTable[k, v] += Σ source[k, row]. */
export function scatterRowsFused(
  K: number, N: number, V: number, D: number,
  source: GPUBuffer, index: { ids: GPUBuffer; starts: GPUBuffer; rows: GPUBuffer }, gradients: Operand,
): Operation {
  const { offset, stride } = gradients;
  const fused: Dispatch = {
    kernel: {
      name: 'scatter_rows',
      code: /* wgsl */ `
struct Dims { total: u32, N: u32, V: u32, offset: u32, stride: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read> starts: array<u32>;
@group(0) @binding(3) var<storage, read> rows: array<u32>;
@group(0) @binding(4) var<storage, read_write> G: array<f32>;
${ROW_ENTRY}
  if (thread >= dims.total) { return; }
  let d = thread % ${D}u;
  let v = (thread / ${D}u) % dims.V;
  let k = thread / (${D}u * dims.V);
  let first = starts[k * (dims.V + 1u) + v];
  let last = starts[k * (dims.V + 1u) + v + 1u];
  if (first == last) { return; }
  var sum = 0.0;
  for (var i = first; i < last; i++) {
    let row = k * dims.N + rows[k * dims.N + i];
    sum += source[row * ${D}u + d];
  }
  G[dims.offset + k * dims.stride + v * ${D}u + d] += sum;
}`,
    },
    uniforms: [K * V * D, N, V, offset, stride],
    buffers: [source, index.starts, index.rows, gradients.buffer],
    workgroups: rowGroups(K * V * D),
  };
  return {
    kernel: 'embedding gradient',
    fused: [fused],
    composed(memory) {
      const rows = memory.load({ buffer: source, offset: 0, stride: N * D }, K, [N, D]) as tf.Tensor3D;
      const sums = scatterAddRows(rows, memory.loadInts(index.ids, K, [N]) as tf.Tensor2D, V);
      memory.store(tf.add(memory.load(gradients, K, [V, D]), sums), gradients);
    },
  };
}
