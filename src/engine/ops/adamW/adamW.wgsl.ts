// Fused AdamW in place over all parameters of all policies at once, clipped by each policy's own gradient norm.
// A policy whose loss or gradient is not finite is left exactly as it is.
import { lanes, ROW_ENTRY, rowGroups } from '../../gpu/geometry';
import type { Operation } from '../../gpu/operation';
import type { Dispatch } from '../../gpu/runtime';
import type { AdamWSettings } from './adamW';
import { composedAdamW } from './adamWOnBuffers';

/** Partial sums a policy. */
const PARTS = 256;

/** Numbers a policy in `settings`: learning rate, 1 − β₁ᵗ, 1 − β₂ᵗ, largest norm (0: none). */
export const SETTINGS = 4;
/** Numbers a policy in `outcome`: gradient norm, factor for the gradient, 1 where the policy was updated. */
export const OUTCOME = 3;

export interface AdamWBuffers {
  /** All `[K, P]`. */
  readonly parameters: GPUBuffer;
  readonly gradients: GPUBuffer;
  readonly m: GPUBuffer;
  readonly v: GPUBuffer;
  /** `[K, SETTINGS]`, written by the host before each step. */
  readonly settings: GPUBuffer;
  /** `[K, OUTCOME]`. */
  readonly outcome: GPUBuffer;
  /** `[K]`: 1 where the policy may be updated; the objective clears it when the loss is not finite. */
  readonly active: GPUBuffer;
  /** Scratch, `[K, parts]`. */
  readonly parts: GPUBuffer;
  /** `[P]`: 1 where weight decay applies. */
  readonly decayed: GPUBuffer;
}

/** How long `parts` must be. */
export const normParts = (K: number): number => K * PARTS;

/** WGSL may assume that numbers are finite, so the exponent's bits are looked at instead. */
const finite = (x: string) => `((bitcast<u32>(${x}) & 0x7f800000u) != 0x7f800000u)`;

/** Three dispatches: squares summed in parts, norms and factors, the update. */
export function adamWFused(
  K: number, P: number, buffers: AdamWBuffers, adamW: AdamWSettings,
): Operation {
  const { beta1, beta2, epsilon, weightDecay } = adamW;
  const { parameters, gradients, m, v, settings, outcome, active, parts, decayed } = buffers;
  const { step, type, dot } = lanes(P % 4 === 0);
  const width = P / step;
  const fused: Dispatch[] = [
    {
      kernel: {
        name: 'gradient_norm_parts',
        code: /* wgsl */ `
struct Dims { K: u32, P: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> G: array<${type}>;
@group(0) @binding(2) var<storage, read_write> parts: array<f32>;
${ROW_ENTRY}
  if (thread >= dims.K * ${PARTS}u) { return; }
  let k = thread / ${PARTS}u;
  var sum = 0.0;
  for (var i = thread % ${PARTS}u; i < dims.P; i += ${PARTS}u) { let g = G[k * dims.P + i]; sum += ${dot('g', 'g')}; }
  parts[thread] = sum;
}`,
      },
      uniforms: [K, width],
      buffers: [gradients, parts],
      workgroups: rowGroups(K * PARTS),
    },
    {
      kernel: {
        name: 'gradient_norm',
        code: /* wgsl */ `
struct Dims { K: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> parts: array<f32>;
@group(0) @binding(2) var<storage, read> settings: array<f32>;
@group(0) @binding(3) var<storage, read_write> outcome: array<f32>;
@group(0) @binding(4) var<storage, read_write> allowed: array<f32>;
@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let k = id.x;
  if (k >= dims.K) { return; }
  var sum = 0.0;
  for (var i = 0u; i < ${PARTS}u; i++) { sum += parts[k * ${PARTS}u + i]; }
  let norm = sqrt(sum);
  if (!${finite('sum')}) { allowed[k] = 0.0; }
  let most = settings[k * ${SETTINGS}u + 3u];
  outcome[k * ${OUTCOME}u] = norm;
  outcome[k * ${OUTCOME}u + 1u] = select(1.0, most / norm, most > 0.0 && norm > most);
  outcome[k * ${OUTCOME}u + 2u] = allowed[k];
}`,
      },
      uniforms: [K],
      buffers: [parts, settings, outcome, active],
      workgroups: [Math.ceil(K / 16), 1, 1],
    },
    {
      kernel: {
        name: 'adamw',
        code: /* wgsl */ `
struct Dims { P: u32, total: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> G: array<${type}>;
@group(0) @binding(2) var<storage, read> settings: array<f32>;
@group(0) @binding(3) var<storage, read> outcome: array<f32>;
@group(0) @binding(4) var<storage, read_write> W: array<${type}>;
@group(0) @binding(5) var<storage, read_write> M: array<${type}>;
@group(0) @binding(6) var<storage, read_write> V: array<${type}>;
@group(0) @binding(7) var<storage, read> decayed: array<${type}>;
${ROW_ENTRY}
  let i = thread;
  if (i >= dims.total) { return; }
  let k = i / dims.P;
  if (outcome[k * ${OUTCOME}u + 2u] == 0.0) { return; }
  let s = k * ${SETTINGS}u;
  let g = G[i] * outcome[k * ${OUTCOME}u + 1u];
  let m = ${beta1} * M[i] + ${1 - beta1} * g;
  let v = ${beta2} * V[i] + ${1 - beta2} * g * g;
  M[i] = m;
  V[i] = v;
  let change = (m / settings[s + 1u]) / (sqrt(v / settings[s + 2u]) + ${epsilon});
  W[i] -= settings[s] * (change + ${weightDecay} * decayed[i % dims.P] * W[i]);
}`,
      },
      uniforms: [width, K * width],
      buffers: [gradients, settings, outcome, parameters, m, v, decayed],
      workgroups: rowGroups(K * width),
    },
  ];
  return { kernel: 'adamw', fused, scratch: [parts], composed: (memory) => composedAdamW(memory, K, P, buffers, adamW) };
}
