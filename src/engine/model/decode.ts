// Sampling with a key–value cache in tfjs' operations: the prompts go through the model once, then one position a step.
// The composed cohort samples with it; on the fused kernels `gpu/sampler.ts` does the same without tfjs.
import * as tf from '@tensorflow/tfjs-core';
import { createCache, decodingStep, type DecodingStep, type KeyValueCache } from '../ops/attention/decoding';
import { quarterTurn, rotaryAngles } from '../ops/attention/rotary';
import { gatherRows } from '../ops/embedding/embedding';
import { createRandom } from '../random';
import { disposeAll, take, tidy } from '../tidy';
import type { OnToken, SampledSequence, SampleOptions } from '../training/types';
import { createAnswers } from './answers';
import { chooseToken } from './chooseToken';
import type { ModelConfig } from './config';
import { decodingLayer, keepMatrices, normedProduct, type DecodingWeights, type KeptMatrices } from './decodingLayer';
import { EMBEDDING, FINAL_NORM, layerNames, logitsAndCache, type DeviceParameters } from './forward';
import type { Positions } from './positions';
import { disposeBatch, lastTokens, layOut } from './tokens';

/** Prompts that are answered at once, all policies together. */
const CHUNK_SEQUENCES = 96;

/**
 * The parameters as a step wants them: lying the way they are multiplied, the norms' gains folded in. Made once a call,
 * when the second token is wanted.
 */
interface StepWeights {
  readonly embedding: tf.Tensor3D;
  readonly layers: readonly DecodingWeights[];
  readonly logits: KeptMatrices;
}

/**
 * Continues each prompt under each policy, `[K][prompt]`. The random number of a token depends only on the seed, the
 * prompt's index and the position, so that policies that agree say the same, and a batch says what its parts would.
 * @param parameters must not change or be disposed of meanwhile.
 * @throws RangeError for a prompt that is empty or longer than the context.
 */
export async function sampleComposed(
  parameters: DeviceParameters, config: ModelConfig, positions: Positions,
  prompts: readonly (readonly number[])[], options: SampleOptions, onToken?: OnToken,
): Promise<SampledSequence[][]> {
  const K = parameters[EMBEDDING]!.shape[0]!;
  const policies = Array.from({ length: K }, (_, k) => k);
  const answers = createAnswers(K, prompts, options, config.max_position_embeddings);
  if (prompts.length === 0 || options.maxTokens < 1) return answers.soFar();
  const longest = Math.max(...prompts.map(({ length }) => length));
  const capacity = Math.min(config.max_position_embeddings, longest + options.maxTokens);
  const headDim = config.hidden_size / config.num_attention_heads;
  let weights: StepWeights | undefined;
  const angles = rotaryAngles(capacity, headDim, config.rope_theta);
  const turn = quarterTurn(headDim);
  try {
    const size = Math.max(1, Math.floor(CHUNK_SEQUENCES / K));
    for (let first = 0; first < prompts.length; first += size) {
      const chosen = prompts.slice(first, first + size).map((_, i) => first + i);
      if (!(await sampleChunk(chosen))) break;
    }
  } finally {
    turn.dispose();
    // The embedding is the caller's.
    if (weights) disposeAll([weights.layers, weights.logits]);
  }
  return answers.soFar();

  /** Answers the prompts of these indices; false if the caller wants no more. */
  async function sampleChunk(chosen: readonly number[]): Promise<boolean> {
    let open = chosen;
    const T = Math.max(...open.map((p) => prompts[p]!.length));
    let { logits, cache } = prefill(open.map((p) => prompts[p]!));
    try {
      for (let n = 0; ; n++) {
        const next = draw(open, await take(logits));
        if ((await onToken?.(answers.soFar())) === false) return false;
        const growing = open.filter((p) => policies.some((k) => answers.growing(k, p)));
        if (growing.length === 0) return true;
        let ids = next;
        if (growing.length <= open.length / 2) {
          // Half of the answers are complete: the rest go on alone.
          const kept = growing.map((p) => open.indexOf(p));
          ids = policies.flatMap((k) => kept.map((s) => next[k * open.length + s]!));
          const old = cache;
          cache = tidy(() => old.map((layer) => keepRows(layer, K, open.length, kept)));
          disposeAll(old);
          open = growing;
        }
        const lengths = policies.flatMap(() => open.map((p) => prompts[p]!.length));
        const old = cache;
        weights ??= tidy(() => stepWeights(parameters, config));
        const ready = weights;
        const made = tidy(() => {
          const step = decodingStep(lengths, T, n, capacity, angles, turn);
          return decode(ready, config, Int32Array.from(ids), old, step);
        });
        old.forEach((layer, i) => layer.k !== made.cache[i]!.k && disposeAll(layer));
        ({ logits, cache } = made);
      }
    } finally {
      disposeAll(cache);
    }
  }

  function prefill(chosen: readonly (readonly number[])[]) {
    const sequences = policies.map(() => chosen.map((ids) => ({ ids, completionStart: ids.length })));
    const batch = layOut(sequences);
    const tables = positions.of(batch.T);
    const made = tidy(() => {
      const { logits, cache } = logitsAndCache(parameters, config, batch, tables, lastTokens(sequences));
      return { logits, cache: cache.map((layer) => createCache(layer, capacity)) };
    });
    disposeBatch(batch);
    return made;
  }

  /** The next token of each row; anything for a row whose answer is complete. */
  function draw(open: readonly number[], logits: Float32Array): number[] {
    const V = config.vocab_size;
    return policies.flatMap((k) =>
      open.map((p, s) => {
        if (!answers.growing(k, p)) return 0;
        const at = (k * open.length + s) * V;
        const uniform = createRandom(options.seed, p, answers.drawn(k, p)).next();
        const { token, logProb } = chooseToken(logits.subarray(at, at + V), options, uniform);
        answers.take(k, p, token, logProb);
        return token;
      }),
    );
  }
}

function stepWeights(parameters: DeviceParameters, config: ModelConfig): StepWeights {
  const { hidden_size: D, num_attention_heads: heads, num_key_value_heads: kvHeads } = config;
  const d = D / heads;
  const embedding = parameters[EMBEDDING] as tf.Tensor3D;
  const K = embedding.shape[0];
  const across = (name: string): tf.Tensor3D => tf.transpose(parameters[name] as tf.Tensor3D, [0, 2, 1]);
  const withGain = (w: tf.Tensor3D, gain: string): tf.Tensor3D => tf.mul(w, tf.expandDims(parameters[gain]!, 2));
  /** Gives every query head a key or value of its own. */
  const repeated = (w: tf.Tensor3D): tf.Tensor3D =>
    heads === kvHeads
      ? w
      : tf.reshape(tf.tile(tf.reshape(w, [K * D * kvHeads, 1, d]), [1, heads / kvHeads, 1]), [K, D, D]);
  return {
    embedding,
    layers: Array.from({ length: config.num_hidden_layers }, (_, i) => {
      const names = layerNames(i);
      const q: tf.Tensor3D = tf.mul(across(names.q), 1 / Math.sqrt(d));
      const qkv: tf.Tensor3D = tf.concat([q, repeated(across(names.k)), repeated(across(names.v))], 2);
      return {
        qkv: keepMatrices(withGain(qkv, names.norm1)),
        o: keepMatrices(across(names.o)),
        gate: keepMatrices(withGain(across(names.gate), names.norm2)),
        up: keepMatrices(withGain(across(names.up), names.norm2)),
        down: keepMatrices(across(names.down)),
      };
    }),
    logits: keepMatrices(withGain(across(EMBEDDING), FINAL_NORM)),
  };
}

/** One position of every row: ids `[K, S]` → logits `[K, S, V]`; call inside `tf.tidy`. */
function decode(
  weights: StepWeights, config: ModelConfig, ids: Int32Array, cache: readonly KeyValueCache[], step: DecodingStep,
): { logits: tf.Tensor3D; cache: KeyValueCache[] } {
  const K = weights.embedding.shape[0];
  const epsilon = config.rms_norm_eps;
  const grown: KeyValueCache[] = [];
  let x = gatherRows(weights.embedding, tf.tensor2d(ids, [K, ids.length / K], 'int32'));
  weights.layers.forEach((layer, i) => {
    const made = decodingLayer(x, layer, cache[i]!, step, epsilon);
    grown.push(made.cache);
    x = made.x;
  });
  return { logits: normedProduct(x, weights.logits, epsilon), cache: grown };
}

/** The cache of some of each policy's S sequences. */
function keepRows({ k, v }: KeyValueCache, K: number, S: number, kept: readonly number[]): KeyValueCache {
  const ids = tf.tensor2d(Array.from({ length: K }, () => [...kept]), [K, kept.length], 'int32');
  const [rows, columns, d] = k.shape;
  const heads = rows / (K * S);
  const pick = (x: tf.Tensor3D): tf.Tensor3D =>
    tf.reshape(gatherRows(tf.reshape(x, [K, S, heads * columns * d]), ids), [K * kept.length * heads, columns, d]);
  return { k: pick(k), v: pick(v) };
}
