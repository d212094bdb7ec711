import { describe, expect, it } from 'vitest';
import { caretOf } from '../../../../src/components/expression/caret';
import { UserError } from '../../../../src/engine/errors';
import { compileMember, recipeProblem } from '../../../../src/features/compare/experiment/check';
import { readSeeds } from '../../../../src/features/compare/experiment/seeds';
import { parseRecipe, type Member } from '../../../../src/lab/recipe';

const custom = (expression: string): Member => ({ objective: 'custom', expression, beta: 0.5, learningRate: 1e-4, hyper: {} });

function caretUnder(expression: string) {
  const found = compileMember(custom(expression));
  if (!(found instanceof UserError)) throw new Error('The expression is right.');
  return caretOf(expression, found);
}

describe('an expression with a mistake', () => {
  it('is pointed at under the very characters', () => {
    expect(caretUnder('-logsigmoid(bta * (a - b))')).toEqual({ column: 12, width: 3 });
    expect(caretUnder('a + * b')).toEqual({ column: 4, width: 1 });
    expect(caretUnder('(a - b')?.column).toBeGreaterThanOrEqual(0);
  });

  it('is pointed at by what people count, where a character takes two code units', () => {
    expect(caretUnder('a + 🌊')).toEqual({ column: 4, width: 1 });
  });

  it('keeps the recipe from being trained until it is mended', () => {
    const recipe = parseRecipe({ version: 1, cohort: [{ objective: 'dpo' }] });
    expect(recipeProblem(recipe)).toBeUndefined();
    expect(recipeProblem({ ...recipe, cohort: [...recipe.cohort, custom('a -')] })).toBeInstanceOf(UserError);
    expect(recipeProblem({ ...recipe, cohort: [custom('-logsigmoid(beta * (a - b))')] })).toBeUndefined();
  });

  it('is a number out of its range, too', () => {
    expect(compileMember({ objective: 'exo_pair', beta: 0.5, learningRate: 1e-4, hyper: { labelSmoothing: 7 } })).toBeInstanceOf(UserError);
  });
});

describe('seeds', () => {
  it('are read as people list them', () => {
    expect(readSeeds('1, 2,3 4;5', 16)).toEqual([1, 2, 3, 4, 5]);
    expect(readSeeds(' 4294967295 ', 16)).toEqual([4294967295]);
  });

  it('are refused in a sentence', () => {
    expect(readSeeds('', 16)).toMatch(/at least one/);
    expect(readSeeds('1, two', 16)).toMatch(/“two” is no seed/);
    expect(readSeeds('4294967296', 16)).toMatch(/no seed/);
    expect(readSeeds('3, 3', 16)).toMatch(/twice/);
    expect(readSeeds('1 2 3', 2)).toMatch(/room for 2 seeds/);
  });
});
