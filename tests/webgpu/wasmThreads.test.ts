// WASM with several threads, which only a cross-origin isolated page has: the kernels of our own write into memory that
// the threads share.
import { setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import { expect, test } from 'vitest';
import { openBackend } from '../../src/engine/backend';
import { twentySteps } from '../support/cohortSuite';

test('the same twenty steps come out on WASM with three threads and on the CPU', async () => {
  await openBackend({ choice: 'cpu' });
  const cpu = await twentySteps();
  // The backend takes no more threads than half the cores, which on a build machine are one.
  Object.defineProperty(navigator, 'hardwareConcurrency', { value: 8 });
  setThreadsCount(3);
  const device = await openBackend({
    choice: 'wasm',
    wasmPaths: '/node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/',
  });
  expect(device.adapter).toBe('WASM · SIMD, 3 threads');
  const wasm = await twentySteps();
  const worst = Math.max(...cpu.map((value, i) => Math.abs(wasm[i]! - value) / Math.max(1, Math.abs(value))));
  expect(worst).toBeLessThan(1e-3);
});
