// Kernels for the WASM backend that make sampling a token cheap: products with weights that stay the same from token to
// token, attention of one new position over the positions before it, and the norm of few rows. Registered by `kernels.ts`.
import * as tf from '@tensorflow/tfjs-core';
import { floatsOf, forget, multiply, placeOf, view, type KernelArgs } from './backend';

export const KEPT_PRODUCT = 'KeptProduct';
export const DECODING_ATTENTION = 'DecodingAttention';
export const NORMALISE_ROWS = 'NormaliseRows';

export function registerDecodingKernels(): void {
  tf.registerKernel({ kernelName: KEPT_PRODUCT, backendName: 'wasm', kernelFunc: keptProduct as tf.KernelFunc });
  tf.registerKernel({ kernelName: DECODING_ATTENTION, backendName: 'wasm', kernelFunc: decodingAttention as unknown as tf.KernelFunc });
  tf.registerKernel({ kernelName: NORMALISE_ROWS, backendName: 'wasm', kernelFunc: normaliseRows as unknown as tf.KernelFunc });
}

type ProductArgs = KernelArgs<Record<string, tf.TensorInfo>, object>;

/**
 * x `[K, m, i]` times one matrix `[1, i, n]` a policy, named `0`, `1`, … → `[K, m, n]`. Packing a matrix takes XNNPACK
 * longer than multiplying a few rows by it, so each is a tensor of its own, which stays packed for as long as it lives.
 */
function keptProduct({ inputs, backend }: ProductArgs): tf.TensorInfo {
  const x = inputs.x!;
  const [K, m, i] = x.shape as [number, number, number];
  const n = inputs[0]!.shape[2]!;
  const out = backend.makeOutput([K, m, n], 'float32');
  for (let k = 0; k < K; k++) {
    const xView = view(backend, placeOf(backend, x) + 4 * m * i * k, m * i);
    const outView = view(backend, placeOf(backend, out) + 4 * m * n * k, m * n);
    multiply(backend, xView, backend.dataIdMap.get(inputs[k]!.dataId).id, outView, m, i, n);
    forget(backend, [xView, outView]);
  }
  return out;
}

type AttentionArgs = KernelArgs<
  { qkv: tf.TensorInfo; k: tf.TensorInfo; v: tf.TensorInfo; cos: tf.TensorInfo; sin: tf.TensorInfo },
  { positions: readonly number[] }
>;

/** `decodingAttention` of `ops/attention/decoding.ts` with the cache written in place; shapes as there. */
function decodingAttention({ inputs, attrs, backend }: AttentionArgs): tf.TensorInfo {
  const [rows, triple, d] = inputs.qkv.shape as [number, number, number];
  const H = triple / 3;
  const C = inputs.k.shape[1]!;
  const half = d / 2;
  const out = backend.makeOutput([rows, H * d], 'float32');
  const qkv = floatsOf(backend, inputs.qkv);
  const keys = floatsOf(backend, inputs.k);
  const values = floatsOf(backend, inputs.v);
  const [cos, sin] = [floatsOf(backend, inputs.cos), floatsOf(backend, inputs.sin)];
  const y = floatsOf(backend, out);
  // Doubles: JavaScript would convert single numbers at every step.
  const q = new Float64Array(d);
  const sum = new Float64Array(d);
  const weights = new Float64Array(C + 1);
  for (let row = 0; row < rows; row++) {
    const position = attrs.positions[row]!;
    for (let h = 0; h < H; h++) {
      const qAt = (row * triple + h) * d;
      const kAt = qAt + H * d;
      const vAt = kAt + H * d;
      const cache = (row * H + h) * C * d;
      const own = cache + position * d;
      for (let i = 0; i < half; i++) {
        const c = cos[row * d + i]!;
        const s = sin[row * d + i]!;
        q[i] = qkv[qAt + i]! * c - qkv[qAt + half + i]! * s;
        q[half + i] = qkv[qAt + half + i]! * c + qkv[qAt + i]! * s;
        keys[own + i] = qkv[kAt + i]! * c - qkv[kAt + half + i]! * s;
        keys[own + half + i] = qkv[kAt + half + i]! * c + qkv[kAt + i]! * s;
      }
      for (let i = 0; i < d; i++) values[own + i] = qkv[vAt + i]!;
      let top = -Infinity;
      // Four sums side by side: one alone would wait for itself at every step.
      for (let t = 0, at = cache; t <= position; t += 2, at += 2 * d) {
        const next = t < position ? at + d : at;
        let a = 0, b = 0, c = 0, e = 0;
        for (let i = 0; i < half; i++) {
          const x = q[i]!;
          const y = q[half + i]!;
          a += x * keys[at + i]!;
          b += y * keys[at + half + i]!;
          c += x * keys[next + i]!;
          e += y * keys[next + half + i]!;
        }
        weights[t] = a + b;
        weights[t + 1] = c + e;
        top = Math.max(top, a + b, c + e);
      }
      let total = 0;
      for (let t = 0; t <= position; t++) total += weights[t] = Math.exp(weights[t]! - top);
      // The place after the last, which the pairs may reach.
      weights[position + 1] = 0;
      sum.fill(0);
      for (let t = 0, at = cache; t <= position; t += 2, at += 2 * d) {
        const next = t < position ? at + d : at;
        const a = weights[t]!;
        const b = weights[t + 1]!;
        for (let i = 0; i < d; i++) sum[i] = sum[i]! + (a * values[at + i]! + b * values[next + i]!);
      }
      const yAt = row * H * d + h * d;
      for (let i = 0; i < d; i++) y[yAt + i] = sum[i]! / total;
    }
  }
  return out;
}

type NormArgs = KernelArgs<{ x: tf.TensorInfo }, { epsilon: number }>;

/** x over its root mean square along the last axis; in stock kernels five passes, of which each costs more than all of this. */
function normaliseRows({ inputs, attrs, backend }: NormArgs): tf.TensorInfo {
  const { shape } = inputs.x;
  const D = shape.at(-1)!;
  const out = backend.makeOutput([...shape], 'float32');
  const x = floatsOf(backend, inputs.x);
  const y = floatsOf(backend, out);
  for (let at = 0; at < x.length; at += D) {
    let squares = 0;
    for (let i = 0; i < D; i++) squares += x[at + i]! * x[at + i]!;
    const scale = 1 / Math.sqrt(squares / D + attrs.epsilon);
    for (let i = 0; i < D; i++) y[at + i] = x[at + i]! * scale;
  }
  return out;
}
