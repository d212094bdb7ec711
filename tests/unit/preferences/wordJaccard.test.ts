import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jaccard, wordsOf } from '../../../src/preferences/contrastiveness';
import { wordJaccard } from '../../../src/preferences/wordJaccard';

const plain = (first: string, second: string): number => jaccard(wordsOf(first), wordsOf(second));

describe('the fast similarity of words', () => {
  it('is that of the sets of words', () => {
    const bits = fc.constantFrom('a', 'B', 'the', ' ', ' ', "'", '’', '사과', 'é', 'e\u0301', '👩‍🌾', '𝒳', '\ud835', '٣', '-', 'İ', 'Σ');
    const text = fc.oneof(fc.string({ unit: bits, maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ maxLength: 40 }));
    fc.assert(
      fc.property(text, text, (first, second) => {
        expect(wordJaccard(first, second)).toBe(plain(first, second));
        expect(wordJaccard(first, `${second} ${first}`)).toBe(plain(first, `${second} ${first}`));
      }),
      { numRuns: 3000 },
    );
  });

  it('holds for long texts, and for short ones after them', () => {
    const many = Array.from({ length: 5000 }, (_, i) => `word${i}`);
    expect(wordJaccard(many.join(' '), many.slice(0, 1250).join(', '))).toBe(0.25);
    expect(wordJaccard('a b', 'b c')).toBe(1 / 3);
    expect(wordJaccard('', '…')).toBe(1);
  });
});
