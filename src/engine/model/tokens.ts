// Token sequences laid out for the device: padded to one length, with the rows that are scored picked out, since a
// prompt's positions need no logits.
import * as tf from '@tensorflow/tfjs-core';
import type { EncodedSequence } from '../training/types';

/** A batch of sequences for K policies on the host. */
export interface Arrangement {
  readonly K: number;
  /** Sequences a policy. */
  readonly S: number;
  /** Positions a sequence, padding included. */
  readonly T: number;
  /** Places for scored rows a policy. */
  readonly M: number;
  /** `[K, S·T]`. */
  readonly ids: Int32Array;
  /** Positions whose next token is scored, as indices into S·T: `[K, M]`; short policies are padded with 0. */
  readonly scoredRows: Int32Array;
  /** For each of the S·T positions its place among the scored rows, or M where it is not scored: `[K, S·T]`. */
  readonly scoredInverse: Int32Array;
  /** The next token at each scored row, `[K, M]`. */
  readonly labels: Int32Array;
  /** For each policy and sequence, the range of its scored rows: `[start, end)`. */
  readonly ranges: readonly (readonly (readonly [number, number])[])[];
}

/**
 * A batch on the device, without its padding: all but attention works on the R real tokens alone, a third fewer rows
 * than S·T on the town's answers. Tensors are int32 and owned by whoever made the batch.
 */
export interface TokenBatch extends Pick<Arrangement, 'K' | 'S' | 'T' | 'M' | 'ranges'> {
  /** Real tokens of the policy that has most; the others' rows beyond their own are fillers without influence. */
  readonly R: number;
  /** `[K, R]`. */
  readonly ids: tf.Tensor2D;
  /** Where each real token stands among the S·T positions, or S·T for a filler: `[K, R]`. */
  readonly places: tf.Tensor2D;
  /** The real token at each of the S·T positions, or R where there is padding: `[K, S·T]`. */
  readonly tokens: tf.Tensor2D;
  /** The scored rows among the real tokens, `[K, M]`; short policies are padded with 0. */
  readonly scoredRows: tf.Tensor2D;
  /** For each real token its place among the scored rows, or M: `[K, R]`. */
  readonly scoredInverse: tf.Tensor2D;
  /** `[K, M]`. */
  readonly labels: tf.Tensor2D;
}

/**
 * Arranges `[K][S]` sequences (every policy has the same number), padded to the longest.
 * Padding lies to the right, where causal attention cannot see it, so it needs no mask of its own.
 * @param least lower bounds for T and M, so that few different shapes occur.
 */
export function arrange(
  sequences: readonly (readonly EncodedSequence[])[],
  least: (T: number, M: number) => readonly [T: number, M: number] = (T, M) => [T, M],
): Arrangement {
  const K = sequences.length;
  const S = sequences[0]?.length ?? 0;
  const longest = Math.max(1, ...sequences.flat().map((sequence) => sequence.ids.length));
  const scored = sequences.map((list) =>
    list.map(({ ids, completionStart }) => Math.max(0, ids.length - Math.max(1, completionStart))),
  );
  const most = Math.max(1, ...scored.map((counts) => counts.reduce((sum, count) => sum + count, 0)));
  const [T, M] = least(longest, most);
  if (T < longest || M < most) throw new RangeError(`The sequences need ${longest} positions and ${most} rows, not ${T} and ${M}.`);
  const ids = new Int32Array(K * S * T);
  const scoredRows = new Int32Array(K * M);
  const scoredInverse = new Int32Array(K * S * T).fill(M);
  const labels = new Int32Array(K * M);
  const ranges = sequences.map((list, k) => {
    let row = 0;
    return list.map((sequence, s): readonly [number, number] => {
      const start = row;
      ids.set(sequence.ids, (k * S + s) * T);
      for (let t = Math.max(1, sequence.completionStart); t < sequence.ids.length; t++) {
        scoredRows[k * M + row] = s * T + t - 1;
        scoredInverse[k * S * T + s * T + t - 1] = row;
        labels[k * M + row] = sequence.ids[t]!;
        row += 1;
      }
      return [start, row];
    });
  });
  return { K, S, T, M, ids, scoredRows, scoredInverse, labels, ranges };
}

/** Arranges sequences, leaves the padding out and puts the rest on the device; T is `length` at least. */
export function layOut(sequences: readonly (readonly EncodedSequence[])[], length = 1): TokenBatch {
  const whole = arrange(sequences, (T, M) => [Math.max(T, length), M]);
  const { K, S, T, M, ranges } = whole;
  const R = Math.max(1, ...sequences.map((list) => list.reduce((sum, { ids }) => sum + ids.length, 0)));
  const ids = new Int32Array(K * R);
  const places = new Int32Array(K * R).fill(S * T);
  const tokens = new Int32Array(K * S * T).fill(R);
  const scoredInverse = new Int32Array(K * R).fill(M);
  sequences.forEach((list, k) => {
    let r = 0;
    list.forEach((sequence, s) => {
      for (let t = 0; t < sequence.ids.length; t++, r++) {
        const place = s * T + t;
        ids[k * R + r] = sequence.ids[t]!;
        places[k * R + r] = place;
        tokens[k * S * T + place] = r;
        scoredInverse[k * R + r] = whole.scoredInverse[k * S * T + place]!;
      }
    });
  });
  const scoredRows = whole.scoredRows.map((place, i) => {
    const k = Math.floor(i / M);
    const used = ranges[k]!.at(-1)?.[1] ?? 0;
    return i % M < used ? tokens[k * S * T + place]! : 0;
  });
  const int2d = (values: Int32Array) => tf.tensor2d(values, [K, values.length / K], 'int32');
  return {
    K, S, T, M, R, ranges,
    ids: int2d(ids),
    places: int2d(places),
    tokens: int2d(tokens),
    scoredRows: int2d(scoredRows),
    scoredInverse: int2d(scoredInverse),
    labels: int2d(whole.labels),
  };
}

/** Where the last token of each of `[K][S]` sequences stands among its policy's R real tokens, int32 `[K, S]`. */
export function lastTokens(sequences: readonly (readonly EncodedSequence[])[]): tf.Tensor2D {
  const rows = sequences.flatMap((list) => {
    let end = 0;
    return list.map(({ ids }) => (end += ids.length) - 1);
  });
  return tf.tensor2d(Int32Array.from(rows), [sequences.length, rows.length / sequences.length], 'int32');
}

export function disposeBatch(batch: TokenBatch): void {
  tf.dispose([batch.ids, batch.places, batch.tokens, batch.scoredRows, batch.scoredInverse, batch.labels]);
}
