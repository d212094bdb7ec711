// Token sequences laid out for the device: padded to one length, with the rows that are scored picked out, since a
// prompt's positions need no logits.
import * as tf from '@tensorflow/tfjs-core';
import type { EncodedSequence } from '../training/types';

/** A batch of sequences for K policies. Tensors are int32 and owned by whoever made the batch. */
export interface TokenBatch {
  readonly K: number;
  /** Sequences a policy. */
  readonly S: number;
  /** Positions a sequence, padding included. */
  readonly T: number;
  /** `[K, S·T]`. */
  readonly ids: tf.Tensor2D;
  /** Positions whose next token is scored, as indices into S·T: `[K, M]`; short policies are padded with 0. */
  readonly scoredRows: tf.Tensor2D;
  /** For each of the S·T positions its place among the scored rows, or M where it is not scored: `[K, S·T]`. */
  readonly scoredInverse: tf.Tensor2D;
  /** The next token at each scored row, `[K, M]`. */
  readonly labels: tf.Tensor2D;
  readonly M: number;
  /** For each policy and sequence, the range of its scored rows: `[start, end)`. */
  readonly ranges: readonly (readonly (readonly [number, number])[])[];
}

/**
 * Lays out `[K][S]` sequences (every policy has the same number), padded to the longest or to `length`.
 * Padding lies to the right, where causal attention cannot see it, so it needs no mask of its own.
 */
export function layOut(sequences: readonly (readonly EncodedSequence[])[], length?: number): TokenBatch {
  const K = sequences.length;
  const S = sequences[0]?.length ?? 0;
  const T = Math.max(length ?? 1, ...sequences.flat().map((sequence) => sequence.ids.length));
  const scored = sequences.map((list) =>
    list.map(({ ids, completionStart }) => Math.max(0, ids.length - Math.max(1, completionStart))),
  );
  const M = Math.max(1, ...scored.map((counts) => counts.reduce((sum, count) => sum + count, 0)));
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
  const int2d = (values: Int32Array, columns: number) => tf.tensor2d(values, [K, columns], 'int32');
  return {
    K, S, T, M, ranges,
    ids: int2d(ids, S * T),
    scoredRows: int2d(scoredRows, M),
    scoredInverse: int2d(scoredInverse, S * T),
    labels: int2d(labels, M),
  };
}

export function disposeBatch(batch: TokenBatch): void {
  tf.dispose([batch.ids, batch.scoredRows, batch.scoredInverse, batch.labels]);
}
