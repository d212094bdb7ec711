// From the log-probabilities of scored rows to those of sequences, a chunk at a time. Shared by every kind of cohort.
import type { EncodedSequence, SequenceLogProbs } from './types';

/** Sequences that go through the device at once, all policies together. */
const CHUNK_SEQUENCES = 96;

/** Scores `[K][S]` sequences, similar lengths together so that little is padding; `score` takes one chunk likewise. */
export async function scoreInChunks(
  sequences: readonly (readonly EncodedSequence[])[],
  score: (chunk: readonly (readonly EncodedSequence[])[]) => Promise<SequenceLogProbs[][]>,
): Promise<SequenceLogProbs[][]> {
  const S = sequences[0]?.length ?? 0;
  const size = Math.max(1, Math.floor(CHUNK_SEQUENCES / sequences.length));
  const longest = (s: number) => Math.max(...sequences.map((list) => list[s]!.ids.length));
  const order = Array.from({ length: S }, (_, s) => s).sort((a, b) => longest(a) - longest(b) || a - b);
  const out = sequences.map(() => new Array<SequenceLogProbs>(S));
  for (let at = 0; at < S; at += size) {
    const picked = order.slice(at, at + size);
    const scores = await score(sequences.map((list) => picked.map((s) => list[s]!)));
    scores.forEach((list, k) => list.forEach((value, i) => (out[k]![picked[i]!] = value)));
  }
  return out;
}

/** One sequence's sums over rows `start` to `end` of a policy whose rows begin at `offset`. */
export function summarise(logProbs: Float32Array, entropy: Float32Array, offset: number, start: number, end: number): SequenceLogProbs {
  let sum = 0;
  let entropySum = 0;
  for (let row = start; row < end; row++) {
    sum += logProbs[offset + row]!;
    entropySum += entropy[offset + row]!;
  }
  return {
    sum,
    perToken: logProbs.slice(offset + start, offset + end),
    entropy: end > start ? entropySum / (end - start) : 0,
  };
}

/** Mean over all scored tokens, so that long completions weigh as in TRL. */
export function meanEntropy(sequences: readonly SequenceLogProbs[]): number {
  let total = 0;
  let tokens = 0;
  for (const { entropy, perToken } of sequences) {
    total += entropy * perToken.length;
    tokens += perToken.length;
  }
  return tokens > 0 ? total / tokens : 0;
}
