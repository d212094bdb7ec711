// AdamW against its definition in float64, several steps on end, each policy at its own rate.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { adamW, type AdamWSlot } from '../../../../src/engine/ops/adamW/adamW';
import { expectClose, forShapes, normals, onDevice2d, onDevice3d } from '../../../support/float64';
import { openInNode } from '../../../support/nodeBackend';

const sizes = { K: [1, 3], R: [1, 4], D: [1, 5], beta1: [0, 99], beta2: [0, 999], decay: [0, 3], rank: [2, 3] } as const;

/** One number's way through the algorithm as torch.optim.AdamW documents it (decay first, decoupled). */
function stepped(
  before: { value: number; m: number; v: number }, gradient: number, rate: number, step: number,
  { beta1, beta2, epsilon, weightDecay }: { beta1: number; beta2: number; epsilon: number; weightDecay: number },
) {
  const decayed = before.value - rate * weightDecay * before.value;
  const m = beta1 * before.m + (1 - beta1) * gradient;
  const v = beta2 * before.v + (1 - beta2) * gradient ** 2;
  const [mHat, vHat] = [m / (1 - beta1 ** step), v / (1 - beta2 ** step)];
  return { value: decayed - (rate * mHat) / (Math.sqrt(vHat) + epsilon), m, v };
}

describe.each(['cpu', 'wasm'] as const)('AdamW on %s', (backend) => {
  beforeAll(() => openInNode(backend));

  it('takes the steps that float64 takes, with and without weight decay', () =>
    forShapes(sizes, ({ K, R, D, beta1, beta2, decay, rank }, random) => {
      const shape = rank === 3 ? [K, R, D] : [K, R * D];
      const size = K * R * D;
      const settings = { beta1: beta1 / 100, beta2: beta2 / 1000, epsilon: 1e-8, weightDecay: decay / 10 };
      // The last of several policies stands still.
      const rates = Array.from({ length: K }, (_, k) => (K > 1 && k === K - 1 ? 0 : Math.fround(10 ** -(1 + k))));
      const upload = (values: Float64Array) =>
        rank === 3 ? onDevice3d(values, [K, R, D]) : onDevice2d(values, [K, R * D]);
      const start = normals(random, size);
      let expected = Array.from(start, (value) => ({ value, m: 0, v: 0 }));
      let slot: AdamWSlot = { parameter: upload(start), m: tf.zeros(shape), v: tf.zeros(shape) };
      for (let step = 1; step <= 5; step++) {
        // Gradients from 1 to 1e-4: AdamW's steps do not depend on their size. None is near ε, where float32 has no say.
        const gradient = normals(random, size).map((value) => Math.fround((value + 2 * Math.sign(value)) * 10 ** (1 - step)));
        expected = expected.map((before, i) => stepped(before, gradient[i]!, rates[Math.floor(i / (R * D))]!, step, settings));
        const corrections = [1 - settings.beta1 ** step, 1 - settings.beta2 ** step] as const;
        slot = adamW(slot, upload(gradient), tf.tensor1d(rates), corrections, settings);
      }
      const part = (name: 'value' | 'm' | 'v') => Float64Array.from(expected, (one) => one[name]);
      expectClose(slot.parameter, part('value'), shape, 'parameter');
      // The moments are small numbers: they are held to their own size.
      for (const name of ['m', 'v'] as const) {
        const largest = Math.max(...part(name).map(Math.abs));
        expectClose(tf.div(slot[name], largest), part(name).map((value) => value / largest), shape, name);
      }
      const still = slot.parameter.dataSync().subarray((K - 1) * R * D);
      if (K > 1) expect(Array.from(still)).toEqual(Array.from(start.subarray((K - 1) * R * D)));
    }));

  it('moves every number by its rate in the first step, whatever the gradient’s size', () =>
    forShapes({ K: [1, 3], D: [1, 9] }, ({ K, D }, random) => {
      const gradient = normals(random, K * D).map((value) => Math.fround((value + Math.sign(value)) * 100));
      const zeros = tf.zeros([K, D]);
      const settings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
      const { parameter } = adamW(
        { parameter: zeros, m: zeros, v: zeros }, onDevice2d(gradient, [K, D]), tf.fill([K], 0.25) as tf.Tensor1D, [0.1, 0.001], settings,
      );
      expectClose(parameter, gradient.map((value) => -0.25 * Math.sign(value)), [K, D], 'parameter');
    }));
});
