import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contrastiveness, jaccard, wordsOf } from '../../../src/preferences/contrastiveness';
import { levenshtein } from '../../../src/preferences/levenshtein';

/** The textbook recurrence over the whole table (Wagner and Fischer), on code points. */
function slowDistance(first: string, second: string): number {
  const [a, b] = [Array.from(first), Array.from(second)];
  const table = Array.from({ length: a.length + 1 }, (_, i) => Array.from({ length: b.length + 1 }, (_, j) => (i === 0 ? j : i)));
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const replaced = table[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      table[i]![j] = Math.min(table[i - 1]![j]! + 1, table[i]![j - 1]! + 1, replaced);
    }
  }
  return table[a.length]![b.length]!;
}

describe('Levenshtein distance', () => {
  it.each([
    ['kitten', 'sitting', 3],
    ['', 'abc', 3],
    ['flaw', 'lawn', 2],
    ['빵집', '떡집', 1],
    ['🙂', '🙃', 1],
    ['same', 'same', 0],
  ])('of “%s” and “%s” is %i', (a, b, distance) => {
    expect(levenshtein(a, b)).toBe(distance);
  });

  it('equals the textbook recurrence, across blocks of 32 and in any script', () => {
    const few = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '가', '🙂'), maxLength: 110 });
    const any = fc.string({ unit: 'binary', maxLength: 70 });
    fc.assert(
      fc.property(fc.oneof(few, any), fc.oneof(few, any), (a, b) => {
        expect(levenshtein(a, b)).toBe(slowDistance(a, b));
      }),
      { numRuns: 600 },
    );
  });

  it.each([31, 32, 33, 63, 64, 65, 96])('is right where texts are %i characters long', (length) => {
    const text = Array.from({ length }, (_, i) => 'abcdefg'[(i * i) % 7]).join('');
    const edited = `${text.slice(1, 20)}x${text.slice(22)}yz`;
    expect(levenshtein(text, edited)).toBe(slowDistance(text, edited));
    expect(levenshtein(edited, text)).toBe(slowDistance(text, edited));
  });
});

describe('contrastiveness', () => {
  it('compares sets, so that order and repetition do not count', () => {
    expect(jaccard([1, 2, 2, 3], [3, 2, 1])).toBe(1);
    expect(jaccard([1, 2, 3], [2, 3, 4])).toBe(0.5);
    expect(jaccard([1], [])).toBe(0);
    expect(jaccard([], [])).toBe(1);
  });

  it('takes words without case and punctuation, in any script', () => {
    expect(wordsOf("Ada's cat – THE cat! 13 고양이 __proto__ ¿qué?")).toEqual(["ada's", 'cat', 'the', 'cat', '13', '고양이', 'proto', 'qué']);
    expect(wordsOf('…')).toEqual([]);
  });

  it('reports words, tokens where there is a tokenizer, and characters', () => {
    // Words: {ada, is, a, baker} and {ada, is, a, smith} share three of five; “baker” → “smith” is five replacements.
    const pair = { chosen: 'Ada is a baker.', rejected: 'Ada is a smith.' };
    expect(contrastiveness(pair)).toEqual({ wordJaccard: 0.6, levenshtein: 5 });
    const bytes = (text: string): number[] => [...new TextEncoder().encode(text)];
    // Bytes: both have A, d, a, space, i, s and the stop; then b k e r against m t h.
    expect(contrastiveness(pair, bytes).tokenJaccard).toBe(7 / 14);
  });
});
