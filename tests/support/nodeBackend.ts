// Opens a backend in Node's tests.
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { openBackend } from '../../src/engine/backend';
import type { BackendName } from '../../src/engine/device';

/** The folder of the WASM binaries, as the package ships them. */
export function wasmFolder(): string {
  const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  return `${dirname(dirname(main))}/wasm-out/`;
}

export const openInNode = (choice: BackendName) => openBackend({ choice, wasmPaths: wasmFolder() });
