// Small random instances of every fused operation, for the gate: shapes of a tiny model, buffers with random numbers in
// them, and the operation itself. Where an operation reads what another one made, that one is named to be run first.
import type { Random } from '../random';
import { compileObjective, hyperNames, packHyper } from '../objectives';
import { cohortObjective, METRICS, sumsLength } from '../objectives/cohort.wgsl';
import { mismatchedDivergence } from '../objectives/mismatched.wgsl';
import { adamWFused, normParts, OUTCOME } from '../ops/adamW/adamW.wgsl';
import { attentionBackward, attentionForward, rotaryInPlace, rotaryTable } from '../ops/attention/attention.wgsl';
import { gatherRowsFused, indexRows, scatterRowsFused } from '../ops/embedding/embedding.wgsl';
import { matmul, type Layout } from '../ops/linear/linear.wgsl';
import { gainGradient, gainParts, rmsNormBackward, rmsNormForward } from '../ops/rmsNorm/rmsNorm.wgsl';
import { swiGluBackward, swiGluForward } from '../ops/swiGlu/swiGlu.wgsl';
import { tokenLogProbBackward, tokenLogProbForward } from '../ops/tokenLogProb/tokenLogProb.wgsl';
import type { Operand, Operation } from './operation';
import { samplingCases } from './samplingCases';

/** The shape of a tiny model and batch. */
export interface CaseSize {
  readonly K: number;
  /** Sequences a policy, and positions of each. */
  readonly S: number;
  readonly T: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly F: number;
  readonly V: number;
  /** Pairs, of the objective alone. */
  readonly B: number;
}

/** Hands out buffers; all of them are compared afterwards, but for an operation's scratch. */
export interface Stage {
  readonly random: Random;
  /** Standard normal numbers. */
  floats(length: number): GPUBuffer;
  given(values: ArrayLike<number>): GPUBuffer;
  ints(values: ArrayLike<number>): GPUBuffer;
  /** To be written by the operation; poisoned until then. */
  out(length: number): GPUBuffer;
}

export interface KernelCase {
  /** Run in their composed form to fill what the operation reads. */
  readonly before?: readonly Operation[];
  readonly operation: Operation;
}

/** Objectives of the gate: plain, with a divergence, and both kinds that sort a batch. */
const checkedObjectives = ['dpo', 'apo_zero', 'kto', 'aot', 'aot_unpaired'];

/** One instance of every kernel at a size, in its variants. */
export function kernelCases(size: CaseSize, stage: Stage, objectiveIds: readonly string[] = checkedObjectives): KernelCase[] {
  const { K, S, T, F, V, heads, kvHeads, headDim } = size;
  const N = S * T;
  const D = heads * headDim;
  const W = (heads + 2 * kvHeads) * headDim;
  const rows = K * N;
  const { floats, out, ints, given, random } = stage;
  const below = (length: number, bound: number) => Array.from({ length }, () => random.below(bound));
  const positive = (length: number) => given(Array.from({ length }, () => 0.5 + random.next()));
  // Parameters lie somewhere in a larger buffer, at a multiple of four where the widths are.
  const fours = D % 4 === 0 ? 4 : 3;
  const within = (length: number): Operand => ({ buffer: floats(K * (length + 2 * fours)), offset: fours, stride: length + 2 * fours });
  const whole = (buffer: GPUBuffer, length: number): Operand => ({ buffer, offset: 0, stride: length });

  const product = (layout: Layout, m: number, n: number, i: number, add?: 'residual' | 'c'): KernelCase => {
    const b = layout === 'tn' ? whole(floats(K * n * i), n * i) : within(n * i);
    const c = layout === 'tn' ? within(m * n) : whole(add === 'c' ? floats(K * m * n) : out(K * m * n), m * n);
    const a = whole(floats(K * m * i), m * i);
    const rest = add === 'residual' ? { add: whole(floats(K * m * n), m * n) } : add === 'c' ? { add } : {};
    return { operation: matmul({ layout, K, m, n, i, a, b, c, ...rest }) };
  };
  const norm = () => {
    const gain = within(D);
    return { x: floats(rows * D), parameters: gain.buffer, gainOffset: gain.offset, stride: gain.stride };
  };
  const attention = { batch: K * S, T, heads, kvHeads, headDim };
  const qkv = floats(rows * W);
  const mixed = { y: out(rows * D), logSums: out(rows * heads) };
  const forward = attentionForward(attention, qkv, mixed.y, mixed.logSums);
  const logits = { logits: floats(rows * V), labels: ints(below(rows, V)), logZ: out(rows) };
  const logProb = tokenLogProbForward(rows, V, logits, out(rows), out(rows));
  const ids = below(rows, V + 1);
  const index = indexRows(ids.map((id) => Math.min(id, V - 1)), K, V);
  const table = given(rotaryTable(T, headDim, 10_000));
  const gain = within(D);
  const saved = { x: floats(rows * D), inverse: positive(rows) };

  return [
    { operation: gatherRowsFused(K, N, D, { ...within(V * D), missing: V }, ints(ids), out(rows * D)) },
    {
      operation: scatterRowsFused(
        K, N, V, D, floats(rows * D),
        { ids: ints(ids.map((id) => Math.min(id, V - 1))), starts: ints(index.starts), rows: ints(index.rows) }, within(V * D),
      ),
    },
    product('nt', N, F, D),
    product('nt', N, D, F, 'residual'),
    product('nn', N, D, F),
    product('nn', N, D, F, 'c'),
    product('tn', F, D, N),
    { operation: rmsNormForward(K, N, D, 1e-5, { ...norm(), inverse: out(rows) }, out(rows * D)) },
    ...[false, true].map((accumulate) => ({
      operation: rmsNormBackward(K, N, D, { ...norm(), inverse: positive(rows) }, floats(rows * D), floats(rows * D), accumulate),
    })),
    {
      operation: gainGradient(
        K, N, D, saved.x, saved.inverse, floats(rows * D), out(gainParts(K, N, D)), gain.buffer, gain.offset, gain.stride,
      ),
    },
    ...[false, true].map((back) => ({ operation: rotaryInPlace(attention, table, floats(rows * W), back) })),
    { operation: attentionForward(attention, qkv, out(rows * D), out(rows * heads)) },
    {
      before: [forward],
      operation: attentionBackward(attention, { qkv, ...mixed, dy: floats(rows * D), along: out(rows * heads), dqkv: out(rows * W) }),
    },
    { operation: swiGluForward(rows, F, floats(rows * 2 * F), out(rows * F)) },
    { operation: swiGluBackward(rows, F, floats(rows * 2 * F), floats(rows * F), out(rows * 2 * F)) },
    { operation: tokenLogProbForward(rows, V, { ...logits, logits: floats(rows * V), logZ: out(rows) }, out(rows), out(rows)) },
    { before: [logProb], operation: tokenLogProbBackward(rows, V, logits, floats(rows)) },
    divergenceCase(size, stage),
    objectiveCase(size, stage, objectiveIds),
    adamWCase(size, stage),
    ...samplingCases(size, stage),
  ];
}

function divergenceCase({ K, S }: CaseSize, { floats, ints, out, random }: Stage): KernelCase {
  const counts = Array.from({ length: K }, () => 1 + random.below(9));
  const M = Math.max(...counts);
  const starts = counts.map((_, k) => counts.slice(0, k).reduce((sum, count) => sum + count, 0));
  const ranges = ints(counts.flatMap((count, k) => [count, k * M, starts[k]!]));
  const reference = floats(counts.reduce((sum, count) => sum + count, 0));
  return { operation: mismatchedDivergence(K, S, { policy: floats(K * M), reference, ranges, divergence: out(K) }) };
}

/** One policy for each objective, ragged completions. */
function objectiveCase({ B }: CaseSize, { given, ints, out, random }: Stage, ids: readonly string[]): KernelCase {
  const K = ids.length;
  const policies = ids.map((id) => ({ objective: compileObjective(id), hyper: { beta: 0.3 } }));
  const lengths = Array.from({ length: K }, () => Array.from({ length: 2 * B }, () => 1 + random.below(4)));
  const starts = lengths.map((list) => [0, ...list.map((_, s) => list.slice(0, s + 1).reduce((sum, n) => sum + n, 0))]);
  const M = Math.max(...starts.map((list) => list.at(-1)!));
  const hyper = new Float32Array(K * hyperNames.length);
  policies.forEach((policy, k) => hyper.set(packHyper(policy.objective, policy.hyper), k * hyperNames.length));
  const some = (length: number, of: () => number) => given(Array.from({ length }, of));
  const buffers = {
    logProbs: some(K * M, () => -2 * random.next()),
    entropy: some(K * M, () => random.next()),
    starts: ints(starts.flat()),
    reference: some(K * 2 * B, () => -4 * random.next()),
    hyper: given(hyper),
    divergence: some(K, () => random.next()),
    sums: out(sumsLength(K, B)),
    dSums: out(K * 2 * B),
    active: some(K, () => 1),
    metrics: out(K * METRICS.length),
    dLogProbs: out(K * M),
  };
  return { operation: cohortObjective(policies, B, M, buffers) };
}

/** Policies whose gradients are clipped, are not clipped, and one that is stopped. */
function adamWCase({ K: policies, V, F }: CaseSize, { floats, given, out, random }: Stage): KernelCase {
  const K = policies + 2;
  const P = V * F;
  const most = [0.5, 0, 1e6];
  const buffers = {
    parameters: floats(K * P),
    gradients: floats(K * P),
    m: floats(K * P),
    v: given(Array.from({ length: K * P }, () => random.next())),
    settings: given(Array.from({ length: K }, (_, k) => [0.01 * (k + 1), 0.19, 0.002, most[k % 3]!]).flat()),
    outcome: out(K * OUTCOME),
    active: given(Array.from({ length: K }, (_, k) => (k === K - 1 ? 0 : 1))),
    parts: out(normParts(K)),
    decayed: given(Array.from({ length: P }, (_, i) => i % 2)),
  };
  return { operation: adamWFused(K, P, buffers, { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1 }) };
}
