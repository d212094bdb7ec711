// The cohort on the fused kernels: a training step is one list of dispatches and one submit, and then a read-back of its
// few metrics. Parameters, moments and gradients lie in a single buffer each. The same face and the same numbers as the composed cohort.
import { hyperNames, packHyper } from '../objectives';
import { cohortObjective, METRICS, sumsLength, type ObjectiveBuffers } from '../objectives/cohort.wgsl';
import { adamWDefaults } from '../ops/adamW/adamW';
import { mismatchedDivergence, RANGES } from '../objectives/mismatched.wgsl';
import { adamWFused, normParts, OUTCOME, SETTINGS, type AdamWBuffers } from '../ops/adamW/adamW.wgsl';
import type { HostTensor } from '../model/config';
import { mismatchedSequences } from '../training/metrics';
import { stackWeights } from '../training/optimizer';
import { learningRateFactor } from '../training/schedule';
import { scoreInChunks, summarise } from '../training/scoring';
import type { Cohort, CohortOptions, EncodedSequence, ScoredPair, StepMetrics, StepRow, Stopped } from '../training/types';
import { layoutOf } from './layout';
import { createPass, type Pass } from './pass';
import type { GpuRuntime, Plan } from './runtime';
import { createSampler } from './sampler';
import { backwardOperations, forwardOperations, type StepBuffers, type StepShape } from './step';

/** Steps whose metrics may wait on the device to be read. */
const HISTORY = 64;
/** Numbers a policy and step. */
const PER_STEP = METRICS.length + OUTCOME;
/** Steps that may be under way while the host asks for another. */
const AHEAD = 2;

/** A step whose metrics nobody has read yet. */
interface Taken {
  readonly step: number;
  readonly rates: readonly number[];
  /** Tokens trained on up to here, `[K]`. */
  readonly tokens: readonly number[];
}

/** @param gpu stays the caller's; its device must be the one that outlives the cohort. */
export function createFusedCohort(gpu: GpuRuntime, options: CohortOptions): Cohort {
  const { weights, policies, schedule } = options;
  const { config } = weights;
  const K = policies.length;
  const layout = layoutOf(config);
  const { P } = layout;
  const stopped = new Map<number, Stopped>();
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
  const adamW: AdamWBuffers = {
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
  /** What the steps have to tell, until it is read: `[HISTORY, K·METRICS + K·OUTCOME]`. */
  const history = storage(HISTORY * K * PER_STEP);
  let unread: Taken[] = [];
  let waiting: StepRow[] = [];
  const underWay: Promise<unknown>[] = [];
  let step = 0;

  const evaluation = createPass(gpu, config, false, (shape, buffers) =>
    forwardOperations(config, shape, parameters, layout, buffers),
  );
  const sampler = createSampler(gpu, config, K, parameters, layout);
  const referencePass = reference && createPass(gpu, config, false, (shape, buffers) =>
    forwardOperations(config, shape, reference, layout, buffers),
  );

  /** What belongs to one number of pairs a batch. */
  let training:
    | {
        readonly B: number;
        readonly objective: Omit<ObjectiveBuffers, 'logProbs' | 'entropy' | 'dLogProbs'>;
        readonly pass: Pass;
        /** Which scored rows belong to whom among KTO's mismatched sequences. */
        readonly ranges: GPUBuffer;
        /** The divergence's dispatch; made anew when the passes have grown other buffers. */
        divergence?: { readonly policy: GPUBuffer; readonly reference: GPUBuffer; readonly plan: Plan };
        dispose(): void;
      }
    | undefined;

  function trainingFor(B: number): NonNullable<typeof training> {
    if (training?.B === B) return training;
    training?.dispose();
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
      sums: own(sumsLength(K, B)),
      dSums: own(K * 2 * B),
      active: adamW.active,
      metrics: own(K * METRICS.length),
    };
    const record = (shape: StepShape, buffers: StepBuffers) => [
      ...forwardOperations(config, shape, parameters, layout, buffers),
      cohortObjective(policies, B, shape.M, { ...objective, ...buffers, dLogProbs: buffers.backward!.dLogProbs }),
      ...backwardOperations(config, shape, parameters, layout, buffers, adamW.gradients),
      adamWFused(K, P, adamW, { ...adamWDefaults, weightDecay: schedule.weightDecay }),
    ];
    const pass = createPass(gpu, config, true, record);
    const ranges = own(K * RANGES);
    const made: NonNullable<typeof training> = {
      B, objective, pass, ranges,
      dispose() {
        pass.dispose();
        made.divergence?.plan.dispose();
        for (const buffer of buffers) buffer.destroy();
      },
    };
    training = made;
    return made;
  }

  const scoreWith = (pass: Pass, sequences: readonly (readonly EncodedSequence[])[]) =>
    scoreInChunks(sequences, async (chunk) => {
      const { arrangement, buffers } = pass.prepare(chunk);
      await gpu.run([pass.plan(arrangement)]);
      const { M } = arrangement;
      const rows = chunk.length * M;
      const [logProbs, entropy] = await Promise.all([gpu.read(buffers.logProbs, rows), gpu.read(buffers.entropy, rows)]);
      return arrangement.ranges.map((ranges, k) =>
        ranges.map(([start, end]) => summarise(logProbs, entropy, k * M, start, end)),
      );
    });

  /** Puts KTO's mismatched sequences on the device; the plans that work out each policy's divergence from them. */
  function divergencePlans(batches: readonly (readonly ScoredPair[])[], trained: NonNullable<typeof training>): Plan[] {
    const sequences = batches.map((pairs) => mismatchedSequences(pairs, config.max_position_embeddings));
    const policy = evaluation.prepare(sequences);
    const expected = referencePass!.prepare([sequences.flat()]);
    const S = sequences[0]!.length;
    const { M, ranges } = policy.arrangement;
    const rows = ranges.flatMap((list, k) => [list.at(-1)![1], k * M, expected.arrangement.ranges[0]![k * S]![0]]);
    write(trained.ranges, Uint32Array.from(rows));
    const scored = { policy: policy.buffers.logProbs, reference: expected.buffers.logProbs };
    const known = trained.divergence;
    if (known?.policy !== scored.policy || known.reference !== scored.reference) {
      known?.plan.dispose();
      const { divergence } = trained.objective;
      const plan = gpu.record([mismatchedDivergence(K, S, { ...scored, ranges: trained.ranges, divergence })]);
      trained.divergence = { ...scored, plan };
    }
    return [evaluation.plan(policy.arrangement), referencePass!.plan(expected.arrangement), trained.divergence!.plan];
  }

  async function train(batches: readonly (readonly ScoredPair[])[]): Promise<void> {
    const B = batches[0]!.length;
    if (unread.length === HISTORY) await catchUp();
    const trained = trainingFor(B);
    const { objective, pass } = trained;
    const before = needsMismatched ? divergencePlans(batches, trained) : [];
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
    const at = unread.length * PER_STEP * K;
    await gpu.run([...before, pass.plan(arrangement)], [
      { from: objective.metrics, to: history, at, length: K * METRICS.length },
      { from: adamW.outcome, to: history, at: at + K * METRICS.length, length: K * OUTCOME },
    ]);
    step = next;
    batches.forEach((pairs, k) => {
      tokensSeen[k]! += pairs.reduce((sum, pair) => sum + pair.chosen.ids.length + pair.rejected.ids.length, 0);
    });
    unread.push({ step, rates, tokens: [...tokensSeen] });
    // The host may run ahead of the device, but not so far that a pause or a held-out look would wait for long.
    const done = gpu.device.queue.onSubmittedWorkDone();
    // It fails with the device, perhaps while nobody is waiting for it.
    done.catch(() => undefined);
    underWay.push(done);
    if (underWay.length > AHEAD) await gpu.guard(underWay.shift()!);
  }

  /** Reads what the steps since the last reading have left on the device. */
  async function catchUp(): Promise<void> {
    const steps = unread;
    if (steps.length === 0) return;
    unread = [];
    const numbers = await gpu.read(history, steps.length * K * PER_STEP);
    steps.forEach((taken, i) => {
      const metrics = numbers.subarray(i * K * PER_STEP, (i + 1) * K * PER_STEP);
      const outcome = metrics.subarray(K * METRICS.length);
      waiting.push({ step: taken.step, metrics: policies.map((_, k) => metricsOf(k, taken, metrics, outcome)) });
    });
  }

  function metricsOf(k: number, { step, rates, tokens }: Taken, metrics: Float32Array, outcome: Float32Array): StepMetrics {
    if (stopped.has(k)) return null;
    const value = (name: (typeof METRICS)[number]) => metrics[k * METRICS.length + METRICS.indexOf(name)]!;
    if (outcome[k * OUTCOME + 2] === 0) {
      // The update was withheld on the device; the parameters are the last good ones.
      stop(k, `The ${value('finite') === 0 ? 'loss' : 'gradient'} was not a finite number.`, step);
      return null;
    }
    const beta = policies[k]!.hyper.beta ?? 1;
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
      num_tokens: tokens[k]!,
      grad_norm: outcome[k * OUTCOME]!,
    };
  }

  function stop(policy: number, reason: string, at = step): void {
    if (stopped.has(policy)) return;
    stopped.set(policy, { step: at, reason });
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
    readsBack: true,
    async readMetrics() {
      await catchUp();
      const rows = waiting;
      waiting = [];
      return rows;
    },
    logProbs: (sequences) =>
      sequences.length === 0
        ? Promise.resolve(policies.map(() => []))
        : scoreWith(evaluation, policies.map(() => sequences)),
    sample: (prompts, sampleOptions, onToken) => sampler.sample(prompts, sampleOptions, onToken),
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
      unread = [];
      waiting = [];
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
      training?.dispose();
      evaluation.dispose();
      sampler.dispose();
      referencePass?.dispose();
      for (const buffer of owned) buffer.destroy();
    },
  };
}
