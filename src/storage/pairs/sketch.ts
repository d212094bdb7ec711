// Small fingerprints of a pair's texts. `grams` tells which texts can not hold a word that is searched for, so that only
// the others need to be read; `nearness` tells which pairs may be nearly the same. Made when a pair is stored.

/** Numbers of a nearness sketch: BANDS bands of BAND_ROWS. Two texts with similarity s agree in all of some band with 1 - (1 - s⁵)⁶. */
export const BANDS = 6;
export const BAND_ROWS = 5;
export const NEARNESS = BANDS * BAND_ROWS;

/** Characters of a shingle. Shorter ones are shared by unrelated texts of a language, too. */
export const SHINGLE = 5;

/** A Bloom filter with fewer bits would say yes to nearly everything, one with more takes memory that long texts do not earn back. */
const MIN_BITS = 64;
const MAX_BITS = 1 << 15;

const mix = (a: number, b: number, c: number): number => {
  let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77) ^ Math.imul(c, 0xc2b2ae3d);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return h ^ (h >>> 13);
};

/** A code unit that is no ASCII: it, and two of them side by side, say enough to be indexed, as in 사과 or an emoji. */
const isWide = (unit: number): boolean => unit >= 0x80;

/**
 * Calls `visit` with a hash of each gram of a folded text: every run of three code units, and runs of one and two of
 * those that are no ASCII.
 */
function eachGram(text: string, visit: (hash: number) => void): void {
  let before = 0;
  let last = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (isWide(unit)) {
      visit(mix(unit, 0, 1));
      if (i > 0 && isWide(last)) visit(mix(unit, last, 2));
    }
    if (i > 1) visit(mix(unit, last, before + 3));
    before = last;
    last = unit;
  }
}

/**
 * A Bloom filter of the grams of some folded texts, with one hash for each gram. Its length in bytes is a power of two
 * that follows from the texts' length, so that about a third of the bits are set.
 */
export function gramFilter(folded: readonly string[]): Uint8Array {
  let units = 0;
  for (const text of folded) units += text.length;
  let bits = MIN_BITS;
  while (bits < units && bits < MAX_BITS) bits *= 2;
  const out = new Uint8Array(bits / 8);
  const shift = Math.clz32(bits - 1);
  for (const text of folded) {
    eachGram(text, (hash) => {
      const bit = hash >>> shift;
      out[bit >> 3] = out[bit >> 3]! | (1 << (bit & 7));
    });
  }
  return out;
}

/** The hashes that the filter of a text must hold if the text holds the folded query; none for a query too short to tell. */
export function queryGrams(foldedQuery: string): Uint32Array {
  const hashes = new Set<number>();
  eachGram(foldedQuery, (hash) => hashes.add(hash >>> 0));
  return Uint32Array.from(hashes);
}

/** Whether a text may hold the query. `at` and `bytes` are where its filter lies. */
export function mayHold(filters: Uint8Array, at: number, bytes: number, grams: Uint32Array): boolean {
  if (bytes === 0) return false;
  const shift = Math.clz32(bytes * 8 - 1);
  for (let i = 0; i < grams.length; i++) {
    const bit = grams[i]! >>> shift;
    if ((filters[at + (bit >> 3)]! & (1 << (bit & 7))) === 0) return false;
  }
  return true;
}

/** For each bin the lowest hash of the text at hand; used by one call at a time. */
const lowest = new Uint32Array(NEARNESS);

/**
 * Numbers of which two pairs share about as many as their sets of shingles overlap: the lowest hash of each of NEARNESS
 * bins (P. Li, A. Owen, C.-H. Zhang, One permutation hashing, NIPS 2012), 16 bits of each. An empty bin, as short texts
 * have, takes what the next one has (A. Shrivastava, P. Li, Densifying one permutation hashing, ICML 2014).
 */
export function nearnessSketch(folded: readonly string[]): Uint16Array {
  lowest.fill(0xffffffff);
  eachShingle(folded, (hash) => {
    // The upper bits name the bin; the whole hash is what competes within it.
    const bin = ((hash >>> 16) * NEARNESS) >>> 16;
    if (hash < lowest[bin]!) lowest[bin] = hash;
  });
  const out = new Uint16Array(NEARNESS);
  for (let bin = 0; bin < NEARNESS; bin++) {
    let from = bin;
    let steps = 0;
    while (lowest[from % NEARNESS] === 0xffffffff && steps < NEARNESS) {
      from += 1;
      steps += 1;
    }
    // How far the number was carried is part of it: otherwise two short texts would agree in all bins they have empty.
    out[bin] = mix(lowest[from % NEARNESS]!, steps, 0) & 0xffff;
  }
  return out;
}

/** A hash of every run of SHINGLE code units in each text; of a shorter text as a whole. */
function eachShingle(folded: readonly string[], visit: (hash: number) => void): void {
  for (const text of folded) {
    if (text.length === 0) continue;
    const size = Math.min(SHINGLE, text.length);
    // A polynomial that rolls along: what leaves on the left is taken out again.
    let power = 1;
    for (let i = 1; i < size; i++) power = Math.imul(power, 0x01000193);
    let rolling = 0;
    for (let i = 0; i < text.length; i++) {
      if (i >= size) rolling = (rolling - Math.imul(text.charCodeAt(i - size) + 1, power)) | 0;
      rolling = (Math.imul(rolling, 0x01000193) + text.charCodeAt(i) + 1) | 0;
      if (i >= size - 1) visit(mix(rolling, 0, 0) >>> 0);
    }
  }
}

/** Share of the numbers in which two sketches agree: an estimate of the similarity of their pairs. */
export function sketchLikeness(sketches: Uint16Array, first: number, second: number): number {
  let same = 0;
  for (let i = 0; i < NEARNESS; i++) if (sketches[first * NEARNESS + i] === sketches[second * NEARNESS + i]) same += 1;
  return same / NEARNESS;
}

/** Jaccard similarity of the sets of shingles of two pairs' folded texts, by their hashes. */
export function shingleSimilarity(first: readonly string[], second: readonly string[]): number {
  const [a, b] = [new Set<number>(), new Set<number>()];
  eachShingle(first, (hash) => a.add(hash));
  eachShingle(second, (hash) => b.add(hash));
  let both = 0;
  for (const hash of a) if (b.has(hash)) both += 1;
  const either = a.size + b.size - both;
  return either === 0 ? 1 : both / either;
}
