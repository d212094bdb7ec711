// The fused kernels prove themselves on the very device they will run on before they are trusted: a small cohort takes
// two steps on them and on the composed form, and both must agree on every metric and every parameter.
import type { ModelConfig } from '../model/config';
import { initialiseWeights } from '../model/initialise';
import { compileObjective } from '../objectives';
import { createRandom } from '../random';
import { createCohort as createComposedCohort } from '../training/cohort';
import type { Cohort, CohortOptions, EncodedSequence } from '../training/types';
import { createFusedCohort } from './fusedCohort';
import type { GpuRuntime } from './runtime';

/** Widths that are multiples of four take other code than those that are not; a device must get both right. */
const even: ModelConfig = {
  vocab_size: 24,
  hidden_size: 16,
  intermediate_size: 20,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 16,
  rms_norm_eps: 1e-5,
  rope_theta: 10_000,
  tie_word_embeddings: true,
};
const odd: ModelConfig = { ...even, vocab_size: 23, hidden_size: 18, intermediate_size: 13, num_attention_heads: 3, num_key_value_heads: 3 };

/** Largest relative difference that two float32 computations may show; a kernel that is wrong is off by far more. */
const TOLERANCE = 1e-3;

/** The largest relative difference between fused and composed, of metrics and of the parameters' movement. */
export async function fusedError(gpu: GpuRuntime): Promise<number> {
  return Math.max(await errorOf(gpu, even), await errorOf(gpu, odd));
}

async function errorOf(gpu: GpuRuntime, config: ModelConfig): Promise<number> {
  const weights = initialiseWeights(config, 1);
  const options: CohortOptions = {
    weights,
    policies: (['dpo', 'kto', 'aot'] as const).map((id) => ({
      objective: compileObjective(id),
      hyper: { beta: 0.5 },
      learningRate: 1e-2,
    })),
    schedule: { steps: 2, warmupSteps: 0, decay: 'constant', maxGradNorm: 1, weightDecay: 0.1 },
  };
  const composed = await twoSteps(createComposedCohort(options));
  const fused = await twoSteps(createFusedCohort(gpu, options));
  let worst = 0;
  composed.metrics.forEach((value, i) => {
    worst = Math.max(worst, difference(fused.metrics[i]!, value) / Math.max(1, Math.abs(value)));
  });
  for (const [k, after] of composed.weights.entries()) {
    let apart = 0;
    let way = 0;
    for (const [name, { data }] of Object.entries(after.tensors)) {
      data.forEach((value, i) => {
        apart += difference(fused.weights[k]!.tensors[name]!.data[i]!, value) ** 2;
        way += (value - weights.tensors[name]!.data[i]!) ** 2;
      });
    }
    // AdamW turns a gradient near zero into a full step of uncertain sign, so movement is compared as a whole.
    worst = Math.max(worst, Math.sqrt(apart / way) / 10);
  }
  return worst;
}

/** Why the fused kernels must not be used on this device, or undefined where they may. */
export async function fusedFault(gpu: GpuRuntime): Promise<string | undefined> {
  gpu.device.pushErrorScope('validation');
  let error: number | undefined;
  let thrown: string | undefined;
  try {
    error = await fusedError(gpu);
  } catch (reason) {
    thrown = reason instanceof Error ? reason.message : String(reason);
  }
  const invalid = await gpu.device.popErrorScope();
  if (invalid) return invalid.message;
  if (thrown !== undefined) return thrown;
  return error! < TOLERANCE ? undefined : `they differ by ${error!.toExponential(1)}`;
}

/** NaN on either side counts as infinitely far. */
function difference(a: number, b: number): number {
  const apart = Math.abs(a - b);
  return Number.isNaN(apart) ? Infinity : apart;
}

async function twoSteps(cohort: Cohort) {
  try {
    const pairs = Array.from({ length: 3 }, (_, i) => ({
      chosen: sequence(2 * i, 9 + i),
      rejected: sequence(2 * i + 1, 8 + 2 * i),
      referenceChosen: -20 - i,
      referenceRejected: -21 + i,
    }));
    const metrics: number[] = [];
    for (let step = 0; step < 2; step++) {
      await cohort.train(Array.from({ length: cohort.size }, () => pairs));
    }
    for (const row of await cohort.readMetrics()) {
      for (const values of row.metrics) {
        const { loss, grad_norm, entropy } = values ?? {};
        metrics.push(loss ?? NaN, grad_norm ?? NaN, entropy ?? NaN, values?.['logps/chosen'] ?? NaN);
      }
    }
    for (const list of await cohort.logProbs(pairs.map((pair) => pair.chosen))) metrics.push(...list.map(({ sum }) => sum));
    const weights = [];
    for (let k = 0; k < cohort.size; k++) weights.push(await cohort.weights(k));
    return { metrics, weights };
  } finally {
    cohort.dispose();
  }
}

function sequence(seed: number, length: number): EncodedSequence {
  const random = createRandom(seed, 5);
  return { ids: Array.from({ length }, () => random.below(odd.vocab_size)), completionStart: 3 };
}
