// The inside of tfjs' WASM backend, as far as kernels of our own need it: its memory, and its matrix product. Used by
// the files with those kernels alone.
import type * as tf from '@tensorflow/tfjs-core';

/** The parts of the WASM backend that are used here; not in its public types. */
export interface WasmBackend extends tf.KernelBackend {
  dataIdNextNumber: number;
  readonly dataIdMap: { get(dataId: object): { id: number; memoryOffset: number } };
  readonly wasm: {
    readonly HEAPU8: Uint8Array;
    /** What the module exports; the threaded build is given its memory instead, and shows it to nobody. */
    readonly asm?: { readonly memory?: WebAssembly.Memory };
    _malloc(bytes: number): number;
    _free(pointer: number): void;
    _BatchMatMul(
      a: number, aShape: number, aRank: number,
      b: number, bShape: number, bRank: number,
      transposeA: number, transposeB: number, out: number,
    ): void;
    readonly tfjs: {
      registerTensor(id: number, size: number, memoryOffset: number): void;
      disposeData(id: number): void;
    };
  };
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  disposeData(dataId: object): boolean;
}

export interface KernelArgs<Inputs, Attrs> {
  readonly inputs: Inputs;
  readonly attrs: Attrs;
  readonly backend: WasmBackend;
}

/** Where a tensor's numbers begin, in bytes. */
export function placeOf(backend: WasmBackend, info: tf.TensorInfo): number {
  return backend.dataIdMap.get(info.dataId).memoryOffset;
}

/** A tensor's numbers in the heap; good until the next allocation, which may move the heap. */
export function floatsOf(backend: WasmBackend, info: tf.TensorInfo): Float32Array {
  const length = info.shape.reduce((product, n) => product * n, 1);
  return new Float32Array(backend.wasm.HEAPU8.buffer, placeOf(backend, info), length);
}

/** Gives part of a tensor's memory an id that the backend's own kernels take; to be forgotten before the tensor. */
export function view(backend: WasmBackend, offset: number, size: number): number {
  const id = backend.dataIdNextNumber++;
  backend.wasm.tfjs.registerTensor(id, size, offset);
  return id;
}

/** Forgets views and what XNNPACK cached for them; the memory belongs to the real tensor. */
export function forget(backend: WasmBackend, ids: readonly number[]): void {
  for (const id of ids) backend.wasm.tfjs.disposeData(id);
}

/** Two `[1, rows, columns]` shapes in the heap, written before each product; allocated once for the module's life. */
let shapeScratch: { wasm: object; pointer: number } | undefined;

/**
 * out `[m, n]` = a `[m, k]` · b `[k, n]`, all by id. XNNPACK packs b when it meets its id for the first time, and keeps
 * the packed form until the id is disposed of.
 */
export function multiply(backend: WasmBackend, a: number, b: number, out: number, m: number, k: number, n: number): void {
  const { wasm } = backend;
  if (shapeScratch?.wasm !== wasm) shapeScratch = { wasm, pointer: wasm._malloc(24) };
  const { pointer } = shapeScratch;
  new Int32Array(wasm.HEAPU8.buffer, pointer, 6).set([1, m, k, 1, k, n]);
  wasm._BatchMatMul(a, pointer, 3, b, pointer + 12, 3, 0, 0, out);
}
