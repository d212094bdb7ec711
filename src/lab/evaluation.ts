// Held-out figures: what a policy has become, from the log-probabilities of pairs it is never trained on.
import { evaluateCompiled, type CompiledObjective, type Hyper } from '../engine/objectives';
import { mismatchedSequences, pairMetrics } from '../engine/training/metrics';
import type { Cohort, EncodedPair, EncodedSequence, SequenceLogProbs } from '../engine/training/types';
import { alignTokens } from '../preferences/alignment';
import { flatTokens } from './heldOutTokens';
import type { PairSums } from './protocol';

/** A held-out pair with, for each completion token, whether the other side has it too. */
export interface HeldOutPair extends EncodedPair {
  readonly chosenShared: readonly boolean[];
  readonly rejectedShared: readonly boolean[];
}

/** One policy's log-probabilities of a list of pairs. */
export interface PairLogProbs {
  readonly chosen: readonly SequenceLogProbs[];
  readonly rejected: readonly SequenceLogProbs[];
  /** Sums for each batch's mismatched sequences, which KTO's estimate of KL needs; empty where nobody does. */
  readonly mismatched: readonly (readonly number[])[];
}

const completion = (sequence: EncodedSequence): readonly number[] => sequence.ids.slice(sequence.completionStart);

export function alignPair(pair: EncodedPair): HeldOutPair {
  const { chosenShared, rejectedShared } = alignTokens(completion(pair.chosen), completion(pair.rejected));
  return { chosen: pair.chosen, rejected: pair.rejected, chosenShared, rejectedShared };
}

export function inBatches<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

/** Sequences of all policies together that go through the device between two breaths. */
const CHUNK_SEQUENCES = 96;

/**
 * Log-probabilities of pairs under every policy of a cohort. Changes nothing in it.
 * @param mismatchedIn the batch size in which to form mismatched sequences; undefined where no objective needs them.
 * @param between is awaited between chunks, so that requests are heard.
 */
export async function scorePairs(
  cohort: Pick<Cohort, 'size' | 'context' | 'logProbs'>,
  pairs: readonly EncodedPair[],
  mismatchedIn: number | undefined,
  between: () => Promise<void>,
): Promise<PairLogProbs[]> {
  const batches = mismatchedIn === undefined ? [] : inBatches(pairs, mismatchedIn);
  const mismatched = batches.map((batch) =>
    mismatchedSequences(batch.map((pair) => ({ ...pair, referenceChosen: 0, referenceRejected: 0 })), cohort.context),
  );
  const sequences = [...pairs.map((pair) => pair.chosen), ...pairs.map((pair) => pair.rejected), ...mismatched.flat()];
  const scores: SequenceLogProbs[][] = Array.from({ length: cohort.size }, () => new Array<SequenceLogProbs>(sequences.length));
  // Similar lengths together, so that little of a chunk is padding.
  const order = sequences.map((_, i) => i).sort((a, b) => sequences[a]!.ids.length - sequences[b]!.ids.length || a - b);
  for (const chunk of inBatches(order, Math.max(1, Math.floor(CHUNK_SEQUENCES / cohort.size)))) {
    const found = await cohort.logProbs(chunk.map((i) => sequences[i]!));
    found.forEach((list, k) => list.forEach((value, place) => (scores[k]![chunk[place]!] = value)));
    await between();
  }
  const N = pairs.length;
  return scores.map((list) => {
    let at = 2 * N;
    return {
      chosen: list.slice(0, N),
      rejected: list.slice(N, 2 * N),
      mismatched: mismatched.map((batch) => list.slice(at, (at += batch.length)).map(({ sum }) => sum)),
    };
  });
}

const sums = (list: readonly SequenceLogProbs[]): number[] => list.map(({ sum }) => sum);

/**
 * What each pair's sides come to, single precision: no backend knows more.
 * @param withTokens whether what each token has is told, too.
 */
export function pairSums({ chosen, rejected }: PairLogProbs, withTokens: boolean): PairSums {
  const short = (list: readonly SequenceLogProbs[]): number[] => sums(list).map(Math.fround);
  return {
    chosen: short(chosen),
    rejected: short(rejected),
    ...(withTokens && { chosenTokens: flatTokens(chosen), rejectedTokens: flatTokens(rejected) }),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

/** Mean over all scored tokens of both sides, so that long completions weigh more, as in TRL. */
function tokenMeanEntropy({ chosen, rejected }: PairLogProbs): number {
  let total = 0;
  let tokens = 0;
  for (const { entropy, perToken } of [...chosen, ...rejected]) {
    total += entropy * perToken.length;
    tokens += perToken.length;
  }
  return tokens > 0 ? total / tokens : 0;
}

/** The figures that need no objective: the line against which the policies are drawn. */
export function referenceFigures(reference: PairLogProbs): Record<string, number> {
  return {
    'eval_logps/chosen': mean(sums(reference.chosen)),
    'eval_logps/rejected': mean(sums(reference.rejected)),
    eval_entropy: tokenMeanEntropy(reference),
  };
}

/**
 * One policy's held-out figures under TRL's names with `eval_` before them, and the split of its change against the
 * reference: `eval_delta/chosen_shared` and its three like, in nats a sequence, summed over the tokens that both sides
 * share or that one side has alone. Shared and edited add up to the change of `eval_logps`.
 * @param batchSize the loss is evaluated in batches as in training, since some objectives look at a whole batch.
 */
export function heldOutFigures(
  pairs: readonly HeldOutPair[],
  policy: PairLogProbs,
  reference: PairLogProbs,
  objective: CompiledObjective,
  hyper: Hyper,
  batchSize: number,
): Record<string, number> {
  const scores = {
    policyChosen: sums(policy.chosen),
    policyRejected: sums(policy.rejected),
    referenceChosen: sums(reference.chosen),
    referenceRejected: sums(reference.rejected),
    chosenLength: policy.chosen.map(({ perToken }) => perToken.length),
    rejectedLength: policy.rejected.map(({ perToken }) => perToken.length),
  };
  const places = inBatches(pairs.map((_, i) => i), batchSize);
  const loss = places.flatMap((batch, b) => {
    const pick = (values: readonly number[]): number[] => batch.map((i) => values[i]!);
    return evaluateCompiled(
      objective,
      {
        policyChosen: pick(scores.policyChosen),
        policyRejected: pick(scores.policyRejected),
        referenceChosen: pick(scores.referenceChosen),
        referenceRejected: pick(scores.referenceRejected),
        chosenLength: pick(scores.chosenLength),
        rejectedLength: pick(scores.rejectedLength),
        ...(objective.needsMismatched && {
          policyMismatched: policy.mismatched[b]!,
          referenceMismatched: reference.mismatched[b]!,
        }),
      },
      hyper,
    ).loss;
  });
  const out: Record<string, number> = {};
  for (const [name, value] of Object.entries(pairMetrics(scores, loss, hyper.beta ?? 1))) out[`eval_${name}`] = value;
  out.eval_entropy = tokenMeanEntropy(policy);

  for (const side of ['chosen', 'rejected'] as const) {
    let shared = 0;
    let edited = 0;
    pairs.forEach((pair, i) => {
      const mask = side === 'chosen' ? pair.chosenShared : pair.rejectedShared;
      const before = reference[side][i]!.perToken;
      policy[side][i]!.perToken.forEach((value, t) => {
        const change = value - before[t]!;
        if (mask[t]) shared += change;
        else edited += change;
      });
    });
    out[`eval_delta/${side}_shared`] = shared / pairs.length;
    out[`eval_delta/${side}_edited`] = edited / pairs.length;
  }
  return out;
}
