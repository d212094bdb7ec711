import { describe, expect, it } from 'vitest';
import { movedMost, nearestPairStep } from '../../../../src/features/compare/moved';
import { createRowTable } from '../../../../src/stores/rowTable';

const row = (step: number, policy: number, chosen: number[], rejected: number[]) => ({ step, policy, values: { eval_loss: 1 }, pairs: { chosen, rejected } });

describe('the pairs behind a point', () => {
  const table = createRowTable([
    row(0, 0, [-10, -20, -30], [-11, -21, -31]),
    row(0, 1, [-10, -20, -30], [-11, -21, -31]),
    row(10, 0, [-9, -26, -30], [-12, -21, -41]),
    row(20, 0, [-8, -20, -29], [-40, -20, -31]),
  ]);

  it('are those that changed most since the first evaluation, up or down, by the side that is asked for', () => {
    expect(movedMost(table, 0, 10, 'rejected').map(({ place, rejected }) => [place, rejected])).toEqual([[2, -10], [0, -1], [1, 0]]);
    expect(movedMost(table, 0, 10, 'chosen')[0]).toEqual({ place: 1, chosen: -6, rejected: 0, margin: -6 });
    expect(movedMost(table, 0, 20, 'margin')[0]).toEqual({ place: 0, chosen: 2, rejected: -29, margin: 31 });
    expect(movedMost(table, 0, 15, 'chosen')).toEqual([]);
    expect(movedMost(table, 2, 10, 'chosen')).toEqual([]);
  });

  it('come from the nearest evaluation of that policy', () => {
    expect([0, 4, 5, 6, 99].map((step) => nearestPairStep(table, 0, step))).toEqual([0, 0, 0, 10, 20]);
    expect(nearestPairStep(table, 1, 99)).toBe(0);
    expect(nearestPairStep(table, 2, 5)).toBeUndefined();
  });

  it('are forgotten with the steps that a run goes back behind', () => {
    table.truncate(10);
    expect(table.pairSteps(0)).toEqual([0, 10]);
    expect(table.pairs(20, 0)).toBeUndefined();
  });
});
