// The engine examines itself on the device it runs on, when a person asks: every fused kernel on ragged random shapes
// with every objective, and twenty training steps beside the same steps on another backend.
import { openedGpu, withBackend, type BackendOptions } from './backend';
import { PARITY_TOLERANCE, type BackendName, type KernelCheck, type Parity } from './device';
import { createCohort, distrust } from './engine';
import { checkKernels, gateSizes, raggedSizes } from './gpu/gate';
import { createGpuRuntime } from './gpu/runtime';
import type { ModelConfig } from './model/config';
import { initialiseWeights } from './model/initialise';
import { compileObjective, objectives } from './objectives';
import { createRandom } from './random';
import { createCohort as createComposedCohort } from './training/cohort';
import type { Cohort, CohortOptions, EncodedSequence, ScoredPair } from './training/types';

export interface SelfCheckOptions extends Omit<BackendOptions, 'choice'> {
  readonly seed?: number;
  /** Told and awaited before each part, as a share of the whole; gives false to end it there. */
  readonly onProgress?: (share: number) => Promise<boolean | void> | boolean | void;
}

/** What a check of the kernels found. */
export interface KernelsFound {
  /** Empty where nothing is fused: kernels are WebGPU's alone. */
  readonly kernels: readonly KernelCheck[];
  /** Those that were trusted until now. They are off once `openEngine` is called again, and stay off. */
  readonly switchedOff: readonly string[];
}

const RAGGED = 4;
const STEPS = 20;
const compared = ['loss', 'logps/chosen', 'logps/rejected', 'grad_norm'] as const;
const cohortObjectives = ['dpo', 'apo_zero', 'apo_down', 'kto'];
/** KTO's is another, since with the same one it is APO-zero wherever its moving zero stands still. */
const betaOf = (id: string): number => (id === 'kto' ? 0.1 : 0.2);

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

/** Every fused kernel against its composed form on more and other shapes than at the start; with those tried so far if it is ended early. */
export async function checkEveryKernel({ seed = 1, onProgress }: SelfCheckOptions = {}): Promise<KernelsFound> {
  const device = openedGpu();
  if (!device) return { kernels: [], switchedOff: [] };
  const gpu = createGpuRuntime(device);
  const ids = Object.keys(objectives);
  const sizes = [...gateSizes, ...raggedSizes(seed, RAGGED)];
  const kernels: KernelCheck[] = [];
  try {
    for (const [i, size] of sizes.entries()) {
      if ((await onProgress?.(i / sizes.length)) === false) break;
      const found = await checkKernels(gpu, { seed: seed + i, sizes: [size], objectives: ids });
      found.forEach((check, at) => {
        const before = kernels[at];
        if (!before || before.fault === undefined && (check.error > before.error || check.fault !== undefined)) kernels[at] = check;
      });
    }
  } finally {
    gpu.dispose();
  }
  return { kernels, switchedOff: distrust(kernels) };
}

/**
 * Twenty steps of four objectives on the open backend, which is open again afterwards, and the same on another one: WASM,
 * or plain CPU where WASM is what is open. Undefined if it is ended early.
 */
export async function checkParity(current: BackendName, options: SelfCheckOptions = {}): Promise<Parity | undefined> {
  const { seed = 1, onProgress } = options;
  const other: BackendName = current === 'wasm' ? 'cpu' : 'wasm';
  const here = await steps(createCohort, seed, async (share) => onProgress?.(share / 2));
  if (!here) return undefined;
  const there = await withBackend(other, options, () =>
    steps(createComposedCohort, seed, async (share) => onProgress?.((1 + share) / 2)),
  );
  if (!there) return undefined;
  const difference = here.reduce((worst, row, i) => {
    return row.reduce((most, value, j) => {
      const expected = there[i]![j]!;
      const apart = Math.abs(value - expected) / Math.max(1, Math.abs(expected));
      // NaN on either side counts as infinitely far.
      return Math.max(most, Number.isNaN(apart) ? Infinity : apart);
    }, worst);
  }, 0);
  const losses = [here, there].map((rows) => cohortObjectives.map((_, k) => rows.map((row) => row[k * compared.length]!)));
  return { backends: [current, other], objectives: cohortObjectives, losses, difference, passed: difference < PARITY_TOLERANCE };
}

/** Metrics of twenty steps from the same start, `[step][policy · compared]`; undefined if `between` ends them early. */
async function steps(
  create: (options: CohortOptions) => Cohort, seed: number, between: (share: number) => Promise<boolean | void>,
): Promise<number[][] | undefined> {
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
    policies: cohortObjectives.map((id) => ({
      objective: compileObjective(id),
      hyper: { beta: betaOf(id) },
      learningRate: 3e-3,
    })),
    schedule: { steps: STEPS, warmupSteps: 2, decay: 'linear', maxGradNorm: 1, weightDecay: 0.01 },
  });
  try {
    for (let step = 0; step < STEPS; step++) {
      if ((await between(step / STEPS)) === false) return undefined;
      await cohort.train(cohortObjectives.map(() => pairs));
    }
    const rows = await cohort.readMetrics();
    return rows.map(({ metrics }) => metrics.flatMap((values) => compared.map((name) => values?.[name] ?? NaN)));
  } finally {
    cohort.dispose();
  }
}
