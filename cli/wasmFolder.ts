// Where the WASM binaries lie in Node: beside the package that ships them.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export function wasmFolder(): string {
  // Resolved from the project, since the command line runs as one bundled file.
  const main = createRequire(join(process.cwd(), 'package.json')).resolve('@tensorflow/tfjs-backend-wasm');
  return `${dirname(dirname(main))}/wasm-out/`;
}
