import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ROW_GROUP, rowGroups } from '../../../../src/engine/gpu/geometry';

it('has a thread for every row, within what one dispatch may hold in each direction', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 31 }), (rows) => {
      const [x, y, z] = rowGroups(rows);
      expect(x * y * z * ROW_GROUP).toBeGreaterThanOrEqual(rows);
      expect(Math.max(x, y)).toBeLessThanOrEqual(65_535);
      // Little is wasted: less than one group for each in the second direction.
      expect(x * y - Math.ceil(rows / ROW_GROUP)).toBeLessThan(y);
    }),
  );
});
