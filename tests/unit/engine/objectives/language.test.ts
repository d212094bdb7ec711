// The expression language: what it accepts, where it points when it does not, and that printing and parsing are inverse.
import fc from 'fast-check';
import katex from 'katex';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../../src/engine/errors';
import {
  compileExpression,
  compileObjective,
  evaluateCompiled,
  gradientFormulas,
  ObjectiveError,
  objectives,
  objectiveTeX,
  objectiveText,
} from '../../../../src/engine/objectives';
import { functions, hyperNames, pairVariables, type FunctionName, type VariableName } from '../../../../src/engine/objectives/language/names';
import { MAX_DEPTH, MAX_TEXT_LENGTH, parseExpression } from '../../../../src/engine/objectives/language/parse';
import { printExpression } from '../../../../src/engine/objectives/language/print';
import { texOf } from '../../../../src/engine/objectives/language/tex';
import type { Expression } from '../../../../src/engine/objectives/language/tree';

/** The value of an expression for one pair with a = 3, b = -2, lw = -7, ll = -12, refw = -10, refl = -10. */
function valueOf(text: string, hyper = {}): number {
  const scores = {
    policyChosen: [-7],
    policyRejected: [-12],
    referenceChosen: [-10],
    referenceRejected: [-10],
    chosenLength: [5],
    rejectedLength: [8],
  };
  return evaluateCompiled(compileExpression(text), scores, hyper).loss[0]!;
}

function mistakeIn(text: string): ObjectiveError {
  try {
    compileExpression(text);
  } catch (error) {
    if (error instanceof ObjectiveError) return error;
    throw error;
  }
  throw new Error(`“${text}” was accepted`);
}

describe('the language computes', () => {
  it.each([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['10 - 4 - 3', 3],
    ['24 / 4 / 3', 2],
    ['2 ^ 3 ^ 2', 512],
    ['-2 ^ 2', -4],
    ['(-2) ^ 2', 4],
    ['2 ^ -1', 0.5],
    ['2 * -3', -6],
    ['- - 2', 2],
    ['+3', 3],
    ['.5 + 1. + 1e-1 + 2E+1', 21.6],
    ['a', 3],
    ['b', -2],
    ['sw - sl', 5],
    ['lw + ll', -19],
    ['refw + refl', -20],
    ['nw * 10 + nl', 58],
    ['a > b', 1],
    ['a < b', 0],
    ['2 >= 2', 1],
    ['2 <= 1', 0],
    ['where(a > 0, 10, 20)', 10],
    ['where(b > 0, 10, 20)', 20],
    ['max(1, 5, 3)', 5],
    ['min(1, 5, -3)', -3],
    ['clamp(a, 0, 2) + clamp(b, 0, 2)', 2],
    ['abs(b) + sign(b) + step(a) + step(b)', 2],
    ['sqrt(16) + square(3)', 13],
    ['exp(0) + log(1) + expm1(0)', 1],
    ['detach(a) + a', 6],
    ['where(0 > 1, 1 / 0, 2)', 2],
  ])('%s = %f', (text, expected) => {
    expect(valueOf(text)).toBeCloseTo(expected, 12);
  });

  it('reads mathematical spellings', () => {
    expect(parseExpression('1 − σ(β·a) + σ(β × b)')).toEqual(parseExpression('1 - sigmoid(beta*a) + sigmoid(beta*b)'));
    expect(parseExpression('a² ÷ b³ ≤ ε')).toEqual(parseExpression('a ^ 2 / b ^ 3 <= labelSmoothing'));
    expect(parseExpression('δ(τ) + ln(λ) − γ ≥ α')).toEqual(parseExpression('delta(tau) + log(lambda) - gamma >= alpha'));
  });

  it('takes hyper-parameters from the caller, else their defaults', () => {
    expect(valueOf('beta * a', { beta: 2 })).toBe(6);
    expect(valueOf('beta * a')).toBeCloseTo(0.3, 12);
  });

  it('knows what a loss of one’s own needs', () => {
    expect(compileExpression('-lw / nw')).toMatchObject({ id: 'custom', usesReference: false, needsMismatched: false, hyper: [] });
    expect(compileExpression('a - KL')).toMatchObject({ usesReference: true, needsMismatched: true });
    expect(compileExpression('gamma * sw')).toMatchObject({ usesDivergence: true });
    expect(compileExpression('tau * a + beta').hyper.map(({ name }) => name)).toEqual(['beta', 'tau']);
  });
});

describe('a mistake is shown where it is', () => {
  it.each([
    ['', 0, 0, 'empty'],
    ['   ', 0, 0, 'empty'],
    ['1 +', 3, 0, 'ends where a value is expected'],
    ['a * (b + 1', 4, 1, 'never closed'],
    ['max(a, b', 3, 1, 'never closed'],
    ['a + b)', 5, 1, 'never opened'],
    ['2a', 1, 1, 'operator such as * or + is missing before “a”'],
    ['a b', 2, 1, 'missing before “b”'],
    ['a * / b', 4, 1, 'value is missing before “/”'],
    ['bta * a', 0, 3, 'Did you mean beta?'],
    ['a + labelsmoothing', 4, 14, 'Did you mean labelSmoothing?'],
    ['sigmid(a)', 0, 6, 'Did you mean sigmoid?'],
    ['1 + zebra', 4, 5, 'Known are: a, b, sw'],
    ['frobnicate(a)', 0, 10, 'Known are: sigmoid'],
    ['beta (a - b)', 0, 4, 'write beta * (…)'],
    ['β(a − b)', 0, 1, 'write β * (…)'],
    ['sigmoid + 1', 0, 7, 'is a function'],
    ['1 - sigmoid(a, b)', 4, 7, 'takes 1 arguments in its parentheses, not 2'],
    ['max(a)', 0, 3, 'takes 2–8'],
    ['exp()', 0, 3, 'not 0'],
    ['where(a, b)', 0, 5, 'takes 3'],
    ['a ? b', 2, 1, 'The character “?” has no meaning'],
    ['a + 🙂', 4, 2, 'The character “🙂”'],
    ['a = b', 2, 1, '“='],
    ['1e999', 0, 5, 'too large'],
    ['1 < a < 2', 6, 1, 'Only two values'],
    ['² + a', 0, 1, 'something to raise'],
    ['(a, b)', 2, 1, 'missing before “,”'],
    ['a; b', 1, 1, '“;”'],
  ])('in “%s” at %i over %i', (text, position, length, sentence) => {
    const mistake = mistakeIn(text);
    expect(mistake).toBeInstanceOf(UserError);
    expect(mistake.message).toContain(sentence);
    expect(mistake).toMatchObject({ position, length });
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'prototype'])('%s is just an unknown name', (name) => {
    expect(mistakeIn(name).message).toContain('is not known');
    expect(mistakeIn(`${name}(a)`).message).toContain('is not known');
  });

  it('refuses text without end, before it costs anything', () => {
    const hostile = [
      'a'.repeat(1e6),
      '('.repeat(1e5),
      '-'.repeat(MAX_TEXT_LENGTH),
      '('.repeat(MAX_TEXT_LENGTH / 2 - 1) + 'a' + ')'.repeat(MAX_TEXT_LENGTH / 2 - 1),
      '2^'.repeat(900) + 'a',
      'exp('.repeat(400) + 'a' + ')'.repeat(400),
    ];
    for (const text of hostile) expect(() => compileExpression(text)).toThrow(ObjectiveError);
    expect(mistakeIn('a + '.repeat(501))).toMatchObject({ position: MAX_TEXT_LENGTH });
    expect(mistakeIn('('.repeat(MAX_DEPTH + 1) + 'a')).toMatchObject({ position: MAX_DEPTH + 1 });
  });

  it('compiles the longest and the deepest text that is allowed', () => {
    const longest = `${'a+'.repeat(MAX_TEXT_LENGTH / 2 - 1)}a`;
    expect(valueOf(longest)).toBe(3 * (MAX_TEXT_LENGTH / 2));
    expect(valueOf(`${'('.repeat(MAX_DEPTH)}a${')'.repeat(MAX_DEPTH)}`)).toBe(3);
    // Each level doubles the tree of the derivative; as a graph it stays small.
    const nested = `${'square('.repeat(MAX_DEPTH - 4)}a / 1e9${')'.repeat(MAX_DEPTH - 4)}`;
    expect(valueOf(nested)).toBe(0);
    expect(gradientFormulas(compileExpression(nested)).dChosen).toBeUndefined();
  });

  it('any text at all is either understood or refused at a place inside it', () => {
    const pieces = fc.constantFrom(...Object.keys(functions), ...Object.keys(pairVariables), ...'()+-*/^<>,.²βσ 123'.split(''), '\u0000', 'é');
    const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')));
    fc.assert(
      fc.property(texts, (text) => {
        try {
          compileExpression(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ObjectiveError);
          const { position, length } = error as ObjectiveError;
          expect(position).toBeGreaterThanOrEqual(0);
          expect(length).toBeGreaterThanOrEqual(0);
          expect(position + length).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 500 },
    );
  });
});

const functionNames = Object.keys(functions) as FunctionName[];
const variableNames = [...Object.keys(pairVariables), ...hyperNames] as VariableName[];

/** Any tree the parser could make. */
const trees = fc.letrec<{ tree: Expression }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.oneof(
      fc.constantFrom(...variableNames).map((name): Expression => ({ kind: 'name', name })),
      fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).map((value): Expression => ({ kind: 'number', value: value + 0 })),
    ),
    tie('tree').map((of): Expression => ({ kind: 'negate', of })),
    fc
      .tuple(fc.constantFrom('+', '-', '*', '/', '^', '<', '>', '<=', '>='), tie('tree'), tie('tree'))
      .map(([op, left, right]): Expression => ({ kind: 'binary', op, left, right })),
    fc
      .constantFrom(...functionNames)
      .chain((fn) =>
        fc
          .array(tie('tree'), { minLength: functions[fn].least, maxLength: functions[fn].most })
          .map((args): Expression => ({ kind: 'call', fn, args })),
      ),
  ),
})).tree;

describe('formulas are printed', () => {
  it('as text that parses back to the same tree', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        const text = printExpression(tree);
        fc.pre(text.length <= MAX_TEXT_LENGTH);
        expect(parseExpression(text)).toEqual(tree);
      }),
      { numRuns: 500 },
    );
  });

  it.each(Object.keys(objectives))('%s as text, back and forth', (id) => {
    const objective = compileObjective(id);
    expect(parseExpression(objectiveText(objective))).toEqual(objective.tree);
  });

  it('as TeX that KaTeX accepts, whatever the tree', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        katex.renderToString(texOf(tree), { throwOnError: true, strict: 'error' });
      }),
      { numRuns: 150 },
    );
  });

  it.each(Object.keys(objectives))('%s and its gradient as TeX that KaTeX accepts', (id) => {
    const objective = compileObjective(id);
    const { dChosen, dRejected } = gradientFormulas(objective);
    for (const tex of [objectiveTeX(objective), dChosen?.tex, dRejected?.tex]) {
      expect(tex).toBeDefined();
      expect(katex.renderToString(tex!, { throwOnError: true, strict: 'error' })).toContain('katex');
    }
  });

  it('as the papers write them', () => {
    const tex = (id: string): string => objectiveTeX(compileObjective(id));
    expect(tex('dpo')).toBe('-\\log\\sigma\\left(\\beta \\left(a - b\\right)\\right)');
    expect(tex('apo_zero')).toBe('1 - \\sigma\\left(\\beta a\\right) + \\sigma\\left(\\beta b\\right)');
    expect(tex('sft')).toBe('-\\frac{\\ell_w}{|y_w|}');
    expect(gradientFormulas(compileObjective('apo_down')).dChosen?.text).toBe('beta * (delta(beta * a) - delta(beta * (a - b)))');
    expect(gradientFormulas(compileObjective('dpo')).dChosen?.text).toBe('-beta * sigmoid(-beta * (a - b))');
    expect(gradientFormulas(compileObjective('sft')).dRejected?.text).toBe('0');
  });

  it('with signs and powers that cannot be misread', () => {
    const tex = (text: string): string => texOf(parseExpression(text));
    expect(tex('a - -b')).toBe('a - \\left(-b\\right)');
    expect(tex('a * -b')).toBe('a \\left(-b\\right)');
    expect(tex('2 * 3')).toBe('2 \\cdot 3');
    expect(tex('(-a) ^ 2')).toBe('\\left(-a\\right)^{2}');
    expect(tex('-a ^ 2')).toBe('-a^{2}');
    expect(tex('(a - b) / 2 - (a - b)')).toBe('\\frac{a - b}{2} - \\left(a - b\\right)');
    expect(tex('1e-7 * refw ^ 2')).toBe('1 \\cdot 10^{-7} \\left(\\ell_w^{\\mathrm{ref}}\\right)^{2}');
    expect(tex('where(a > 0, 1, 2)')).toBe('\\begin{cases} 1 & a > 0 \\\\ 2 & \\text{otherwise} \\end{cases}');
  });

  it('with the score of the chosen f-divergence written out', () => {
    const objective = compileObjective('dpo');
    expect(objectiveTeX(objective, { fDivergence: 'js_divergence' })).toContain('\\log\\sigma\\left(a\\right)');
    expect(objectiveTeX(objective, { fDivergence: 1 })).toContain('-\\exp\\left(\\min\\left(-a,\\, 80\\right)\\right)');
  });

  it('as gradients whose text computes the derivative', () => {
    for (const id of Object.keys(objectives)) {
      if (objectives[id]!.needsMismatched) continue;
      const objective = compileObjective(id);
      const scores = {
        policyChosen: [-7],
        policyRejected: [-12],
        referenceChosen: [-10],
        referenceRejected: [-11],
        chosenLength: [5],
        rejectedLength: [8],
      };
      // The text falls back to the language's defaults, so every number is given.
      const hyper = { beta: 0.3, labelSmoothing: 0.1, tau: 0.5, lambda: 2, gamma: 0.2, alpha: 0.7 };
      const { dChosen, dRejected } = gradientFormulas(objective);
      const { dChosen: expectedW, dRejected: expectedL } = evaluateCompiled(objective, scores, hyper);
      expect(evaluateCompiled(compileExpression(dChosen!.text), scores, hyper).loss[0]).toBeCloseTo(expectedW[0]!, 12);
      expect(evaluateCompiled(compileExpression(dRejected!.text), scores, hyper).loss[0]).toBeCloseTo(expectedL[0]!, 12);
    }
  });
});
