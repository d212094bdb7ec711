// Fused causal attention over rotated queries and keys, forward and backward, in the manner of FlashAttention
// (Dao et al. 2022, arXiv 2205.14135): a running softmax, and only its log-sum kept, so no T×T matrix is ever stored.
import type { Operation } from '../../gpu/operation';
import type { Dispatch } from '../../gpu/runtime';
import { lanes, ROW_ENTRY, rowGroups } from '../../gpu/geometry';
import type { AttentionShape } from './attention';
import { attentionBackwardQuads, attentionForwardQuads } from './quads.wgsl';
import { composedAttention, composedAttentionGradient, composedRotary } from './attentionOnBuffers';

/** Fused buffers: qkv `[rows, (heads + 2·kvHeads)·d]` with rows = batch·T. */
interface Widths {
  readonly row: number;
  readonly keyAt: number;
  readonly valueAt: number;
}

function widths({ heads, kvHeads, headDim }: AttentionShape): Widths {
  return { row: (heads + 2 * kvHeads) * headDim, keyAt: heads * headDim, valueAt: (heads + kvHeads) * headDim };
}

/** Cosine and sine of every position's angles, `[T, d/2, 2]`, worked out in float64. */
export function rotaryTable(T: number, headDim: number, theta: number): Float32Array {
  const half = headDim / 2;
  const out = new Float32Array(T * half * 2);
  for (let t = 0; t < T; t++) {
    for (let i = 0; i < half; i++) {
      const angle = t * theta ** (-i / half);
      out[(t * half + i) * 2] = Math.cos(angle);
      out[(t * half + i) * 2 + 1] = Math.sin(angle);
    }
  }
  return out;
}

/**
 * Turns queries and keys by their positions, in place, and scales queries by 1/√d; `back` turns gradients the other way.
 * One thread a pair of features, or four pairs. `table` is `rotaryTable`'s: WGSL promises its own sine to three digits only.
 */
export function rotaryInPlace(shape: AttentionShape, table: GPUBuffer, qkv: GPUBuffer, back: boolean): Operation {
  const { batch, T, heads, kvHeads, headDim } = shape;
  const fours = headDim % 8 === 0;
  const { step, type } = lanes(fours);
  // Half a head in these steps.
  const half = headDim / 2 / step;
  const total = batch * T * (heads + kvHeads) * half;
  const fused: Dispatch = {
    kernel: {
      name: back ? 'rotary_back' : 'rotary',
      code: /* wgsl */ `
struct Dims { total: u32, T: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read_write> QKV: array<${type}>;
@group(0) @binding(2) var<storage, read> table: array<vec2f>;
${ROW_ENTRY}
  if (thread >= dims.total) { return; }
  let pair = thread % ${half}u;
  let head = (thread / ${half}u) % ${heads + kvHeads}u;
  let row = thread / ${half * (heads + kvHeads)}u;
  let at = row * ${widths(shape).row / step}u + head * ${headDim / step}u + pair;
  let turnAt = (row % dims.T) * ${headDim / 2}u + pair * ${step}u;
  ${
    fours
      ? `let t0 = table[turnAt]; let t1 = table[turnAt + 1u]; let t2 = table[turnAt + 2u]; let t3 = table[turnAt + 3u];
  let c = vec4f(t0.x, t1.x, t2.x, t3.x);
  let s = ${back ? '-' : ''}vec4f(t0.y, t1.y, t2.y, t3.y);`
      : `let c = table[turnAt].x;
  let s = ${back ? '-' : ''}table[turnAt].y;`
  }
  let scale = select(1.0, ${1 / Math.sqrt(headDim)}, head < ${heads}u);
  let x = QKV[at];
  let y = QKV[at + ${half}u];
  QKV[at] = (x * c - y * s) * scale;
  QKV[at + ${half}u] = (y * c + x * s) * scale;
}`,
    },
    uniforms: [total, T],
    buffers: [qkv, table],
    workgroups: rowGroups(total),
  };
  return {
    kernel: back ? 'rotary gradient' : 'rotary',
    fused: [fused],
    composed: (memory) => composedRotary(memory, shape, table, qkv, back),
  };
}

/** WGSL for a head's features held in registers: vectors of four where the width allows, else single numbers. */
export function registers(headDim: number) {
  const wide = headDim % 4 === 0;
  const count = wide ? headDim / 4 : headDim;
  return {
    count,
    step: wide ? 4 : 1,
    type: wide ? 'vec4f' : 'f32',
    zero: wide ? 'vec4f()' : '0.0',
    dot: (a: string, b: string) => (wide ? `dot(${a}, ${b})` : `(${a} * ${b})`),
  };
}

/**
 * qkv (rotated) → y `[rows, heads·d]` and logSums `[rows, heads]`. One thread a query.
 */
export function attentionForward(shape: AttentionShape, qkv: GPUBuffer, y: GPUBuffer, logSums: GPUBuffer): Operation {
  const { batch, T, heads, kvHeads, headDim } = shape;
  const { row, keyAt, valueAt } = widths(shape);
  const r = registers(headDim);
  const fused: Dispatch = {
    kernel: {
      name: 'attention',
      code: /* wgsl */ `
struct Dims { total: u32, T: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> QKV: array<${r.type}>;
@group(0) @binding(2) var<storage, read_write> Y: array<${r.type}>;
@group(0) @binding(3) var<storage, read_write> logSums: array<f32>;
${ROW_ENTRY}
  if (thread >= dims.total) { return; }
  // Neighbouring threads take neighbouring queries of one head, which read the same keys.
  let t = thread % dims.T;
  let h = (thread / dims.T) % ${heads}u;
  let first = (thread / (dims.T * ${heads}u)) * dims.T;
  let kv = (h / ${heads / kvHeads}u) * ${headDim / r.step}u;
  var q: array<${r.type}, ${r.count}>;
  var acc: array<${r.type}, ${r.count}>;
  let qAt = (first + t) * ${row / r.step}u + h * ${r.count}u;
  for (var i = 0u; i < ${r.count}u; i++) { q[i] = QKV[qAt + i]; acc[i] = ${r.zero}; }
  var top = -3e38;
  var total = 0.0;
  for (var j = 0u; j <= t; j++) {
    let kAt = (first + j) * ${row / r.step}u + ${keyAt / r.step}u + kv;
    let vAt = (first + j) * ${row / r.step}u + ${valueAt / r.step}u + kv;
    var s = 0.0;
    for (var i = 0u; i < ${r.count}u; i++) { s += ${r.dot('q[i]', 'QKV[kAt + i]')}; }
    let higher = max(top, s);
    let shrink = exp(top - higher);
    let p = exp(s - higher);
    total = total * shrink + p;
    for (var i = 0u; i < ${r.count}u; i++) { acc[i] = acc[i] * shrink + p * QKV[vAt + i]; }
    top = higher;
  }
  let yAt = (first + t) * ${heads * r.count}u + h * ${r.count}u;
  for (var i = 0u; i < ${r.count}u; i++) { Y[yAt + i] = acc[i] / total; }
  logSums[(first + t) * ${heads}u + h] = top + log(total);
}`,
    },
    uniforms: [batch * heads * T, T],
    buffers: [qkv, y, logSums],
    workgroups: rowGroups(batch * heads * T),
  };
  return {
    kernel: 'attention',
    fused: [fused],
    ...(headDim % 4 === 0 && { quads: [attentionForwardQuads(shape, qkv, y, logSums)] }),
    composed: (memory) => composedAttention(memory, shape, qkv, y, logSums),
  };
}

export interface AttentionBackwardBuffers {
  readonly qkv: GPUBuffer;
  readonly y: GPUBuffer;
  readonly logSums: GPUBuffer;
  readonly dy: GPUBuffer;
  /** Σ dy · y of each query and head, `[rows, heads]`; scratch between the two dispatches. */
  readonly along: GPUBuffer;
  /** Gradient of the rotated qkv, every element written. */
  readonly dqkv: GPUBuffer;
}

/** Two dispatches: one thread a query for dq, then one a key for dk and dv. Scores are computed again from the log-sums. */
export function attentionBackward(shape: AttentionShape, buffers: AttentionBackwardBuffers): Operation {
  const { batch, T, heads, kvHeads, headDim } = shape;
  const { row, keyAt, valueAt } = widths(shape);
  const r = registers(headDim);
  const group = heads / kvHeads;
  const { qkv, y, logSums, dy, along, dqkv } = buffers;
  const queries: Dispatch = {
    kernel: {
      name: 'attention_backward_q',
      code: /* wgsl */ `
struct Dims { total: u32, T: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> QKV: array<${r.type}>;
@group(0) @binding(2) var<storage, read> Y: array<${r.type}>;
@group(0) @binding(3) var<storage, read> logSums: array<f32>;
@group(0) @binding(4) var<storage, read> dY: array<${r.type}>;
@group(0) @binding(5) var<storage, read_write> along: array<f32>;
@group(0) @binding(6) var<storage, read_write> dQKV: array<${r.type}>;
${ROW_ENTRY}
  if (thread >= dims.total) { return; }
  let t = thread % dims.T;
  let h = (thread / dims.T) % ${heads}u;
  let first = (thread / (dims.T * ${heads}u)) * dims.T;
  let kv = (h / ${group}u) * ${r.count}u;
  var q: array<${r.type}, ${r.count}>;
  var d: array<${r.type}, ${r.count}>;
  var dq: array<${r.type}, ${r.count}>;
  let qAt = (first + t) * ${row / r.step}u + h * ${r.count}u;
  let yAt = (first + t) * ${heads * r.count}u + h * ${r.count}u;
  var D = 0.0;
  for (var i = 0u; i < ${r.count}u; i++) {
    q[i] = QKV[qAt + i];
    d[i] = dY[yAt + i];
    dq[i] = ${r.zero};
    D += ${r.dot('d[i]', 'Y[yAt + i]')};
  }
  let L = logSums[(first + t) * ${heads}u + h];
  along[(first + t) * ${heads}u + h] = D;
  for (var j = 0u; j <= t; j++) {
    let kAt = (first + j) * ${row / r.step}u + ${keyAt / r.step}u + kv;
    let vAt = (first + j) * ${row / r.step}u + ${valueAt / r.step}u + kv;
    var s = 0.0;
    var dp = 0.0;
    for (var i = 0u; i < ${r.count}u; i++) {
      s += ${r.dot('q[i]', 'QKV[kAt + i]')};
      dp += ${r.dot('d[i]', 'QKV[vAt + i]')};
    }
    let ds = exp(s - L) * (dp - D);
    for (var i = 0u; i < ${r.count}u; i++) { dq[i] += ds * QKV[kAt + i]; }
  }
  for (var i = 0u; i < ${r.count}u; i++) { dQKV[qAt + i] = dq[i]; }
}`,
    },
    uniforms: [batch * heads * T, T],
    buffers: [qkv, y, logSums, dy, along, dqkv],
    workgroups: rowGroups(batch * heads * T),
  };
  const keys: Dispatch = {
    kernel: {
      name: 'attention_backward_kv',
      code: /* wgsl */ `
struct Dims { total: u32, T: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> QKV: array<${r.type}>;
@group(0) @binding(2) var<storage, read> logSums: array<f32>;
@group(0) @binding(3) var<storage, read> along: array<f32>;
@group(0) @binding(4) var<storage, read> dY: array<${r.type}>;
@group(0) @binding(5) var<storage, read_write> dQKV: array<${r.type}>;
${ROW_ENTRY}
  if (thread >= dims.total) { return; }
  let j = thread % dims.T;
  let g = (thread / dims.T) % ${kvHeads}u;
  let first = (thread / (dims.T * ${kvHeads}u)) * dims.T;
  let kAt = (first + j) * ${row / r.step}u + ${keyAt / r.step}u + g * ${r.count}u;
  let vAt = (first + j) * ${row / r.step}u + ${valueAt / r.step}u + g * ${r.count}u;
  var k: array<${r.type}, ${r.count}>;
  var v: array<${r.type}, ${r.count}>;
  var dk: array<${r.type}, ${r.count}>;
  var dv: array<${r.type}, ${r.count}>;
  for (var i = 0u; i < ${r.count}u; i++) { k[i] = QKV[kAt + i]; v[i] = QKV[vAt + i]; dk[i] = ${r.zero}; dv[i] = ${r.zero}; }
  for (var h = g * ${group}u; h < (g + 1u) * ${group}u; h++) {
    for (var t = j; t < dims.T; t++) {
      let qAt = (first + t) * ${row / r.step}u + h * ${r.count}u;
      let yAt = (first + t) * ${heads * r.count}u + h * ${r.count}u;
      let at = (first + t) * ${heads}u + h;
      var s = 0.0;
      var dp = 0.0;
      for (var i = 0u; i < ${r.count}u; i++) {
        s += ${r.dot('QKV[qAt + i]', 'k[i]')};
        dp += ${r.dot('dY[yAt + i]', 'v[i]')};
      }
      let p = exp(s - logSums[at]);
      let ds = p * (dp - along[at]);
      for (var i = 0u; i < ${r.count}u; i++) {
        dk[i] += ds * QKV[qAt + i];
        dv[i] += p * dY[yAt + i];
      }
    }
  }
  for (var i = 0u; i < ${r.count}u; i++) { dQKV[kAt + i] = dk[i]; dQKV[vAt + i] = dv[i]; }
}`,
    },
    uniforms: [batch * kvHeads * T, T],
    buffers: [qkv, logSums, along, dy, dqkv],
    workgroups: rowGroups(batch * kvHeads * T),
  };
  return {
    kernel: 'attention gradient',
    fused: [queries, keys],
    ...(headDim % 4 === 0 && { quads: attentionBackwardQuads(shape, buffers) }),
    scratch: [along],
    composed: (memory) => composedAttentionGradient(memory, shape, buffers),
  };
}
