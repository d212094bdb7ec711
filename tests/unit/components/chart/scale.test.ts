import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { domainOf, niceTicks } from '../../../../src/components/chart/scale';
import { looksOf } from '../../../../src/components/chart/palette';
import { spreadLabels, type LabelPlace } from '../../../../src/components/chart/SeriesLayer';
import { indexAt, nearestIndex, type Series } from '../../../../src/components/chart/series';

describe('an axis', () => {
  it('has round ticks', () => {
    expect(niceTicks([-17.2, -4.4], 5)).toEqual([-18, -16, -14, -12, -10, -8, -6, -4]);
    expect(niceTicks([0, 0.3], 3)).toEqual([0, 0.1, 0.2, 0.3]);
    expect(niceTicks([0, 100], 5)).toEqual([0, 20, 40, 60, 80, 100]);
  });

  it('covers its domain with evenly spaced ticks, and not with many', () => {
    const bound = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(bound, fc.double({ min: 1e-3, max: 1e6, noNaN: true }), (low, span) => {
        const ticks = niceTicks([low, low + span], 5);
        const slack = span * 1e-6;
        expect(ticks[0]!).toBeLessThanOrEqual(low + slack);
        expect(ticks.at(-1)!).toBeGreaterThanOrEqual(low + span - slack);
        // A fifth of the span, just below 3.5 steps of the next lower power, takes steps of 2: 8.75 of them, which can
        // touch ten.
        expect(ticks.length).toBeLessThanOrEqual(11);
        const step = ticks[1]! - ticks[0]!;
        for (let i = 1; i < ticks.length; i++) expect(ticks[i]! - ticks[i - 1]!).toBeCloseTo(step, 6);
      }),
    );
  });

  it('has room for bands and for the reference, and ignores what is no number', () => {
    const one: Series = {
      id: 's', label: 's', color: 0, tone: 0, dashed: false, past: false, marker: 'circle', stops: [],
      steps: [0, 1, 2], mean: [1, 2, NaN], low: [0.5, -3, NaN], high: [1, 7, Infinity],
    };
    expect(domainOf([one], [9])).toEqual([-3, 9]);
    expect(domainOf([], [], [2, 5])).toEqual([2, 5]);
  });
});

describe('reading a chart', () => {
  const steps = [0, 10, 20, 40];

  it('finds the last point at or before a step, and the nearest one', () => {
    expect([-1, 0, 9, 10, 39, 40, 99].map((step) => indexAt(steps, step))).toEqual([-1, 0, 0, 1, 2, 3, 3]);
    expect([-5, 4, 6, 29, 31, 99].map((step) => nearestIndex(steps, step))).toEqual([0, 0, 1, 2, 3, 3]);
    expect(nearestIndex([], 3)).toBe(-1);
  });
});

describe('names at the ends of lines', () => {
  const place = (y: number): LabelPlace => ({ id: String(y), text: '', color: '', fromX: 0, fromY: y, y });

  it('never lie on each other and never leave the chart, as long as there is room', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 300, noNaN: true }), { minLength: 1, maxLength: 16 }), (ys) => {
        const places = ys.map(place);
        spreadLabels(places, 13, 5, 297);
        for (let i = 0; i < places.length; i++) {
          expect(places[i]!.y).toBeGreaterThanOrEqual(5 - 1e-9);
          expect(places[i]!.y).toBeLessThanOrEqual(297 + 1e-9);
          if (i > 0) expect(places[i]!.y - places[i - 1]!.y).toBeGreaterThanOrEqual(13 - 1e-9);
        }
      }),
    );
  });

  it('stay where they are when nothing is near', () => {
    const places = [place(20), place(100)];
    spreadLabels(places, 13, 5, 297);
    expect(places.map(({ y }) => y)).toEqual([20, 100]);
  });
});

describe('colours', () => {
  it('belong to the objective, whatever else is in the cohort', () => {
    const alone = looksOf(['apo_zero'])[0]!;
    expect(looksOf(['dpo', 'sft', 'apo_zero'])[2]).toEqual(alone);
  });

  it('are shared by members of one objective, which differ by tone and marker', () => {
    const looks = looksOf(['dpo', 'dpo', 'dpo']);
    expect(new Set(looks.map((look) => look.color)).size).toBe(1);
    expect(new Set(looks.map((look) => look.marker)).size).toBe(3);
    expect(new Set(looks.map((look) => look.tone)).size).toBe(3);
  });

  it('differ between any sixteen objectives', () => {
    const ids = ['dpo', 'apo_zero', 'apo_down', 'sft', 'kto', 'apo_zero_unpaired', 'hinge', 'ipo', 'exo_pair', 'nca_pair', 'robust', 'cdpo', 'bco_pair', 'sppo_hard', 'aot', 'custom'];
    expect(new Set(looksOf(ids).map((look) => look.color)).size).toBe(16);
  });
});
