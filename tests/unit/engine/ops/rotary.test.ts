// Rotary positions against rotation of complex numbers in float64, and finite differences.
import { beforeAll, describe, expect, it } from 'vitest';
import { rotate, rotateGradient, rotaryTables } from '../../../../src/engine/ops/attention/rotary';
import { expectClose, forShapes, normals, onDevice3d, slopes, weigh } from '../../../support/float64';
import { openInNode } from '../../../support/nodeBackend';
import { turnPairs } from './turnPairs';

const sizes = { B: [1, 4], T: [1, 9], half: [1, 5], theta: [10, 10_000] } as const;

describe.each(['cpu', 'wasm'] as const)('rotary positions on %s', (backend) => {
  beforeAll(() => openInNode(backend));

  it('turn each pair of features as a complex number is turned, and back for the gradient', () =>
    forShapes(sizes, ({ B, T, half, theta }, random) => {
      const d = 2 * half;
      const shape: [number, number, number] = [B, T, d];
      const [x, dy] = [normals(random, B * T * d), normals(random, B * T * d)];
      const turned = () => turnPairs(x, T, d, 1, theta);
      const tables = rotaryTables(T, d, theta);
      expectClose(rotate(onDevice3d(x, shape), tables), turned(), shape, 'rotated');
      const expected = slopes(() => weigh(dy, turned()), x);
      expectClose(rotateGradient(onDevice3d(dy, shape), tables), expected, shape, 'dx');
    }));

  it('make the product of a query and a key depend on their distance alone', () =>
    forShapes({ half: [1, 5], distance: [0, 4] }, ({ half, distance }, random) => {
      const [T, d] = [9, 2 * half];
      const everywhere = (one: Float64Array) => onDevice3d(Float64Array.from({ length: T * d }, (_, i) => one[i % d]!), [1, T, d]);
      const tables = rotaryTables(T, d, 100);
      const [q, k] = [normals(random, d), normals(random, d)].map((one) => rotate(everywhere(one), tables).dataSync() as Float32Array);
      const products = Array.from({ length: T - distance }, (_, t) =>
        q!.subarray((t + distance) * d, (t + distance + 1) * d).reduce((sum, value, i) => sum + value * k![t * d + i]!, 0),
      );
      for (const value of products) expect(value).toBeCloseTo(products[0]!, 4);
    }));
});
