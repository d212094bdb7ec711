import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignTokens } from '../../../src/preferences/alignment';

const tokens = fc.array(fc.nat(3), { maxLength: 9 });
const kept = (ids: readonly number[], mask: readonly boolean[]): number[] => ids.filter((_, i) => mask[i]);

function isSubsequence(part: readonly number[], whole: readonly number[]): boolean {
  let at = 0;
  for (const token of whole) if (at < part.length && part[at] === token) at += 1;
  return at === part.length;
}

/** Tries every subsequence of the first list. */
function longestCommon(a: readonly number[], b: readonly number[]): number {
  let best = 0;
  for (let mask = 0; mask < 1 << a.length; mask++) {
    const part = a.filter((_, i) => (mask >> i) & 1);
    if (part.length > best && isSubsequence(part, b)) best = part.length;
  }
  return best;
}

describe('aligning the tokens of a pair', () => {
  it('shares a longest common subsequence, the same on both sides', () => {
    fc.assert(
      fc.property(tokens, tokens, (a, b) => {
        const { chosenShared, rejectedShared } = alignTokens(a, b);
        expect(chosenShared).toHaveLength(a.length);
        expect(rejectedShared).toHaveLength(b.length);
        expect(kept(a, chosenShared)).toEqual(kept(b, rejectedShared));
        expect(kept(a, chosenShared)).toHaveLength(longestCommon(a, b));
      }),
      { numRuns: 300 },
    );
  });

  it('always shares the end token', () => {
    fc.assert(
      fc.property(tokens, tokens, (a, b) => {
        const { chosenShared, rejectedShared } = alignTokens([...a, 99], [...b, 99]);
        expect([chosenShared.at(-1), rejectedShared.at(-1)]).toEqual([true, true]);
      }),
    );
  });

  it('marks an edit in the middle and an addition before the end', () => {
    expect(alignTokens([1, 2, 3, 4, 8, 9, 0], [1, 2, 7, 4, 0])).toEqual({
      chosenShared: [true, true, false, true, false, false, true],
      rejectedShared: [true, true, false, true, true],
    });
  });

  it('shares nothing with an empty side', () => {
    expect(alignTokens([], [1, 2])).toEqual({ chosenShared: [], rejectedShared: [false, false] });
  });
});
