import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brushOf, heights, rangeOf } from '../../../src/components/histogram/bars';

const bars = { edges: [-Infinity, 0, 10, 20, Infinity], counts: [1, 5, 9, 2] };

describe('a brush over a histogram', () => {
  it('stands for the range between its edges, open where it reaches an end', () => {
    expect(rangeOf(bars, { first: 1, end: 3 })).toEqual({ from: 0, below: 20 });
    expect(rangeOf(bars, { first: 0, end: 2 })).toEqual({ below: 10 });
    expect(rangeOf(bars, { first: 3, end: 4 })).toEqual({ from: 20 });
    expect(rangeOf(bars, { first: 0, end: 4 })).toBeUndefined();
  });

  it('is found again from its range', () => {
    fc.assert(
      fc.property(fc.nat(3), fc.nat(3), (a, b) => {
        const brush = { first: Math.min(a, b), end: Math.max(a, b) + 1 };
        expect(brushOf(bars, rangeOf(bars, brush))).toEqual(brush);
      }),
    );
  });

  it('takes in the bar that a bound lies inside of, and always covers one', () => {
    expect(brushOf(bars, { from: 5, below: 15 })).toEqual({ first: 1, end: 3 });
    expect(brushOf(bars, { from: 1000 })).toEqual({ first: 3, end: 4 });
    expect(brushOf(bars, { below: -1000 })).toEqual({ first: 0, end: 1 });
  });
});

it('a bar of one pair beside one of a million can be seen, and one of none cannot', () => {
  expect(heights([0, 1, 250_000, 1_000_000])).toEqual([0, 0.05, 0.5, 1]);
});
