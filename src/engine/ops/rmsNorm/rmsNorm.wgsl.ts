// The fused normalisation, forward and backward: one thread a row, so a row is read twice and nothing else is stored
// than the output and one number. The gain's gradient is summed in chunks, in a fixed order.
import * as tf from '@tensorflow/tfjs-core';
import { lanes, ROW_ENTRY, rowGroups } from '../../gpu/geometry';
import type { Memory, Operation } from '../../gpu/operation';
import type { Dispatch } from '../../gpu/runtime';
import { rmsNorm, rmsNormGradient } from './rmsNorm';

export interface RmsNormBuffers {
  /** `[K, N, D]`. */
  readonly x: GPUBuffer;
  /** All parameters, `[K, P]`; the gain lies at `gainOffset`. */
  readonly parameters: GPUBuffer;
  readonly gainOffset: number;
  readonly stride: number;
  /** 1 / root mean square, `[K, N]`. */
  readonly inverse: GPUBuffer;
}

/** How a row of D and its gain are walked, and where the gains begin in these steps. */
function walk(D: number, { gainOffset, stride }: Pick<RmsNormBuffers, 'gainOffset' | 'stride'>) {
  const { step, type, dot } = lanes([D, gainOffset, stride].every((x) => x % 4 === 0));
  return { type, dot, width: D / step, gains: [gainOffset / step, stride / step] };
}

/** y = g · x / rms(x); fills `inverse`. */
export function rmsNormForward(
  K: number, N: number, D: number, epsilon: number, { x, parameters, gainOffset, stride, inverse }: RmsNormBuffers, y: GPUBuffer,
): Operation {
  const { type, dot, width, gains } = walk(D, { gainOffset, stride });
  const fused: Dispatch = {
    kernel: {
      name: 'rms_norm',
      code: /* wgsl */ `
struct Dims { rows: u32, N: u32, gainAt: u32, stride: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> X: array<${type}>;
@group(0) @binding(2) var<storage, read> P: array<${type}>;
@group(0) @binding(3) var<storage, read_write> inverse: array<f32>;
@group(0) @binding(4) var<storage, read_write> Y: array<${type}>;
${ROW_ENTRY}
  let row = thread;
  if (row >= dims.rows) { return; }
  let at = row * ${width}u;
  let gain = dims.gainAt + (row / dims.N) * dims.stride;
  var sum = 0.0;
  for (var i = 0u; i < ${width}u; i++) { let v = X[at + i]; sum += ${dot('v', 'v')}; }
  let r = inverseSqrt(sum / ${D}.0 + ${epsilon});
  inverse[row] = r;
  for (var i = 0u; i < ${width}u; i++) { Y[at + i] = X[at + i] * r * P[gain + i]; }
}`,
    },
    uniforms: [K * N, N, ...gains],
    buffers: [x, parameters, inverse, y],
    workgroups: rowGroups(K * N),
  };
  return {
    kernel: 'rms norm',
    fused: [fused],
    composed(memory) {
      const read = readerOf(memory, K, N, D);
      const out = rmsNorm(read.rows(x), read.gain(parameters, gainOffset, stride), epsilon);
      memory.store(out.y, { buffer: y, offset: 0, stride: N * D });
      memory.store(out.saved.inverse, { buffer: inverse, offset: 0, stride: N });
    },
  };
}

/** dx = residual + the gradient through the norm; `dx` may be the residual's own buffer. */
export function rmsNormBackward(
  K: number, N: number, D: number, { x, parameters, gainOffset, stride, inverse }: RmsNormBuffers,
  dy: GPUBuffer, dx: GPUBuffer, accumulate: boolean,
): Operation {
  const { type, dot, width, gains } = walk(D, { gainOffset, stride });
  const fused: Dispatch = {
    kernel: {
      name: `rms_norm_backward${accumulate ? '_add' : ''}`,
      code: /* wgsl */ `
struct Dims { rows: u32, N: u32, gainAt: u32, stride: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> X: array<${type}>;
@group(0) @binding(2) var<storage, read> P: array<${type}>;
@group(0) @binding(3) var<storage, read> inverse: array<f32>;
@group(0) @binding(4) var<storage, read> dY: array<${type}>;
@group(0) @binding(5) var<storage, read_write> dX: array<${type}>;
${ROW_ENTRY}
  let row = thread;
  if (row >= dims.rows) { return; }
  let at = row * ${width}u;
  let gain = dims.gainAt + (row / dims.N) * dims.stride;
  let r = inverse[row];
  var along = 0.0;
  for (var i = 0u; i < ${width}u; i++) { along += ${dot('dY[at + i] * P[gain + i]', 'X[at + i]')}; }
  // x̂ = x r, so the projection on x̂ carries r twice.
  let back = along * r * r / ${D}.0;
  for (var i = 0u; i < ${width}u; i++) {
    let d = (dY[at + i] * P[gain + i] - X[at + i] * back) * r;
    dX[at + i] = ${accumulate ? 'dX[at + i] + d' : 'd'};
  }
}`,
    },
    uniforms: [K * N, N, ...gains],
    buffers: [x, parameters, inverse, dy, dx],
    workgroups: rowGroups(K * N),
  };
  return {
    kernel: 'rms norm gradient',
    fused: [fused],
    composed(memory) {
      const read = readerOf(memory, K, N, D);
      const out = rmsNormGradient(read.rows(dy), read.gain(parameters, gainOffset, stride), read.saved(x, inverse)).dx;
      memory.store(accumulate ? tf.add(out, read.rows(dx)) : out, { buffer: dx, offset: 0, stride: N * D });
    },
  };
}

/** Rows a thread sums for the gain's gradient. */
const GAIN_CHUNK = 64;

/** How long `partial` must be. */
export const gainParts = (K: number, N: number, D: number): number => K * Math.ceil(N / GAIN_CHUNK) * D;

/** Σ dy · x̂ over a policy's rows, by way of chunks of them in `partial`, into the gradients `[K, P]` at `gainOffset`. */
export function gainGradient(
  K: number, N: number, D: number, x: GPUBuffer, inverse: GPUBuffer, dy: GPUBuffer, partial: GPUBuffer,
  gradients: GPUBuffer, gainOffset: number, stride: number,
): Operation {
  return {
    kernel: 'rms norm gain gradient',
    fused: [
      gainGradientPartial(K, N, D, x, inverse, dy, partial),
      gainGradientSum(K, N, D, partial, gradients, gainOffset, stride),
    ],
    scratch: [partial],
    composed(memory) {
      const read = readerOf(memory, K, N, D);
      const gain = tf.ones([K, D]) as tf.Tensor2D;
      const { dGain } = rmsNormGradient(read.rows(dy), gain, read.saved(x, inverse));
      memory.store(dGain, { buffer: gradients, offset: gainOffset, stride });
    },
  };
}

/** Tensors of the buffers that all three operations share. */
function readerOf(memory: Memory, K: number, N: number, D: number) {
  const rows = (buffer: GPUBuffer) => memory.load({ buffer, offset: 0, stride: N * D }, K, [N, D]) as tf.Tensor3D;
  return {
    rows,
    gain: (buffer: GPUBuffer, offset: number, stride: number) => memory.load({ buffer, offset, stride }, K, [D]) as tf.Tensor2D,
    saved(x: GPUBuffer, inverse: GPUBuffer) {
      const scale = memory.load({ buffer: inverse, offset: 0, stride: N }, K, [N, 1]) as tf.Tensor3D;
      return { inverse: scale, normalised: tf.mul(rows(x), scale) as tf.Tensor3D };
    },
  };
}

/** `partial` is `[K, chunks, D]`. */
function gainGradientPartial(
  K: number, N: number, D: number, x: GPUBuffer, inverse: GPUBuffer, dy: GPUBuffer, partial: GPUBuffer,
): Dispatch {
  const chunks = Math.ceil(N / GAIN_CHUNK);
  const { step, type } = lanes(D % 4 === 0);
  const width = D / step;
  return {
    kernel: {
      name: 'gain_gradient_partial',
      code: /* wgsl */ `
struct Dims { N: u32, chunks: u32, total: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> X: array<${type}>;
@group(0) @binding(2) var<storage, read> inverse: array<f32>;
@group(0) @binding(3) var<storage, read> dY: array<${type}>;
@group(0) @binding(4) var<storage, read_write> partial: array<${type}>;
${ROW_ENTRY}
  if (thread >= dims.total) { return; }
  let d = thread % ${width}u;
  let chunk = (thread / ${width}u) % dims.chunks;
  let k = thread / (${width}u * dims.chunks);
  let first = chunk * ${GAIN_CHUNK}u;
  let last = min(first + ${GAIN_CHUNK}u, dims.N);
  var sum = ${type}();
  for (var n = first; n < last; n++) {
    let row = k * dims.N + n;
    sum += dY[row * ${width}u + d] * X[row * ${width}u + d] * inverse[row];
  }
  partial[thread] = sum;
}`,
    },
    uniforms: [N, chunks, K * chunks * width],
    buffers: [x, inverse, dy, partial],
    workgroups: rowGroups(K * chunks * width),
  };
}

function gainGradientSum(
  K: number, N: number, D: number, partial: GPUBuffer, gradients: GPUBuffer, gainOffset: number, stride: number,
): Dispatch {
  return {
    kernel: {
      name: 'gain_gradient_sum',
      code: /* wgsl */ `
struct Dims { chunks: u32, total: u32, gainAt: u32, stride: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> partial: array<f32>;
@group(0) @binding(2) var<storage, read_write> G: array<f32>;
${ROW_ENTRY}
  if (thread >= dims.total) { return; }
  let d = thread % ${D}u;
  let k = thread / ${D}u;
  var sum = 0.0;
  for (var c = 0u; c < dims.chunks; c++) { sum += partial[(k * dims.chunks + c) * ${D}u + d]; }
  G[dims.gainAt + k * dims.stride + d] = sum;
}`,
    },
    uniforms: [Math.ceil(N / GAIN_CHUNK), K * D, gainOffset, stride],
    buffers: [partial, gradients],
    workgroups: rowGroups(K * D),
  };
}
