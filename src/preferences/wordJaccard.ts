// The similarity of two texts' sets of words, fast enough for whole datasets: words are told apart where they stand, without
// a string for each. The same as `jaccard(wordsOf(first), wordsOf(second))`, which says what a word is.

const inWord = /[\p{L}\p{M}\p{N}]/u;

// 0: nobody has asked yet.
const WORD = 1;
const OTHER = 2;
const APOSTROPHE = 3;
const SURROGATE = 4;

/** The kind of each code unit, found out when it is met first. */
const kinds = new Uint8Array(0x1_0000);
kinds[0x27] = APOSTROPHE;
kinds[0x2019] = APOSTROPHE;
kinds.fill(SURROGATE, 0xd800, 0xe000);

function findKind(unit: number): number {
  return (kinds[unit] = inWord.test(String.fromCharCode(unit)) ? WORD : OTHER);
}

/** Units of the character at `at` if it stands in words, else 0. */
function charLength(text: string, at: number): number {
  if (at >= text.length) return 0;
  const unit = text.charCodeAt(at);
  const kind = kinds[unit]! || findKind(unit);
  if (kind === WORD) return 1;
  return kind === SURROGATE && text.codePointAt(at)! > 0xffff && inWord.test(text.slice(at, at + 2)) ? 2 : 0;
}

/** Words met so far: where each stands in which text. Open addressing; a place is free if its stamp is not the current one. */
let capacity = 1 << 10;
let stamps = new Uint32Array(capacity);
let places = new Int32Array(capacity * 3);
let stamp = 0;

/** A word of the first text, of the second, and of the first that the second has too. */
const FIRST = 0;
const SECOND = 1;
const BOTH = 2;

/** Enters a word: 1 if it is new, 2 if it is the first time that the second text has a word of the first, else 0. */
function enter(texts: readonly [string, string], number: 0 | 1, from: number, to: number, hash: number): 0 | 1 | 2 {
  const text = texts[number];
  let slot = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) & (capacity - 1);
  for (; stamps[slot] === stamp; slot = (slot + 1) & (capacity - 1)) {
    const at = places[slot * 3]!;
    const owner = places[slot * 3 + 2]!;
    if (places[slot * 3 + 1]! - at !== to - from || !equal(text, from, to, texts[owner === SECOND ? 1 : 0], at)) continue;
    if (number === 0 || owner !== FIRST) return 0;
    places[slot * 3 + 2] = BOTH;
    return 2;
  }
  stamps[slot] = stamp;
  places[slot * 3] = from;
  places[slot * 3 + 1] = to;
  places[slot * 3 + 2] = number;
  return 1;
}

function equal(a: string, from: number, to: number, b: string, at: number): boolean {
  for (let i = from; i < to; i++, at++) if (a.charCodeAt(i) !== b.charCodeAt(at)) return false;
  return true;
}

/** Size of the intersection of the sets of words over the size of their union; 1 for two texts without a word. */
export function wordJaccard(first: string, second: string): number {
  const texts: readonly [string, string] = [first.toLowerCase(), second.toLowerCase()];
  // At most every other unit begins a word; twice the room keeps searches short.
  while (capacity < texts[0].length + texts[1].length) capacity *= 2;
  if (stamps.length < capacity) {
    stamps = new Uint32Array(capacity);
    places = new Int32Array(capacity * 3);
    stamp = 0;
  }
  stamp += 1;
  let either = 0;
  let both = 0;
  for (let number: 0 | 1 = 0; ; number = 1) {
    const text = texts[number];
    const end = text.length;
    let from = 0;
    let hash = 0;
    for (let at = 0; at <= end; ) {
      // Beyond the end stands what is in no word.
      const unit = at < end ? text.charCodeAt(at) : 0;
      const kind = kinds[unit]!;
      // Most units need no call.
      const length = kind === WORD ? 1 : kind === OTHER ? 0 : charLength(text, at);
      if (length > 0) {
        hash = Math.imul(hash ^ unit, 0x01000193);
        at += length;
      } else if (kind === APOSTROPHE && at > from && charLength(text, at + 1) > 0) at += 1;
      else {
        if (at > from) {
          const met = enter(texts, number, from, at, hash);
          if (met === 1) either += 1;
          else if (met === 2) both += 1;
        }
        at += 1;
        from = at;
        hash = 0;
      }
    }
    if (number === 1) break;
  }
  return either === 0 ? 1 : both / either;
}
