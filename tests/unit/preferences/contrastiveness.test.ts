import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { contrastiveness, jaccard, wordsOf } from '../../../src/preferences/contrastiveness';
import { levenshtein, plainLevenshtein } from '../../../src/preferences/levenshtein';

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

describe.each([
  ['in WebAssembly', levenshtein],
  ['in JavaScript', plainLevenshtein],
])('Levenshtein distance %s', (_, levenshtein) => {
  it.each([
    ['kitten', 'sitting', 3],
    ['', 'abc', 3],
    ['flaw', 'lawn', 2],
    ['빵집', '떡집', 1],
    ['🙂', '🙃', 1],
    ['a🙂', 'a\ud83d', 1],
    ['\ude42b', '🙂b', 1],
    ['\ud83d', '🙂', 1],
    ['same', 'same', 0],
  ])('of “%s” and “%s” is %i', (a, b, distance) => {
    expect(levenshtein(a, b)).toBe(distance);
  });

  it('equals the textbook recurrence, across blocks of 32 and in any script', () => {
    const few = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '가', '🙂', '\ud83d', '\ude42'), maxLength: 150 });
    const any = fc.string({ unit: 'binary', maxLength: 70 });
    fc.assert(
      fc.property(fc.oneof(few, any), fc.oneof(few, any), (a, b) => {
        expect(levenshtein(a, b)).toBe(slowDistance(a, b));
      }),
      { numRuns: 400 },
    );
  });

  it.each([31, 32, 33, 63, 64, 65, 96, 127, 128, 129])('is right where texts are %i characters long', (length) => {
    const text = Array.from({ length }, (_, i) => 'abcdefg'[(i * i) % 7]).join('');
    const edited = `${text.slice(1, 20)}x${text.slice(22)}yz`;
    expect(levenshtein(text, edited)).toBe(slowDistance(text, edited));
    expect(levenshtein(edited, text)).toBe(slowDistance(text, edited));
  });
});

describe('the WebAssembly of the distance', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('grows its memory for long texts', () => {
    // 40,000 columns of four bytes pass the first page of 64 KiB; the edits are three insertions.
    const text = 'abcdefghij'.repeat(4000);
    expect(levenshtein(text, `x${text.slice(0, 19_000)}y${text.slice(19_000)}z`)).toBe(3);
  });

  it('may be absent', async () => {
    vi.stubGlobal('WebAssembly', undefined);
    vi.resetModules();
    const fresh = await import('../../../src/preferences/levenshtein');
    expect(fresh.levenshtein('kitten', 'sitting')).toBe(3);
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
