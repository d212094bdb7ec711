// The yardstick: the same model and the same DPO step written with TensorFlow.js's own operations, its gradient tape
// and its Adam, on a backend as its package ships it. Only the benchmark loads this, in a realm where nothing of the
// lab's own has touched tfjs: opening the lab's engine replaces kernels and sets flags.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import type { ModelConfig } from '../model/config';
import { recipe, rectangle, rotaryAngles, taskPairs, taskWeights, type Contender, type Place, type Rectangle, type Task } from './contender';

export async function openStock(task: Task, place: Place): Promise<Contender> {
  if (task.backend === 'wasm') (await import('@tensorflow/tfjs-backend-wasm')).setWasmPaths(place.wasmPaths as string);
  else if (task.backend === 'webgpu') await import('@tensorflow/tfjs-backend-webgpu');
  else await import('@tensorflow/tfjs-backend-cpu');
  if (!(await tf.setBackend(task.backend))) throw new Error(`Stock TensorFlow.js could not open its ${task.backend} backend.`);
  const weights = taskWeights(task);
  const batch = rectangle(taskPairs(task));
  // One policy after the other: stock operations know no policy axis.
  const policies = Array.from({ length: task.policies }, () => {
    const variables: Record<string, tf.Variable> = {};
    for (const [name, { shape, data }] of Object.entries(weights.tensors)) {
      variables[name] = tf.variable(tf.tensor(data, [...shape]));
    }
    return { variables, optimizer: tf.train.adam(recipe.learningRate, recipe.beta1, recipe.beta2, recipe.epsilon) };
  });

  return {
    async train() {
      const losses = policies.map(({ variables, optimizer }) => step(variables, optimizer, task.model, batch));
      const [first] = await Promise.all(losses.map((loss) => loss.data()));
      tf.dispose(losses);
      return first![0]!;
    },
    dispose() {
      for (const { variables, optimizer } of policies) {
        tf.dispose(variables);
        optimizer.dispose();
      }
    },
  };
}

/** One step of one policy; the mean DPO loss before it. */
function step(variables: Record<string, tf.Variable>, optimizer: tf.AdamOptimizer, config: ModelConfig, batch: Rectangle): tf.Scalar {
  const B = batch.S / 2;
  return tf.tidy(() => {
    const reference = tf.tensor1d(batch.referenceMargins);
    const { value, grads } = tf.variableGrads(() => {
      const logProbs = sequenceLogProbs(variables, config, batch);
      const margin = tf.sub(tf.sub(tf.slice1d(logProbs, 0, B), tf.slice1d(logProbs, B, B)), reference);
      // −log σ(z) as softplus(−z): the stock gradient of logSigmoid reads a tensor that is already disposed of.
      return tf.mean(tf.softplus(tf.mul(-recipe.beta, margin))) as tf.Scalar;
    }, Object.values(variables));
    // One after the other: addN of so many tensors binds more buffers than a WebGPU shader may have.
    const norm = tf.sqrt(Object.values(grads).map((g) => tf.sum(tf.square(g))).reduce((a, b) => tf.add(a, b)));
    const scale = tf.minimum(1, tf.div(recipe.maxGradNorm, tf.add(norm, 1e-6)));
    optimizer.applyGradients(Object.fromEntries(Object.entries(grads).map(([name, g]) => [name, tf.mul(g, scale)])));
    return value;
  });
}

/** Summed log-probabilities of the completions, `[S]`. */
function sequenceLogProbs(weights: Readonly<Record<string, tf.Tensor>>, config: ModelConfig, { S, T, ids, next, scored }: Rectangle): tf.Tensor1D {
  const D = config.hidden_size;
  const H = config.num_attention_heads;
  const headDim = D / H;
  const of = (name: string) => weights[name]! as tf.Tensor2D;
  const project = (input: tf.Tensor2D, name: string): tf.Tensor2D => tf.matMul(input, of(name), false, true);
  const norm = (input: tf.Tensor2D, name: string): tf.Tensor2D =>
    tf.mul(tf.mul(input, tf.rsqrt(tf.add(tf.mean(tf.square(input), -1, true), config.rms_norm_eps))), weights[name]!);
  const angles = rotaryAngles(T, headDim, config.rope_theta);
  const cos = tf.tensor2d(angles.cos, [T, headDim / 2]);
  const sin = tf.tensor2d(angles.sin, [T, headDim / 2]);
  const heads = (x: tf.Tensor2D) => tf.transpose(tf.reshape(x, [S, T, H, headDim]), [0, 2, 1, 3]) as tf.Tensor4D;
  const turn = (x: tf.Tensor4D) => {
    const [first, second] = tf.split(x, 2, -1) as [tf.Tensor, tf.Tensor];
    const turned = [tf.sub(tf.mul(first, cos), tf.mul(second, sin)), tf.add(tf.mul(second, cos), tf.mul(first, sin))];
    return tf.concat(turned, -1) as tf.Tensor4D;
  };
  const mask = tf.mul(tf.sub(1, tf.linalg.bandPart(tf.ones([T, T]), -1, 0)), -1e9);

  // WASM has no gradient of gather, so the embedding is looked up by a product with one-hot rows.
  const oneHot = (of: Int32Array) => tf.cast(tf.oneHot(tf.tensor1d(of, 'int32'), config.vocab_size), 'float32') as tf.Tensor2D;
  const embedding = of('model.embed_tokens.weight');
  let x: tf.Tensor2D = tf.matMul(oneHot(ids), embedding);
  for (let i = 0; i < config.num_hidden_layers; i++) {
    const layer = `model.layers.${i}`;
    const first = norm(x, `${layer}.input_layernorm.weight`);
    const q = turn(heads(project(first, `${layer}.self_attn.q_proj.weight`)));
    const k = turn(heads(project(first, `${layer}.self_attn.k_proj.weight`)));
    const v = heads(project(first, `${layer}.self_attn.v_proj.weight`));
    const scores = tf.add(tf.div(tf.matMul(q, k, false, true), Math.sqrt(headDim)), mask);
    const mixed: tf.Tensor2D = tf.reshape(tf.transpose(tf.matMul(tf.softmax(scores), v), [0, 2, 1, 3]), [S * T, D]);
    x = tf.add(x, project(mixed, `${layer}.self_attn.o_proj.weight`));
    const second = norm(x, `${layer}.post_attention_layernorm.weight`);
    const gate = project(second, `${layer}.mlp.gate_proj.weight`);
    const gated = tf.mul(tf.mul(gate, tf.sigmoid(gate)), project(second, `${layer}.mlp.up_proj.weight`)) as tf.Tensor2D;
    x = tf.add(x, project(gated, `${layer}.mlp.down_proj.weight`));
  }
  const logits = tf.matMul(norm(x, 'model.norm.weight'), embedding, false, true);
  const perToken = tf.mul(tf.sum(tf.mul(tf.logSoftmax(logits), oneHot(next)), -1), tf.tensor1d(scored));
  return tf.sum(tf.reshape(perToken, [S, T]), 1) as tf.Tensor1D;
}
