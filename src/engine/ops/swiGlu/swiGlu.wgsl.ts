// The fused gated activation: gate and up lie side by side in one row, as one product made them.
import * as tf from '@tensorflow/tfjs-core';
import { ROW_ENTRY, rowGroups } from '../../gpu/geometry';
import type { Memory, Operation } from '../../gpu/operation';
import { swiGlu, swiGluGradient } from './swiGlu';

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
export function swiGluForward(rows: number, F: number, gateUp: GPUBuffer, h: GPUBuffer): Operation {
  return {
    kernel: 'swiglu',
    fused: [
      {
        kernel: {
          name: 'swiglu',
          code: `${head(F, '@group(0) @binding(2) var<storage, read_write> H: array<f32>;')}
  H[thread] = g * s * u;
}`,
        },
        uniforms: [rows * F],
        buffers: [gateUp, h],
        workgroups: rowGroups(rows * F),
      },
    ],
    composed(memory) {
      const { gate, up } = halves(memory, gateUp, rows, F);
      memory.store(swiGlu(gate, up).h, { buffer: h, offset: 0, stride: rows * F });
    },
  };
}

/** dh `[rows, F]` → dGateUp `[rows, 2F]`. */
export function swiGluBackward(rows: number, F: number, gateUp: GPUBuffer, dh: GPUBuffer, dGateUp: GPUBuffer): Operation {
  return {
    kernel: 'swiglu gradient',
    fused: [
      {
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
      },
    ],
    composed(memory) {
      const { gate, up } = halves(memory, gateUp, rows, F);
      const d = memory.load({ buffer: dh, offset: 0, stride: rows * F }, 1, [rows, F]) as tf.Tensor3D;
      const { dGate, dUp } = swiGluGradient(d, { gate, up, sigmoid: tf.sigmoid(gate) });
      memory.store(tf.concat([dGate, dUp], 2), { buffer: dGateUp, offset: 0, stride: rows * 2 * F });
    },
  };
}

/** Gate and up as tensors of their own, `[1, rows, F]`. */
function halves(memory: Memory, gateUp: GPUBuffer, rows: number, F: number) {
  const both = memory.load({ buffer: gateUp, offset: 0, stride: rows * 2 * F }, 1, [rows, 2 * F]) as tf.Tensor3D;
  const [gate, up] = tf.split(both, 2, 2) as [tf.Tensor3D, tf.Tensor3D];
  return { gate, up };
}
