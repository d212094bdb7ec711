// The fused matrix product over the policy axis: C = A·B in the three layouts that a linear layer and its gradients
// need, with the residual folded in. Each thread owns a 4×4 tile in registers and reads straight from storage: no
// barriers, which software adapters pay dearly for, while a GPU's cache serves the reuse.
import * as tf from '@tensorflow/tfjs-core';
import type { Operand, Operation } from '../../gpu/operation';
import type { Dispatch, Kernel } from '../../gpu/runtime';
import { quadGroups, quadKernel } from './quads.wgsl';
import { linear, linearInputGradient, linearWeightGradient } from './linear';

/** `nt`: A[m,i]·B[n,i] (forward). `nn`: A[m,i]·B[i,n] (input gradient). `tn`: A[i,m]·B[i,n] (weight gradient). */
export type Layout = 'nt' | 'nn' | 'tn';

export interface Product {
  readonly layout: Layout;
  /** Policies. */
  readonly K: number;
  /** C is `[K, m, n]`; i is the length of the sums. */
  readonly m: number;
  readonly n: number;
  readonly i: number;
  readonly a: Operand;
  readonly b: Operand;
  readonly c: Operand;
  /** Added to the product: a matrix of C's shape in another buffer, or `c` for what C holds. */
  readonly add?: Operand | 'c';
}

const TILE = 4;
const GROUP = 8;

const forms = {
  nt: { kernel: 'linear', composed: linear },
  nn: { kernel: 'linear input gradient', composed: linearInputGradient },
  tn: { kernel: 'linear weight gradient', composed: linearWeightGradient },
} as const;

export function matmul(product: Product): Operation {
  const { layout, K, m, n, i, a, b, c, add } = product;
  const from = add === undefined ? 'nothing' : add === 'c' ? 'c' : 'residual';
  const residual = typeof add === 'object' ? add : c;
  // Vector loads run along each matrix's rows; all rows must then begin at a multiple of four.
  const rows = { nt: [i, i], nn: [i, n], tn: [m, n] }[layout] as [number, number];
  const places = [a, b, c, residual].flatMap(({ offset, stride }) => [offset, stride]);
  const fours = [...rows, n, ...places].every((x) => x % 4 === 0);
  const form = forms[layout];
  const fused: Dispatch = {
    kernel: kernel(layout, fours, from),
    uniforms: [m, n, i, ...places],
    buffers: from === 'residual' ? [a.buffer, b.buffer, c.buffer, residual.buffer] : [a.buffer, b.buffer, c.buffer],
    workgroups: [Math.ceil(n / (TILE * GROUP)), Math.ceil(m / (TILE * GROUP)), K],
  };
  const quads = () => quadKernel(layout, from === 'residual', plus[from], from === 'nothing' ? '' : `_add_${from}`);
  return {
    kernel: form.kernel,
    fused: [fused],
    ...(fours && { quads: [{ ...fused, kernel: quads(), workgroups: quadGroups(layout, K, m, n) }] }),
    composed(memory) {
      const left = memory.load(a, K, layout === 'tn' ? [i, m] : [m, i]) as tf.Tensor3D;
      const right = memory.load(b, K, layout === 'nt' ? [n, i] : [i, n]) as tf.Tensor3D;
      const y = form.composed(left, right);
      memory.store(add === undefined ? y : tf.add(y, memory.load(residual, K, [m, n])), c);
    },
  };
}

type Addend = 'nothing' | 'c' | 'residual';

/** What is added to element j of C. */
const plus: Readonly<Record<Addend, string>> = { nothing: '', c: 'C[j] + ', residual: 'R[j + rAt - cAt] + ' };

function kernel(layout: Layout, fours: boolean, addend: Addend): Kernel {
  const type = fours ? 'vec4f' : 'f32';
  return {
    name: `matmul_${layout}${fours ? '_vec4' : ''}${addend === 'nothing' ? '' : `_add_${addend}`}`,
    code: /* wgsl */ `
struct Dims { m: u32, n: u32, i: u32, aAt: u32, aStep: u32, bAt: u32, bStep: u32, cAt: u32, cStep: u32, rAt: u32, rStep: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> A: array<${type}>;
@group(0) @binding(2) var<storage, read> B: array<${type}>;
@group(0) @binding(3) var<storage, read_write> C: array<${type}>;
${addend === 'residual' ? `@group(0) @binding(4) var<storage, read> R: array<${type}>;` : ''}

@compute @workgroup_size(${GROUP}, ${GROUP}, 1)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n0 = id.x * ${TILE}u;
  let m0 = id.y * ${TILE}u;
  if (m0 >= dims.m || n0 >= dims.n) { return; }
  let aAt = dims.aAt + id.z * dims.aStep;
  let bAt = dims.bAt + id.z * dims.bStep;
  let cAt = (dims.cAt + id.z * dims.cStep) / ${fours ? 4 : 1}u;
  ${addend === 'residual' ? `let rAt = (dims.rAt + id.z * dims.rStep) / ${fours ? 4 : 1}u;` : ''}
  // Rows past the edge repeat the last one and are not stored.
  let mr = min(vec4u(m0, m0 + 1u, m0 + 2u, m0 + 3u), vec4u(dims.m - 1u));
  let nr = min(vec4u(n0, n0 + 1u, n0 + 2u, n0 + 3u), vec4u(dims.n - 1u));
  var c0 = vec4f(); var c1 = vec4f(); var c2 = vec4f(); var c3 = vec4f();
${fours ? vectorLoop[layout] : scalarLoop[layout]}
${fours ? vectorStore(plus[addend]) : scalarStore(plus[addend])}
}`,
  };
}

const vectorLoop: Record<Layout, string> = {
  nt: `
  let i4 = dims.i / 4u;
  let a = vec4u(aAt / 4u) + mr * i4;
  let b = vec4u(bAt / 4u) + nr * i4;
  for (var i = 0u; i < i4; i++) {
    let a0 = A[a.x + i]; let a1 = A[a.y + i]; let a2 = A[a.z + i]; let a3 = A[a.w + i];
    let b0 = B[b.x + i]; let b1 = B[b.y + i]; let b2 = B[b.z + i]; let b3 = B[b.w + i];
    c0 += vec4f(dot(a0, b0), dot(a0, b1), dot(a0, b2), dot(a0, b3));
    c1 += vec4f(dot(a1, b0), dot(a1, b1), dot(a1, b2), dot(a1, b3));
    c2 += vec4f(dot(a2, b0), dot(a2, b1), dot(a2, b2), dot(a2, b3));
    c3 += vec4f(dot(a3, b0), dot(a3, b1), dot(a3, b2), dot(a3, b3));
  }`,
  nn: `
  let i4 = dims.i / 4u;
  let a = vec4u(aAt / 4u) + mr * i4;
  let n4 = dims.n / 4u;
  var b = bAt / 4u + n0 / 4u;
  for (var i = 0u; i < i4; i++) {
    let a0 = A[a.x + i]; let a1 = A[a.y + i]; let a2 = A[a.z + i]; let a3 = A[a.w + i];
    let b0 = B[b]; let b1 = B[b + n4]; let b2 = B[b + 2u * n4]; let b3 = B[b + 3u * n4];
    c0 += a0.x * b0 + a0.y * b1 + a0.z * b2 + a0.w * b3;
    c1 += a1.x * b0 + a1.y * b1 + a1.z * b2 + a1.w * b3;
    c2 += a2.x * b0 + a2.y * b1 + a2.z * b2 + a2.w * b3;
    c3 += a3.x * b0 + a3.y * b1 + a3.z * b2 + a3.w * b3;
    b += 4u * n4;
  }`,
  tn: `
  let m4 = dims.m / 4u;
  let n4 = dims.n / 4u;
  var a = aAt / 4u + m0 / 4u;
  var b = bAt / 4u + n0 / 4u;
  for (var i = 0u; i < dims.i; i++) {
    let av = A[a]; let bv = B[b];
    c0 += av.x * bv;
    c1 += av.y * bv;
    c2 += av.z * bv;
    c3 += av.w * bv;
    a += m4;
    b += n4;
  }`,
};

const gather = (matrix: 'A' | 'B', row: 'mr' | 'nr', along: 'rows' | 'columns') => {
  const at = matrix === 'A' ? 'aAt' : 'bAt';
  const width = matrix === 'A' ? 'dims.m' : 'dims.n';
  const index = (part: string) =>
    along === 'rows' ? `${at} + ${row}.${part} * dims.i + i` : `${at} + i * ${width} + ${row}.${part}`;
  return `vec4f(${['x', 'y', 'z', 'w'].map((part) => `${matrix}[${index(part)}]`).join(', ')})`;
};

const outer = (a: string, b: string) => `
  for (var i = 0u; i < dims.i; i++) {
    let av = ${a};
    let bv = ${b};
    c0 += av.x * bv;
    c1 += av.y * bv;
    c2 += av.z * bv;
    c3 += av.w * bv;
  }`;

const scalarLoop: Record<Layout, string> = {
  nt: outer(gather('A', 'mr', 'rows'), gather('B', 'nr', 'rows')),
  nn: outer(gather('A', 'mr', 'rows'), gather('B', 'nr', 'columns')),
  tn: outer(gather('A', 'mr', 'columns'), gather('B', 'nr', 'columns')),
};

const vectorStore = (plus: string) => `
  let at = cAt + n0 / 4u;
  let row = dims.n / 4u;
  ${[0, 1, 2, 3]
    .map((r) => `if (m0 + ${r}u < dims.m) { let j = at + (m0 + ${r}u) * row; C[j] = ${plus}c${r}; }`)
    .join('\n  ')}`;

const scalarStore = (plus: string) => `
  let tile = array<vec4f, 4>(c0, c1, c2, c3);
  for (var r = 0u; r < 4u && m0 + r < dims.m; r++) {
    for (var s = 0u; s < 4u && n0 + s < dims.n; s++) {
      let j = cAt + (m0 + r) * dims.n + n0 + s;
      C[j] = ${plus}tile[r][s];
    }
  }`;
