// What the tests of single operations share: random shapes, float64 arrays that float32 holds exactly, central finite
// differences, and a comparison.
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect } from 'vitest';
import { createRandom, type Random } from '../../src/engine/random';

/**
 * How far float32 may be from float64, relative to a tensor's largest number (or to 1 where that is larger). One rounding
 * is 6e-8; the sums here have a few dozen terms and go through a handful of operations, so a hundred roundings are ample.
 */
export const FLOAT32 = 1e-5;

/**
 * Runs `check` on random shapes, the same ones in every run, each size within its bounds and often at one of them.
 * Whatever `check` makes of tensors is freed.
 */
export function forShapes<Sizes extends Record<string, readonly [least: number, most: number]>>(
  sizes: Sizes,
  check: (shape: { [Name in keyof Sizes]: number }, random: Random) => void,
  numRuns = 20,
): void {
  const shape = fc.record(
    Object.fromEntries(Object.entries(sizes).map(([name, [min, max]]) => [name, fc.integer({ min, max })])),
  ) as unknown as fc.Arbitrary<{ [Name in keyof Sizes]: number }>;
  fc.assert(
    fc.property(shape, fc.nat(), (found, seed) => {
      tf.tidy(() => check(found, createRandom(seed)));
    }),
    { seed: 1, numRuns },
  );
}

/** Normal random numbers that float32 holds exactly, so that both sides begin with the same. */
export function normals(random: Random, length: number, scale = 1): Float64Array {
  return Float64Array.from({ length }, () => Math.fround(scale * random.normal()));
}

/** Random row numbers below `bound`. */
export function indices(random: Random, length: number, bound: number): Int32Array {
  return Int32Array.from({ length }, () => random.below(bound));
}

export function onDevice3d(values: Float64Array, shape: [number, number, number]): tf.Tensor3D {
  return tf.tensor3d(Float32Array.from(values), shape);
}

export function onDevice2d(values: Float64Array, shape: [number, number]): tf.Tensor2D {
  return tf.tensor2d(Float32Array.from(values), shape);
}

/** Σ weights · values: turns an operation's output into the one number whose slopes are its gradient at `weights`. */
export function weigh(weights: Float64Array, values: Float64Array): number {
  return values.reduce((sum, value, i) => sum + weights[i]! * value, 0);
}

/**
 * Central differences of `f` at `x`, one for each number; `x` is put back.
 * In float64 a step of 1e-6 leaves errors of about 1e-9, far below float32's own.
 */
export function slopes(f: () => number, x: Float64Array, step = 1e-6): Float64Array {
  return x.map((value, i) => {
    x[i] = value + step;
    const above = f();
    x[i] = value - step;
    const below = f();
    x[i] = value;
    return (above - below) / (2 * step);
  });
}

/** Fails unless a tensor holds `expected` in shape and, within `tolerance` of its largest number, in value. */
export function expectClose(actual: tf.Tensor, expected: Float64Array, shape: number[], what: string, tolerance = FLOAT32): void {
  expect(actual.shape, `shape of ${what}`).toEqual(shape);
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const values = actual.dataSync();
  const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(values[i]! - value)), 0);
  expect(worst / scale, what).toBeLessThan(tolerance);
}
