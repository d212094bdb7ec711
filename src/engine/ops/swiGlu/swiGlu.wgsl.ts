// The fused gated activation: gate and up lie side by side in one row, as one product made them.
import type { Dispatch } from '../../gpu/runtime';
import { rowGroups, ROW_GROUP } from '../../gpu/geometry';

const head = (F: number, more: string) => /* wgsl */ `
struct Dims { total: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> gateUp: array<f32>;
${more}
@compute @workgroup_size(${ROW_GROUP})
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= dims.total) { return; }
  let at = (id.x / ${F}u) * ${2 * F}u + id.x % ${F}u;
  let g = gateUp[at];
  let u = gateUp[at + ${F}u];
  let s = 1.0 / (1.0 + exp(-g));`;

/** gateUp `[rows, 2F]` → h `[rows, F]`. */
export function swiGluForward(rows: number, F: number, gateUp: GPUBuffer, h: GPUBuffer): Dispatch {
  return {
    kernel: {
      name: 'swiglu',
      code: `${head(F, '@group(0) @binding(2) var<storage, read_write> H: array<f32>;')}
  H[id.x] = g * s * u;
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
  let d = dH[id.x];
  dGateUp[at] = d * u * s * (1.0 + g * (1.0 - s));
  dGateUp[at + ${F}u] = d * g * s;
}`,
    },
    uniforms: [rows * F],
    buffers: [gateUp, dh, dGateUp],
    workgroups: rowGroups(rows * F),
  };
}
