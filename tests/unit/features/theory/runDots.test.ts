import { describe, expect, it } from 'vitest';
import { dotsAt, nearestDot, referenceSums, wayOf } from '../../../../src/features/theory/runDots';
import { createRandom } from '../../../../src/engine/random';
import { createRowTable } from '../../../../src/stores/rowTable';

const table = createRowTable([
  { step: 0, policy: 0, values: {}, pairs: { chosen: [-10, -20], rejected: [-12, -18] } },
  { step: 5, policy: 0, values: {}, pairs: { chosen: [-9, -22], rejected: [-15, -18] } },
  { step: 9, policy: 0, values: {}, pairs: { chosen: [-7, -26], rejected: [-20, -17] } },
  // Went on from another run's policy: what it began with is not the reference.
  { step: 5, policy: 1, values: {}, pairs: { chosen: [-9, -22], rejected: [-15, -18] } },
]);

describe('the pairs of a run', () => {
  it('stand where the last evaluation up to the step found them, against the reference', () => {
    expect(dotsAt(table, 0, 8)).toEqual({ chosen: Float32Array.of(1, -2), rejected: Float32Array.of(-3, 0) });
    expect(dotsAt(table, 0, 9)).toEqual({ chosen: Float32Array.of(3, -6), rejected: Float32Array.of(-8, 1) });
    expect([...dotsAt(table, 0, 4).chosen]).toEqual([0, 0]);
  });

  it('have a way of their own from the start to the step', () => {
    expect(wayOf(table, 0, 1, 9)).toEqual([{ step: 0, ratios: [0, 0] }, { step: 5, ratios: [-2, 0] }, { step: 9, ratios: [-6, 1] }]);
    expect(wayOf(table, 0, 1, 5)).toHaveLength(2);
    expect(wayOf(table, 0, 2, 9)).toEqual([]);
    expect(referenceSums(table, 0, 1)).toEqual([-20, -18]);
  });

  it('are not measured against a beginning that is not the reference', () => {
    expect(dotsAt(table, 1, 9).chosen).toHaveLength(0);
    expect(wayOf(table, 1, 0, 9)).toEqual([]);
    expect(referenceSums(table, 1, 0)).toBeUndefined();
  });
});

describe('the nearest dot', () => {
  it('is the one that sorting all distances puts first, and none where all are too far', () => {
    const random = createRandom(4, 1);
    const lists = [40, 60].map((count) => ({
      chosen: Float32Array.from({ length: count }, () => random.normal()),
      rejected: Float32Array.from({ length: count }, () => random.normal()),
    }));
    for (let i = 0; i < 20; i++) {
      const at = [random.normal(), random.normal()] as const;
      const all = lists
        .flatMap(({ chosen, rejected }, list) => [...chosen].map((x, place) => ({ list, place, far: Math.hypot(x - at[0], rejected[place]! - at[1]) })))
        .sort((a, b) => a.far - b.far);
      const { list, place, far } = all[0]!;
      expect(nearestDot(lists, at, Infinity)).toEqual({ list, place });
      expect(nearestDot(lists, at, far * 1.001)).toEqual({ list, place });
      expect(nearestDot(lists, at, far * 0.999)).toBeUndefined();
    }
    expect(nearestDot([], [0, 0], Infinity)).toBeUndefined();
  });
});
