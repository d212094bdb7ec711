import { expect, it } from 'vitest';
import { openBackend } from '../../src/engine/backend';
import { describeCohort, twentySteps } from '../support/cohortSuite';

const open = (choice: 'webgpu' | 'wasm' | 'cpu') =>
  openBackend({ choice, wasmPaths: '/node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/' });

describeCohort('webgpu', () => open('webgpu'));

it('gives the same twenty steps on WebGPU, WASM and CPU to 1e-3', async () => {
  await open('cpu');
  const cpu = await twentySteps();
  for (const backend of ['webgpu', 'wasm'] as const) {
    await open(backend);
    const other = await twentySteps();
    const worst = Math.max(...cpu.map((value, i) => Math.abs(other[i]! - value) / Math.max(1, Math.abs(value))));
    expect(worst, backend).toBeLessThan(1e-3);
  }
});
