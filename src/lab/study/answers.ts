// The benchmark, the town's counterpart of MixEval-Hard: prompts that stand in no text for training, answered by the reference
// and by every policy, and scored by the gold scorer. This file asks and scores; what the scores mean is told in results.ts.
import { encodePrompt, END } from '../../engine/tokenizer/chat';
import type { Cohort, EncodedSequence, SampledSequence } from '../../engine/training/types';
import { drawDistinctPrompts, isTuning, scoreAnswer, type Family, type TownPrompt } from '../../world';
import { inBatches } from '../evaluation';
import type { Reference } from '../reference';

/** How an answer is chosen: the likeliest token at each place, or sampled at temperature 0.7 or 1. */
export const answerModes = ['greedy', 'cool', 'sampled'] as const;
export type AnswerMode = (typeof answerModes)[number];

const SAMPLING: Readonly<Record<AnswerMode, { readonly temperature: number; readonly greedy: boolean }>> = {
  greedy: { temperature: 1, greedy: true },
  cool: { temperature: 0.7, greedy: false },
  sampled: { temperature: 1, greedy: false },
};

export interface BenchmarkSpec {
  /** Prompts wanted; the town may have fewer. */
  readonly prompts: number;
  readonly seed: number;
  readonly modes: readonly AnswerMode[];
  /** `tuning` asks training prompts that no made dataset trains on: for choosing hyper-parameters. */
  readonly part: 'benchmark' | 'tuning';
}

export interface BenchmarkAnswer {
  readonly text: string;
  /** False where it ran into the limit of tokens. */
  readonly ended: boolean;
  /** Without the end token. */
  readonly tokens: number;
  /** Log-probability of the answer, its end token included, under the model that gave it, at temperature 1. */
  readonly logProb: number;
  /** The same under the reference; only of answers sampled at temperature 1, where the difference estimates the KL divergence. */
  readonly referenceLogProb?: number;
  /** In [0, 1]. */
  readonly gold: number;
  /** Each 0 or 1: correct, clear, engaging, harmless. */
  readonly aspects: Readonly<Record<string, number>>;
}

export interface PolicyAnswers {
  /** Index on the policy axis; -1 is the reference. */
  readonly policy: number;
  readonly mode: AnswerMode;
  /** In the order of the prompts. */
  readonly answers: readonly BenchmarkAnswer[];
}

export interface BenchmarkAnswers {
  readonly spec: BenchmarkSpec;
  readonly prompts: readonly { readonly text: string; readonly family: Family }[];
  readonly policies: readonly PolicyAnswers[];
}

export interface AnswerJob {
  readonly spec: BenchmarkSpec;
  readonly reference: Reference;
  readonly policies?: Pick<Cohort, 'size' | 'sample'>;
  /** Awaited between pieces of work; `share` of the whole, from 0 to 1. False ends the job. */
  readonly onProgress?: (share: number) => boolean | void | Promise<boolean | void>;
}

const REFERENCE = -1;
const SAMPLE_BATCH = 64;
/** As long as the longest answer of the town's writers, and room for rambling. */
const MOST_TOKENS = 72;
/** Sequences that the reference scores between two breaths. */
const SCORE_BATCH = 96;

/** The prompts of the benchmark, or of the tuning part; the same for the same spec. */
export function benchmarkPrompts({ prompts, seed, part }: BenchmarkSpec): TownPrompt[] {
  return part === 'benchmark' ? drawDistinctPrompts(seed, 'benchmark', prompts) : drawDistinctPrompts(seed, 'train', prompts, isTuning);
}

/** @returns undefined when `onProgress` ended it. */
export async function answerBenchmark({ spec, reference, policies, onProgress }: AnswerJob): Promise<BenchmarkAnswers | undefined> {
  const { tokenizer, weights } = reference.model;
  const prompts = benchmarkPrompts(spec);
  const encoded = prompts.map(({ text }) => encodePrompt(tokenizer, text));
  const context = weights.config.max_position_embeddings;
  const maxTokens = Math.min(MOST_TOKENS, context - Math.max(...encoded.map(({ length }) => length)));
  const endToken = tokenizer.idOf(END);
  const askers = [{ cohort: reference.cohort, first: REFERENCE }, ...(policies ? [{ cohort: policies, first: 0 }] : [])];
  const pieces = spec.modes.length * askers.length * Math.ceil(prompts.length / SAMPLE_BATCH);
  let done = 0;
  const told = async (): Promise<boolean> => (await onProgress?.(Math.min(1, (done += 1) / pieces))) !== false;

  const found: PolicyAnswers[] = [];
  for (const mode of spec.modes) {
    for (const { cohort, first } of askers) {
      const given: SampledSequence[][] = Array.from({ length: cohort.size }, () => []);
      for (const [at, batch] of inBatches(encoded, SAMPLE_BATCH).entries()) {
        const options = { ...SAMPLING[mode], topK: 0, topP: 1, maxTokens, seed: spec.seed + at, endToken };
        (await cohort.sample(batch, options)).forEach((list, k) => given[k]!.push(...list));
        if (!(await told())) return undefined;
      }
      for (const [k, list] of given.entries()) {
        const judged = mode === 'sampled' ? await scoreUnder(reference, encoded, list, endToken) : undefined;
        const answers = list.map(({ ids, ended, logProb }, i): BenchmarkAnswer => {
          const text = tokenizer.decode(ids.filter((id) => id < tokenizer.vocabSize));
          const { score, aspects } = scoreAnswer(prompts[i]!, text, { ended });
          return { text, ended, tokens: ids.length, logProb, ...(judged && { referenceLogProb: judged[i]! }), gold: score, aspects };
        });
        found.push({ policy: first + k, mode, answers });
      }
    }
  }
  return { spec, prompts: prompts.map(({ text, family }) => ({ text, family })), policies: found };
}

/** Log-probabilities of answers under the reference. */
async function scoreUnder(
  { cohort }: Reference, prompts: readonly (readonly number[])[], answers: readonly SampledSequence[], endToken: number,
): Promise<number[]> {
  const sequences = answers.map(({ ids, ended }, i): EncodedSequence => {
    const prompt = prompts[i]!;
    return { ids: [...prompt, ...ids, ...(ended ? [endToken] : [])], completionStart: prompt.length };
  });
  // Similar lengths together, so that little of a batch is padding.
  const order = sequences.map((_, i) => i).sort((a, b) => sequences[a]!.ids.length - sequences[b]!.ids.length || a - b);
  const sums = new Array<number>(sequences.length);
  for (const batch of inBatches(order, SCORE_BATCH)) {
    const [scores] = await cohort.logProbs(batch.map((i) => sequences[i]!));
    batch.forEach((i, place) => (sums[i] = scores![place]!.sum));
  }
  return sums;
}
