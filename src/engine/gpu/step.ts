// The model and its training step as lists of operations for K policies and one batch shape. `fusedCohort.ts` records
// them once a shape and replays them; the tests compare them with the composed form.
import type { ModelConfig } from '../model/config';
import { attentionBackward, attentionForward, rotaryInPlace } from '../ops/attention/attention.wgsl';
import type { AttentionShape } from '../ops/attention/attention';
import { gatherRowsFused, scatterRowsFused } from '../ops/embedding/embedding.wgsl';
import { matmul } from '../ops/linear/linear.wgsl';
import { gainGradient, gainParts, rmsNormBackward, rmsNormForward } from '../ops/rmsNorm/rmsNorm.wgsl';
import { swiGluBackward, swiGluForward } from '../ops/swiGlu/swiGlu.wgsl';
import { tokenLogProbBackward, tokenLogProbForward } from '../ops/tokenLogProb/tokenLogProb.wgsl';
import type { ParameterLayout } from './layout';
import type { Operand, Operation } from './operation';
import type { GpuRuntime } from './runtime';

/** One batch's shape: S sequences of T positions a policy, M scored rows. */
export interface StepShape {
  readonly K: number;
  readonly S: number;
  readonly T: number;
  readonly M: number;
}

/** What the host fills in for a batch; all u32. */
export interface BatchBuffers {
  /** `[K, S·T]`. */
  readonly ids: GPUBuffer;
  /** `[K, M]`, likewise `labels`. */
  readonly scoredRows: GPUBuffer;
  readonly labels: GPUBuffer;
  /** `[K, S·T]`, M where a position is not scored. */
  readonly scoredInverse: GPUBuffer;
  /** The positions of each token, `[K, V + 1]` and `[K, S·T]`. */
  readonly idStarts: GPUBuffer;
  readonly idRows: GPUBuffer;
}

interface LayerBuffers {
  readonly x: GPUBuffer;
  readonly normed: GPUBuffer;
  readonly inverse: GPUBuffer;
  readonly qkv: GPUBuffer;
  readonly attended: GPUBuffer;
  readonly logSums: GPUBuffer;
  readonly middle: GPUBuffer;
  readonly normed2: GPUBuffer;
  readonly inverse2: GPUBuffer;
  readonly gateUp: GPUBuffer;
  readonly activated: GPUBuffer;
}

export interface StepBuffers {
  readonly batch: BatchBuffers;
  readonly layers: readonly LayerBuffers[];
  readonly last: GPUBuffer;
  readonly scored: GPUBuffer;
  readonly hidden: GPUBuffer;
  readonly inverse: GPUBuffer;
  readonly logits: GPUBuffer;
  readonly logZ: GPUBuffer;
  readonly logProbs: GPUBuffer;
  readonly entropy: GPUBuffer;
  readonly table: GPUBuffer;
  readonly backward?: BackwardBuffers;
  destroy(): void;
}

interface BackwardBuffers {
  readonly dLogProbs: GPUBuffer;
  readonly dHidden: GPUBuffer;
  readonly dScored: GPUBuffer;
  readonly dx: GPUBuffer;
  readonly dNormed: GPUBuffer;
  readonly dAttended: GPUBuffer;
  readonly along: GPUBuffer;
  readonly dqkv: GPUBuffer;
  readonly dActivated: GPUBuffer;
  readonly dGateUp: GPUBuffer;
  readonly partial: GPUBuffer;
}

/** Buffers large enough for batches up to `shape`. Without `training` the layers share theirs and none are for gradients. */
export function stepBuffers(gpu: GpuRuntime, c: ModelConfig, shape: StepShape, table: Float32Array, training: boolean): StepBuffers {
  const { K, S, T, M } = shape;
  const made: GPUBuffer[] = [];
  const make = (length: number, data?: Float32Array) => {
    const buffer = gpu.storage(length, data);
    made.push(buffer);
    return buffer;
  };
  const rows = K * S * T;
  const D = c.hidden_size;
  const F = c.intermediate_size;
  const d = D / c.num_attention_heads;
  const W = D + 2 * c.num_key_value_heads * d;
  const V = c.vocab_size;
  const layer = (): LayerBuffers => ({
    x: make(rows * D),
    normed: make(rows * D),
    inverse: make(rows),
    qkv: make(rows * W),
    attended: make(rows * D),
    logSums: make(rows * c.num_attention_heads),
    middle: make(rows * D),
    normed2: make(rows * D),
    inverse2: make(rows),
    gateUp: make(rows * 2 * F),
    activated: make(rows * F),
  });
  const shared = training ? undefined : [layer(), layer()];
  return {
    batch: {
      ids: make(rows),
      scoredRows: make(K * M),
      labels: make(K * M),
      scoredInverse: make(rows),
      idStarts: make(K * (V + 1)),
      idRows: make(rows),
    },
    // Two in turn are enough where nothing is kept: a layer reads its own and writes the next one's input.
    layers: Array.from({ length: c.num_hidden_layers }, (_, i) => shared?.[i % 2] ?? layer()),
    last: make(rows * D),
    scored: make(K * M * D),
    hidden: make(K * M * D),
    inverse: make(K * M),
    logits: make(K * M * V),
    logZ: make(K * M),
    logProbs: make(K * M),
    entropy: make(K * M),
    table: make(table.length, table),
    ...(training && {
      backward: {
        dLogProbs: make(K * M),
        dHidden: make(K * M * D),
        dScored: make(K * M * D),
        dx: make(rows * D),
        dNormed: make(rows * D),
        dAttended: make(rows * D),
        along: make(rows * c.num_attention_heads),
        dqkv: make(rows * W),
        dActivated: make(rows * F),
        dGateUp: make(rows * 2 * F),
        partial: make(gainParts(K, Math.max(S * T, M), D)),
      },
    }),
    destroy() {
      for (const buffer of made) buffer.destroy();
    },
  };
}

/** Sizes and names that forward and backward share. */
function scene(c: ModelConfig, { K, S, T, M }: StepShape, parameters: GPUBuffer, layout: ParameterLayout) {
  const N = S * T;
  const D = c.hidden_size;
  const d = D / c.num_attention_heads;
  return {
    K, N, M, D,
    F: c.intermediate_size,
    V: c.vocab_size,
    W: D + 2 * c.num_key_value_heads * d,
    attention: { batch: K * S, T, heads: c.num_attention_heads, kvHeads: c.num_key_value_heads, headDim: d } satisfies AttentionShape,
    weight: (name: string): Operand => ({ buffer: parameters, offset: layout.offset(name), stride: layout.P }),
    rows: (buffer: GPUBuffer, width: number): Operand => ({ buffer, offset: 0, stride: N * width }),
    scoredRows: (buffer: GPUBuffer, width: number): Operand => ({ buffer, offset: 0, stride: M * width }),
    norm: (x: GPUBuffer, inverse: GPUBuffer, name: string) => ({
      x, inverse, parameters, gainOffset: layout.offset(name), stride: layout.P,
    }),
    layer: (i: number) => `model.layers.${i}`,
  };
}

const EMBEDDING = 'model.embed_tokens.weight';
const FINAL_NORM = 'model.norm.weight';

/** From token ids to the scored rows' log-probabilities and entropies. */
export function forwardOperations(
  c: ModelConfig, shape: StepShape, parameters: GPUBuffer, layout: ParameterLayout, buffers: StepBuffers,
): Operation[] {
  const s = scene(c, shape, parameters, layout);
  const { K, N, M, D, F, V, W } = s;
  const out: Operation[] = [];
  const embedding = s.weight(EMBEDDING);
  out.push(gatherRowsFused(K, N, D, { ...embedding, missing: V }, buffers.batch.ids, buffers.layers[0]!.x));
  buffers.layers.forEach((b, i) => {
    const at = s.layer(i);
    const next = buffers.layers[i + 1]?.x ?? buffers.last;
    const product = (x: GPUBuffer, width: number, name: string, y: GPUBuffer, n: number, add?: GPUBuffer) =>
      matmul({
        layout: 'nt', K, m: N, n, i: width, a: s.rows(x, width), b: s.weight(`${at}.${name}.weight`), c: s.rows(y, n),
        ...(add && { add: s.rows(add, n) }),
      });
    out.push(
      rmsNormForward(K, N, D, c.rms_norm_eps, s.norm(b.x, b.inverse, `${at}.input_layernorm.weight`), b.normed),
      // Queries, keys and values lie one after another, and so do gate and up: one product each.
      product(b.normed, D, 'self_attn.q_proj', b.qkv, W),
      rotaryInPlace(s.attention, buffers.table, b.qkv, false),
      attentionForward(s.attention, b.qkv, b.attended, b.logSums),
      product(b.attended, D, 'self_attn.o_proj', b.middle, D, b.x),
      rmsNormForward(K, N, D, c.rms_norm_eps, s.norm(b.middle, b.inverse2, `${at}.post_attention_layernorm.weight`), b.normed2),
      product(b.normed2, D, 'mlp.gate_proj', b.gateUp, 2 * F),
      swiGluForward(K * N, F, b.gateUp, b.activated),
      product(b.activated, F, 'mlp.down_proj', next, D, b.middle),
    );
  });
  out.push(
    gatherRowsFused(K, M, D, { buffer: buffers.last, offset: 0, stride: N * D, missing: N }, buffers.batch.scoredRows, buffers.scored),
    rmsNormForward(K, M, D, c.rms_norm_eps, s.norm(buffers.scored, buffers.inverse, FINAL_NORM), buffers.hidden),
    matmul({ layout: 'nt', K, m: M, n: V, i: D, a: s.scoredRows(buffers.hidden, D), b: embedding, c: s.scoredRows(buffers.logits, V) }),
    tokenLogProbForward(K * M, V, { ...buffers, labels: buffers.batch.labels }, buffers.logProbs, buffers.entropy),
  );
  return out;
}

/** From `backward.dLogProbs` to `gradients` `[K, P]`, every element written. */
export function backwardOperations(
  c: ModelConfig, shape: StepShape, parameters: GPUBuffer, layout: ParameterLayout, buffers: StepBuffers, gradients: GPUBuffer,
): Operation[] {
  const s = scene(c, shape, parameters, layout);
  const { K, N, M, D, F, V, W } = s;
  const g = buffers.backward!;
  const out: Operation[] = [];
  const gradient = (name: string): Operand => ({ buffer: gradients, offset: layout.offset(name), stride: layout.P });
  const gain = (n: number, x: GPUBuffer, inverse: GPUBuffer, dy: GPUBuffer, name: string) =>
    gainGradient(K, n, D, x, inverse, dy, g.partial, gradients, layout.offset(name), layout.P);

  out.push(
    tokenLogProbBackward(K * M, V, { ...buffers, labels: buffers.batch.labels }, g.dLogProbs),
    matmul({ layout: 'nn', K, m: M, n: D, i: V, a: s.scoredRows(buffers.logits, V), b: s.weight(EMBEDDING), c: s.scoredRows(g.dHidden, D) }),
    matmul({ layout: 'tn', K, m: V, n: D, i: M, a: s.scoredRows(buffers.logits, V), b: s.scoredRows(buffers.hidden, D), c: gradient(EMBEDDING) }),
    gain(M, buffers.scored, buffers.inverse, g.dHidden, FINAL_NORM),
    rmsNormBackward(K, M, D, s.norm(buffers.scored, buffers.inverse, FINAL_NORM), g.dHidden, g.dScored, false),
    gatherRowsFused(K, N, D, { buffer: g.dScored, offset: 0, stride: M * D, missing: M }, buffers.batch.scoredInverse, g.dx),
  );
  for (let i = c.num_hidden_layers - 1; i >= 0; i--) {
    const b = buffers.layers[i]!;
    const at = s.layer(i);
    const toInput = (dy: GPUBuffer, width: number, name: string, dx: GPUBuffer, n: number) =>
      matmul({ layout: 'nn', K, m: N, n, i: width, a: s.rows(dy, width), b: s.weight(`${at}.${name}.weight`), c: s.rows(dx, n) });
    const toWeight = (dy: GPUBuffer, width: number, x: GPUBuffer, n: number, name: string) =>
      matmul({ layout: 'tn', K, m: width, n, i: N, a: s.rows(dy, width), b: s.rows(x, n), c: gradient(`${at}.${name}.weight`) });
    const norm1 = s.norm(b.x, b.inverse, `${at}.input_layernorm.weight`);
    const norm2 = s.norm(b.middle, b.inverse2, `${at}.post_attention_layernorm.weight`);
    out.push(
      toWeight(g.dx, D, b.activated, F, 'mlp.down_proj'),
      toInput(g.dx, D, 'mlp.down_proj', g.dActivated, F),
      swiGluBackward(K * N, F, b.gateUp, g.dActivated, g.dGateUp),
      toWeight(g.dGateUp, 2 * F, b.normed2, D, 'mlp.gate_proj'),
      toInput(g.dGateUp, 2 * F, 'mlp.gate_proj', g.dNormed, D),
      gain(N, b.middle, b.inverse2, g.dNormed, `${at}.post_attention_layernorm.weight`),
      rmsNormBackward(K, N, D, norm2, g.dNormed, g.dx, true),

      toWeight(g.dx, D, b.attended, D, 'self_attn.o_proj'),
      toInput(g.dx, D, 'self_attn.o_proj', g.dAttended, D),
      attentionBackward(s.attention, { qkv: b.qkv, y: b.attended, logSums: b.logSums, dy: g.dAttended, along: g.along, dqkv: g.dqkv }),
      rotaryInPlace(s.attention, buffers.table, g.dqkv, true),
      toWeight(g.dqkv, W, b.normed, D, 'self_attn.q_proj'),
      toInput(g.dqkv, W, 'self_attn.q_proj', g.dNormed, D),
      gain(N, b.x, b.inverse, g.dNormed, `${at}.input_layernorm.weight`),
      rmsNormBackward(K, N, D, norm1, g.dNormed, g.dx, true),
    );
  }
  // The tied embedding's gradient as output projection is there already; its use as input is added.
  const index = { ids: buffers.batch.ids, starts: buffers.batch.idStarts, rows: buffers.batch.idRows };
  out.push(scatterRowsFused(K, N, V, D, g.dx, index, gradient(EMBEDDING)));
  return out;
}
