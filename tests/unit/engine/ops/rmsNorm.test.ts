// Root-mean-square normalisation against float64 and finite differences, small and large rows among them.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import { rmsNorm, rmsNormGradient } from '../../../../src/engine/ops/rmsNorm/rmsNorm';
import type { Random } from '../../../../src/engine/random';
import { expectClose, forShapes, normals, onDevice2d, onDevice3d, slopes, weigh } from '../../../support/float64';
import { openInNode } from '../../../support/nodeBackend';

const EPSILON = 1e-5;
const sizes = { K: [1, 3], N: [1, 6], D: [1, 9] } as const;
interface Shape {
  readonly K: number;
  readonly N: number;
  readonly D: number;
}

function rootMeanSquare(x: Float64Array, row: number, D: number): number {
  return Math.sqrt(x.subarray(row * D, (row + 1) * D).reduce((sum, value) => sum + value * value, 0) / D + EPSILON);
}

function normalise(x: Float64Array, gain: Float64Array, { K, N, D }: Shape): Float64Array {
  const y = new Float64Array(x.length);
  for (let row = 0; row < K * N; row++) {
    const rms = rootMeanSquare(x, row, D);
    for (let i = 0; i < D; i++) y[row * D + i] = (gain[Math.floor(row / N) * D + i]! * x[row * D + i]!) / rms;
  }
  return y;
}

/** Rows whose size goes from where ε rules, over nothing at all, to the hundreds. */
function rows(random: Random, { K, N, D }: Shape): Float64Array {
  const scales = [1, 3e-3, 300, 0];
  const x = normals(random, K * N * D);
  return x.map((value, i) => Math.fround(value * scales[Math.floor(i / D) % scales.length]!));
}

describe.each(['cpu', 'wasm'] as const)('the normalisation on %s', (backend) => {
  beforeAll(() => openInNode(backend));

  it('divides by the root mean square and applies each policy’s gain, as float64 does', () =>
    forShapes(sizes, (shape, random) => {
      const { K, N, D } = shape;
      const [x, gain] = [rows(random, shape), normals(random, K * D)];
      const { y } = rmsNorm(onDevice3d(x, [K, N, D]), onDevice2d(gain, [K, D]), EPSILON);
      expectClose(y, normalise(x, gain, shape), [K, N, D], 'y');
    }));

  it('has the slopes of finite differences, for its input and for its gain', () =>
    forShapes(sizes, (shape, random) => {
      const { K, N, D } = shape;
      const [x, gain, dy] = [rows(random, shape), normals(random, K * D), normals(random, K * N * D)];
      const f = () => weigh(dy, normalise(x, gain, shape));
      const g = onDevice2d(gain, [K, D]);
      const { saved } = rmsNorm(onDevice3d(x, [K, N, D]), g, EPSILON);
      const { dx, dGain } = rmsNormGradient(onDevice3d(dy, [K, N, D]), g, saved);
      // A slope is as steep as its row is small; times the row's size, all rows are alike.
      const sizesOf = x.map((_, i) => rootMeanSquare(x, Math.floor(i / D), D));
      const scaled = tf.mul(dx, onDevice3d(sizesOf, [K, N, D]));
      expectClose(scaled, slopes(f, x).map((slope, i) => slope * sizesOf[i]!), [K, N, D], 'dx times the row’s size');
      expectClose(dGain, slopes(f, gain), [K, D], 'dGain');
    }));
});
