// The fused gated activation: gate and up lie side by side in one row, as one product made them.
import type { Dispatch } from '../../gpu/runtime';
import { ROW_ENTRY, rowGroups } from '../../gpu/geometry';

const head = (F: number, more: string) => /* wgsl */ `
struct Dims { total: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> gateUp: array<f32>;
${more}
${ROW_ENTRY}
  if (thread >= dims.total) { return; }
  let at = (thread / ${F}u) * ${2 * F}u + thread % ${F}u;
  let g = gateUp[at];
  let u = gateUp[at + ${F}u];
  let s = 1.0 / (1.0 + exp(-g));`;

/** gateUp `[rows, 2F]` → h `[rows, F]`. */
export function swiGluForward(rows: number, F: number, gateUp: GPUBuffer, h: GPUBuffer): Dispatch {
  return {
    kernel: {
      name: 'swiglu',
      code: `${head(F, '@group(0) @binding(2) var<storage, read_write> H: array<f32>;')}
  H[thread] = g * s * u;
}`,
    },
    uniforms: [rows * F],
    buffers: [gateUp, h],
    workgroups: rowGroups(rows * F),
  };
}

/** dh `[rows, F]` → dGateUp `[rows, 2F]`. */
export function swiGluBackward(rows: number, F: number, gateUp: GPUBuffer, dh: GPUBuffer, dGateUp: GPUBuffer): Dispatch {
  return {
    kernel: {
      name: 'swiglu_backward',
      code: `${head(
        F,
        '@group(0) @binding(2) var<storage, read> dH: array<f32>;\n@group(0) @binding(3) var<storage, read_write> dGateUp: array<f32>;',
      )}
  let d = dH[thread];
  dGateUp[at] = d * u * s * (1.0 + g * (1.0 - s));
  dGateUp[at + ${F}u] = d * g * s;
}`,
    },
    uniforms: [rows * F],
    buffers: [gateUp, dh, dGateUp],
    workgroups: rowGroups(rows * F),
  };
}
