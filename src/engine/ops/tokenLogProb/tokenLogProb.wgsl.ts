// Fused log-probability of each scored row's label straight from the logits, and the gradient, which takes the logits'
// own place. Neither softmax nor log-softmax is ever stored.
import * as tf from '@tensorflow/tfjs-core';
import { lanes, ROW_ENTRY, rowGroups } from '../../gpu/geometry';
import type { Memory, Operation } from '../../gpu/operation';
import type { Dispatch } from '../../gpu/runtime';
import { distribution } from './tokenLogProb';

export interface TokenLogProbBuffers {
  /** `[K, M, V]`. */
  readonly logits: GPUBuffer;
  /** `[K, M]`. */
  readonly labels: GPUBuffer;
  /** log Z of each row, `[K, M]`. */
  readonly logZ: GPUBuffer;
}

/** Writes logProbs and entropy, `[K, M]`, and keeps log Z. One thread a row, two passes over it. */
export function tokenLogProbForward(
  rows: number, V: number, { logits, labels, logZ }: TokenLogProbBuffers, logProbs: GPUBuffer, entropy: GPUBuffer,
): Operation {
  const fused: Dispatch = {
    kernel: {
      name: 'token_log_prob',
      code: /* wgsl */ `
struct Dims { rows: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read_write> logZ: array<f32>;
@group(0) @binding(4) var<storage, read_write> logProbs: array<f32>;
@group(0) @binding(5) var<storage, read_write> entropy: array<f32>;
${ROW_ENTRY}
  let row = thread;
  if (row >= dims.rows) { return; }
  let at = row * ${V}u;
  var top = logits[at];
  for (var v = 1u; v < ${V}u; v++) { top = max(top, logits[at + v]); }
  var total = 0.0;
  var weighted = 0.0;
  for (var v = 0u; v < ${V}u; v++) {
    let x = logits[at + v] - top;
    let e = exp(x);
    total += e;
    weighted += e * x;
  }
  let z = log(total);
  logZ[row] = top + z;
  logProbs[row] = logits[at + labels[row]] - top - z;
  entropy[row] = z - weighted / total;
}`,
    },
    uniforms: [rows],
    buffers: [logits, labels, logZ, logProbs, entropy],
    workgroups: rowGroups(rows),
  };
  return {
    kernel: 'token log-probability',
    fused: [fused],
    composed(memory) {
      const x = logitsOf(memory, rows, V, logits);
      const p = distribution(x);
      const picked = tf.sum(tf.mul(x, oneHot(memory, rows, V, labels)), 2);
      const store = (value: tf.Tensor, buffer: GPUBuffer) => memory.store(value, { buffer, offset: 0, stride: rows });
      store(p.logZ, logZ);
      store(tf.sub(picked, p.logZ), logProbs);
      store(p.entropy, entropy);
    },
  };
}

/** logits ← d · (one-hot − softmax), d `[K, M]` being the gradient of each row's log-probability. */
export function tokenLogProbBackward(
  rows: number, V: number, { logits, labels, logZ }: TokenLogProbBuffers, dLogProbs: GPUBuffer,
): Operation {
  const { step, type } = lanes(V % 4 === 0);
  const width = V / step;
  // The columns that an invocation looks after.
  const columns = step === 4 ? `vec4u(4u * (i % ${width}u)) + vec4u(0u, 1u, 2u, 3u)` : `i % ${width}u`;
  const fused: Dispatch = {
    kernel: {
      name: 'token_log_prob_backward',
      code: /* wgsl */ `
struct Dims { total: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read_write> logits: array<${type}>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read> logZ: array<f32>;
@group(0) @binding(4) var<storage, read> dLogProbs: array<f32>;
${ROW_ENTRY}
  let i = thread;
  if (i >= dims.total) { return; }
  let row = i / ${width}u;
  let p = exp(logits[i] - logZ[row]);
  let columns = ${columns};
  let label = ${step === 4 ? 'vec4u(labels[row])' : 'labels[row]'};
  logits[i] = dLogProbs[row] * (select(${type}(), ${type}(1.0), columns == label) - p);
}`,
    },
    uniforms: [rows * width],
    buffers: [logits, labels, logZ, dLogProbs],
    workgroups: rowGroups(rows * width),
  };
  return {
    kernel: 'token log-probability gradient',
    fused: [fused],
    composed(memory) {
      const { probabilities } = distribution(logitsOf(memory, rows, V, logits));
      const d = memory.load({ buffer: dLogProbs, offset: 0, stride: rows }, 1, [rows, 1]);
      const out = tf.mul(d, tf.sub(oneHot(memory, rows, V, labels), probabilities));
      memory.store(out, { buffer: logits, offset: 0, stride: rows * V });
    },
  };
}

const logitsOf = (memory: Memory, rows: number, V: number, buffer: GPUBuffer) =>
  memory.load({ buffer, offset: 0, stride: rows * V }, 1, [rows, V]) as tf.Tensor3D;

const oneHot = (memory: Memory, rows: number, V: number, labels: GPUBuffer) =>
  tf.oneHot(memory.loadInts(labels, 1, [rows]) as tf.Tensor2D, V, 1, 0, 'float32') as tf.Tensor3D;
