import { describe, expect, it } from 'vitest';
import { placeAt } from '../../../../src/components/chart/series';

const line = { steps: [10, 20, 40], mean: [1, 3, 2] };

describe('the place of a step on a line', () => {
  it('lies between the points around it', () => {
    expect(placeAt(line, 20)).toEqual({ value: 3 });
    expect(placeAt(line, 30)).toEqual({ value: 2.5 });
  });

  it('is as high as the last point behind it, and says where that is', () => {
    expect(placeAt(line, 40)).toEqual({ value: 2 });
    expect(placeAt(line, 47)).toEqual({ value: 2, after: 40 });
  });

  it('is nowhere before the first point', () => {
    expect(placeAt(line, 9)).toBeUndefined();
    expect(placeAt({ steps: [], mean: [] }, 9)).toBeUndefined();
  });
});
