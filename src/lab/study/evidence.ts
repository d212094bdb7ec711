// What an adviser needs to know of a model and a dataset: how the winners compare with what the model itself says to the same
// prompts, how alike the sides are, and how likely the winners are under the model. What follows from it is told in adviser.ts.
import { encodePrompt, encodeSequence, END } from '../../engine/tokenizer/chat';
import type { EncodedSequence } from '../../engine/training/types';
import { wordsOf, jaccard } from '../../preferences/contrastiveness';
import type { PreferencePair } from '../../preferences/pair';
import { recognisePrompt, scoreAnswer } from '../../world';
import { inBatches } from '../evaluation';
import type { Reference } from '../reference';

/** Lists run over the pairs that were looked at; those of gold only over pairs whose prompt the town knows. */
export interface Evidence {
  readonly pairs: number;
  /** In [0, 1]. */
  readonly winnerGold: readonly number[];
  readonly loserGold: readonly number[];
  /** Of one answer of the model's own to each of the same prompts, sampled at temperature 1. */
  readonly ownGold: readonly number[];
  readonly wordJaccard: readonly number[];
  /** Nats per token under the model, the end token included. */
  readonly winnerLogProb: readonly number[];
  readonly loserLogProb: readonly number[];
  readonly ownLogProb: readonly number[];
}

export interface EvidenceJob {
  readonly pairs: readonly PreferencePair[];
  readonly reference: Reference;
  readonly seed: number;
  /** Awaited between pieces of work; `share` of the whole, from 0 to 1. False ends the job. */
  readonly onProgress?: (share: number) => boolean | void | Promise<boolean | void>;
}

const BATCH = 32;
const MOST_TOKENS = 72;

/** Pairs that do not fit into the model's context are passed over. @returns undefined when `onProgress` ended it. */
export async function collectEvidence({ pairs, reference, seed, onProgress }: EvidenceJob): Promise<Evidence | undefined> {
  const { cohort, model: { tokenizer, weights } } = reference;
  const context = weights.config.max_position_embeddings;
  const endToken = tokenizer.idOf(END);
  const usable = pairs
    .map((pair) => ({
      pair,
      prompt: encodePrompt(tokenizer, pair.prompt),
      sides: [pair.chosen, pair.rejected].map((text) => encodeSequence(tokenizer, pair.prompt, text)),
    }))
    .filter(({ prompt, sides }) => prompt.length < context && sides.every(({ ids }) => ids.length <= context));
  const out = {
    winnerGold: [] as number[], loserGold: [] as number[], ownGold: [] as number[], wordJaccard: [] as number[],
    winnerLogProb: [] as number[], loserLogProb: [] as number[], ownLogProb: [] as number[],
  };
  const perToken = ({ sum, perToken: { length } }: { readonly sum: number; readonly perToken: Float32Array }): number => sum / Math.max(1, length);
  for (const [at, batch] of inBatches(usable, BATCH).entries()) {
    const longest = Math.max(...batch.map(({ prompt }) => prompt.length));
    const [own] = await cohort.sample(batch.map(({ prompt }) => prompt), {
      temperature: 1, topK: 0, topP: 1, greedy: false, maxTokens: Math.min(MOST_TOKENS, context - longest), seed: seed + at, endToken,
    });
    const sequences: EncodedSequence[] = batch.flatMap(({ sides }) => sides);
    const [scores] = await cohort.logProbs(sequences);
    batch.forEach(({ pair }, i) => {
      const { ids, ended, logProb } = own![i]!;
      out.wordJaccard.push(jaccard(wordsOf(pair.chosen), wordsOf(pair.rejected)));
      out.winnerLogProb.push(perToken(scores![2 * i]!));
      out.loserLogProb.push(perToken(scores![2 * i + 1]!));
      out.ownLogProb.push(logProb / Math.max(1, ids.length + Number(ended)));
      const known = recognisePrompt(pair.prompt);
      if (!known) return;
      out.winnerGold.push(scoreAnswer(known, pair.chosen).score);
      out.loserGold.push(scoreAnswer(known, pair.rejected).score);
      out.ownGold.push(scoreAnswer(known, tokenizer.decode(ids.filter((id) => id < tokenizer.vocabSize)), { ended }).score);
    });
    if ((await onProgress?.(Math.min(1, ((at + 1) * BATCH) / usable.length))) === false) return undefined;
  }
  return { pairs: usable.length, ...out };
}
