// Log-probability and entropy of each position's next-token distribution, and the gradient, without ever storing the
// log-softmax: log p(label) = logit(label) − log Z.
import * as tf from '@tensorflow/tfjs-core';
import { gatherRows } from '../embedding/embedding';
import { linear, linearInputGradient, linearWeightGradient } from '../linear/linear';

export interface TokenLogProbSaved {
  readonly hidden: tf.Tensor3D;
  /** The embedding's rows of the labels, `[K, N, D]`. */
  readonly labelRows: tf.Tensor3D;
  /** Softmax of the logits, `[K, N, V]`. */
  readonly probabilities: tf.Tensor3D;
}

export interface TokenLogProbs {
  /** log p(label), `[K, N]`. */
  readonly logProbs: tf.Tensor2D;
  /** Entropy in nats, `[K, N]`. */
  readonly entropy: tf.Tensor2D;
  readonly saved: TokenLogProbSaved;
}

/** The next token's distribution from logits `[K, N, V]`: probabilities likewise, log Z and entropy `[K, N]`. */
export function distribution(logits: tf.Tensor3D): { probabilities: tf.Tensor3D; logZ: tf.Tensor2D; entropy: tf.Tensor2D } {
  const probabilities = tf.softmax(logits) as tf.Tensor3D;
  // The largest probability is 1/Z of the shifted logits, and never below 1/V: log Z is had without another exp.
  const logZ = tf.sub(tf.max(logits, 2), tf.log(tf.max(probabilities, 2))) as tf.Tensor2D;
  return { probabilities, logZ, entropy: tf.sub(logZ, tf.sum(tf.mul(probabilities, logits), 2)) as tf.Tensor2D };
}

/** hidden `[K, N, D]`, embedding `[K, V, D]` (tied output projection), labels int32 `[K, N]`. */
export function tokenLogProb(hidden: tf.Tensor3D, embedding: tf.Tensor3D, labels: tf.Tensor2D): TokenLogProbs {
  const { probabilities, logZ, entropy } = distribution(linear(hidden, embedding));
  const labelRows = gatherRows(embedding, labels);
  const labelLogits = tf.sum(tf.mul(hidden, labelRows), 2);
  return {
    logProbs: tf.sub(labelLogits, logZ) as tf.Tensor2D,
    entropy,
    saved: { hidden, labelRows, probabilities },
  };
}

export interface TokenLogProbGradients {
  readonly dHidden: tf.Tensor3D;
  /** Through the normaliser; the label's own part comes as rows to scatter. */
  readonly dEmbedding: tf.Tensor3D;
  /** Gradient of the labels' rows of the embedding, `[K, N, D]`. */
  readonly dLabelRows: tf.Tensor3D;
}

/** dLogProbs `[K, N]`. d logit = dlogp · (one-hot − p); the one-hot part goes by rows, so no `[K, N, V]` of it exists. */
export function tokenLogProbGradient(
  dLogProbs: tf.Tensor2D,
  embedding: tf.Tensor3D,
  { hidden, labelRows, probabilities }: TokenLogProbSaved,
): TokenLogProbGradients {
  const d = tf.expandDims(dLogProbs, 2);
  const dLogits = tf.mul(probabilities, tf.neg(d)) as tf.Tensor3D;
  return {
    dHidden: tf.add(linearInputGradient(dLogits, embedding), tf.mul(d, labelRows)),
    dEmbedding: linearWeightGradient(dLogits, hidden),
    dLabelRows: tf.mul(d, hidden) as tf.Tensor3D,
  };
}
