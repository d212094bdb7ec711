// The fused gated activation: gate and up lie side by side in one row, as one product made them.
import * as tf from '@tensorflow/tfjs-core';
import { lanes, ROW_ENTRY, rowGroups } from '../../gpu/geometry';
import type { Memory, Operation } from '../../gpu/operation';
import type { Dispatch } from '../../gpu/runtime';
import { swiGlu, swiGluGradient } from './swiGlu';

/** A kernel whose invocations take one number of a row of F, or four; `others` are its further bindings. */
function kernel(name: string, rows: number, F: number, buffers: readonly GPUBuffer[], others: readonly string[], body: (half: string) => string): Dispatch {
  const { step, type } = lanes(F % 4 === 0);
  const width = F / step;
  return {
    kernel: {
      name,
      code: /* wgsl */ `
struct Dims { total: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> gateUp: array<${type}>;
${others.map((binding, i) => `@group(0) @binding(${i + 2}) var<storage, ${binding}: array<${type}>;`).join('\n')}
${ROW_ENTRY}
  if (thread >= dims.total) { return; }
  let at = (thread / ${width}u) * ${2 * width}u + thread % ${width}u;
  let g = gateUp[at];
  let u = gateUp[at + ${width}u];
  let s = 1.0 / (1.0 + exp(-g));
${body(`${width}u`)}
}`,
    },
    uniforms: [rows * width],
    buffers,
    workgroups: rowGroups(rows * width),
  };
}

/** gateUp `[rows, 2F]` → h `[rows, F]`. */
export function swiGluForward(rows: number, F: number, gateUp: GPUBuffer, h: GPUBuffer): Operation {
  return {
    kernel: 'swiglu',
    fused: [kernel('swiglu', rows, F, [gateUp, h], ['read_write> H'], () => '  H[thread] = g * s * u;')],
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
      kernel('swiglu_backward', rows, F, [gateUp, dh, dGateUp], ['read> dH', 'read_write> dGateUp'], (half) => `  let d = dH[thread];
  dGateUp[at] = d * u * s * (1.0 + g * (1.0 - s));
  dGateUp[at + ${half}] = d * g * s;`),
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
