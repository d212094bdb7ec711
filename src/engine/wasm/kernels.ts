// Kernels for the WASM backend that replace or extend the stock ones. Called by `../backend.ts` alone.
//
// Stock BatchMatMul takes XNNPACK only for a single product without transposes; batched or transposed products fall back
// to a scalar loop at a tenth of its speed, and training is made of those. Here a generated product takes them all
// (`matmul.ts`); in the threaded build XNNPACK does, once for each product of a batch, after the transposes.
import * as tf from '@tensorflow/tfjs-core';
import { productOf } from './product';
import { floatsOf, forget, multiply, placeOf, view, type KernelArgs } from './backend';
import { registerDecodingKernels } from './decodingKernels';

export const GATHER_ROWS = 'GatherRows';
export const SCATTER_ADD_ROWS = 'ScatterAddRows';

/** Registers the kernels with the WASM backend; call once it is active. Calling again does nothing. */
export function registerWasmKernels(): void {
  if (tf.getKernel(SCATTER_ADD_ROWS, 'wasm')) return;
  tf.unregisterKernel('BatchMatMul', 'wasm');
  tf.registerKernel({ kernelName: 'BatchMatMul', backendName: 'wasm', kernelFunc: batchMatMul as tf.KernelFunc });
  tf.registerKernel({ kernelName: GATHER_ROWS, backendName: 'wasm', kernelFunc: gatherRows as tf.KernelFunc });
  tf.registerKernel({ kernelName: SCATTER_ADD_ROWS, backendName: 'wasm', kernelFunc: scatterAddRows as tf.KernelFunc });
  registerDecodingKernels();
}

type MatMulArgs = KernelArgs<{ a: tf.TensorInfo; b: tf.TensorInfo }, { transposeA: boolean; transposeB: boolean }>;

/** a `[…batch, m, k]` times b `[…batch, k, n]`, either stored with its last two axes swapped → `[…batch, m, n]`; a batch of one broadcasts. */
function batchMatMul(args: MatMulArgs): tf.TensorInfo {
  const { inputs: { a, b }, attrs: { transposeA, transposeB }, backend } = args;
  const product = productOf(backend);
  if (product === null) return productsByXnnpack(args);
  const [outerA, outerB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const outer = tf.broadcast_util.assertAndGetBroadcastShape(outerA, outerB);
  let m = a.shape.at(transposeA ? -1 : -2)!;
  const k = a.shape.at(transposeA ? -2 : -1)!;
  const n = b.shape.at(transposeB ? -2 : -1)!;
  const [batchA, batchB] = [tf.util.sizeFromShape(outerA), tf.util.sizeFromShape(outerB)];
  let batch = Math.max(batchA, batchB);
  const out = backend.makeOutput([...outer, m, n], 'float32');
  // Strides in bytes.
  const [aRow, aColumn] = transposeA ? [4, 4 * m] : [4 * k, 4];
  const [bRow, bColumn] = transposeB ? [4, 4 * k] : [4 * n, 4];
  if (batchB === 1 && !transposeA) {
    // One right side for all: the batch is just more rows.
    m *= batchA;
    batch = 1;
  }
  const [aAt, bAt, outAt] = [placeOf(backend, a), placeOf(backend, b), placeOf(backend, out)];
  const [aNext, bNext] = [batchA === 1 ? 0 : 4 * m * k, batchB === 1 ? 0 : 4 * k * n];
  // A sum of nothing is written by nobody.
  if (k === 0) floatsOf(backend, out).fill(0);
  for (let i = 0; i < batch; i++) {
    product(aAt + aNext * i, aRow, aColumn, bAt + bNext * i, bRow, bColumn, outAt + 4 * m * n * i, m, k, n);
  }
  return out;
}

/** The same by the backend's own product, which wants no transposes and takes a batch apart. */
function productsByXnnpack({ inputs, attrs, backend }: MatMulArgs): tf.TensorInfo {
  const a = attrs.transposeA ? swapLastTwo(inputs.a, backend) : inputs.a;
  const b = attrs.transposeB ? swapLastTwo(inputs.b, backend) : inputs.b;
  const outerA = a.shape.slice(0, -2);
  const outerB = b.shape.slice(0, -2);
  const outer = tf.broadcast_util.assertAndGetBroadcastShape(outerA, outerB);
  let [m, k] = a.shape.slice(-2) as [number, number];
  const n = b.shape.at(-1)!;
  const batchA = tf.util.sizeFromShape(outerA);
  const batchB = tf.util.sizeFromShape(outerB);
  let batch = Math.max(batchA, batchB);
  const out = backend.makeOutput([...outer, m, n], 'float32');
  if (batchB === 1) {
    // One right side for all: the batch is just more rows.
    m *= batchA;
    batch = 1;
  }

  const [aAt, bAt, outAt] = [placeOf(backend, a), placeOf(backend, b), placeOf(backend, out)];
  for (let i = 0; i < batch; i++) {
    const aView = view(backend, aAt + (batchA === 1 || batch === 1 ? 0 : 4 * m * k * i), m * k);
    const bView = view(backend, bAt + (batchB === 1 ? 0 : 4 * k * n * i), k * n);
    const outView = view(backend, outAt + 4 * m * n * i, m * n);
    multiply(backend, aView, bView, outView, m, k, n);
    forget(backend, [aView, bView, outView]);
  }
  if (a !== inputs.a) backend.disposeData(a.dataId);
  if (b !== inputs.b) backend.disposeData(b.dataId);
  return out;
}

function swapLastTwo(x: tf.TensorInfo, backend: KernelArgs<unknown, unknown>['backend']): tf.TensorInfo {
  const rank = x.shape.length;
  const perm = x.shape.map((_, axis) => (axis === rank - 1 ? rank - 2 : axis === rank - 2 ? rank - 1 : axis));
  return tf.getKernel('Transpose', 'wasm').kernelFunc({
    inputs: { x },
    attrs: { perm },
    backend,
  }) as tf.TensorInfo;
}

type GatherArgs = KernelArgs<{ table: tf.TensorInfo; ids: tf.TensorInfo }, object>;

/** table `[K, V, D]` looked up by ids `[K, N]` → `[K, N, D]`, zeros beyond V; stock GatherV2 takes over ten times as long. */
function gatherRows({ inputs, backend }: GatherArgs): tf.TensorInfo {
  const [K, V, D] = inputs.table.shape as [number, number, number];
  const N = inputs.ids.shape[1]!;
  const out = backend.makeOutput([K, N, D], 'float32');
  const heap = backend.wasm.HEAPU8.buffer;
  const table = new Float32Array(heap, placeOf(backend, inputs.table), K * V * D);
  const ids = new Int32Array(heap, placeOf(backend, inputs.ids), K * N);
  const rows = new Float32Array(heap, placeOf(backend, out), K * N * D);
  for (let i = 0; i < K * N; i++) {
    if (ids[i]! >= V) {
      rows.fill(0, i * D, (i + 1) * D);
      continue;
    }
    const from = (Math.floor(i / N) * V + ids[i]!) * D;
    rows.set(table.subarray(from, from + D), i * D);
  }
  return out;
}

type ScatterArgs = KernelArgs<{ rows: tf.TensorInfo; ids: tf.TensorInfo }, { size: number }>;

/** rows `[K, N, D]` added up by ids `[K, N]` → `[K, size, D]`, in order, so that the sum is always the same. */
function scatterAddRows({ inputs, attrs, backend }: ScatterArgs): tf.TensorInfo {
  const [K, N, D] = inputs.rows.shape as [number, number, number];
  const out = backend.makeOutput([K, attrs.size, D], 'float32');
  // The heap is looked up only now: allocating the output may have moved it.
  const heap = backend.wasm.HEAPU8.buffer;
  const sum = new Float32Array(heap, placeOf(backend, out), K * attrs.size * D).fill(0);
  const rows = new Float32Array(heap, placeOf(backend, inputs.rows), K * N * D);
  const ids = new Int32Array(heap, placeOf(backend, inputs.ids), K * N);
  for (let i = 0; i < K * N; i++) {
    const target = (Math.floor(i / N) * attrs.size + ids[i]!) * D;
    const source = i * D;
    for (let d = 0; d < D; d++) sum[target + d] = sum[target + d]! + rows[source + d]!;
  }
  return out;
}
