import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSha256 } from '../../../../src/engine/sha256';
import { createHashMap, hashId, hashTexts } from '../../../../src/preferences/import/hashes';

describe('content hashes', () => {
  it('tell apart texts that differ in any way, and cuttings of one text', () => {
    const ids = new Set<string>();
    let count = 0;
    const add = (...texts: string[]): void => {
      ids.add(hashId(hashTexts(texts)));
      count += 1;
    };
    for (let i = 0; i < 200_000; i++) add(`Question ${i}`, 'A', 'B');
    for (let i = 0; i < 65_536; i++) add(String.fromCharCode(i));
    for (let length = 2; length < 3000; length++) add('a'.repeat(length));
    add('ab', 'c');
    add('a', 'bc');
    add('abc');
    add('', 'abc');
    add('abc', '');
    add();
    add('');
    // Among this many hashes of 64 bits, two alike have a chance of one in five hundred million.
    expect(ids.size).toBe(count);
  });

  it('spread over all of their bits', () => {
    const counts = new Array<number>(64).fill(0);
    for (let i = 0; i < 4096; i++) {
      const { high, low } = hashTexts([`text ${i}`]);
      for (let bit = 0; bit < 32; bit++) {
        counts[bit]! += (low >>> bit) & 1;
        counts[32 + bit]! += (high >>> bit) & 1;
      }
    }
    // Five standard deviations of a fair coin thrown 4,096 times.
    for (const count of counts) expect(Math.abs(count - 2048)).toBeLessThan(160);
  });

  it('are kept with the number they came with first', () => {
    const map = createHashMap();
    const known = new Map<string, number>();
    for (let i = 0; i < 20_000; i++) {
      const hash = hashTexts([`text ${(i * 7919) % 12_000}`]);
      const before = known.get(hashId(hash)) ?? null;
      expect(map.enter(hash, i)).toBe(before);
      if (before === null) known.set(hashId(hash), i);
    }
    expect(map.size).toBe(12_000);
    // A hash of all zeros is a hash like any other.
    expect([map.enter({ high: 0, low: 0 }, 0), map.enter({ high: 0, low: 0 }, 5)]).toEqual([null, 0]);
  });
});

it('SHA-256 of pieces is that of the whole, and may be asked for on the way', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 150 }), { maxLength: 6 }), (pieces) => {
      const ours = createSha256();
      const theirs = createHash('sha256');
      for (const piece of pieces) {
        ours.update(piece);
        theirs.update(piece);
        expect(ours.hex()).toBe(theirs.copy().digest('hex'));
      }
    }),
    { numRuns: 500 },
  );
});
