import { beforeAll, expect, it } from 'vitest';
import { openEngine } from '../../src/engine/engine';
import { kernelNames } from '../../src/engine/gpu/operation';
import { checkEngine } from '../../src/engine/selfCheck';
import * as tf from '@tensorflow/tfjs-core';

const wasmPaths = '/node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/';

beforeAll(() => openEngine({ choice: 'webgpu', wasmPaths }));

it('checks every kernel and twenty steps against WASM, and gives the device back', async () => {
  const shares: number[] = [];
  const { kernels, parity } = await checkEngine('webgpu', { wasmPaths, onProgress: (share) => void shares.push(share) });
  expect(kernels.map(({ kernel }) => kernel)).toEqual(kernelNames);
  expect(kernels.filter(({ passed }) => !passed)).toEqual([]);
  expect(parity.backends).toEqual(['webgpu', 'wasm']);
  expect(parity.losses.map((list) => list.map((losses) => losses.length))).toEqual([[20, 20, 20, 20], [20, 20, 20, 20]]);
  expect(parity.difference).toBeLessThan(1e-3);
  // Two computations that never touched would not differ at all.
  expect(parity.difference).toBeGreaterThan(0);
  expect(parity.passed).toBe(true);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(tf.getBackend()).toBe('webgpu');
});
