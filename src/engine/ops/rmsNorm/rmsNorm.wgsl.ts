// The fused normalisation, forward and backward: one thread a row, so a row is read twice and nothing else is stored
// than the output and one number. The gain's gradient is summed in chunks, in a fixed order.
import type { Dispatch } from '../../gpu/runtime';
import { ROW_ENTRY, rowGroups } from '../../gpu/geometry';

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

/** y = g · x / rms(x); fills `inverse`. */
export function rmsNormForward(
  K: number, N: number, D: number, epsilon: number, { x, parameters, gainOffset, stride, inverse }: RmsNormBuffers, y: GPUBuffer,
): Dispatch {
  return {
    kernel: {
      name: 'rms_norm',
      code: /* wgsl */ `
struct Dims { rows: u32, N: u32, gainAt: u32, stride: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> X: array<f32>;
@group(0) @binding(2) var<storage, read> P: array<f32>;
@group(0) @binding(3) var<storage, read_write> inverse: array<f32>;
@group(0) @binding(4) var<storage, read_write> Y: array<f32>;
${ROW_ENTRY}
  let row = thread;
  if (row >= dims.rows) { return; }
  let at = row * ${D}u;
  let gain = dims.gainAt + (row / dims.N) * dims.stride;
  var sum = 0.0;
  for (var i = 0u; i < ${D}u; i++) { let v = X[at + i]; sum += v * v; }
  let r = inverseSqrt(sum / ${D}.0 + ${epsilon});
  inverse[row] = r;
  for (var i = 0u; i < ${D}u; i++) { Y[at + i] = X[at + i] * r * P[gain + i]; }
}`,
    },
    uniforms: [K * N, N, gainOffset, stride],
    buffers: [x, parameters, inverse, y],
    workgroups: rowGroups(K * N),
  };
}

/** dx = residual + the gradient through the norm; `dx` may be the residual's own buffer. */
export function rmsNormBackward(
  K: number, N: number, D: number, { x, parameters, gainOffset, stride, inverse }: RmsNormBuffers,
  dy: GPUBuffer, dx: GPUBuffer, accumulate: boolean,
): Dispatch {
  return {
    kernel: {
      name: `rms_norm_backward${accumulate ? '_add' : ''}`,
      code: /* wgsl */ `
struct Dims { rows: u32, N: u32, gainAt: u32, stride: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> X: array<f32>;
@group(0) @binding(2) var<storage, read> P: array<f32>;
@group(0) @binding(3) var<storage, read> inverse: array<f32>;
@group(0) @binding(4) var<storage, read> dY: array<f32>;
@group(0) @binding(5) var<storage, read_write> dX: array<f32>;
${ROW_ENTRY}
  let row = thread;
  if (row >= dims.rows) { return; }
  let at = row * ${D}u;
  let gain = dims.gainAt + (row / dims.N) * dims.stride;
  let r = inverse[row];
  var along = 0.0;
  for (var i = 0u; i < ${D}u; i++) { along += dY[at + i] * P[gain + i] * X[at + i]; }
  // x̂ = x r, so the projection on x̂ carries r twice.
  let back = along * r * r / ${D}.0;
  for (var i = 0u; i < ${D}u; i++) {
    let d = (dY[at + i] * P[gain + i] - X[at + i] * back) * r;
    dX[at + i] = ${accumulate ? 'dX[at + i] + d' : 'd'};
  }
}`,
    },
    uniforms: [K * N, N, gainOffset, stride],
    buffers: [x, parameters, inverse, dy, dx],
    workgroups: rowGroups(K * N),
  };
}

/** Rows a thread sums for the gain's gradient. */
export const GAIN_CHUNK = 64;

/** Partial sums of dy · x̂ over chunks of rows: `partial` is `[K, chunks, D]`. */
export function gainGradientPartial(
  K: number, N: number, D: number, x: GPUBuffer, inverse: GPUBuffer, dy: GPUBuffer, partial: GPUBuffer,
): Dispatch {
  const chunks = Math.ceil(N / GAIN_CHUNK);
  return {
    kernel: {
      name: 'gain_gradient_partial',
      code: /* wgsl */ `
struct Dims { N: u32, chunks: u32, total: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> X: array<f32>;
@group(0) @binding(2) var<storage, read> inverse: array<f32>;
@group(0) @binding(3) var<storage, read> dY: array<f32>;
@group(0) @binding(4) var<storage, read_write> partial: array<f32>;
${ROW_ENTRY}
  if (thread >= dims.total) { return; }
  let d = thread % ${D}u;
  let chunk = (thread / ${D}u) % dims.chunks;
  let k = thread / (${D}u * dims.chunks);
  let first = chunk * ${GAIN_CHUNK}u;
  let last = min(first + ${GAIN_CHUNK}u, dims.N);
  var sum = 0.0;
  for (var n = first; n < last; n++) {
    let row = k * dims.N + n;
    sum += dY[row * ${D}u + d] * X[row * ${D}u + d] * inverse[row];
  }
  partial[thread] = sum;
}`,
    },
    uniforms: [N, chunks, K * chunks * D],
    buffers: [x, inverse, dy, partial],
    workgroups: rowGroups(K * chunks * D),
  };
}

/** Adds the chunks up into the gradients, `[K, P]` at `gainOffset`. */
export function gainGradientSum(
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
