// Fused row look-ups and their gradient. The gradient needs no atomics: the host sorts the rows by token once a batch,
// and each element of the table sums its own rows in that order.
import type { Dispatch } from '../../gpu/runtime';
import { ROW_ENTRY, rowGroups } from '../../gpu/geometry';

/**
 * Copies rows by index: out[k, n] = table[k, ids[k, n]], or zeros where the index is `missing` or beyond.
 * `table` has `stride` elements from one policy to the next and begins at `offset`.
 */
export function gatherRowsFused(
  K: number, N: number, D: number,
  table: { buffer: GPUBuffer; offset: number; stride: number; missing: number }, ids: GPUBuffer, out: GPUBuffer,
): Dispatch {
  return {
    kernel: {
      name: 'gather_rows',
      code: /* wgsl */ `
struct Dims { total: u32, N: u32, offset: u32, stride: u32, missing: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> rows: array<f32>;
@group(0) @binding(2) var<storage, read> ids: array<u32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
${ROW_ENTRY}
  if (thread >= dims.total) { return; }
  let row = thread / ${D}u;
  let k = row / dims.N;
  let index = ids[row];
  out[thread] = select(0.0, rows[dims.offset + k * dims.stride + min(index, dims.missing - 1u) * ${D}u + thread % ${D}u], index < dims.missing);
}`,
    },
    uniforms: [K * N * D, N, table.offset, table.stride, table.missing],
    buffers: [table.buffer, ids, out],
    workgroups: rowGroups(K * N * D),
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

/**
 * Adds to the table's gradient the rows that came from each token: dTable[k, v] += Σ scale[row] · source[k, row].
 * `scale` is 1 where absent.
 */
export function scatterRowsFused(
  K: number, N: number, V: number, D: number,
  source: GPUBuffer, scale: GPUBuffer | null, index: { starts: GPUBuffer; rows: GPUBuffer },
  gradients: GPUBuffer, offset: number, stride: number,
): Dispatch {
  return {
    kernel: {
      name: `scatter_rows${scale ? '_scaled' : ''}`,
      code: /* wgsl */ `
struct Dims { total: u32, N: u32, V: u32, offset: u32, stride: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read> starts: array<u32>;
@group(0) @binding(3) var<storage, read> rows: array<u32>;
@group(0) @binding(4) var<storage, read_write> G: array<f32>;
${scale ? '@group(0) @binding(5) var<storage, read> scale: array<f32>;' : ''}
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
    sum += ${scale ? 'scale[row] * ' : ''}source[row * ${D}u + d];
  }
  G[dims.offset + k * dims.stride + v * ${D}u + d] += sum;
}`,
    },
    uniforms: [K * V * D, N, V, offset, stride],
    buffers: scale ? [source, index.starts, index.rows, gradients, scale] : [source, index.starts, index.rows, gradients],
    workgroups: rowGroups(K * V * D),
  };
}
