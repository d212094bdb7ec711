// The whole model, forward and backward, for K policies at once: a Llama-shaped decoder with tied embeddings.
// Backward is written out beside forward because a training step reads the log-probabilities back between the two,
// which tfjs' gradient tape cannot do.
import * as tf from '@tensorflow/tfjs-core';
import { attention, attentionGradient, type AttentionSaved, type AttentionShape } from '../ops/attention/attention';
import { gatherRows, gatherRowsOrZero, scatterAddRows } from '../ops/embedding/embedding';
import { linear, linearInputGradient, linearWeightGradient } from '../ops/linear/linear';
import { rmsNorm, rmsNormGradient, type RmsNormSaved } from '../ops/rmsNorm/rmsNorm';
import { swiGlu, swiGluGradient, type SwiGluSaved } from '../ops/swiGlu/swiGlu';
import { tokenLogProb, tokenLogProbGradient, type TokenLogProbSaved } from '../ops/tokenLogProb/tokenLogProb';
import type { ModelConfig } from './config';
import type { PositionTables } from './positions';
import type { TokenBatch } from './tokens';

/** Parameters on the device by Hugging Face's names, each with the leading policy axis. */
export type DeviceParameters = Readonly<Record<string, tf.Tensor>>;

interface LayerSaved {
  readonly norm1: RmsNormSaved;
  readonly attentionInput: tf.Tensor3D;
  readonly attention: AttentionSaved;
  readonly attentionOutput: tf.Tensor3D;
  readonly norm2: RmsNormSaved;
  readonly feedForwardInput: tf.Tensor3D;
  readonly swiGlu: SwiGluSaved;
  readonly activated: tf.Tensor3D;
}

/** What backward needs from forward; a tree of tensors, to be disposed of as one. */
export interface ForwardSaved {
  readonly layers: readonly LayerSaved[];
  readonly finalNorm: RmsNormSaved;
  readonly tokens: TokenLogProbSaved;
}

const matrix = (parameters: DeviceParameters, name: string) => parameters[name] as tf.Tensor3D;
const gain = (parameters: DeviceParameters, name: string) => parameters[name] as tf.Tensor2D;

/** Names of one layer's parameters. */
export const layerNames = (layer: number) => {
  const prefix = `model.layers.${layer}`;
  return {
    norm1: `${prefix}.input_layernorm.weight`,
    q: `${prefix}.self_attn.q_proj.weight`,
    k: `${prefix}.self_attn.k_proj.weight`,
    v: `${prefix}.self_attn.v_proj.weight`,
    o: `${prefix}.self_attn.o_proj.weight`,
    norm2: `${prefix}.post_attention_layernorm.weight`,
    gate: `${prefix}.mlp.gate_proj.weight`,
    up: `${prefix}.mlp.up_proj.weight`,
    down: `${prefix}.mlp.down_proj.weight`,
  };
};
export const EMBEDDING = 'model.embed_tokens.weight';
export const FINAL_NORM = 'model.norm.weight';

function attentionShape(config: ModelConfig, batch: TokenBatch): AttentionShape {
  return {
    batch: batch.K * batch.S,
    T: batch.T,
    heads: config.num_attention_heads,
    kvHeads: config.num_key_value_heads,
    headDim: config.hidden_size / config.num_attention_heads,
  };
}

/** The residual stream of the real tokens after the final norm, `[K, R, D]`. `keep` receives each layer's saved tensors. */
function hiddenStates(
  parameters: DeviceParameters,
  config: ModelConfig,
  batch: TokenBatch,
  positions: PositionTables,
  keep?: LayerSaved[],
): { hidden: tf.Tensor3D; finalNorm: RmsNormSaved } {
  const shape = attentionShape(config, batch);
  const epsilon = config.rms_norm_eps;
  let x = gatherRows(matrix(parameters, EMBEDDING), batch.ids);
  for (let i = 0; i < config.num_hidden_layers; i++) {
    const names = layerNames(i);
    const first = rmsNorm(x, gain(parameters, names.norm1), epsilon);
    // Attention alone needs the sequences side by side, padding and all.
    const project = (name: string) => gatherRowsOrZero(linear(first.y, matrix(parameters, name)), batch.tokens);
    const padded = attention(
      project(names.q), project(names.k), project(names.v), shape, positions.rotary, positions.mask,
    );
    const attended = { y: gatherRowsOrZero(padded.y, batch.places), saved: padded.saved };
    const afterAttention: tf.Tensor3D = tf.add(x, linear(attended.y, matrix(parameters, names.o)));
    const second = rmsNorm(afterAttention, gain(parameters, names.norm2), epsilon);
    const gated = swiGlu(
      linear(second.y, matrix(parameters, names.gate)),
      linear(second.y, matrix(parameters, names.up)),
    );
    x = tf.add(afterAttention, linear(gated.h, matrix(parameters, names.down)));
    keep?.push({
      norm1: first.saved,
      attentionInput: first.y,
      attention: attended.saved,
      attentionOutput: attended.y,
      norm2: second.saved,
      feedForwardInput: second.y,
      swiGlu: gated.saved,
      activated: gated.h,
    });
  }
  const final = rmsNorm(x, gain(parameters, FINAL_NORM), epsilon);
  return { hidden: final.y, finalNorm: final.saved };
}

export interface ForwardResult {
  /** Log-probability of each scored position's label, `[K, M]`; rows beyond a policy's own count are padding. */
  readonly logProbs: tf.Tensor2D;
  /** Entropy of each scored position's distribution, `[K, M]`. */
  readonly entropy: tf.Tensor2D;
}

/** Log-probabilities of the batch's scored positions; call inside `tf.tidy`. */
export function forward(
  parameters: DeviceParameters, config: ModelConfig, batch: TokenBatch, positions: PositionTables,
): ForwardResult {
  const { hidden } = hiddenStates(parameters, config, batch, positions);
  const { logProbs, entropy } = tokenLogProb(
    gatherRows(hidden, batch.scoredRows), matrix(parameters, EMBEDDING), batch.labels,
  );
  return { logProbs, entropy };
}

/** `forward` that also keeps what `backward` needs; call inside `tf.tidy` and dispose of `saved` afterwards. */
export function forwardForTraining(
  parameters: DeviceParameters, config: ModelConfig, batch: TokenBatch, positions: PositionTables,
): ForwardResult & { saved: ForwardSaved } {
  const layers: LayerSaved[] = [];
  const { hidden, finalNorm } = hiddenStates(parameters, config, batch, positions, layers);
  const { logProbs, entropy, saved } = tokenLogProb(
    gatherRows(hidden, batch.scoredRows), matrix(parameters, EMBEDDING), batch.labels,
  );
  return { logProbs, entropy, saved: { layers, finalNorm, tokens: saved } };
}

/** Logits after one token of each sequence, `[K, S, V]`; `rows` int32 `[K, S]` indexes the R real tokens. */
export function logitsAt(
  parameters: DeviceParameters, config: ModelConfig, batch: TokenBatch, positions: PositionTables, rows: tf.Tensor2D,
): tf.Tensor3D {
  const { hidden } = hiddenStates(parameters, config, batch, positions);
  return linear(gatherRows(hidden, rows), matrix(parameters, EMBEDDING));
}

/** `logitsAt`, with each layer's rotated keys and its values, `[K·S·heads, T, d]`, for a cache. */
export function logitsAndCache(
  parameters: DeviceParameters, config: ModelConfig, batch: TokenBatch, positions: PositionTables, rows: tf.Tensor2D,
): { logits: tf.Tensor3D; cache: { k: tf.Tensor3D; v: tf.Tensor3D }[] } {
  const layers: LayerSaved[] = [];
  const { hidden } = hiddenStates(parameters, config, batch, positions, layers);
  return {
    logits: linear(gatherRows(hidden, rows), matrix(parameters, EMBEDDING)),
    cache: layers.map(({ attention: { k, v } }) => ({ k, v })),
  };
}

/** Gradients of Σ dLogProbs · logProbs with respect to every parameter, by name; call inside `tf.tidy`. */
export function backward(
  dLogProbs: tf.Tensor2D,
  saved: ForwardSaved,
  parameters: DeviceParameters,
  config: ModelConfig,
  batch: TokenBatch,
  positions: PositionTables,
): Record<string, tf.Tensor> {
  const shape = attentionShape(config, batch);
  const gradients: Record<string, tf.Tensor> = {};
  const embedding = matrix(parameters, EMBEDDING);

  const out = tokenLogProbGradient(dLogProbs, embedding, saved.tokens);
  // Each token is scored at most once, so the rows go home by a look-up; the others get zeros.
  const dHidden = gatherRowsOrZero(out.dHidden, batch.scoredInverse);
  const finalNorm = rmsNormGradient(dHidden, gain(parameters, FINAL_NORM), saved.finalNorm);
  gradients[FINAL_NORM] = finalNorm.dGain;
  let dx = finalNorm.dx;

  for (let i = config.num_hidden_layers - 1; i >= 0; i--) {
    const names = layerNames(i);
    const layer = saved.layers[i]!;
    // Feed-forward half.
    gradients[names.down] = linearWeightGradient(dx, layer.activated);
    const { dGate, dUp } = swiGluGradient(linearInputGradient(dx, matrix(parameters, names.down)), layer.swiGlu);
    gradients[names.gate] = linearWeightGradient(dGate, layer.feedForwardInput);
    gradients[names.up] = linearWeightGradient(dUp, layer.feedForwardInput);
    const dNorm2 = tf.add(
      linearInputGradient(dGate, matrix(parameters, names.gate)),
      linearInputGradient(dUp, matrix(parameters, names.up)),
    ) as tf.Tensor3D;
    const norm2 = rmsNormGradient(dNorm2, gain(parameters, names.norm2), layer.norm2);
    gradients[names.norm2] = norm2.dGain;
    dx = tf.add(dx, norm2.dx);
    // Attention half.
    gradients[names.o] = linearWeightGradient(dx, layer.attentionOutput);
    const padded = attentionGradient(
      gatherRowsOrZero(linearInputGradient(dx, matrix(parameters, names.o)), batch.tokens),
      layer.attention, shape, positions.rotary,
    );
    const [dq, dk, dv] = [padded.dq, padded.dk, padded.dv].map((d) => gatherRowsOrZero(d, batch.places)) as [
      tf.Tensor3D, tf.Tensor3D, tf.Tensor3D,
    ];
    gradients[names.q] = linearWeightGradient(dq, layer.attentionInput);
    gradients[names.k] = linearWeightGradient(dk, layer.attentionInput);
    gradients[names.v] = linearWeightGradient(dv, layer.attentionInput);
    const dNorm1 = tf.addN([
      linearInputGradient(dq, matrix(parameters, names.q)),
      linearInputGradient(dk, matrix(parameters, names.k)),
      linearInputGradient(dv, matrix(parameters, names.v)),
    ]);
    const norm1 = rmsNormGradient(dNorm1, gain(parameters, names.norm1), layer.norm1);
    gradients[names.norm1] = norm1.dGain;
    dx = tf.add(dx, norm1.dx);
  }

  // The embedding is used twice: as input rows, and as output projection with its labels' rows.
  const rows = tf.concat([dx, out.dLabelRows], 1);
  const rowIds = tf.concat([batch.ids, batch.labels], 1);
  gradients[EMBEDDING] = tf.add(out.dEmbedding, scatterAddRows(rows, rowIds, config.vocab_size));
  return gradients;
}
