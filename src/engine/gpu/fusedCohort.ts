// The cohort on the fused kernels: a training step is one list of dispatches and one submit, and then a read-back of its
// few metrics. Parameters, moments and gradients lie in a single buffer each. The same face and the same numbers as the composed cohort.
import { hyperNames, packHyper } from '../objectives';
import { cohortObjective, METRICS, type ObjectiveBuffers } from '../objectives/cohort.wgsl';
import { adamWDefaults } from '../ops/adamW/adamW';
import { adamWFused, normParts, OUTCOME, SETTINGS, type AdamWBuffers } from '../ops/adamW/adamW.wgsl';
import type { HostTensor } from '../model/config';
import { sampleSequences } from '../model/sampling';
import { mismatchedSequences } from '../training/metrics';
import { stackWeights } from '../training/optimizer';
import { learningRateFactor } from '../training/schedule';
import { scoreInChunks, summarise } from '../training/scoring';
import type { Cohort, CohortOptions, EncodedSequence, ScoredPair, StepMetrics } from '../training/types';
import { layoutOf } from './layout';
import { createPass, type Pass } from './pass';
import type { GpuRuntime } from './runtime';
import { backwardDispatches, forwardDispatches, type StepBuffers, type StepShape } from './step';

/** @param gpu stays the caller's; its device must be the one that outlives the cohort. */
export function createFusedCohort(gpu: GpuRuntime, options: CohortOptions): Cohort {
  const { weights, policies, schedule } = options;
  const { config } = weights;
  const K = policies.length;
  const layout = layoutOf(config);
  const { P } = layout;
  const stopped = new Map<number, string>();
  const tokensSeen = new Array<number>(K).fill(0);
  const owned: GPUBuffer[] = [];
  const storage = (length: number, data?: Float32Array) => {
    const buffer = gpu.storage(length, data);
    owned.push(buffer);
    return buffer;
  };
  const write = (buffer: GPUBuffer, data: Float32Array | Uint32Array) =>
    gpu.device.queue.writeBuffer(buffer, 0, data as Float32Array<ArrayBuffer>);

  const parameters = storage(K * P, layout.pack(stackWeights(weights.tensors, K), K));
  const adamW: AdamWBuffers & { decayed: GPUBuffer } = {
    parameters,
    gradients: storage(K * P),
    m: storage(K * P),
    v: storage(K * P),
    settings: storage(K * SETTINGS),
    outcome: storage(K * OUTCOME),
    active: storage(K, new Float32Array(K).fill(1)),
    parts: storage(normParts(K)),
    decayed: storage(P, layout.decayed),
  };
  const needsMismatched = policies.some((policy) => policy.objective.needsMismatched);
  const reference = needsMismatched ? storage(P, layout.pack(stackWeights(weights.tensors, 1), 1)) : undefined;
  let step = 0;

  const evaluation = createPass(gpu, config, false, (shape, buffers) =>
    forwardDispatches(config, shape, parameters, layout, buffers),
  );
  const referencePass = reference && createPass(gpu, config, false, (shape, buffers) =>
    forwardDispatches(config, shape, reference, layout, buffers),
  );

  /** What belongs to one number of pairs a batch. */
  let training: { readonly B: number; readonly objective: Omit<ObjectiveBuffers, 'logProbs' | 'entropy' | 'dLogProbs'>; readonly pass: Pass; readonly buffers: readonly GPUBuffer[] } | undefined;

  function trainingFor(B: number): NonNullable<typeof training> {
    if (training?.B === B) return training;
    training?.pass.dispose();
    for (const buffer of training?.buffers ?? []) buffer.destroy();
    const hyper = new Float32Array(K * hyperNames.length);
    policies.forEach((policy, k) => hyper.set(packHyper(policy.objective, policy.hyper), k * hyperNames.length));
    const buffers: GPUBuffer[] = [];
    const own = (length: number, data?: Float32Array) => {
      const buffer = gpu.storage(length, data);
      buffers.push(buffer);
      return buffer;
    };
    const objective = {
      starts: own(K * (2 * B + 1)),
      reference: own(K * 2 * B),
      hyper: own(hyper.length, hyper),
      divergence: own(K),
      sums: own(2 * K * 2 * B),
      dSums: own(K * 2 * B),
      active: adamW.active,
      metrics: own(K * METRICS.length),
    };
    const record = (shape: StepShape, buffers: StepBuffers) => [
      ...forwardDispatches(config, shape, parameters, layout, buffers),
      ...cohortObjective(policies, B, shape.M, { ...objective, ...buffers, dLogProbs: buffers.backward!.dLogProbs }),
      ...backwardDispatches(config, shape, parameters, layout, buffers, adamW.gradients),
      ...adamWFused(K, P, adamW, { ...adamWDefaults, weightDecay: schedule.weightDecay }, adamW.decayed),
    ];
    training = { B, objective, buffers, pass: createPass(gpu, config, true, record) };
    return training;
  }

  const scoreWith = (pass: Pass, sequences: readonly (readonly EncodedSequence[])[]) =>
    scoreInChunks(sequences, async (chunk) => {
      const { arrangement, buffers } = pass.prepare(chunk);
      pass.run(arrangement);
      const { M } = arrangement;
      const rows = chunk.length * M;
      const [logProbs, entropy] = await Promise.all([gpu.read(buffers.logProbs, rows), gpu.read(buffers.entropy, rows)]);
      return arrangement.ranges.map((ranges, k) =>
        ranges.map(([start, end]) => summarise(logProbs, entropy, k * M, start, end)),
      );
    });

  /** KTO's KL of each policy on the batch's mismatched sequences, at least 0. */
  async function divergences(batches: readonly (readonly ScoredPair[])[]): Promise<Float32Array> {
    const sequences = batches.map((pairs) => mismatchedSequences(pairs, config.max_position_embeddings));
    const policy = await scoreWith(evaluation, sequences);
    const out = new Float32Array(K);
    for (const [k, list] of sequences.entries()) {
      const [expected] = await scoreWith(referencePass!, [list]);
      const total = expected!.reduce((sum, score, i) => sum + policy[k]![i]!.sum - score.sum, 0);
      out[k] = Math.max(0, total / list.length);
    }
    return out;
  }

  async function train(batches: readonly (readonly ScoredPair[])[]): Promise<StepMetrics[]> {
    const B = batches[0]!.length;
    const { objective, pass } = trainingFor(B);
    if (needsMismatched) write(objective.divergence, await divergences(batches));
    const { arrangement } = pass.prepare(
      batches.map((pairs) => [...pairs.map((pair) => pair.chosen), ...pairs.map((pair) => pair.rejected)]),
    );
    const next = step + 1;
    const rates = policies.map((policy, k) =>
      stopped.has(k) ? 0 : policy.learningRate * learningRateFactor(next, schedule),
    );
    const { beta1, beta2 } = adamWDefaults;
    write(adamW.settings, Float32Array.from(rates.flatMap((rate) => [rate, 1 - beta1 ** next, 1 - beta2 ** next, schedule.maxGradNorm])));
    write(objective.starts, Uint32Array.from(arrangement.ranges.flatMap((list) => [...list.map(([start]) => start), list.at(-1)![1]])));
    write(
      objective.reference,
      Float32Array.from(batches.flatMap((pairs) => [
        ...pairs.map((pair) => pair.referenceChosen),
        ...pairs.map((pair) => pair.referenceRejected),
      ])),
    );
    pass.run(arrangement);
    step = next;
    const [metrics, outcome] = await Promise.all([
      gpu.read(objective.metrics, K * METRICS.length),
      gpu.read(adamW.outcome, K * OUTCOME),
    ]);
    return policies.map((policy, k): StepMetrics => {
      tokensSeen[k]! += batches[k]!.reduce((sum, pair) => sum + pair.chosen.ids.length + pair.rejected.ids.length, 0);
      if (stopped.has(k)) return null;
      const value = (name: (typeof METRICS)[number]) => metrics[k * METRICS.length + METRICS.indexOf(name)]!;
      const norm = outcome[k * OUTCOME]!;
      if (outcome[k * OUTCOME + 2] === 0) {
        // The update was withheld on the device; the parameters are the last good ones.
        stop(k, `The ${value('finite') === 0 ? 'loss' : 'gradient'} was not a finite number.`);
        return null;
      }
      const beta = policy.hyper.beta ?? 1;
      return {
        loss: value('loss'),
        'logps/chosen': value('logps/chosen'),
        'logps/rejected': value('logps/rejected'),
        'rewards/chosen': beta * value('ratios/chosen'),
        'rewards/rejected': beta * value('ratios/rejected'),
        'rewards/margins': beta * (value('ratios/chosen') - value('ratios/rejected')),
        'rewards/accuracies': value('accuracies'),
        entropy: value('entropy'),
        learning_rate: rates[k]!,
        num_tokens: tokensSeen[k]!,
        grad_norm: norm,
      };
    });
  }

  async function nextLogits(sequences: readonly (readonly (readonly number[])[])[]): Promise<Float32Array> {
    const S = sequences.length;
    // Each sequence scores one row, its last position; the label there is whatever and goes unread.
    const { buffers, arrangement } = evaluation.prepare(
      policies.map((_, k) => sequences.map((list) => ({ ids: [...list[k]!, 0], completionStart: list[k]!.length }))),
      S,
    );
    evaluation.run(arrangement);
    return gpu.read(buffers.logits, K * S * config.vocab_size);
  }

  function stop(policy: number, reason: string): void {
    if (stopped.has(policy)) return;
    stopped.set(policy, reason);
    gpu.device.queue.writeBuffer(adamW.active, 4 * policy, new Float32Array([0]));
  }

  const readAll = async (buffer: GPUBuffer, prefix: string) => layout.unpack(await gpu.read(buffer, K * P), K, prefix);

  return {
    size: K,
    context: config.max_position_embeddings,
    get step() {
      return step;
    },
    stopped,
    stop,
    train,
    logProbs: (sequences) =>
      sequences.length === 0
        ? Promise.resolve(policies.map(() => []))
        : scoreWith(evaluation, policies.map(() => sequences)),
    sample: (prompts, sampleOptions, onToken) =>
      sampleSequences({ K, config, nextLogits }, prompts, sampleOptions, onToken),
    async save() {
      // All copies are asked for at once, so that no step can fall between them.
      const at = step;
      const parts = await Promise.all([readAll(parameters, ''), readAll(adamW.m, 'adam_m/'), readAll(adamW.v, 'adam_v/')]);
      return { step: at, tensors: Object.assign({}, ...parts) as Record<string, HostTensor> };
    },
    restore(state) {
      // Packed before anything is written, so that a state that lacks a tensor changes nothing.
      const packed = ['', 'adam_m/', 'adam_v/'].map((prefix) => layout.pack(state.tensors, K, prefix));
      [parameters, adamW.m, adamW.v].forEach((buffer, i) => write(buffer, packed[i]!));
      write(adamW.active, new Float32Array(K).fill(1));
      stopped.clear();
      step = state.step;
    },
    async weights(policy) {
      const flat = await gpu.read(parameters, P, policy * P);
      const stacked = layout.unpack(flat, 1);
      return {
        config,
        tensors: Object.fromEntries(
          Object.entries(stacked).map(([name, { shape, data }]) => [name, { shape: shape.slice(1), data }]),
        ),
      };
    },
    dispose() {
      training?.pass.dispose();
      for (const buffer of training?.buffers ?? []) buffer.destroy();
      evaluation.dispose();
      referencePass?.dispose();
      for (const buffer of owned) buffer.destroy();
    },
  };
}
