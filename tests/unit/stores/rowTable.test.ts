import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MetricsRow } from '../../../src/lab/protocol';
import { createRowTable } from '../../../src/stores/rowTable';

const row = (step: number, policy: number, loss: number): MetricsRow => ({ step, policy, values: { loss } });

describe('the table of rows', () => {
  it('keeps each policy’s figures in columns', () => {
    const table = createRowTable([row(1, 0, 0.7), row(1, 1, 0.8), row(2, 0, 0.6)]);
    expect(table.column('loss', 0)).toEqual({ steps: [1, 2], values: [0.7, 0.6] });
    expect(table.latest('loss', 1)).toBe(0.8);
    expect(table.column('loss', 2)).toBeUndefined();
    expect(table.lastStep()).toBe(2);
  });

  it('holds a training row and an evaluation row of one step side by side', () => {
    const table = createRowTable([row(10, 0, 0.5), { step: 10, policy: 0, values: { eval_loss: 0.4 } }]);
    expect(table.metrics().sort()).toEqual(['eval_loss', 'loss']);
  });

  it('ends the same in whatever order rows come, the last word on a step counting', () => {
    const rows = fc.array(fc.record({ step: fc.integer({ min: 0, max: 30 }), loss: fc.integer({ min: 0, max: 99 }) }), { maxLength: 60 });
    fc.assert(
      fc.property(rows, (list) => {
        const table = createRowTable(list.map(({ step, loss }) => row(step, 0, loss)));
        const expected = new Map<number, number>();
        for (const { step, loss } of list) expected.set(step, loss);
        const sorted = [...expected].sort(([a], [b]) => a - b);
        expect(table.column('loss', 0)?.steps ?? []).toEqual(sorted.map(([step]) => step));
        expect(table.column('loss', 0)?.values ?? []).toEqual(sorted.map(([, loss]) => loss));
      }),
    );
  });

  it('knows at which evaluations each token was kept', () => {
    const pairs = { chosen: [-3], rejected: [-4] };
    const tokens = { chosenTokens: Float32Array.of(-1, -2), rejectedTokens: Float32Array.of(-4) };
    const at = (step: number, kept: object): MetricsRow => ({ step, policy: 0, values: { eval_loss: 1 }, pairs: { ...pairs, ...kept } });
    const table = createRowTable([at(20, tokens), at(10, {}), at(0, tokens)]);
    expect([table.pairSteps(0), table.tokenSteps(0), table.tokenSteps(1)]).toEqual([[0, 10, 20], [0, 20], []]);
    table.truncate(10);
    expect(table.tokenSteps(0)).toEqual([0]);
  });

  it('forgets what lies after a checkpoint', () => {
    const table = createRowTable([row(1, 0, 3), row(2, 0, 2), row(3, 0, 1)]);
    const before = table.version('loss');
    table.truncate(2);
    expect(table.column('loss', 0)).toEqual({ steps: [1, 2], values: [3, 2] });
    expect(table.version('loss')).not.toBe(before);
  });

  it('tells by its version when a figure has changed, and only then', () => {
    const table = createRowTable([row(1, 0, 3)]);
    const loss = table.version('loss');
    table.add([{ step: 1, policy: 0, values: { eval_loss: 1 } }]);
    expect(table.version('loss')).toBe(loss);
    table.add([row(2, 0, 2)]);
    expect(table.version('loss')).toBeGreaterThan(loss);
  });
});
