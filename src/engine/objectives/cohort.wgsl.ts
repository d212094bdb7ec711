// The cohort's objective on the GPU: from the log-probabilities of all policies' tokens to their gradients and to the
// step's metrics, for every policy by its own objective. The formulas come from the same expressions as everything else.
import { ROW_ENTRY, rowGroups } from '../gpu/geometry';
import type { Operation } from '../gpu/operation';
import type { Dispatch } from '../gpu/runtime';
import { composedObjective } from './cohortOnBuffers';
import type { CompiledObjective, HyperInput } from './compile';
import { objectiveWgsl, objectiveWgslPrelude } from './wgsl';

/** Numbers of `metrics` a policy, in this order; rewards leave β to the reader of the log-ratios, `finite` is 1 or 0. */
export const METRICS = [
  'loss', 'logps/chosen', 'logps/rejected', 'ratios/chosen', 'ratios/rejected', 'accuracies', 'entropy', 'finite',
] as const;

export interface ObjectiveBuffers {
  /** Of scored rows, `[K, M]`. */
  readonly logProbs: GPUBuffer;
  readonly entropy: GPUBuffer;
  /** First scored row of each sequence and the end of the last, `[K, 2B + 1]`; chosen first, then rejected. */
  readonly starts: GPUBuffer;
  /** The reference's sums, `[K, 2B]`. */
  readonly reference: GPUBuffer;
  /** `[K, hyperNames]`, as `packHyper` makes them. */
  readonly hyper: GPUBuffer;
  /** KTO's KL, `[K]`; zeros where nobody needs it. */
  readonly divergence: GPUBuffer;
  /**
   * `sumsLength` numbers: of each sequence the sum of its log-probabilities, `[K, 2B]`, and of its entropies, likewise;
   * then, for objectives that sort, which pair stands at each place, `[K, 2, 2, B]`. One buffer, since a stage may bind eight.
   */
  readonly sums: GPUBuffer;
  /** The objective's gradient with respect to the sums, `[K, 2B]`. */
  readonly dSums: GPUBuffer;
  /** `[K]`, cleared for a policy whose loss is not finite. */
  readonly active: GPUBuffer;
  /** `[K, METRICS]`. */
  readonly metrics: GPUBuffer;
  /** Out, `[K, M]`; rows beyond a policy's own get 0. */
  readonly dLogProbs: GPUBuffer;
}

/** How long `sums` must be. */
export const sumsLength = (K: number, B: number): number => 8 * K * B;

/** A policy of the cohort, as far as its objective goes. */
export interface ObjectiveOf {
  readonly objective: CompiledObjective;
  readonly hyper: HyperInput;
}

/** Sums of log-probabilities and entropies of each of the S sequences of each policy. */
function sequenceSums(
  K: number, S: number, M: number, { logProbs, entropy, starts, sums }: Pick<ObjectiveBuffers, 'logProbs' | 'entropy' | 'starts' | 'sums'>,
): Dispatch {
  return {
    kernel: {
      name: 'sequence_sums',
      code: /* wgsl */ `
struct Dims { total: u32, S: u32, M: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> logProbs: array<f32>;
@group(0) @binding(2) var<storage, read> entropy: array<f32>;
@group(0) @binding(3) var<storage, read> starts: array<u32>;
@group(0) @binding(4) var<storage, read_write> sums: array<f32>;
${ROW_ENTRY}
  if (thread >= dims.total) { return; }
  let k = thread / dims.S;
  let at = k * (dims.S + 1u) + thread % dims.S;
  var sum = 0.0;
  var h = 0.0;
  // Compensated (Kahan), since the reference's sums come from float64: at the start both should be the same number.
  var lost = 0.0;
  for (var i = starts[at]; i < starts[at + 1u]; i++) {
    let y = logProbs[k * dims.M + i] - lost;
    let next = sum + y;
    lost = (next - sum) - y;
    sum = next;
    h += entropy[k * dims.M + i];
  }
  sums[thread] = sum;
  sums[dims.total + thread] = h;
}`,
    },
    uniforms: [K * S, S, M],
    buffers: [logProbs, entropy, starts, sums],
    workgroups: rowGroups(K * S),
  };
}

/** What the two sides of a pair are sorted by: places 0 and 1 of `sums`' last part, for each kind of pairing. */
const sorts = { own: 0, sortedDifferences: 1, sortedRatios: 2 };

const pairingsOf = (policies: readonly ObjectiveOf[]): string =>
  `const pairings = array<u32, ${policies.length}>(${policies.map(({ objective }) => `${sorts[objective.pairing]}u`).join(', ')});`;

/** One thread a policy, key and pair: finds the pair's rank and puts its number at that place. Equal keys keep their order. */
function places(policies: readonly ObjectiveOf[], B: number, { sums, reference }: ObjectiveBuffers): Dispatch {
  const K = policies.length;
  return {
    kernel: {
      name: 'objective_places',
      code: /* wgsl */ `
struct Dims { total: u32, B: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;
@group(0) @binding(2) var<storage, read> reference: array<f32>;
${pairingsOf(policies)}
fn key(kind: u32, at: u32, B: u32, i: u32) -> f32 {
  switch kind {
    case 0u: { return sums[at + i] - sums[at + B + i]; }
    case 1u: { return reference[at + i] - reference[at + B + i]; }
    case 2u: { return sums[at + i] - reference[at + i]; }
    default: { return sums[at + B + i] - reference[at + B + i]; }
  }
}
${ROW_ENTRY}
  if (thread >= dims.total) { return; }
  let B = dims.B;
  let i = thread % B;
  let which = (thread / B) % 2u;
  let k = thread / (2u * B);
  if (pairings[k] == 0u) { return; }
  let kind = (pairings[k] - 1u) * 2u + which;
  let at = k * 2u * B;
  let x = key(kind, at, B, i);
  var rank = 0u;
  for (var j = 0u; j < B; j++) {
    let y = key(kind, at, B, j);
    rank += select(0u, 1u, y < x || (y == x && j < i));
  }
  sums[4u * ${K}u * B + (k * 2u + which) * B + rank] = f32(i);
}`,
    },
    uniforms: [K * 2 * B, B],
    buffers: [sums, reference],
    workgroups: rowGroups(K * 2 * B),
  };
}

/** Loss, gradients and metrics of all policies on their B pairs, then the gradients spread over the scored rows. */
export function cohortObjective(policies: readonly ObjectiveOf[], B: number, M: number, buffers: ObjectiveBuffers): Operation {
  const K = policies.length;
  const fused: Dispatch[] = [
    sequenceSums(K, 2 * B, M, buffers),
    ...(policies.some(({ objective }) => objective.pairing !== 'own') ? [places(policies, B, buffers)] : []),
    {
      kernel: { name: 'cohort_objective', code: objectiveCode(policies) },
      uniforms: [B],
      buffers: [
        buffers.sums, buffers.reference, buffers.starts, buffers.hyper, buffers.divergence,
        buffers.active, buffers.metrics, buffers.dSums,
      ],
      workgroups: [K, 1, 1],
    },
    {
      kernel: {
        name: 'spread_gradient',
        code: /* wgsl */ `
struct Dims { total: u32, S: u32, M: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> starts: array<u32>;
@group(0) @binding(2) var<storage, read> dSums: array<f32>;
@group(0) @binding(3) var<storage, read_write> dLogProbs: array<f32>;
${ROW_ENTRY}
  if (thread >= dims.total) { return; }
  let k = thread / dims.M;
  let row = thread % dims.M;
  let at = k * (dims.S + 1u);
  var d = 0.0;
  if (row < starts[at + dims.S]) {
    // The last sequence that begins at or before the row.
    var low = 0u;
    var high = dims.S;
    while (high - low > 1u) {
      let middle = (low + high) / 2u;
      if (starts[at + middle] <= row) { low = middle; } else { high = middle; }
    }
    d = dSums[k * dims.S + low];
  }
  dLogProbs[thread] = d;
}`,
      },
      uniforms: [K * M, 2 * B, M],
      buffers: [buffers.starts, buffers.dSums, buffers.dLogProbs],
      workgroups: rowGroups(K * M),
    },
  ];
  return {
    kernel: 'objective',
    fused,
    scratch: [buffers.sums, buffers.dSums],
    composed: (memory) => composedObjective(memory, policies, B, M, buffers),
  };
}

function objectiveCode(policies: readonly ObjectiveOf[]): string {
  // Policies that differ only in their numbers share one function.
  const functions: string[] = [];
  const cases = policies.map(({ objective, hyper }, k) => {
    const { code } = objectiveWgsl(objective, hyper, 'objective');
    let which = functions.indexOf(code);
    if (which < 0) which = functions.push(code) - 1;
    return `case ${k}u: { result = objective_${which}(pair, hyper[k]); }`;
  });
  return /* wgsl */ `
${objectiveWgslPrelude}
${functions.map((code, i) => code.replace('fn objective(', `fn objective_${i}(`)).join('\n')}
struct Dims { B: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> sums: array<f32>;
@group(0) @binding(2) var<storage, read> reference: array<f32>;
@group(0) @binding(3) var<storage, read> starts: array<u32>;
@group(0) @binding(4) var<storage, read> hyper: array<ObjectiveHyper>;
@group(0) @binding(5) var<storage, read> divergence: array<f32>;
@group(0) @binding(6) var<storage, read_write> allowed: array<f32>;
@group(0) @binding(7) var<storage, read_write> metrics: array<f32>;
@group(0) @binding(8) var<storage, read_write> dSums: array<f32>;
${pairingsOf(policies)}

// WGSL may assume that numbers are finite, so the exponent's bits are looked at instead.
fn isFinite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }

// Which pair stands at place p; numbers that are NaN have no rank, and any pair will do where the loss is void anyway.
fn holder(which: u32, k: u32, B: u32, p: u32) -> u32 {
  return min(u32(max(0.0, sums[4u * ${policies.length}u * B + (k * 2u + which) * B + p])), B - 1u);
}

@compute @workgroup_size(1)
fn main(@builtin(workgroup_id) id: vec3u) {
  let k = id.x;
  let B = dims.B;
  let at = k * 2u * B;
  let lengthAt = k * (2u * B + 1u);
  let entropyAt = ${policies.length}u * 2u * B;
  var loss = 0.0;
  var finite = 1.0;
  for (var p = 0u; p < B; p++) {
    var policyW = p; var policyL = p; var referenceW = p; var referenceL = p;
    if (pairings[k] == 1u) {
      policyW = holder(0u, k, B, p); policyL = policyW;
      referenceW = holder(1u, k, B, p); referenceL = referenceW;
    } else if (pairings[k] == 2u) {
      policyW = holder(0u, k, B, p); referenceW = policyW;
      policyL = holder(1u, k, B, p); referenceL = policyL;
    }
    let w = lengthAt + policyW;
    let l = lengthAt + B + policyL;
    let pair = ObjectivePair(
      sums[at + policyW], sums[at + B + policyL], reference[at + referenceW], reference[at + B + referenceL],
      f32(starts[w + 1u] - starts[w]), f32(starts[l + 1u] - starts[l]), divergence[k],
    );
    var result: ObjectiveResult;
    switch k {
      ${cases.join('\n      ')}
      default: {}
    }
    // The stable functions hold their arguments within bounds, so a NaN that goes in need not come out.
    if (!isFinite(pair.lw) || !isFinite(pair.ll) || !isFinite(pair.refw) || !isFinite(pair.refl) || !isFinite(pair.KL)) { finite = 0.0; }
    loss += result.loss;
    dSums[at + policyW] = result.dChosen / f32(B);
    dSums[at + B + policyL] = result.dRejected / f32(B);
  }
  loss /= f32(B);
  if (!isFinite(loss)) { finite = 0.0; }
  if (finite == 0.0) { allowed[k] = 0.0; }
  var chosen = 0.0; var rejected = 0.0; var ratioW = 0.0; var ratioL = 0.0; var right = 0.0; var h = 0.0;
  for (var i = 0u; i < B; i++) {
    let a = sums[at + i] - reference[at + i];
    let b = sums[at + B + i] - reference[at + B + i];
    chosen += sums[at + i];
    rejected += sums[at + B + i];
    ratioW += a;
    ratioL += b;
    right += select(0.0, 1.0, a > b);
    h += sums[entropyAt + at + i] + sums[entropyAt + at + B + i];
  }
  let m = k * ${METRICS.length}u;
  let n = f32(B);
  metrics[m] = loss;
  metrics[m + 1u] = chosen / n;
  metrics[m + 2u] = rejected / n;
  metrics[m + 3u] = ratioW / n;
  metrics[m + 4u] = ratioL / n;
  metrics[m + 5u] = right / n;
  metrics[m + 7u] = finite;
  metrics[m + 6u] = h / f32(max(1u, starts[lengthAt + 2u * B]));
}`;
}
