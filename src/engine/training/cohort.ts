// K policies trained in lockstep: the unit of training of the lab. Implements the face that `types.ts` describes.
import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor, Weights } from '../model/config';
import { sampleComposed } from '../model/decode';
import { backward, forward, forwardForTraining, type DeviceParameters } from '../model/forward';
import { createPositions } from '../model/positions';
import { disposeBatch, layOut } from '../model/tokens';
import { evaluateCompiled } from '../objectives';
import { disposeAll, read, take, tidy } from '../tidy';
import { mismatchedSequences, pairMetrics } from './metrics';
import { createOptimizer, gradientNorms, stackWeights } from './optimizer';
import { learningRateFactor } from './schedule';
import { meanEntropy, scoreInChunks, summarise } from './scoring';
import type {
  Cohort, CohortOptions, CohortState, EncodedSequence, ScoredPair, SequenceLogProbs, StepMetrics, StepRow, Stopped,
} from './types';

/** Copies of some policies' parameters, `[needed, …]` each. */
function picked(parameters: DeviceParameters, which: readonly number[]): DeviceParameters {
  return tidy(() => {
    const places = tf.tensor1d([...which], 'int32');
    return Object.fromEntries(Object.entries(parameters).map(([name, tensor]) => [name, tf.gather(tensor, places)]));
  });
}

/** Starts K policies from the same weights. */
export function createCohort(options: CohortOptions): Cohort {
  const { weights, policies, schedule } = options;
  const { config } = weights;
  const K = policies.length;
  const positions = createPositions(config);
  let optimizer = createOptimizer(stackWeights(weights.tensors, K));
  const stopped = new Map<number, Stopped>();
  let unread: StepRow[] = [];
  const tokensSeen = new Array<number>(K).fill(0);
  /** Policies whose objective needs mismatched sequences, which take two forward passes more. */
  const needy = policies.flatMap(({ objective }, k) => (objective.needsMismatched ? [k] : []));
  // Only KTO's estimate needs the reference beside the policies; the others get by with its cached numbers.
  const reference = needy.length > 0 ? createOptimizer(stackWeights(weights.tensors, 1)) : undefined;

  /** Scores `[K][S]` sequences under the given parameters. */
  const scoreAll = (parameters: DeviceParameters, sequences: readonly (readonly EncodedSequence[])[]) =>
    scoreInChunks(sequences, async (chunk) => {
      const batch = layOut(chunk);
      const result = tidy(() => forward(parameters, config, batch, positions.of(batch.T)));
      disposeBatch(batch);
      const [logProbs, entropy] = await Promise.all([take(result.logProbs), take(result.entropy)]);
      return batch.ranges.map((ranges, k) =>
        ranges.map(([start, end]) => summarise(logProbs, entropy, k * batch.M, start, end)),
      );
    });

  async function train(batches: readonly (readonly ScoredPair[])[]): Promise<void> {
    const mismatched = reference && (await mismatchedLogProbs(batches));
    const batch = layOut(batches.map((pairs) => [...pairs.map((p) => p.chosen), ...pairs.map((p) => p.rejected)]));
    const tables = positions.of(batch.T);
    const step = optimizer.step + 1;
    const rates = policies.map((policy, k) =>
      stopped.has(k) ? 0 : policy.learningRate * learningRateFactor(step, schedule),
    );
    const pass = tidy(() => forwardForTraining(optimizer.parameters, config, batch, tables));
    const [logProbs, entropy] = await Promise.all([take(pass.logProbs), take(pass.entropy)]);

    // The objective is worked out in float64 on the host: a handful of numbers a pair.
    const dLogProbs = new Float32Array(K * batch.M);
    const metrics = batches.map((pairs, k): Record<string, number> => {
      const policy = policies[k]!;
      const sequences = batch.ranges[k]!.map(([start, end]) => summarise(logProbs, entropy, k * batch.M, start, end));
      const scores = {
        policyChosen: pairs.map((_, i) => sequences[i]!.sum),
        policyRejected: pairs.map((_, i) => sequences[pairs.length + i]!.sum),
        referenceChosen: pairs.map((pair) => pair.referenceChosen),
        referenceRejected: pairs.map((pair) => pair.referenceRejected),
        chosenLength: pairs.map((pair) => pair.chosen.ids.length - pair.chosen.completionStart),
        rejectedLength: pairs.map((pair) => pair.rejected.ids.length - pair.rejected.completionStart),
        ...mismatched?.get(k),
      };
      const { loss, dChosen, dRejected } = evaluateCompiled(policy.objective, scores, policy.hyper);
      batch.ranges[k]!.forEach(([start, end], s) => {
        const d = s < pairs.length ? dChosen[s]! : dRejected[s - pairs.length]!;
        // The batch's loss is the mean over its pairs.
        dLogProbs.fill(d / pairs.length, k * batch.M + start, k * batch.M + end);
      });
      tokensSeen[k]! += pairs.reduce((sum, pair) => sum + pair.chosen.ids.length + pair.rejected.ids.length, 0);
      return {
        ...pairMetrics(scores, loss, policy.hyper.beta ?? 1),
        entropy: meanEntropy(sequences),
        learning_rate: rates[k]!,
        num_tokens: tokensSeen[k]!,
      };
    });

    const { gradients, norms: normTensor } = tidy(() => {
      const d = tf.tensor2d(dLogProbs, [K, batch.M]);
      const gradients = backward(d, pass.saved, optimizer.parameters, config, batch, tables);
      return { gradients, norms: gradientNorms(gradients) };
    });
    disposeAll(pass.saved);
    disposeBatch(batch);
    const norms = await take(normTensor);
    const result = metrics.map((values, k): StepMetrics => {
      if (stopped.has(k)) return null;
      const bad = Number.isFinite(values.loss) ? (Number.isFinite(norms[k]) ? undefined : 'gradient') : 'loss';
      if (bad) {
        stop(k, `The ${bad} was not a finite number.`, step);
        rates[k] = 0;
        return null;
      }
      return { ...values, grad_norm: norms[k]! };
    });
    optimizer.apply(gradients, {
      learningRates: rates,
      ignored: new Set(stopped.keys()),
      norms: [...norms].map((norm) => (Number.isFinite(norm) ? norm : 1)),
      maxGradNorm: schedule.maxGradNorm,
      adamW: { weightDecay: schedule.weightDecay },
    });
    disposeAll(gradients);
    unread.push({ step, metrics: result });
  }

  /** Log-probabilities of each prompt followed by the next pair's completions, `[2B]`, for the policies that need them for KTO's KL. */
  async function mismatchedLogProbs(batches: readonly (readonly ScoredPair[])[]) {
    const sums = (list: SequenceLogProbs[]): number[] => list.map(({ sum }) => sum);
    const sequences = needy.map((k) => mismatchedSequences(batches[k]!, config.max_position_embeddings));
    const own = needy.length === K ? optimizer.parameters : picked(optimizer.parameters, needy);
    const policy = await scoreAll(own, sequences);
    if (own !== optimizer.parameters) disposeAll(own);
    // Policies of one seed share their batches, and so what the reference makes of them.
    const known = new Map<readonly ScoredPair[], number[]>();
    const found = new Map<number, { readonly policyMismatched: number[]; readonly referenceMismatched: number[] }>();
    for (const [i, k] of needy.entries()) {
      const referenceMismatched = known.get(batches[k]!) ?? sums((await scoreAll(reference!.parameters, [sequences[i]!]))[0]!);
      known.set(batches[k]!, referenceMismatched);
      found.set(k, { policyMismatched: sums(policy[i]!), referenceMismatched });
    }
    return found;
  }

  function stop(policy: number, reason: string, step = optimizer.step): void {
    if (!stopped.has(policy)) stopped.set(policy, { step, reason });
  }

  return {
    size: K,
    context: config.max_position_embeddings,
    get step() {
      return optimizer.step;
    },
    stopped,
    stop,
    train,
    readsBack: false,
    readMetrics() {
      const rows = unread;
      unread = [];
      return Promise.resolve(rows);
    },
    logProbs: (sequences) =>
      sequences.length === 0
        ? Promise.resolve(policies.map(() => []))
        : scoreAll(optimizer.parameters, policies.map(() => sequences)),
    sample: (prompts, sampleOptions, onToken) =>
      sampleComposed(optimizer.parameters, config, positions, prompts, sampleOptions, onToken),
    async save(): Promise<CohortState> {
      return { step: optimizer.step, tensors: await optimizer.save() };
    },
    restore(state) {
      const restored = createOptimizer(state.tensors, state.step);
      optimizer.dispose();
      optimizer = restored;
      unread = [];
      stopped.clear();
    },
    async weights(policy): Promise<Weights> {
      const tensors: Record<string, HostTensor> = {};
      for (const [name, tensor] of Object.entries(optimizer.parameters)) {
        const shape = tensor.shape.slice(1);
        const size = tf.util.sizeFromShape(shape);
        const data = await read(tensor);
        tensors[name] = { shape, data: data.slice(policy * size, (policy + 1) * size) };
      }
      return { config, tensors };
    },
    dispose() {
      optimizer.dispose();
      reference?.dispose();
      positions.dispose();
    },
  };
}
