// Kernels for the WASM backend that make sampling a token cheap: a whole layer over one new position, and the product that
// gives the logits. A step is so small that tfjs takes longer to start its thirty operations than they take to run.
// Registered by `kernels.ts`.
import * as tf from '@tensorflow/tfjs-core';
import { floatsOf, forget, multiply, placeOf, view, type KernelArgs, type WasmBackend } from './backend';

export const DECODING_LAYER = 'DecodingLayer';
export const NORMED_PRODUCT = 'NormedProduct';

export function registerDecodingKernels(): void {
  tf.registerKernel({ kernelName: DECODING_LAYER, backendName: 'wasm', kernelFunc: decodingLayer as unknown as tf.KernelFunc });
  tf.registerKernel({ kernelName: NORMED_PRODUCT, backendName: 'wasm', kernelFunc: normedProduct as unknown as tf.KernelFunc });
}

/** Numbers in the heap by place in bytes; good until the next product, which may move the heap. */
const floatsAt = (backend: WasmBackend, at: number, length: number): Float32Array =>
  new Float32Array(backend.wasm.HEAPU8.buffer, at, length);

/** K matrices `[1, i, n]`. Packing one takes XNNPACK longer than multiplying a few rows by it, so each is a tensor, which stays packed. */
type Kept = readonly tf.TensorInfo[];

const keptOf = (inputs: Readonly<Record<string, tf.TensorInfo>>, name: string, K: number): Kept =>
  Array.from({ length: K }, (_, k) => inputs[`${name}${k}`]!);

/** x `[K, m, i]` times one matrix a policy → y `[K, m, n]`; both by place. */
function keptProduct(backend: WasmBackend, x: number, w: Kept, y: number, m: number): void {
  const [, i, n] = w[0]!.shape as [number, number, number];
  w.forEach((matrix, k) => {
    const xView = view(backend, x + 4 * m * i * k, m * i);
    const yView = view(backend, y + 4 * m * n * k, m * n);
    multiply(backend, xView, backend.dataIdMap.get(matrix.dataId).id, yView, m, i, n);
    forget(backend, [xView, yView]);
  });
}

/** y = x over its root mean square along rows of D. */
function normalise(x: Float32Array, y: Float32Array, D: number, epsilon: number): void {
  for (let at = 0; at < x.length; at += D) {
    let squares = 0;
    for (let i = 0; i < D; i++) squares += x[at + i]! * x[at + i]!;
    const scale = 1 / Math.sqrt(squares / D + epsilon);
    for (let i = 0; i < D; i++) y[at + i] = x[at + i]! * scale;
  }
}

function add(x: Float32Array, y: Float32Array): void {
  for (let i = 0; i < y.length; i++) y[i] = y[i]! + x[i]!;
}

type ProductArgs = KernelArgs<Readonly<Record<string, tf.TensorInfo>>, { epsilon: number }>;

/** x `[K, m, i]` normalised, times the matrices `w0`, `w1`, … → `[K, m, n]`. */
function normedProduct({ inputs, attrs, backend }: ProductArgs): tf.TensorInfo {
  const x = inputs.x!;
  const [K, m, i] = x.shape as [number, number, number];
  const w = keptOf(inputs, 'w', K);
  const out = backend.makeOutput([K, m, w[0]!.shape[2]!], 'float32');
  const normed = backend.makeOutput([K, m, i], 'float32');
  normalise(floatsOf(backend, x), floatsOf(backend, normed), i, attrs.epsilon);
  keptProduct(backend, placeOf(backend, normed), w, placeOf(backend, out), m);
  backend.disposeData(normed.dataId);
  return out;
}

type LayerArgs = KernelArgs<Readonly<Record<string, tf.TensorInfo>>, { epsilon: number; positions: readonly number[] }>;

/** `decodingLayer` of `model/decodingLayer.ts` with the cache written in place; the matrices of policy k are `qkv{k}`, `o{k}`, …. */
function decodingLayer({ inputs, attrs, backend }: LayerArgs): tf.TensorInfo {
  const x = inputs.x!;
  const [K, S, D] = x.shape as [number, number, number];
  const [qkv, o, gate, up, down] = ['qkv', 'o', 'gate', 'up', 'down'].map((name) => keptOf(inputs, name, K)) as [Kept, Kept, Kept, Kept, Kept];
  const N = K * S;
  const F = gate[0]!.shape[2]!;
  const out = backend.makeOutput([K, S, D], 'float32');
  const gated = backend.makeOutput([K, S, F], 'float32');
  const scratch = backend.makeOutput([N * (5 * D + F)], 'float32');
  const normed = placeOf(backend, scratch);
  const projected = normed + 4 * N * D;
  const attended = projected + 12 * N * D;
  const other = attended + 4 * N * D;
  const [from, to, gatedAt] = [placeOf(backend, x), placeOf(backend, out), placeOf(backend, gated)];

  normalise(floatsAt(backend, from, N * D), floatsAt(backend, normed, N * D), D, attrs.epsilon);
  keptProduct(backend, normed, qkv, projected, S);
  attend(backend, inputs, attrs.positions, D, floatsAt(backend, projected, 3 * N * D), floatsAt(backend, attended, N * D));
  keptProduct(backend, attended, o, to, S);
  add(floatsAt(backend, from, N * D), floatsAt(backend, to, N * D));

  normalise(floatsAt(backend, to, N * D), floatsAt(backend, normed, N * D), D, attrs.epsilon);
  keptProduct(backend, normed, gate, gatedAt, S);
  keptProduct(backend, normed, up, other, S);
  const sigmoid = tf.getKernel('Sigmoid', 'wasm').kernelFunc({ inputs: { x: gated }, backend }) as tf.TensorInfo;
  const [g, u, s] = [floatsOf(backend, gated), floatsAt(backend, other, N * F), floatsOf(backend, sigmoid)];
  for (let i = 0; i < g.length; i++) g[i] = g[i]! * s[i]! * u[i]!;
  // What was normalised is used up.
  keptProduct(backend, gatedAt, down, normed, S);
  add(floatsAt(backend, normed, N * D), floatsAt(backend, to, N * D));
  for (const { dataId } of [gated, scratch, sigmoid]) backend.disposeData(dataId);
  return out;
}

/**
 * One new position a row over the positions before it: rotates queries and keys of `qkv` `[rows, 3, heads, d]`, writes keys
 * and values into the cache, and the weighted values into `y` `[rows, heads·d]`.
 */
function attend(
  backend: WasmBackend, inputs: LayerArgs['inputs'], positions: readonly number[], D: number, qkv: Float32Array, y: Float32Array,
): void {
  const [, C, d] = inputs.k!.shape as [number, number, number];
  const H = D / d;
  const triple = 3 * H;
  const half = d / 2;
  const [keys, values] = [floatsOf(backend, inputs.k!), floatsOf(backend, inputs.v!)];
  const [cos, sin] = [floatsOf(backend, inputs.cos!), floatsOf(backend, inputs.sin!)];
  // Doubles: JavaScript would convert single numbers at every step.
  const q = new Float64Array(d);
  const sum = new Float64Array(d);
  const weights = new Float64Array(C + 1);
  for (const [row, position] of positions.entries()) {
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
}
