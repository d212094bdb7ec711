// Log-probabilities of labels, entropies and their gradients against float64 and finite differences.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import { scatterAddRows } from '../../../../src/engine/ops/embedding/embedding';
import { tokenLogProb, tokenLogProbGradient } from '../../../../src/engine/ops/tokenLogProb/tokenLogProb';
import { expectClose, forShapes, indices, normals, onDevice2d, onDevice3d, slopes, weigh } from '../../../support/float64';
import { openInNode } from '../../../support/nodeBackend';

// Hidden states of a spread of 30 make logits beyond where exp overflows in float32.
const sizes = { K: [1, 3], N: [1, 6], D: [1, 7], V: [1, 11], spread: [1, 30] } as const;
interface Shape {
  readonly K: number;
  readonly N: number;
  readonly D: number;
  readonly V: number;
}

/** log p of every token at every row: flat `[K, N, V]`. */
function logSoftmax(hidden: Float64Array, embedding: Float64Array, { K, N, D, V }: Shape): Float64Array {
  const out = new Float64Array(K * N * V);
  for (let row = 0; row < K * N; row++) {
    const logits = Array.from({ length: V }, (_, v) => {
      let logit = 0;
      for (let i = 0; i < D; i++) logit += hidden[row * D + i]! * embedding[(Math.floor(row / N) * V + v) * D + i]!;
      return logit;
    });
    const top = Math.max(...logits);
    const logZ = top + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - top), 0));
    logits.forEach((logit, v) => (out[row * V + v] = logit - logZ));
  }
  return out;
}

describe.each(['cpu', 'wasm'] as const)('token log-probabilities on %s', (backend) => {
  beforeAll(() => openInNode(backend));

  it('are float64’s, and so are the entropies', () =>
    forShapes(sizes, (shape, random) => {
      const { K, N, D, V, spread } = shape;
      const [hidden, embedding] = [normals(random, K * N * D, spread), normals(random, K * V * D)];
      const labels = indices(random, K * N, V);
      const all = logSoftmax(hidden, embedding, shape);
      const { logProbs, entropy } = tokenLogProb(
        onDevice3d(hidden, [K, N, D]), onDevice3d(embedding, [K, V, D]), tf.tensor2d(labels, [K, N], 'int32'),
      );
      const rows = Array.from({ length: K * N }, (_, row) => all.subarray(row * V, (row + 1) * V));
      expectClose(logProbs, Float64Array.from(rows, (row, i) => row[labels[i]!]!), [K, N], 'log-probabilities');
      // A difference of numbers as large as the logits, whose rounding it keeps.
      const tolerance = 1e-6 * Math.max(10, spread);
      expectClose(entropy, Float64Array.from(rows, (row) => -row.reduce((sum, l) => sum + Math.exp(l) * l, 0)), [K, N], 'entropy', tolerance);
    }));

  it('have the slopes of finite differences, for the hidden states and for both uses of the embedding', () =>
    forShapes(sizes, (shape, random) => {
      const { K, N, D, V } = shape;
      const [hidden, embedding, d] = [normals(random, K * N * D), normals(random, K * V * D), normals(random, K * N)];
      const labels = indices(random, K * N, V);
      const f = () => {
        const all = logSoftmax(hidden, embedding, shape);
        return weigh(d, Float64Array.from(labels, (label, row) => all[row * V + label]!));
      };
      const e = onDevice3d(embedding, [K, V, D]);
      const ids = tf.tensor2d(labels, [K, N], 'int32');
      const { saved } = tokenLogProb(onDevice3d(hidden, [K, N, D]), e, ids);
      const { dHidden, dEmbedding, dLabelRows } = tokenLogProbGradient(onDevice2d(d, [K, N]), e, saved);
      expectClose(dHidden, slopes(f, hidden), [K, N, D], 'dHidden');
      const whole = tf.add(dEmbedding, scatterAddRows(dLabelRows, ids, V));
      expectClose(whole, slopes(f, embedding), [K, V, D], 'dEmbedding');
    }));
});
