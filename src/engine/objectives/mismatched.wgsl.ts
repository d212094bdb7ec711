// KTO's estimate of the divergence on the GPU: how far each policy has moved from the reference on prompts that are
// followed by another pair's completions. Worked out between the forward passes and the objective, never read back.
import { ROW_ENTRY, rowGroups } from '../gpu/geometry';
import { asInts, type Operation } from '../gpu/operation';
import type { Dispatch } from '../gpu/runtime';

/** Numbers a policy in `ranges`: how many scored rows it has, where they begin, and where the reference’s of them begin. */
export const RANGES = 3;

export interface MismatchedBuffers {
  /** Of all policies' scored rows. */
  readonly policy: GPUBuffer;
  /** The reference's log-probabilities of all policies' sequences, one after another. */
  readonly reference: GPUBuffer;
  /** `[K, RANGES]`, u32. */
  readonly ranges: GPUBuffer;
  /** Out, `[K]`. */
  readonly divergence: GPUBuffer;
}

/** The mean over `sequences` of Σ log π − Σ log π_ref, at least 0 (KTO, Ethayarajh et al. 2024, eq. 8). One thread a policy. */
export function mismatchedDivergence(K: number, sequences: number, buffers: MismatchedBuffers): Operation {
  const fused: Dispatch = {
    kernel: {
      name: 'mismatched_divergence',
      code: /* wgsl */ `
struct Dims { K: u32, sequences: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> policy: array<f32>;
@group(0) @binding(2) var<storage, read> reference: array<f32>;
@group(0) @binding(3) var<storage, read> ranges: array<u32>;
@group(0) @binding(4) var<storage, read_write> divergence: array<f32>;
${ROW_ENTRY}
  if (thread >= dims.K) { return; }
  // Row by row, so that two long sums that are nearly equal are never subtracted.
  let own = ranges[thread * ${RANGES}u + 1u];
  let other = ranges[thread * ${RANGES}u + 2u];
  var total = 0.0;
  for (var i = 0u; i < ranges[thread * ${RANGES}u]; i++) { total += policy[own + i] - reference[other + i]; }
  divergence[thread] = max(0.0, total / f32(dims.sequences));
}`,
    },
    uniforms: [K, sequences],
    buffers: [buffers.policy, buffers.reference, buffers.ranges, buffers.divergence],
    workgroups: rowGroups(K),
  };
  return {
    kernel: 'divergence',
    fused: [fused],
    async composed(memory) {
      const [policy, reference] = await Promise.all([memory.read(buffers.policy), memory.read(buffers.reference)]);
      const ranges = asInts(await memory.read(buffers.ranges, K * RANGES));
      const out = Float32Array.from({ length: K }, (_, k) => {
        const [count, own, other] = ranges.subarray(k * RANGES) as unknown as [number, number, number];
        let total = 0;
        for (let i = 0; i < count; i++) total += policy[own + i]! - reference[other + i]!;
        return Math.max(0, total / sequences);
      });
      memory.write(out, buffers.divergence);
    },
  };
}
