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

/** The same with its arrays on the device, int32; owned by whoever made it. */
export interface TokenBatch extends Omit<Arrangement, 'ids' | 'scoredRows' | 'scoredInverse' | 'labels'> {
  readonly ids: tf.Tensor2D;
  readonly scoredRows: tf.Tensor2D;
  readonly scoredInverse: tf.Tensor2D;
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

/** `arrange`, and the arrays put on the device; padded to `length` at least. */
export function layOut(sequences: readonly (readonly EncodedSequence[])[], length = 1): TokenBatch {
  const { ids, scoredRows, scoredInverse, labels, ...rest } = arrange(sequences, (T, M) => [Math.max(T, length), M]);
  const int2d = (values: Int32Array) => tf.tensor2d(values, [rest.K, values.length / rest.K], 'int32');
  return {
    ...rest,
    ids: int2d(ids),
    scoredRows: int2d(scoredRows),
    scoredInverse: int2d(scoredInverse),
    labels: int2d(labels),
  };
}

export function disposeBatch(batch: TokenBatch): void {
  tf.dispose([batch.ids, batch.scoredRows, batch.scoredInverse, batch.labels]);
}
