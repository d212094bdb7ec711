import { describe, expect, it } from 'vitest';
import { paintDots } from '../../../../src/features/theory/paintDots';
import { dotsAt, nearestDot, referenceSums, wayOf } from '../../../../src/features/theory/runDots';
import { runTable } from '../../../../src/features/theory/runTable';
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

describe('the dots as they are painted', () => {
  const image = (size: number) => ({ width: size, height: size, data: new Uint8ClampedArray(size * size * 4) });
  const at = ({ width, data }: ReturnType<typeof image>, x: number, y: number): number[] => [...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)];

  it('are discs of their colour about their log-ratios, the rejected one’s upward', () => {
    const canvas = image(41);
    paintDots(canvas, { chosen: Float32Array.of(10), rejected: Float32Array.of(5) }, { ink: [200, 100, 50], radius: 3, alpha: 1, unit: 1 });
    let [area, sumX, sumY] = [0, 0, 0];
    for (let y = 0; y < 41; y++) {
      for (let x = 0; x < 41; x++) {
        const cover = at(canvas, x, y)[3]! / 255;
        area += cover;
        sumX += cover * (x + 0.5);
        sumY += cover * (y + 0.5);
      }
    }
    expect(area / (Math.PI * 9)).toBeCloseTo(1, 1);
    expect([sumX / area, sumY / area]).toEqual([expect.closeTo(30.5, 1), expect.closeTo(15.5, 1)]);
    expect(at(canvas, 30, 15)).toEqual([200, 100, 50, 255]);
    expect(at(canvas, 10, 25)).toEqual([0, 0, 0, 0]);
  });

  it('lie over one another as half-transparent things do, and may be out of sight', () => {
    const canvas = image(9);
    const here = { chosen: Float32Array.of(0, 1e9, NaN), rejected: Float32Array.of(0, -1e9, 0) };
    paintDots(canvas, here, { ink: [200, 0, 0], radius: 2, alpha: 0.5, unit: 1 });
    paintDots(canvas, here, { ink: [0, 100, 0], radius: 2, alpha: 0.5, unit: 1 });
    // 0.5 of the upper, 0.25 of the lower: three quarters in all.
    expect(at(canvas, 4, 4)).toEqual([expect.closeTo(200 / 3, -1), expect.closeTo(200 / 3, -1), 0, expect.closeTo(191, -1)]);
  });
});

describe('the table behind the dots', () => {
  const policy = { index: 0, label: 'DPO', color: '', mean: [], dots: dotsAt(table, 0, 9) };
  const run = { runId: 'r', steps: [0, 5, 9], step: 9, pairs: 2, policies: [policy], lens: undefined };

  it('has a row for each pair, and for the pair under the lens one for each step of its way', () => {
    expect(runTable(run).rows).toEqual([['1', '+3.00', '−8.00'], ['2', '−6.00', '+1.00']]);
    const lens = {
      lens: { runId: 'r', policy: 0, place: 1 }, label: 'DPO', color: '', step: 9, ratios: [-6, 1] as const, reference: [-20, -18] as const,
      ways: [{ policy: 0, color: '', moments: wayOf(table, 0, 1, 9) }],
    };
    expect(runTable({ ...run, lens })).toMatchObject({ columns: ['Step', 'DPO: Winner', 'DPO: Loser'], rows: [['0', '0.00', '0.00'], ['5', '−2.00', '0.00'], ['9', '−6.00', '+1.00']] });
  });
});
