// Small random instances of the operations that sampling adds, for the gate: see `kernelCases.ts`, which they belong to.
import { cacheWidth, decodingAttentionFused, keepKeysAndValues } from '../ops/attention/decoding.wgsl';
import { rotaryTable } from '../ops/attention/attention.wgsl';
import { rowsProduct } from '../ops/linear/rows.wgsl';
import { packSettings } from '../ops/sampling/choice';
import { tokenChoice } from '../ops/sampling/choice.wgsl';
import type { SampleOptions } from '../training/types';
import type { CaseSize, KernelCase, Stage } from './kernelCases';

/** Sequences of different lengths: prompts and single positions kept, one attended to, and a token chosen in every way. */
export function samplingCases(size: CaseSize, stage: Stage): KernelCase[] {
  const { K, S, T, V, heads, kvHeads, headDim } = size;
  const { floats, out, ints, given, random } = stage;
  const rows = K * S;
  const capacity = T + 1;
  const shape = { rows, capacity, heads, kvHeads, headDim };
  const width = (heads + 2 * kvHeads) * headDim;
  const table = given(rotaryTable(capacity, headDim, 10_000));
  const lengths = Array.from({ length: rows }, () => 1 + random.below(T));
  const state = ints(lengths.flatMap((length) => [length, 0]));
  const cache = () => floats(rows * capacity * cacheWidth(shape));
  const kept = (P: number, prompts: boolean): KernelCase => ({
    operation: keepKeysAndValues(shape, P, prompts, table, state, floats(rows * P * width), cache()),
  });
  return [
    ...rowsCases(size, stage),
    kept(T, true),
    kept(1, false),
    { operation: decodingAttentionFused(shape, state, floats(rows * width), cache(), out(rows * heads * headDim)) },
    ...choices.map((options) => choiceCase(rows, S, V, options, stage)),
  ];
}

/** The product of few rows in the three ways that a layer uses it, its weights and gain somewhere in a larger buffer. */
function rowsCases({ K, heads, headDim, F }: CaseSize, { floats, out }: Stage): KernelCase[] {
  const m = 2;
  // Other widths take the general product, which has cases of its own.
  const [D, wide] = [4 * Math.ceil((heads * headDim) / 4), 4 * Math.ceil(F / 4)];
  const stride = 2 * wide * D + 4 + D;
  const parameters = floats(K * stride);
  const w = { buffer: parameters, offset: D + 4, stride };
  const norm = { gain: { buffer: parameters, offset: 4, stride }, epsilon: 1e-5 };
  const common = { K, m, w, between: { normed: out(K * m * D), inverse: out(K * m), gateUp: out(K * m * 2 * wide) } };
  return [
    { ...common, n: wide, i: D, x: floats(K * m * D), y: out(K * m * wide), norm },
    { ...common, n: wide, i: D, x: floats(K * m * D), y: out(K * m * wide), norm, gated: true },
    { ...common, n: D, i: wide, x: floats(K * m * wide), y: out(K * m * D), add: floats(K * m * D) },
  ].flatMap((product) => rowsProduct(product).map((operation) => ({ operation })));
}

const plain: SampleOptions = { temperature: 1, topK: 0, topP: 1, greedy: false, maxTokens: 1, seed: 3, endToken: -1 };
const choices: readonly SampleOptions[] = [
  { ...plain, greedy: true },
  plain,
  { ...plain, temperature: 0.7, topK: 5, seed: 4 },
  { ...plain, temperature: 1.5, topP: 0.8, seed: 5 },
  { ...plain, topK: 9, topP: 0.9, endToken: 1, seed: 6 },
];

/** Answers of different lengths, one of which is complete, in a context that the next token fills for some. */
function choiceCase(rows: number, S: number, V: number, options: SampleOptions, { floats, ints, out, random }: Stage): KernelCase {
  const context = 7;
  const prompts = Array.from({ length: S }, () => 1 + random.below(3));
  const answered = Array.from({ length: rows }, () => random.below(4));
  const state = answered.flatMap((count, row) => [prompts[row % S]! + count, row === rows - 1 && rows > 1 ? 1 : 0]);
  return {
    operation: tokenChoice({ rows, S, V, context }, {
      settings: ints(packSettings(options, 2)),
      logits: floats(rows * V),
      prompts: ints(prompts),
      state: ints(state),
      ids: ints(answered.map(() => random.below(V))),
      drawn: out(context * rows * 2),
    }),
  };
}
