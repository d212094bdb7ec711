// Where the build puts tfjs's WASM binaries, as whole addresses: the threaded build looks for its binary beside a blob.
// Only the browser's worker imports this; in Node they lie in the package's folder.
import threadedUrl from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.wasm?url';
import simdUrl from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-simd.wasm?url';
import plainUrl from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.wasm?url';

const absolute = (url: string): string => new URL(url, import.meta.url).href;

export const wasmUrls: Readonly<Record<string, string>> = {
  'tfjs-backend-wasm.wasm': absolute(plainUrl),
  'tfjs-backend-wasm-simd.wasm': absolute(simdUrl),
  'tfjs-backend-wasm-threaded-simd.wasm': absolute(threadedUrl),
};
