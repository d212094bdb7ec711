// The generated matrix product on the memory of tfjs' WASM backend. Used by kernels.ts.
import type { WasmBackend } from './backend';
import { matmulModule, scratchBytes, type Multiply } from './matmul';

type Arguments = Parameters<Multiply>;
type WithoutLast<T extends readonly unknown[]> = T extends readonly [...infer Rest, unknown] ? Rest : never;

/** `Multiply` with scratch space of its own. */
export type Product = (...args: WithoutLast<Arguments>) => void;

const made = new WeakMap<object, Product | null>();

/**
 * One for each instance of the backend. Null where XNNPACK is to multiply: in the threaded build, which keeps its memory
 * to itself and has threads to share a product among, and where WASM has no SIMD.
 */
export function productOf({ wasm }: WasmBackend): Product | null {
  let product = made.get(wasm);
  if (product === undefined) made.set(wasm, (product = createProduct(wasm)));
  return product;
}

function createProduct(wasm: WasmBackend['wasm']): Product | null {
  const memory = wasm.asm?.memory;
  const bytes = [true, false].map(matmulModule).find((form) => WebAssembly.validate(form));
  if (memory === undefined || bytes === undefined) return null;
  const { multiply } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports as unknown as { multiply: Multiply };
  let scratch = 0;
  let room = 0;
  return (a, aRow, aColumn, b, bRow, bColumn, out, m, k, n) => {
    if (scratchBytes(n) > room) {
      if (scratch !== 0) wasm._free(scratch);
      room = scratchBytes(n);
      scratch = wasm._malloc(room);
    }
    multiply(a, aRow, aColumn, b, bRow, bColumn, out, m, k, n, scratch);
  };
}
