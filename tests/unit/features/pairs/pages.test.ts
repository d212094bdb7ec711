import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pathOf } from '../../../../src/app/route';
import { excerptOf } from '../../../../src/features/pairs/dataset/excerpt';
import { scrollScale, TALLEST } from '../../../../src/components/useLongList';
import { besideLink, datasetLink, pairLink, placeOf } from '../../../../src/features/pairs/links';
import { readTags, writeTags } from '../../../../src/features/pairs/pair/tags';
import { formatBytes } from '../../../../src/features/pairs/words';

describe('addresses of the pairs pages', () => {
  it('lead back to what they were made of, whatever the id', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.nat(1e6), (name, row) => {
        fc.pre(!/[\ud800-\udfff]/.test(name));
        expect(placeOf(pathOf(datasetLink(name)))).toEqual({ page: 'dataset', name });
        expect(placeOf(pathOf(pairLink(name, row)))).toEqual({ page: 'dataset', name, row });
        expect(placeOf(pathOf(besideLink(name, 'clair')))).toEqual({ page: 'beside', first: name, second: 'clair' });
      }),
    );
    expect(placeOf(pathOf(pairLink('a', 'new')))).toEqual({ page: 'dataset', name: 'a', row: 'new' });
  });

  it('lead to the list, or to the dataset, where they say nothing that is known', () => {
    expect([[], ['nowhere'], ['data'], ['beside', 'a']].map(placeOf)).toEqual(Array(4).fill({ page: 'list' }));
    expect(placeOf(['data', 'a', 'x7'])).toEqual({ page: 'dataset', name: 'a' });
  });
});

describe('the excerpt of a pair', () => {
  it('begins at the word in which the sides part, with a little of what comes before', () => {
    expect(excerptOf('She lives in Anchor Street.', 'She lives in Sand Street.')).toEqual({
      before: 'She lives in ', chosen: 'Anchor Street.', rejected: 'Sand Street.',
    });
    const { before } = excerptOf(`${'word '.repeat(100)}x`, `${'word '.repeat(100)}y`);
    expect(before).toMatch(/^… (word )+$/);
  });

  it('is one short line, and never half a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.string({ unit: 'grapheme', maxLength: 200 }), (a, b) => {
        const { chosen, rejected } = excerptOf(a, b);
        for (const part of [chosen, rejected]) {
          expect(part.length).toBeLessThanOrEqual(90);
          expect(part).not.toMatch(/\n/);
          expect(part).not.toMatch(/[\ud800-\udbff]$/);
        }
      }),
    );
  });
});

describe('a list longer than the tallest element', () => {
  it('is scrolled from its first row to its last', () => {
    const [rows, view] = [40_000_000, 600];
    const scale = scrollScale(rows, view);
    expect(scale).toBeGreaterThan(1);
    expect((TALLEST - view) * scale).toBeCloseTo(rows - view, 3);
    expect(scrollScale(1_000_000, view)).toBe(1);
  });
});

it('tags are read with commas between them, each once', () => {
  expect(readTags(' too long, , checked,too  long,확인 ')).toEqual(['too long', 'checked', '확인']);
  expect(readTags(writeTags(['a', 'b c']))).toEqual(['a', 'b c']);
});

it('bytes are told in three digits', () => {
  expect([0, 999, 1000, 12_345_678, 3.4e9].map(formatBytes)).toEqual(['0 B', '999 B', '1 kB', '12.3 MB', '3.4 GB']);
});
