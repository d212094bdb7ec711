// Attention for processors that imitate a GPU, where loads and local arrays cost far more than arithmetic: the four
// queries, or keys, of a quad load one row each and hand it around, and everything lies in variables of its own.
import type { Dispatch } from '../../gpu/runtime';
import { ROW_ENTRY, rowGroups } from '../../gpu/geometry';
import type { AttentionShape } from './attention';
import type { AttentionBackwardBuffers } from './attention.wgsl';

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const four = range(4);

/** Sizes in vectors of four. */
function sizes({ heads, kvHeads, headDim }: AttentionShape) {
  const d = headDim / 4;
  return { d, row: (heads + 2 * kvHeads) * d, keyAt: heads * d, valueAt: (heads + kvHeads) * d };
}

/** The dimensions' struct and the bindings, and where each invocation stands among `heads` heads. Quads never straddle two heads. */
const head = (bindings: readonly string[], heads: number): string => /* wgsl */ `
enable subgroups;
// A loop ends by the quad's own block, which is the same for its four.
diagnostic(off, subgroup_uniformity);
struct Dims { total: u32, T: u32, blocks: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
${bindings.map((binding, i) => `@group(0) @binding(${i + 1}) var<storage, ${binding};`).join('\n')}
${ROW_ENTRY}
  if (thread >= dims.total) { return; }
  let lane = thread & 3u;
  let block = (thread / 4u) % dims.blocks;
  let h = (thread / (4u * dims.blocks)) % ${heads}u;
  let first = (thread / (4u * dims.blocks * ${heads}u)) * dims.T;
  let last = dims.T - 1u;
  let own = 4u * block + lane;
  // Past the end the last position is worked out again, and not stored.
  let t = min(own, last);`;

const vectors = (d: number, of: (i: number) => string): string => range(d).map(of).join(' ');
const dots = (d: number, a: (i: number) => string, b: (i: number) => string): string =>
  range(d).map((i) => `dot(${a(i)}, ${b(i)})`).join(' + ');
const from = (name: string, lane: number) => (i: number) => `quadBroadcast(${name}${i}, ${lane}u)`;

function dispatch(name: string, code: string, { batch, T }: AttentionShape, heads: number, buffers: readonly GPUBuffer[]): Dispatch {
  const blocks = Math.ceil(T / 4);
  const total = batch * heads * blocks * 4;
  return { kernel: { name, code }, uniforms: [total, T, blocks], buffers, workgroups: rowGroups(total) };
}

/** As `attentionForward`; the width of a head is a multiple of four. */
export function attentionForwardQuads(shape: AttentionShape, qkv: GPUBuffer, y: GPUBuffer, logSums: GPUBuffer): Dispatch {
  const { heads, kvHeads } = shape;
  const { d, row, keyAt, valueAt } = sizes(shape);
  const code = /* wgsl */ `${head(['read> QKV: array<vec4f>', 'read_write> Y: array<vec4f>', 'read_write> logSums: array<f32>'], heads)}
  let kv = (h / ${heads / kvHeads}u) * ${d}u;
  let qAt = (first + t) * ${row}u + h * ${d}u;
  ${vectors(d, (i) => `let q${i} = QKV[qAt + ${i}u]; var a${i} = vec4f();`)}
  var top = -3e38;
  var total = 0.0;
  for (var j = 0u; j <= 4u * block; j += 4u) {
    let at = (first + min(j + lane, last)) * ${row}u + kv;
    ${vectors(d, (i) => `let k${i} = QKV[at + ${keyAt + i}u]; let v${i} = QKV[at + ${valueAt + i}u];`)}
    ${four.map((s) => `let s${s} = ${dots(d, (i) => `q${i}`, from('k', s))};`).join('\n    ')}
    // What lies behind the query does not count.
    let seen = vec4<bool>(${four.map((s) => `j + ${s}u <= t`).join(', ')});
    let s = select(vec4f(-3e38), vec4f(s0, s1, s2, s3), seen);
    let higher = max(top, max(max(s.x, s.y), max(s.z, s.w)));
    let shrink = exp(top - higher);
    let p = select(vec4f(), exp(s - higher), seen);
    total = total * shrink + p.x + p.y + p.z + p.w;
    ${vectors(d, (i) => `a${i} = a${i} * shrink + ${four.map((s) => `p.${'xyzw'[s]} * ${from('v', s)(i)}`).join(' + ')};`)}
    top = higher;
  }
  if (own > last) { return; }
  let yAt = (first + t) * ${heads * d}u + h * ${d}u;
  ${vectors(d, (i) => `Y[yAt + ${i}u] = a${i} / total;`)}
  logSums[(first + t) * ${heads}u + h] = top + log(total);
}`;
  return dispatch('attention_quads', code, shape, heads, [qkv, y, logSums]);
}

/** As `attentionBackward`: the queries' gradients and Σ dy · y, then the keys' and values'. */
export function attentionBackwardQuads(shape: AttentionShape, { qkv, y, logSums, dy, along, dqkv }: AttentionBackwardBuffers): Dispatch[] {
  const { heads, kvHeads } = shape;
  const { d, row, keyAt, valueAt } = sizes(shape);
  const group = heads / kvHeads;
  const queries = /* wgsl */ `${head([
    'read> QKV: array<vec4f>', 'read> Y: array<vec4f>', 'read> logSums: array<f32>', 'read> dY: array<vec4f>',
    'read_write> along: array<f32>', 'read_write> dQKV: array<vec4f>',
  ], heads)}
  let kv = (h / ${group}u) * ${d}u;
  let qAt = (first + t) * ${row}u + h * ${d}u;
  let yAt = (first + t) * ${heads * d}u + h * ${d}u;
  ${vectors(d, (i) => `let q${i} = QKV[qAt + ${i}u]; let g${i} = dY[yAt + ${i}u]; var dq${i} = vec4f();`)}
  let D = ${dots(d, (i) => `g${i}`, (i) => `Y[yAt + ${i}u]`)};
  let L = logSums[(first + t) * ${heads}u + h];
  // Scores of keys behind the query may be anything; those that count are below the log-sum.
  for (var j = 0u; j <= 4u * block; j += 4u) {
    let at = (first + min(j + lane, last)) * ${row}u + kv;
    ${vectors(d, (i) => `let k${i} = QKV[at + ${keyAt + i}u]; let v${i} = QKV[at + ${valueAt + i}u];`)}
    ${four.map((s) => `{
      ${vectors(d, (i) => `let b${i} = ${from('k', s)(i)};`)}
      let s = ${dots(d, (i) => `q${i}`, (i) => `b${i}`)};
      let dp = ${dots(d, (i) => `g${i}`, from('v', s))};
      let ds = select(0.0, exp(min(s - L, 0.0)) * (dp - D), j + ${s}u <= t);
      ${vectors(d, (i) => `dq${i} += ds * b${i};`)}
    }`).join('\n    ')}
  }
  if (own > last) { return; }
  along[(first + t) * ${heads}u + h] = D;
  ${vectors(d, (i) => `dQKV[qAt + ${i}u] = dq${i};`)}
}`;
  // Here a position is a key's, and its head one of the key's own.
  const keys = /* wgsl */ `${head([
    'read> QKV: array<vec4f>', 'read> logSums: array<f32>', 'read> along: array<f32>', 'read> dY: array<vec4f>',
    'read_write> dQKV: array<vec4f>',
  ], kvHeads)}
  let kAt = (first + t) * ${row}u + ${keyAt}u + h * ${d}u;
  let vAt = (first + t) * ${row}u + ${valueAt}u + h * ${d}u;
  ${vectors(d, (i) => `let k${i} = QKV[kAt + ${i}u]; let v${i} = QKV[vAt + ${i}u]; var dk${i} = vec4f(); var dv${i} = vec4f();`)}
  for (var head = h * ${group}u; head < (h + 1u) * ${group}u; head++) {
    for (var j = 4u * block; j <= last; j += 4u) {
      let at = first + min(j + lane, last);
      ${vectors(d, (i) => `let q${i} = QKV[at * ${row}u + head * ${d}u + ${i}u]; let g${i} = dY[(at * ${heads}u + head) * ${d}u + ${i}u];`)}
      let L = logSums[at * ${heads}u + head];
      let D = along[at * ${heads}u + head];
      ${four.map((s) => `{
        ${vectors(d, (i) => `let b${i} = ${from('q', s)(i)}; let c${i} = ${from('g', s)(i)};`)}
        let s = ${dots(d, (i) => `b${i}`, (i) => `k${i}`)};
        let dp = ${dots(d, (i) => `c${i}`, (i) => `v${i}`)};
        let p = select(0.0, exp(min(s - quadBroadcast(L, ${s}u), 0.0)), j + ${s}u >= t && j + ${s}u <= last);
        let ds = p * (dp - quadBroadcast(D, ${s}u));
        ${vectors(d, (i) => `dk${i} += ds * b${i}; dv${i} += p * c${i};`)}
      }`).join('\n      ')}
    }
  }
  if (own > last) { return; }
  ${vectors(d, (i) => `dQKV[kAt + ${i}u] = dk${i}; dQKV[vAt + ${i}u] = dv${i};`)}
}`;
  return [
    dispatch('attention_backward_q_quads', queries, shape, heads, [qkv, y, logSums, dy, along, dqkv]),
    dispatch('attention_backward_kv_quads', keys, shape, kvHeads, [qkv, logSums, along, dy, dqkv]),
  ];
}
