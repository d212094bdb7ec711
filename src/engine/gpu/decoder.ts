// The model as lists of operations for sampling: once over the prompts, then over one token of each row again and again,
// with keys and values in a cache. `sampler.ts` records them and replays the second for every token.
import type { ModelConfig } from '../model/config';
import { attentionForward, rotaryTable } from '../ops/attention/attention.wgsl';
import {
  decodingAttentionFused, keepKeysAndValues, STATE, type DecodingShape,
} from '../ops/attention/decoding.wgsl';
import { gatherRowsFused } from '../ops/embedding/embedding.wgsl';
import { rowsProduct } from '../ops/linear/rows.wgsl';
import { SETTINGS } from '../ops/sampling/choice';
import { tokenChoice } from '../ops/sampling/choice.wgsl';
import type { ParameterLayout } from './layout';
import type { Operand, Operation } from './operation';
import type { GpuRuntime } from './runtime';

export interface SamplingShape {
  readonly K: number;
  /** Prompts a policy. */
  readonly S: number;
  /** Positions that each prompt is padded to. */
  readonly P: number;
  /** Positions that the cache has room for in each row. */
  readonly capacity: number;
}

/** Lengths that sampling buffers must have, in numbers. */
export interface SamplingSize {
  readonly rows: number;
  /** Rows times P. */
  readonly tokens: number;
  /** Rows times capacity. */
  readonly places: number;
}

export type SamplingBuffers = ReturnType<typeof samplingBuffers>;

const widthOf = (c: ModelConfig) => (c.num_attention_heads + 2 * c.num_key_value_heads) * (c.hidden_size / c.num_attention_heads);

const decodingShape = (c: ModelConfig, { K, S, capacity }: SamplingShape): DecodingShape => ({
  rows: K * S, capacity,
  heads: c.num_attention_heads,
  kvHeads: c.num_key_value_heads,
  headDim: c.hidden_size / c.num_attention_heads,
});

/** Numbers in the longest buffer, and in all of them. */
export function samplingNumbers(c: ModelConfig, { rows, tokens, places }: SamplingSize): { longest: number; all: number } {
  const { hidden_size: D, intermediate_size: F, num_hidden_layers: L, vocab_size: V, num_attention_heads: H } = c;
  const W = widthOf(c);
  const kept = W - D;
  return {
    longest: Math.max(tokens * Math.max(W, 2 * F), rows * V, places * kept),
    all: tokens * (4 * D + W + 3 * F + H + 1) + rows * (V + D) + places * (L * kept + 2),
  };
}

/** Buffers for shapes up to a size. */
export function samplingBuffers(gpu: GpuRuntime, c: ModelConfig, { rows, tokens, places }: SamplingSize) {
  const made: GPUBuffer[] = [];
  const make = (length: number, data?: Float32Array) => {
    const buffer = gpu.storage(length, data);
    made.push(buffer);
    return buffer;
  };
  const { hidden_size: D, intermediate_size: F, vocab_size: V, num_attention_heads: H } = c;
  const W = widthOf(c);
  const table = rotaryTable(c.max_position_embeddings, D / H, c.rope_theta);
  return {
    table: make(table.length, table),
    settings: make(SETTINGS),
    /** The prompts, `[K, S·P]`; their lengths, `[S]`; and the place of each one's last token among S·P, `[K, S]`. */
    promptIds: make(tokens),
    prompts: make(rows),
    lastTokens: make(rows),
    state: make(rows * STATE),
    ids: make(rows),
    drawn: make(places * 2),
    caches: Array.from({ length: c.num_hidden_layers }, () => make(places * (W - D))),
    x: make(tokens * D),
    normed: make(tokens * D),
    inverse: make(tokens),
    qkv: make(tokens * W),
    attended: make(tokens * D),
    logSums: make(tokens * H),
    middle: make(tokens * D),
    gateUp: make(tokens * 2 * F),
    activated: make(tokens * F),
    last: make(rows * D),
    logits: make(rows * V),
    destroy() {
      for (const buffer of made) buffer.destroy();
    },
  };
}

const EMBEDDING = 'model.embed_tokens';

/** From the prompts to each row's first token. */
export function promptOperations(
  c: ModelConfig, shape: SamplingShape, parameters: GPUBuffer, layout: ParameterLayout, b: SamplingBuffers,
): Operation[] {
  const { K, S, P } = shape;
  const decoding = decodingShape(c, shape);
  const D = c.hidden_size;
  return [
    ...layers(c, K, S * P, b.promptIds, parameters, layout, b, (cache) => [
      keepKeysAndValues(decoding, P, true, b.table, b.state, b.qkv, cache),
      attentionForward({ ...decoding, batch: K * S, T: P }, b.qkv, b.attended, b.logSums),
    ]),
    gatherRowsFused(K, S, D, { buffer: b.x, offset: 0, stride: S * P * D, missing: S * P }, b.lastTokens, b.last),
    ...choice(c, shape, b.last, parameters, layout, b),
  ];
}

/** From each row's newest token to its next. */
export function tokenOperations(
  c: ModelConfig, shape: SamplingShape, parameters: GPUBuffer, layout: ParameterLayout, b: SamplingBuffers,
): Operation[] {
  const decoding = decodingShape(c, shape);
  return [
    ...layers(c, shape.K, shape.S, b.ids, parameters, layout, b, (cache) => [
      keepKeysAndValues(decoding, 1, false, b.table, b.state, b.qkv, cache),
      decodingAttentionFused(decoding, b.state, b.qkv, cache, b.attended),
    ]),
    ...choice(c, shape, b.x, parameters, layout, b),
  ];
}

/** Ids `[K, N]` through all layers, into `b.x`; `attend` goes from `b.qkv` to `b.attended`. */
function layers(
  c: ModelConfig, K: number, N: number, ids: GPUBuffer, parameters: GPUBuffer, layout: ParameterLayout, b: SamplingBuffers,
  attend: (cache: GPUBuffer) => Operation[],
): Operation[] {
  const { hidden_size: D, intermediate_size: F, vocab_size: V } = c;
  const weight = (name: string): Operand => ({ buffer: parameters, offset: layout.offset(`${name}.weight`), stride: layout.P });
  const normed = (name: string) => ({ gain: weight(name), epsilon: c.rms_norm_eps });
  const shared = { K, m: N, between: b };
  return [
    gatherRowsFused(K, N, D, { ...weight(EMBEDDING), missing: V }, ids, b.x),
    ...b.caches.flatMap((cache, i) => {
      const at = `model.layers.${i}`;
      return [
        // Queries, keys and values lie one after another, and so do gate and up: one product each.
        ...rowsProduct({ ...shared, n: widthOf(c), i: D, x: b.x, w: weight(`${at}.self_attn.q_proj`), y: b.qkv, norm: normed(`${at}.input_layernorm`) }),
        ...attend(cache),
        ...rowsProduct({ ...shared, n: D, i: D, x: b.attended, w: weight(`${at}.self_attn.o_proj`), y: b.middle, add: b.x }),
        ...rowsProduct({
          ...shared, n: F, i: D, x: b.middle, w: weight(`${at}.mlp.gate_proj`), y: b.activated, gated: true,
          norm: normed(`${at}.post_attention_layernorm`),
        }),
        ...rowsProduct({ ...shared, n: D, i: F, x: b.activated, w: weight(`${at}.mlp.down_proj`), y: b.x, add: b.middle }),
      ];
    }),
  ];
}

/** The residual stream of one token a row, `[K, S, D]` → logits, and the choice. */
function choice(
  c: ModelConfig, { K, S }: SamplingShape, x: GPUBuffer, parameters: GPUBuffer, layout: ParameterLayout, b: SamplingBuffers,
): Operation[] {
  const { hidden_size: D, vocab_size: V } = c;
  const weight = (name: string): Operand => ({ buffer: parameters, offset: layout.offset(`${name}.weight`), stride: layout.P });
  return [
    ...rowsProduct({
      K, m: S, n: V, i: D, x, w: weight(EMBEDDING), y: b.logits, norm: { gain: weight('model.norm'), epsilon: c.rms_norm_eps }, between: b,
    }),
    tokenChoice({ rows: K * S, S, V, context: c.max_position_embeddings }, b),
  ];
}

