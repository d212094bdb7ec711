// The fused product of a few rows, as in sampling, where the 4×4 tiles of `linear.wgsl.ts` would lie idle for the most
// part: a thread owns four columns of one row. What comes before and after takes part: the normalisation of the row, the
// gated activation, the residual. That leaves six dispatches a layer instead of nine, each with little to compute.
import { ROW_ENTRY, rowGroups } from '../../gpu/geometry';
import type { Operand, Operation } from '../../gpu/operation';
import type { Dispatch, Kernel } from '../../gpu/runtime';
import { rmsNormForward } from '../rmsNorm/rmsNorm.wgsl';
import { swiGluForward } from '../swiGlu/swiGlu.wgsl';
import { matmul } from './linear.wgsl';

export interface RowsProduct {
  readonly K: number;
  /** Rows a policy. */
  readonly m: number;
  /** Columns of the output, and the length of the sums. */
  readonly n: number;
  readonly i: number;
  /** `[K, m, i]`. */
  readonly x: GPUBuffer;
  /** Weights `[n, i]`, or `[2n, i]` where `gated`. */
  readonly w: Operand;
  /** `[K, m, n]`. */
  readonly y: GPUBuffer;
  /** x is normalised first, with the gain at this place of the weights' buffer. */
  readonly norm?: { readonly gain: Operand; readonly epsilon: number };
  /** y = g · σ(g) · u of the product's halves g and u. */
  readonly gated?: boolean;
  /** `[K, m, n]`, added to the product. */
  readonly add?: GPUBuffer;
  /** Where the separate operations put what lies between them. */
  readonly between: { readonly normed: GPUBuffer; readonly inverse: GPUBuffer; readonly gateUp: GPUBuffer };
}

/** Beyond this, tiles of four rows have less to load. */
const MOST_ROWS = 3;

/** One dispatch where the rows are few and all widths are multiples of four, else one for each part. */
export function rowsProduct(p: RowsProduct): Operation[] {
  const { K, m, n, i, x, w, y, norm, gated = false, add, between } = p;
  const rows = (buffer: GPUBuffer, width: number): Operand => ({ buffer, offset: 0, stride: m * width });
  const apart: Operation[] = [];
  if (norm) {
    const { buffer, offset, stride } = norm.gain;
    apart.push(rmsNormForward(K, m, i, norm.epsilon, { x, inverse: between.inverse, parameters: buffer, gainOffset: offset, stride }, between.normed));
  }
  const width = gated ? 2 * n : n;
  apart.push(
    matmul({
      layout: 'nt', K, m, n: width, i, a: rows(norm ? between.normed : x, i), b: w, c: rows(gated ? between.gateUp : y, width),
      ...(add && { add: rows(add, n) }),
    }),
  );
  if (gated) apart.push(swiGluForward(K * m, n, between.gateUp, y));
  const fours = [n, i, w.offset, w.stride, norm?.gain.offset ?? 0].every((number) => number % 4 === 0);
  if (m > MOST_ROWS || !fours) return apart;

  const threads = (K * m * n) / 4;
  const parts: Parts = { norm, gated, add: add !== undefined };
  const dispatch = (kernel: Kernel, workgroups: Dispatch['workgroups']): Dispatch => ({
    kernel,
    uniforms: [threads, m, n, i, w.offset, w.stride, norm?.gain.offset ?? 0],
    buffers: [x, w.buffer, y, ...(add ? [add] : [])],
    workgroups,
  });
  return [
    {
      kernel: 'linear of few rows',
      fused: [dispatch(plainKernel(parts), rowGroups(threads))],
      // The four of a quad must share a row.
      ...(n % 16 === 0 && threads <= QUAD_GROUP * 65_535 && { quads: [dispatch(quadKernel(parts), [Math.ceil(threads / QUAD_GROUP), 1, 1])] }),
      // None of the three waits for anything.
      composed: (memory) => apart.forEach((operation) => void operation.composed(memory)),
    },
  ];
}

type Parts = Pick<RowsProduct, 'norm' | 'gated'> & { readonly add: boolean };

const head = ({ add }: Parts): string => /* wgsl */ `
struct Dims { total: u32, m: u32, n: u32, i: u32, wAt: u32, wStep: u32, gainAt: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> X: array<vec4f>;
@group(0) @binding(2) var<storage, read> W: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> Y: array<vec4f>;
${add ? '@group(0) @binding(4) var<storage, read> R: array<vec4f>;' : ''}`;

/** Where this thread's columns of W begin, and what it adds up. */
const begin = ({ norm, gated }: Parts): string => /* wgsl */ `
  let n4 = dims.n / 4u;
  let i4 = dims.i / 4u;
  let row = thread / n4;
  let at = (dims.wAt + (row / dims.m) * dims.wStep) / 4u;
  let w = at + (thread % n4) * 4u * i4;
  ${gated ? 'let u = w + dims.n * i4;\n  var up = vec4f();' : ''}
  ${norm ? 'let gain = (dims.gainAt + (row / dims.m) * dims.wStep) / 4u;\n  var squares = 0.0;' : ''}
  var sum = vec4f();`;

/** Four columns of W, from `half` on, times a vector of the row at place `i`. */
const products = (half: string, v: string, i: string): string =>
  `vec4f(${[0, 1, 2, 3].map((j) => `dot(${v}, W[${half} + ${j}u * i4 + ${i}])`).join(', ')})`;

const end = ({ norm, gated, add }: Parts): string => /* wgsl */ `
  ${norm ? `let r = inverseSqrt(squares / f32(dims.i) + ${norm.epsilon});\n  sum *= r;` : ''}
  ${gated ? `${norm ? 'up *= r;\n  ' : ''}sum = sum / (1.0 + exp(-sum)) * up;` : ''}
  Y[thread] = ${add ? 'R[thread] + ' : ''}sum;`;

const nameOf = ({ norm, gated, add }: Parts): string => `rows_product${norm ? '_norm' : ''}${gated ? '_gated' : ''}${add ? '_add' : ''}`;

function plainKernel(parts: Parts): Kernel {
  return {
    name: nameOf(parts),
    code: /* wgsl */ `${head(parts)}
${ROW_ENTRY}
  if (thread >= dims.total) { return; }
  ${begin(parts)}
  for (var i = 0u; i < i4; i++) {
    ${parts.norm ? 'let x = X[row * i4 + i];\n    squares += dot(x, x);\n    let v = x * W[gain + i];' : 'let v = X[row * i4 + i];'}
    sum += ${products('w', 'v', 'i')};
    ${parts.gated ? `up += ${products('u', 'v', 'i')};` : ''}
  }
  ${end(parts)}
}`,
  };
}

/** Small, so that the few threads there are lie on several cores. */
const QUAD_GROUP = 8;

/** For processors that imitate a GPU, where a load is what costs: each of a quad loads a quarter of the row and hands it around. */
function quadKernel(parts: Parts): Kernel {
  return {
    name: `${nameOf(parts)}_quads`,
    code: /* wgsl */ `
enable subgroups;
${head(parts)}
@compute @workgroup_size(${QUAD_GROUP})
fn main(@builtin(global_invocation_id) id: vec3u) {
  // Threads past the end do what others do, since whole quads must be at it.
  let thread = id.x % dims.total;
  let lane = thread & 3u;
  ${begin(parts)}
  for (var i = 0u; i < i4; i += 4u) {
    var own = vec4f();
    if (i + lane < i4) {
      let x = X[row * i4 + i + lane];
      ${parts.norm ? 'squares += dot(x, x);\n      own = x * W[gain + i + lane];' : 'own = x;'}
    }
    ${[0, 1, 2, 3].map((j) => `let v${j} = quadBroadcast(own, ${j}u);`).join(' ')}
    ${[0, 1, 2, 3].map((j) => `if (i + ${j}u < i4) {
      sum += ${products('w', `v${j}`, `i + ${j}u`)};
      ${parts.gated ? `up += ${products('u', `v${j}`, `i + ${j}u`)};` : ''}
    }`).join('\n    ')}
  }
  ${parts.norm ? 'squares += quadSwapX(squares);\n  squares += quadSwapY(squares);' : ''}
  ${end(parts)}
}`,
  };
}
