// The yardstick: the same model and the same DPO step written with TensorFlow.js's own operations, its gradient tape
// and its Adam, one policy at a time. Used by the benchmark, and to check that both compute the same.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import type { ModelConfig, Weights } from '../src/engine/model/config';
import type { EncodedSequence, ScoredPair } from '../src/engine/training/types';

export interface StockPolicy {
  /** One training step; the mean DPO loss before it. */
  train(pairs: readonly ScoredPair[]): Promise<number>;
  dispose(): void;
}

export interface StockOptions {
  readonly weights: Weights;
  readonly beta: number;
  readonly learningRate: number;
  readonly maxGradNorm: number;
}

export function createStockPolicy({ weights, beta, learningRate, maxGradNorm }: StockOptions): StockPolicy {
  const { config } = weights;
  const variables: Record<string, tf.Variable> = {};
  for (const [name, { shape, data }] of Object.entries(weights.tensors)) {
    variables[name] = tf.variable(tf.tensor(data, [...shape]));
  }
  const optimizer = tf.train.adam(learningRate, 0.9, 0.999, 1e-8);

  return {
    async train(pairs) {
      const sequences = [...pairs.map(({ chosen }) => chosen), ...pairs.map(({ rejected }) => rejected)];
      const B = pairs.length;
      const loss = tf.tidy(() => {
        const reference = tf.tensor1d(pairs.map((pair) => pair.referenceChosen - pair.referenceRejected));
        const { value, grads } = tf.variableGrads(() => {
          const logProbs = sequenceLogProbs(variables, config, sequences);
          const margin = tf.sub(tf.sub(tf.slice1d(logProbs, 0, B), tf.slice1d(logProbs, B, B)), reference);
          // −log σ(z) as softplus(−z): the stock gradient of logSigmoid reads a tensor that is already disposed of.
          return tf.mean(tf.softplus(tf.mul(-beta, margin))) as tf.Scalar;
        }, Object.values(variables));
        // One after the other: addN of so many tensors binds more buffers than a WebGPU shader may have.
        const norm = tf.sqrt(Object.values(grads).map((g) => tf.sum(tf.square(g))).reduce((a, b) => tf.add(a, b)));
        const scale = tf.minimum(1, tf.div(maxGradNorm, tf.add(norm, 1e-6)));
        optimizer.applyGradients(Object.fromEntries(Object.entries(grads).map(([name, g]) => [name, tf.mul(g, scale)])));
        return value;
      });
      const [number] = await loss.data();
      loss.dispose();
      return number!;
    },
    dispose() {
      tf.dispose(variables);
      optimizer.dispose();
    },
  };
}

/** Summed log-probabilities of the completions, `[S]`. */
function sequenceLogProbs(
  weights: Readonly<Record<string, tf.Tensor>>,
  config: ModelConfig,
  sequences: readonly EncodedSequence[],
): tf.Tensor1D {
  const S = sequences.length;
  const T = Math.max(...sequences.map(({ ids }) => ids.length));
  const D = config.hidden_size;
  const H = config.num_attention_heads;
  const headDim = D / H;
  const ids = new Int32Array(S * T);
  const next = new Int32Array(S * T);
  const scored = new Float32Array(S * T);
  sequences.forEach((sequence, s) => {
    ids.set(sequence.ids, s * T);
    for (let t = sequence.completionStart; t < sequence.ids.length; t++) {
      next[s * T + t - 1] = sequence.ids[t]!;
      scored[s * T + t - 1] = 1;
    }
  });
  const of = (name: string) => weights[name]! as tf.Tensor2D;
  const project = (input: tf.Tensor2D, name: string): tf.Tensor2D => tf.matMul(input, of(name), false, true);
  const norm = (input: tf.Tensor2D, name: string): tf.Tensor2D =>
    tf.mul(tf.mul(input, tf.rsqrt(tf.add(tf.mean(tf.square(input), -1, true), config.rms_norm_eps))), weights[name]!);
  const { cos, sin } = rotary(T, headDim, config.rope_theta);
  const heads = (x: tf.Tensor2D) => tf.transpose(tf.reshape(x, [S, T, H, headDim]), [0, 2, 1, 3]) as tf.Tensor4D;
  const turn = (x: tf.Tensor4D) => {
    const [first, second] = tf.split(x, 2, -1) as [tf.Tensor, tf.Tensor];
    return tf.add(tf.mul(x, cos), tf.mul(tf.concat([tf.neg(second), first], -1), sin)) as tf.Tensor4D;
  };
  const mask = tf.mul(tf.sub(1, tf.linalg.bandPart(tf.ones([T, T]), -1, 0)), -1e9);

  // WASM has no gradient of gather, so the embedding is looked up by a product with one-hot rows.
  const oneHot = (of: Int32Array) => tf.cast(tf.oneHot(tf.tensor1d(of, 'int32'), config.vocab_size), 'float32') as tf.Tensor2D;
  let x: tf.Tensor2D = tf.matMul(oneHot(ids), of('model.embed_tokens.weight'));
  for (let i = 0; i < config.num_hidden_layers; i++) {
    const layer = `model.layers.${i}`;
    const first = norm(x, `${layer}.input_layernorm.weight`);
    const q = turn(heads(project(first, `${layer}.self_attn.q_proj.weight`)));
    const k = turn(heads(project(first, `${layer}.self_attn.k_proj.weight`)));
    const v = heads(project(first, `${layer}.self_attn.v_proj.weight`));
    const scores = tf.add(tf.div(tf.matMul(q, k, false, true), Math.sqrt(headDim)), mask);
    const mixed: tf.Tensor2D = tf.reshape(tf.transpose(tf.matMul(tf.softmax(scores), v), [0, 2, 1, 3]), [S * T, D]) as tf.Tensor2D;
    x = tf.add(x, project(mixed, `${layer}.self_attn.o_proj.weight`));
    const second = norm(x, `${layer}.post_attention_layernorm.weight`);
    const gate = project(second, `${layer}.mlp.gate_proj.weight`);
    const gated = tf.mul(tf.mul(gate, tf.sigmoid(gate)), project(second, `${layer}.mlp.up_proj.weight`)) as tf.Tensor2D;
    x = tf.add(x, project(gated, `${layer}.mlp.down_proj.weight`));
  }
  const logits = tf.matMul(norm(x, 'model.norm.weight'), of('model.embed_tokens.weight'), false, true);
  const perToken = tf.mul(tf.sum(tf.mul(tf.logSoftmax(logits), oneHot(next)), -1), tf.tensor1d(scored));
  return tf.sum(tf.reshape(perToken, [S, T]), 1) as tf.Tensor1D;
}

/** Rotary tables `[T, headDim]` in Hugging Face's layout: both halves turn by the same angles. */
function rotary(T: number, headDim: number, theta: number): { cos: tf.Tensor2D; sin: tf.Tensor2D } {
  const half = headDim / 2;
  const cos = new Float32Array(T * headDim);
  const sin = new Float32Array(T * headDim);
  for (let t = 0; t < T; t++) {
    for (let i = 0; i < headDim; i++) {
      const angle = t * theta ** (-(i % half) / half);
      cos[t * headDim + i] = Math.cos(angle);
      sin[t * headDim + i] = Math.sin(angle);
    }
  }
  return { cos: tf.tensor2d(cos, [T, headDim]), sin: tf.tensor2d(sin, [T, headDim]) };
}
