import { describe, expect, it } from 'vitest';
import { behaviourOf, compileExpression, compileObjective, fieldOf, usualPair } from '../../../../src/engine/objectives';
import { contour } from '../../../../src/features/theory/contours';
import { fieldTable } from '../../../../src/features/theory/fieldTable';
import { difference, largest, strengthOf } from '../../../../src/features/theory/strength';
import { findings } from '../../../../src/features/theory/words';

const pair = { ...usualPair, beta: 0.1 };
const grid = (size: number, of: (column: number, row: number) => number): number[] =>
  Array.from({ length: size * size }, (_, i) => of(i % size, Math.floor(i / size)));

describe('lines of equal loss', () => {
  it('lie on a circle where the loss is the distance from a point', () => {
    const size = 41;
    const segments = contour(grid(size, (x, y) => Math.hypot(x - 20, y - 20)), size, 12.5);
    expect(segments.length).toBeGreaterThan(60);
    let length = 0;
    for (const [x0, y0, x1, y1] of segments) {
      expect(Math.hypot(x0 - 20, y0 - 20)).toBeCloseTo(12.5, 1);
      length += Math.hypot(x1 - x0, y1 - y0);
    }
    // Closed: the pieces add up to the circumference.
    expect(length).toBeCloseTo(2 * Math.PI * 12.5, 0);
  });

  it('are straight where the loss is a slope, and cross no edge of the plane but where they end', () => {
    expect(contour(grid(3, (x) => x), 3, 0.25)).toEqual([[0.25, 0, 0.25, 1], [0.25, 1, 0.25, 2]]);
    expect(contour(grid(3, (x) => x), 3, 5)).toEqual([]);
  });

  it('part a saddle by its middle and leave out what is no number', () => {
    expect(contour([1, 0, 0, 1], 2, 0.25)).toHaveLength(2);
    expect(contour([1, NaN, 0, 1], 2, 0.25)).toEqual([]);
  });
});

describe('strength', () => {
  it('of APO-zero is the paper’s δ of each side', () => {
    const field = fieldOf(compileObjective('apo_zero'), { beta: 0.1 }, pair, 2, 5);
    const delta = (r: number): number => (1 / (1 + Math.exp(-r))) * (1 - 1 / (1 + Math.exp(-r)));
    const [winner, loser, both] = (['winner', 'loser', 'both'] as const).map((shade) => strengthOf(field, shade, 0.1));
    field.axis.forEach((rejected, row) =>
      field.axis.forEach((chosen, column) => {
        const at = row * 5 + column;
        expect(winner![at]).toBeCloseTo(delta(chosen), 12);
        expect(loser![at]).toBeCloseTo(delta(rejected), 12);
        expect(both![at]).toBeCloseTo(Math.hypot(delta(chosen), delta(rejected)), 12);
      }),
    );
    expect(largest(winner!)).toBeCloseTo(0.25, 12);
  });

  it('is measured over the numbers there are', () => {
    expect(largest([1, NaN, Infinity, 3])).toBe(3);
    expect(largest([])).toBe(0);
  });

  it('of a difference is none between a loss and the same one typed', () => {
    const typed = fieldOf(compileExpression('log(1 + exp(-beta * (a - b)))'), { beta: 0.1 }, pair, 4, 9);
    const less = difference(fieldOf(compileObjective('dpo'), { beta: 0.1 }, pair, 4, 9), typed);
    expect(largest(strengthOf(less, 'both', 0.1))).toBeLessThan(1e-12);
  });
});

describe('the words for a behaviour', () => {
  const of = (id: string): string[] => findings(behaviourOf(compileObjective(id), { beta: 0.1 }, pair));

  it('tell DPO, APO-zero, APO-down and SFT apart as the paper does', () => {
    expect(of('dpo')).toContain('It pulls both sides with one force, so that only the margin is asked for: where either likelihood goes is left open.');
    expect(of('dpo')).toContain('A pair that is very wrong keeps its push: it does not saturate there.');
    expect(of('apo_zero')[0]).toBe('At the start it pushes winners up and losers down.');
    expect(of('apo_zero')).toContain('A pair that is very wrong gets almost no gradient: it saturates there.');
    expect(of('apo_down')[0]).toBe('At the start it leaves winners alone and pushes losers down.');
    expect(of('apo_down')[1]).toMatch(/^Where the pair stands decides whether winners go up \(3\d % of this plane\) or down \(6\d %\)\.$/);
    expect(of('sft')).toContain('It never looks at losers.');
    expect(of('ipo')).toContain('A pair that is too right is pulled back.');
  });

  it('say that a loss does nothing, or is no number somewhere', () => {
    const typed = (text: string): string[] => findings(behaviourOf(compileExpression(text), { beta: 0.1 }, pair));
    expect(typed('beta')).toEqual(['At the start it pushes neither winner nor loser.']);
    expect(typed('log(3 - a)').at(-1)).toMatch(/^In a part of the plane the loss is no finite number/);
  });
});

describe('the table of a plane', () => {
  it('holds the start with the push that the paper gives there', () => {
    const table = fieldTable('DPO', fieldOf(compileObjective('dpo'), { beta: 0.1 }, pair, 4, 49), 0.1);
    expect(table.rows).toHaveLength(81);
    expect(table.rows.find(([name]) => name === '0.00, 0.00')).toEqual(['0.00, 0.00', '0.6931', '0.5000', '−0.5000']);
  });
});
