// What the browser tests rest on: the adapter is there, and tfjs computes on it.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-webgpu';
import { expect, test } from 'vitest';

test('the browser gives a WebGPU adapter and a device', async () => {
  const adapter = await navigator.gpu.requestAdapter();
  expect(adapter).not.toBeNull();
  const device = await adapter!.requestDevice();
  expect(device.limits.maxComputeInvocationsPerWorkgroup).toBeGreaterThanOrEqual(128);
  device.destroy();
});

test('tfjs multiplies matrices on that adapter', async () => {
  expect(await tf.setBackend('webgpu')).toBe(true);
  const product = tf.tidy(() => tf.matMul(tf.tensor2d([[1, 2], [3, 4]]), tf.tensor2d([[5, 6], [7, 8]])));
  expect([...(await product.data())]).toEqual([19, 22, 43, 50]);
  product.dispose();
});

test('the test page is cross-origin isolated, so the WASM backend can use threads', () => {
  expect(crossOriginIsolated).toBe(true);
});
