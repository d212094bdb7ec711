import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/engine/random';
import { foldText } from '../../../../src/storage/pairs/fold';
import { gramFilter, mayHold, nearnessSketch, NEARNESS, queryGrams, shingleSimilarity, sketchLikeness } from '../../../../src/storage/pairs/sketch';

const may = (texts: readonly string[], query: string): boolean => {
  const filter = gramFilter(texts.map(foldText));
  return mayHold(filter, 0, filter.length, queryGrams(foldText(query)));
};

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ unit: fc.constantFrom('a', 'B', '사', '과', '👍', 'é', ' '), maxLength: 40 }));

describe('folded text', () => {
  it('is the same for every way of typing it', () => {
    for (const [one, other] of [
      ['STRASSE', 'strasse'],
      ['사과', '사과'.normalize('NFD')],
      ['café', 'cafe\u0301'],
      ['ＡＢＣ１２', 'abc12'],
      ['ΟΔΟΣ', 'οδοσ'],
      ['ΟΔΟΣ', 'οδος'],
      ['İstanbul', 'i\u0307stanbul'],
    ] as const) {
      expect(foldText(one)).toBe(foldText(other));
    }
    expect(foldText('é')).not.toBe(foldText('e'));
  });

  it('is folded once and for all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (any) => {
        expect(foldText(foldText(any))).toBe(foldText(any));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a filter of grams', () => {
  it('never denies what a text holds', () => {
    fc.assert(
      fc.property(text, text, fc.nat(40), fc.nat(12), (first, second, from, length) => {
        const folded = foldText(second);
        const query = folded.slice(from, from + length);
        const filter = gramFilter([foldText(first), folded]);
        expect(mayHold(filter, 0, filter.length, queryGrams(query))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('denies most of what is not there, single characters of Korean and emoji too', () => {
    const random = createRandom(3);
    const word = (): string => Array.from({ length: 3 + random.below(6) }, () => String.fromCharCode(97 + random.below(26))).join('');
    const texts = Array.from({ length: 200 }, () => Array.from({ length: 100 }, word).join(' '));
    const queries = Array.from({ length: 50 }, () => `${word()}qx`);
    const asked = texts.flatMap((one) => queries.filter((query) => !one.includes(query)).map((query) => may([one], query)));
    expect(asked.filter(Boolean).length / asked.length).toBeLessThan(0.05);
    expect(may(['사과를 먹는다'], '배')).toBe(false);
    expect(may(['사과를 먹는다'], '나무')).toBe(false);
    expect(may(['thanks 👍'], '👎')).toBe(false);
    expect(may(['thanks 👍🏽'], '👍')).toBe(true);
  });

  it('of nothing denies everything but a query too short to tell', () => {
    expect(may([], 'abc')).toBe(false);
    expect(may([''], 'ab')).toBe(true);
  });
});

describe('a sketch of nearness', () => {
  const random = createRandom(7);
  const word = (): string => Array.from({ length: 3 + random.below(6) }, () => String.fromCharCode(97 + random.below(26))).join('');

  it('agrees about as often as the texts are similar', () => {
    for (const changed of [0, 5, 20, 60, 200]) {
      let [likeness, similarity] = [0, 0];
      for (let i = 0; i < 60; i++) {
        const words = Array.from({ length: 200 }, word);
        const other = words.map((one, at) => (at < changed ? word() : one));
        const sketches = new Uint16Array(2 * NEARNESS);
        sketches.set(nearnessSketch([words.join(' ')]), 0);
        sketches.set(nearnessSketch([other.join(' ')]), NEARNESS);
        likeness += sketchLikeness(sketches, 0, 1) / 60;
        similarity += shingleSimilarity([words.join(' ')], [other.join(' ')]) / 60;
      }
      // 60 × 30 numbers: a standard error of at most 0.012.
      expect(Math.abs(likeness - similarity)).toBeLessThan(0.05);
    }
  });

  it('tells short texts apart', () => {
    const sketches = new Uint16Array(3 * NEARNESS);
    ['yes', 'no', 'yes'].forEach((one, i) => sketches.set(nearnessSketch([one]), i * NEARNESS));
    expect(sketchLikeness(sketches, 0, 2)).toBe(1);
    expect(sketchLikeness(sketches, 0, 1)).toBeLessThan(0.2);
  });
});

describe('the similarity of shingles', () => {
  it('is that of the sets of runs of five characters', () => {
    const shingles = (one: string): Set<string> =>
      new Set(one.length <= 5 ? [one].filter(Boolean) : Array.from({ length: one.length - 4 }, (_, i) => one.slice(i, i + 5)));
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b', '사'), maxLength: 30 }), fc.string({ unit: fc.constantFrom('a', 'b', '사'), maxLength: 30 }), (a, b) => {
        const [x, y] = [shingles(a), shingles(b)];
        const either = new Set([...x, ...y]).size;
        const both = x.size + y.size - either;
        expect(shingleSimilarity([a], [b])).toBe(either === 0 ? 1 : both / either);
      }),
    );
  });
});
