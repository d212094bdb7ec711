import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimate, largestTriangles, MAX_POINTS } from '../../../../src/components/chart/decimate';
import type { Series } from '../../../../src/components/chart/series';

function series(mean: number[], band?: { low: number[]; high: number[] }): Series {
  return { id: 's', label: 's', color: 0, tone: 0, dashed: false, past: false, marker: 'circle', steps: mean.map((_, i) => i), mean, ...band, stops: [] };
}

const values = fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 1, maxLength: 2500 });

describe('decimation', () => {
  it('leaves a series alone that has few points', () => {
    const short = series([1, 2, 3]);
    expect(decimate(short)).toBe(short);
  });

  it('never draws more points than it may, and keeps the first and the last', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 3, max: 300 }), (mean, most) => {
        const thin = decimate(series(mean), most);
        expect(thin.steps.length).toBe(Math.min(mean.length, most));
        expect(thin.steps[0]).toBe(0);
        expect(thin.steps.at(-1)).toBe(mean.length - 1);
      }),
    );
  });

  it('keeps points as they are, in their order', () => {
    fc.assert(
      fc.property(values, (mean) => {
        const thin = decimate(series(mean));
        thin.steps.forEach((step, i) => expect(thin.mean[i]).toBe(mean[step]));
        for (let i = 1; i < thin.steps.length; i++) expect(thin.steps[i]!).toBeGreaterThan(thin.steps[i - 1]!);
      }),
    );
  });

  it('keeps a single spike among thousands of flat points', () => {
    const mean = Array.from({ length: 5000 }, () => 1);
    mean[2345] = 40;
    expect(decimate(series(mean)).mean).toContain(40);
  });

  it('shows the extremes of a band, wherever they lie', () => {
    fc.assert(
      fc.property(values, (mean) => {
        const low = mean.map((value, i) => value - ((i * 7919) % 13));
        const high = mean.map((value, i) => value + ((i * 104729) % 17));
        const thin = decimate(series(mean, { low, high }));
        // Brute force over the whole series.
        expect(Math.min(...thin.low!)).toBe(Math.min(...low));
        expect(Math.max(...thin.high!)).toBe(Math.max(...high));
        thin.steps.forEach((step, i) => {
          expect(thin.low![i]!).toBeLessThanOrEqual(low[step]!);
          expect(thin.high![i]!).toBeGreaterThanOrEqual(high[step]!);
        });
      }),
    );
  });

  it('agrees with the published algorithm written out over plain points', () => {
    // Steinarsson's own listing (2013, page 21 ff.), which works on [x, y] pairs and returns the pairs.
    const published = (data: [number, number][], threshold: number): [number, number][] => {
      const sampled = [data[0]!];
      const every = (data.length - 2) / (threshold - 2);
      let a = 0;
      for (let i = 0; i < threshold - 2; i++) {
        const start = Math.floor((i + 1) * every) + 1;
        const end = Math.min(Math.floor((i + 2) * every) + 1, data.length);
        const next = data.slice(start, end);
        const average = [0, 1].map((axis) => next.reduce((sum, point) => sum + point[axis]!, 0) / next.length);
        const range = data.slice(Math.floor(i * every) + 1, start);
        const areas = range.map(
          ([x, y]) => Math.abs((data[a]![0] - average[0]!) * (y - data[a]![1]) - (data[a]![0] - x) * (average[1]! - data[a]![1])) * 0.5,
        );
        const best = areas.indexOf(Math.max(...areas));
        sampled.push(range[best]!);
        a = Math.floor(i * every) + 1 + best;
      }
      sampled.push(data.at(-1)!);
      return sampled;
    };
    const x = Array.from({ length: 997 }, (_, i) => i * 3);
    const y = x.map((step) => Math.sin(step / 40) * 5 + Math.cos(step / 7) + (step % 31) / 10);
    const points = x.map((step, i): [number, number] => [step, y[i]!]);
    expect(largestTriangles(x, y, MAX_POINTS).map((i) => [x[i], y[i]])).toEqual(published(points, MAX_POINTS));
  });
});
