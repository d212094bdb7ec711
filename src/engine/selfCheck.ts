// The engine examines itself on the device it runs on, when a person asks: every fused kernel on ragged random shapes
// with every objective, and twenty training steps beside the same steps on another backend.
import { openedGpu, withBackend, type BackendOptions } from './backend';
import type { BackendName, KernelCheck } from './device';
import { createCohort } from './engine';
import { checkKernels, gateSizes, raggedSizes } from './gpu/gate';
import { createGpuRuntime } from './gpu/runtime';
import type { ModelConfig } from './model/config';
import { initialiseWeights } from './model/initialise';
import { compileObjective, objectives } from './objectives';
import { createRandom } from './random';
import { createCohort as createComposedCohort } from './training/cohort';
import type { Cohort, CohortOptions, EncodedSequence, ScoredPair } from './training/types';

/** The same steps on two backends. */
export interface Parity {
  readonly backends: readonly [BackendName, BackendName];
  readonly objectives: readonly string[];
  /** Losses by step, `[backend][objective][step]`. */
  readonly losses: readonly (readonly (readonly number[])[])[];
  /** Largest relative difference of any loss, log-probability or gradient norm. */
  readonly difference: number;
  readonly passed: boolean;
}

export interface SelfCheck {
  /** Empty where nothing is fused: kernels are WebGPU's alone. */
  readonly kernels: readonly KernelCheck[];
  readonly parity: Parity;
}

export interface SelfCheckOptions extends Omit<BackendOptions, 'choice'> {
  readonly seed?: number;
  /** Told before each part, as a share of the whole; gives false to end it there. */
  readonly onProgress?: (share: number) => Promise<void> | void;
}

/** What twenty steps in float32 may differ by across backends; see docs/decisions and the tests of determinism. */
export const PARITY_TOLERANCE = 1e-3;
const STEPS = 20;
const compared = ['loss', 'logps/chosen', 'logps/rejected', 'grad_norm'] as const;
const cohortObjectives = ['dpo', 'apo_zero', 'apo_down', 'kto'];

const config: ModelConfig = {
  vocab_size: 48,
  hidden_size: 32,
  intermediate_size: 52,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 32,
  rms_norm_eps: 1e-5,
  rope_theta: 10_000,
  tie_word_embeddings: true,
};

/** @param current the backend that is open; it is open again afterwards. */
export async function checkEngine(current: BackendName, options: SelfCheckOptions = {}): Promise<SelfCheck> {
  const { seed = 1, onProgress } = options;
  const kernels: KernelCheck[] = [];
  const device = current === 'webgpu' ? openedGpu() : undefined;
  if (device) {
    const gpu = createGpuRuntime(device);
    const ids = Object.keys(objectives);
    const sizes = [...gateSizes, ...raggedSizes(seed, 4)];
    for (const [i, size] of sizes.entries()) {
      await onProgress?.(i / (sizes.length + 2));
      const found = await checkKernels(gpu, { seed: seed + i, sizes: [size], objectives: ids });
      found.forEach((check, at) => {
        const before = kernels[at];
        if (!before || check.error > before.error || check.fault !== undefined) kernels[at] = check;
      });
    }
    gpu.dispose();
  }
  await onProgress?.(0.8);
  const other: BackendName = current === 'wasm' ? 'cpu' : 'wasm';
  const here = await steps(createCohort, seed);
  await onProgress?.(0.9);
  const there = await withBackend(other, options, () => steps(createComposedCohort, seed));
  const difference = here.reduce((worst, row, i) => {
    return row.reduce((most, value, j) => {
      const expected = there[i]![j]!;
      const apart = Math.abs(value - expected) / Math.max(1, Math.abs(expected));
      // NaN on either side counts as infinitely far.
      return Math.max(most, Number.isNaN(apart) ? Infinity : apart);
    }, worst);
  }, 0);
  const losses = [here, there].map((rows) => cohortObjectives.map((_, k) => rows.map((row) => row[k * compared.length]!)));
  await onProgress?.(1);
  return {
    kernels,
    parity: { backends: [current, other], objectives: cohortObjectives, losses, difference, passed: difference < PARITY_TOLERANCE },
  };
}

/** Metrics of twenty steps from the same start, `[step][policy · compared]`. */
async function steps(create: (options: CohortOptions) => Cohort, seed: number): Promise<number[][]> {
  const random = createRandom(seed, 29);
  const sequence = (prompt: readonly number[]): EncodedSequence => ({
    ids: [...prompt, ...Array.from({ length: 3 + random.below(9) }, () => random.below(config.vocab_size))],
    completionStart: prompt.length,
  });
  const pairs = Array.from({ length: 4 }, (): ScoredPair => {
    const prompt = Array.from({ length: 2 + random.below(5) }, () => random.below(config.vocab_size));
    return { chosen: sequence(prompt), rejected: sequence(prompt), referenceChosen: -25 - random.next(), referenceRejected: -25 - random.next() };
  });
  const cohort = create({
    weights: initialiseWeights(config, seed),
    policies: cohortObjectives.map((id) => ({ objective: compileObjective(id), hyper: { beta: 0.2 }, learningRate: 3e-3 })),
    schedule: { steps: STEPS, warmupSteps: 2, decay: 'linear', maxGradNorm: 1, weightDecay: 0.01 },
  });
  try {
    for (let step = 0; step < STEPS; step++) await cohort.train(cohortObjectives.map(() => pairs));
    const rows = await cohort.readMetrics();
    return rows.map(({ metrics }) => metrics.flatMap((values) => compared.map((name) => values?.[name] ?? NaN)));
  } finally {
    cohort.dispose();
  }
}
