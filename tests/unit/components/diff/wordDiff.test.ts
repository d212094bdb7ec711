import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { tokenDiff, tokenTexts } from '../../../../src/components/diff/tokenDiff';
import { segmentWords, wordDiff, type DiffPart, type TextDiff } from '../../../../src/components/diff/wordDiff';
import { loadTokenizer } from '../../../../src/engine/tokenizer/tokenizer';

const text = (parts: readonly DiffPart[]): string => parts.map((part) => part.text).join('');
const shared = (parts: readonly DiffPart[]): string => parts.filter((part) => part.shared).map((part) => part.text).join('');
const changed = (parts: readonly DiffPart[]): string[] => parts.filter((part) => !part.shared).map((part) => part.text);
const both = ({ chosen, rejected }: TextDiff): [string[], string[]] => [changed(chosen), changed(rejected)];

describe('a diff of words', () => {
  it('marks the words that were changed, and nothing else', () => {
    expect(both(wordDiff('You can find Lena in Anchor Street.', 'You can find Lena in Sand Street.'))).toEqual([['Anchor'], ['Sand']]);
    expect(both(wordDiff('It is red.', 'It is red. And old.'))).toEqual([[], [' And old.']]);
    expect(both(wordDiff('same', 'same'))).toEqual([[], []]);
  });

  it('marks whole words where texts part inside one, and words that stand together as one stretch', () => {
    expect(both(wordDiff('a cat sat', 'a car sat'))).toEqual([['cat'], ['car']]);
    expect(both(wordDiff('one two three four', 'one deux trois four'))).toEqual([['two three'], ['deux trois']]);
  });

  it('keeps syllables of Hangul and emoji of several code points whole', () => {
    expect(both(wordDiff('사과를 좋아해요', '사과가 좋아해요'))).toEqual([['사과를'], ['사과가']]);
    expect(both(wordDiff('hi 👩‍👩‍👧 there', 'hi 👩‍👩‍👦 there'))).toEqual([['👩‍👩‍👧'], ['👩‍👩‍👦']]);
    expect(both(wordDiff('ok 👍🏽', 'ok 👍🏿'))).toEqual([['👍🏽'], ['👍🏿']]);
    expect(segmentWords('각각')).toEqual(['각각']);
  });

  it('says of any two texts what they are, and shares only what both have', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.string({ unit: 'grapheme', maxLength: 60 }), (a, b) => {
        const diff = wordDiff(a, b);
        expect([text(diff.chosen), text(diff.rejected)]).toEqual([a, b]);
        // Blanks between changed words count as changed on the one side and not on the other.
        expect(shared(diff.chosen).replace(/\s+/g, '')).toBe(shared(diff.rejected).replace(/\s+/g, ''));
      }),
    );
  });

  it('takes what lies between the common beginning and end for changed where time runs out', () => {
    const middle = (seed: number): string => Array.from({ length: 4000 }, (_, i) => (((i + 1) * seed) % 997).toString(36)).join(' ');
    const diff = wordDiff(`The same ${middle(7)} end.`, `The same ${middle(13)} end.`, 0);
    expect(diff.complete).toBe(false);
    expect(diff.chosen[0]).toEqual({ text: 'The same ', shared: true });
    expect(diff.rejected.at(-1)).toEqual({ text: ' end.', shared: true });
    expect(diff.chosen).toHaveLength(3);
  });

  it('does not try texts of megabytes', () => {
    const diff = wordDiff('a '.repeat(1_000_000), 'b '.repeat(1_000_000));
    expect(diff.complete).toBe(false);
    expect(text(diff.chosen)).toHaveLength(2_000_000);
  });
});

describe('a diff of tokens', () => {
  const tokenizer = loadTokenizer(JSON.parse(readFileSync('public/models/town/tokenizer.json', 'utf8')));

  it('says of any two texts what they are, a character of several tokens going to its last one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.string({ unit: 'grapheme', maxLength: 40 }), (a, b) => {
        const diff = tokenDiff(tokenizer, a, b);
        expect([text(diff.chosen), text(diff.rejected)]).toEqual([a, b]);
      }),
    );
    const pieces = tokenTexts(tokenizer, tokenizer.encode('한'));
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join('')).toBe('한');
    expect(pieces.at(-1)).toBe('한');
  });

  it('gives each changed token a part of its own', () => {
    const { rejected } = tokenDiff(tokenizer, 'The baker opens.', 'The baker never opens.');
    const words = tokenizer.encode(' never');
    expect(changed(rejected)).toHaveLength(words.length);
    expect(changed(rejected).join('')).toBe(' never');
  });
});
