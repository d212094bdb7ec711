// The trap that would make every engine test meaningless: two copies of tfjs-core split the kernel registry.
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

test.each(['cpu', 'wasm'])('in Node the %s backend registers with the one tfjs-core that the tests import', async (name) => {
  expect(await tf.setBackend(name)).toBe(true);
  const product = tf.tidy(() => tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])));
  expect([...(await product.data())]).toEqual([11]);
  product.dispose();
});
