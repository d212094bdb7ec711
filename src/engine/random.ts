// Counter-based random numbers: a value depends only on its key, never on how many were drawn before,
// so a run can be resumed, split over workers or replayed and still see the same numbers.

/** Mixes 32-bit words into one well-spread 32-bit word (the finalizer of MurmurHash3 over each word). */
export function hashWords(...words: number[]): number {
  let h = 0x9e3779b9;
  for (const word of words) {
    h = Math.imul(h ^ (word | 0), 0x85ebca6b);
    h ^= h >>> 13;
    h = Math.imul(h, 0xc2b2ae35);
    h ^= h >>> 16;
    h = (h + 0x9e3779b9) | 0;
  }
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  h ^= h >>> 16;
  return h >>> 0;
}

/** Hashes text (FNV-1a over UTF-16 code units, then mixed). Stable across platforms and releases. */
export function hashText(text: string, seed = 0): number {
  let h = 0x811c9dc5 ^ seed;
  for (let i = 0; i < text.length; i++) {
    h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  }
  return hashWords(h);
}

/** An id that follows from content: 64 bits as hex, so that among a million texts hardly ever two are alike. */
export function contentId(content: readonly string[]): string {
  const text = JSON.stringify(content);
  // Backwards for the second half: two seeds of one hash would collide together more often than chance.
  const backwards = text.split('').reverse().join('');
  return [text, backwards].map((one) => hashText(one).toString(16).padStart(8, '0')).join('');
}

export interface Random {
  /** The next number in [0, 1). */
  next(): number;
  /** The next whole number in [0, bound). */
  below(bound: number): number;
  /** One element, each equally likely. */
  pick<T>(items: readonly T[]): T;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** A standard normal number (Box–Muller). */
  normal(): number;
  /** A new array in random order (Fisher–Yates). */
  shuffle<T>(items: readonly T[]): T[];
}

/** A stream of random numbers keyed by any number of words, e.g. `createRandom(seed, step, policy)`. */
export function createRandom(...key: number[]): Random {
  const base = hashWords(...key);
  let counter = 0;
  // 53 random bits from two words, so that values are as fine as a double allows.
  const next = (): number => {
    const high = hashWords(base, counter, 0) >>> 5;
    const low = hashWords(base, counter, 1) >>> 6;
    counter += 1;
    return (high * 67108864 + low) / 9007199254740992;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  return {
    next,
    below,
    pick: (items) => items[below(items.length)]!,
    chance: (probability) => next() < probability,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    shuffle: (items) => {
      const out = [...items];
      for (let i = out.length - 1; i > 0; i--) {
        const j = below(i + 1);
        [out[i], out[j]] = [out[j]!, out[i]!];
      }
      return out;
    },
  };
}
