// Content as 64 bits, and a set of such hashes that holds millions of them in a few megabytes.

/** Two words of 32 bits each. */
export interface Hash64 {
  readonly high: number;
  readonly low: number;
}

/**
 * Hashes a sequence of texts, told apart from any other cutting of the same characters. Two multiplicative hashes over the
 * UTF-16 units, mixed into each other at the end (as in cyrb53); no match for somebody who looks for collisions.
 */
export function hashTexts(texts: readonly string[]): Hash64 {
  let a = 0xdeadbeef ^ texts.length;
  let b = 0x41c6ce57;
  for (const text of texts) {
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      a = Math.imul(a ^ unit, 0x9e3779b1);
      b = Math.imul(b ^ unit, 0x5f356495);
      // Multiplication alone never carries a high bit downwards.
      a ^= a >>> 15;
    }
    a = Math.imul(a ^ text.length, 0x85ebca6b);
    b = Math.imul(b ^ (text.length + 0x10000), 0xc2b2ae35);
    b ^= b >>> 16;
  }
  const low = mix(a, b);
  return { low, high: mix(b, low) };
}

function mix(x: number, y: number): number {
  let h = Math.imul(x ^ (x >>> 16), 0x85ebca6b) ^ Math.imul(y ^ (y >>> 13), 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return (h ^ (h >>> 13)) >>> 0;
}

/** Sixteen hexadecimal digits. */
export const hashId = ({ high, low }: Hash64): string => high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');

export interface HashMap {
  /** The number that the hash was entered with, or null; it is entered with this one then. */
  enter(hash: Hash64, value: number): number | null;
  readonly size: number;
}

/** Open addressing in one typed array: twelve bytes an entry, at most two thirds full. */
export function createHashMap(): HashMap {
  let capacity = 1 << 10;
  let table = new Uint32Array(capacity * 3);
  let size = 0;

  /** The place of a hash, or where it belongs. A value of zero marks a free place. */
  function placeOf({ high, low }: Hash64): number {
    let slot = low & (capacity - 1);
    for (;;) {
      const at = slot * 3;
      if (table[at + 2] === 0 || (table[at] === low && table[at + 1] === high)) return at;
      slot = (slot + 1) & (capacity - 1);
    }
  }

  function grow(): void {
    const old = table;
    capacity *= 2;
    table = new Uint32Array(capacity * 3);
    for (let at = 0; at < old.length; at += 3) {
      if (old[at + 2] !== 0) table.set(old.subarray(at, at + 3), placeOf({ low: old[at]!, high: old[at + 1]! }));
    }
  }

  return {
    enter: (hash, value) => {
      const at = placeOf(hash);
      if (table[at + 2] !== 0) return table[at + 2]! - 1;
      table.set([hash.low, hash.high, value + 1], at);
      size += 1;
      if (size * 3 > capacity * 2) grow();
      return null;
    },
    get size() {
      return size;
    },
  };
}
