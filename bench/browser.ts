// The benchmark in a browser: `npm run bench -- --browser` opens its page and prints what it logs.
import type { BackendName } from '../src/engine/device';
import { benchmark } from './cases';
import { printResult } from './print';

async function run(): Promise<void> {
  const names = new URLSearchParams(location.search).get('backends')?.split(',') ?? [];
  for (const choice of names as BackendName[]) {
    console.log(`\n${choice}`);
    const adapter = choice === 'webgpu' ? await navigator.gpu.requestAdapter() : null;
    const { device } = await benchmark(choice, '/node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/', {
      onResult: printResult,
      // A software adapter takes seconds a step even so.
      ...(adapter?.info.architecture === 'swiftshader' && { pairs: 4, steps: 3, warmUp: 1 }),
    });
    console.log(device.adapter);
  }
}

run().then(
  () => {
    document.title = 'finished';
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.stack : String(error));
    document.title = 'failed';
  },
);
