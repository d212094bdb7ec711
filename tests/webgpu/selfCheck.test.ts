import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { distrust, distrustOn, openEngine } from '../../src/engine/engine';
import { kernelNames } from '../../src/engine/gpu/operation';
import { checkEveryKernel, checkParity } from '../../src/engine/selfCheck';

const wasmPaths = '/node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/';
const open = () => openEngine({ choice: 'webgpu', wasmPaths });

beforeAll(open);

it('checks every kernel and gives the device back', async () => {
  const shares: number[] = [];
  const { kernels, switchedOff } = await checkEveryKernel({ onProgress: (share) => void shares.push(share) });
  expect(kernels.map(({ kernel }) => kernel)).toEqual(kernelNames);
  expect(kernels.filter(({ passed }) => !passed)).toEqual([]);
  expect(switchedOff).toEqual([]);
  expect(shares.length).toBeGreaterThan(2);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(tf.getBackend()).toBe('webgpu');
});

it('takes twenty steps beside WASM and gives the device back', async () => {
  const parity = (await checkParity('webgpu', { wasmPaths }))!;
  expect(parity.backends).toEqual(['webgpu', 'wasm']);
  expect(parity.losses.map((list) => list.map((losses) => losses.length))).toEqual([[20, 20, 20, 20], [20, 20, 20, 20]]);
  expect(parity.difference).toBeLessThan(1e-3);
  // Two computations that never touched would not differ at all.
  expect(parity.difference).toBeGreaterThan(0);
  expect(parity.passed).toBe(true);
  expect(tf.getBackend()).toBe('webgpu');
});

it('ends where it is told to, and frees what it made', async () => {
  const before = tf.memory().numTensors;
  expect(await checkParity('webgpu', { wasmPaths, onProgress: (share) => share < 0.55 })).toBeUndefined();
  expect((await checkEveryKernel({ onProgress: () => false })).kernels).toEqual([]);
  expect(tf.getBackend()).toBe('webgpu');
  expect(tf.memory().numTensors).toBe(before);
});

it('keeps a kernel off that a later check found wrong, however often the device is opened', async () => {
  const wrong = { kernel: 'rotary', error: 0.25, passed: false };
  expect(distrust([wrong, { kernel: 'linear', error: 1e-7, passed: true }])).toEqual(['rotary']);
  for (let i = 0; i < 2; i++) {
    const { kernels, kernelChecks, notes } = await open();
    expect(kernels).toBe('fused');
    expect(kernelChecks!.filter(({ passed }) => !passed).map(({ kernel }) => kernel)).toEqual(['rotary']);
    expect(notes).toEqual(['The kernel “rotary” is switched off on this device: it differs from its composed form by 2.5e-1']);
  }
  // It is off already, so there is nothing to switch off.
  expect(distrust([wrong])).toEqual([]);
  // What was found out elsewhere counts on the device that it was found on.
  distrustOn('another adapter', [{ ...wrong, kernel: 'linear' }]);
  distrustOn((await open()).adapter, [{ ...wrong, kernel: 'adamw' }, { kernel: 'linear', error: 0, passed: true }]);
  expect((await open()).kernelChecks!.filter(({ passed }) => !passed).map(({ kernel }) => kernel)).toEqual(['rotary', 'adamw']);
});
