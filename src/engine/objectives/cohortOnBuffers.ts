// The composed form of the cohort's objective, on the fused kernels' buffers: worked out on the host in float64.
import { asInts, type Memory } from '../gpu/operation';
import { METRICS, type ObjectiveBuffers, type ObjectiveOf } from './cohort.wgsl';
import { evaluateCompiled } from './evaluate';

export async function composedObjective(
  memory: Memory, policies: readonly ObjectiveOf[], B: number, M: number, buffers: ObjectiveBuffers,
): Promise<void> {
  const K = policies.length;
  const [logProbs, entropy, starts, reference, divergence, active] = await Promise.all([
    memory.read(buffers.logProbs, K * M),
    memory.read(buffers.entropy, K * M),
    memory.read(buffers.starts, K * (2 * B + 1)).then(asInts),
    memory.read(buffers.reference, K * 2 * B),
    memory.read(buffers.divergence, K),
    memory.read(buffers.active, K),
  ]);
  const metrics = new Float32Array(K * METRICS.length);
  const dLogProbs = new Float32Array(K * M);
  policies.forEach(({ objective, hyper }, k) => {
    const range = (s: number) => [starts[k * (2 * B + 1) + s]!, starts[k * (2 * B + 1) + s + 1]!] as const;
    const sumOf = (values: Float32Array, s: number) => {
      const [start, end] = range(s);
      return values.subarray(k * M + start, k * M + end).reduce((sum, value) => sum + value, 0);
    };
    const side = (of: (s: number) => number, first: number) => Array.from({ length: B }, (_, i) => of(first + i));
    const length = (s: number) => range(s)[1] - range(s)[0];
    const scores = {
      policyChosen: side((s) => sumOf(logProbs, s), 0),
      policyRejected: side((s) => sumOf(logProbs, s), B),
      referenceChosen: side((s) => reference[k * 2 * B + s]!, 0),
      referenceRejected: side((s) => reference[k * 2 * B + s]!, B),
      chosenLength: side(length, 0),
      rejectedLength: side(length, B),
      KL: divergence[k]!,
    };
    const { loss, dChosen, dRejected } = evaluateCompiled(objective, scores, hyper);
    [...dChosen, ...dRejected].forEach((d, s) => dLogProbs.fill(d / B, k * M + range(s)[0], k * M + range(s)[1]));
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / B;
    const ratio = (policy: readonly number[], other: readonly number[]) => policy.map((value, i) => value - other[i]!);
    const chosen = ratio(scores.policyChosen, scores.referenceChosen);
    const rejected = ratio(scores.policyRejected, scores.referenceRejected);
    const finite = Number.isFinite(mean(loss));
    if (!finite) active[k] = 0;
    const tokens = Math.max(1, range(2 * B - 1)[1]);
    const entropies = Array.from({ length: 2 * B }, (_, s) => sumOf(entropy, s)).reduce((sum, value) => sum + value, 0);
    metrics.set(
      [
        mean(loss), mean(scores.policyChosen), mean(scores.policyRejected), mean(chosen), mean(rejected),
        mean(chosen.map((value, i) => (value > rejected[i]! ? 1 : 0))), entropies / tokens, finite ? 1 : 0,
      ],
      k * METRICS.length,
    );
  });
  memory.write(dLogProbs, buffers.dLogProbs);
  memory.write(metrics, buffers.metrics);
  memory.write(active, buffers.active);
}
