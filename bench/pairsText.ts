// Made-up pairs for the benchmark of their store: about a kilobyte a side, words as unevenly frequent as in a language, half of
// the pairs a small revision of each other and half not alike at all. Written as JSON lines, bit by bit.

const WORDS = 20_000;
const SIDE = 1000;

function stream(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) / 0x100_0000;
  };
}

const next = stream(1);
const letters = 'etaoinshrdlucmfwypvbgkjqxz';
const vocabulary = Array.from({ length: WORDS }, (_, i) =>
  i === 0 ? 'the' : Array.from({ length: 2 + Math.floor(next() * 9) }, () => letters[Math.floor(next() ** 2 * 26)]).join(''),
);

function words(length: number): string[] {
  const out: string[] = [];
  // Zipf's law: the word of rank r about 1 / r as often as the first.
  for (let size = 0; size < length; size += out.at(-1)!.length + 1) out.push(vocabulary[Math.floor(WORDS ** next()) - 1]!);
  return out;
}

function line(i: number): string {
  const chosen = words(SIDE);
  const rejected = i % 2 === 0 ? words(SIDE) : chosen.map((word) => (next() < 0.05 ? vocabulary[Math.floor(next() * WORDS)]! : word));
  if (i % 100 === 50) chosen.push('quokka');
  if (i % 50_000 === 123) chosen.push('zyzzyva');
  if (i % 40 === 7) chosen.push('사과 나무 🌳');
  return `${JSON.stringify({ prompt: words(120).join(' '), chosen: chosen.join(' '), rejected: rejected.join(' ') })}\n`;
}

/** A file of so many pairs; yields to the page while it is written. */
export async function writePairs(count: number): Promise<Blob> {
  const parts: Blob[] = [];
  for (let at = 0; at < count; at += 1000) {
    parts.push(new Blob(Array.from({ length: Math.min(1000, count - at) }, (_, i) => line(at + i))));
    await new Promise((resolve) => setTimeout(resolve));
  }
  return new Blob(parts);
}
