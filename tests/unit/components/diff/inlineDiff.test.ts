import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inlineDiff, type InlinePart } from '../../../../src/components/diff/inlineDiff';

const without = (parts: readonly InlinePart[], kind: InlinePart['kind']): string => parts.filter((part) => part.kind !== kind).map(({ text }) => text).join('');

describe('an inline diff', () => {
  it('puts what was taken away before what came in its place', () => {
    expect(inlineDiff('Ada is a baker in town.', 'Ada is a cook in town.').parts).toEqual([
      { text: 'Ada is a ', kind: 'same' },
      { text: 'baker', kind: 'removed' },
      { text: 'cook', kind: 'added' },
      { text: ' in town.', kind: 'same' },
    ]);
  });

  it('holds both texts whole, whatever they are', () => {
    const word = fc.constantFrom('a', 'b', 'bread', ' ', '  ', '\n', '안녕', '🐈‍⬛', 'é', '.', '');
    const text = fc.oneof(fc.array(word, { maxLength: 30 }).map((words) => words.join('')), fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const { parts } = inlineDiff(before, after, 1000);
        expect(without(parts, 'added')).toBe(before);
        expect(without(parts, 'removed')).toBe(after);
        parts.slice(1).forEach((part, i) => expect(part.kind).not.toBe(parts[i]!.kind));
      }),
      { numRuns: 500 },
    );
  });

  it('says nothing changed where nothing did', () => {
    expect(inlineDiff('Same.', 'Same.')).toEqual({ parts: [{ text: 'Same.', kind: 'same' }], complete: true });
    expect(inlineDiff('', '').parts).toEqual([]);
  });
});
