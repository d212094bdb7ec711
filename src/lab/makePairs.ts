// Makes preference datasets the true way: prompts of the town, answers sampled from a checkpoint, then revised or judged.
// Used by the command line; later by the page.
import type { Cohort } from '../engine/training/types';
import { createRandom, hashText } from '../engine/random';
import { encodePrompt, END } from '../engine/tokenizer/chat';
import type { Tokenizer } from '../engine/tokenizer/tokenizer';
import type { PreferencePair, Split } from '../preferences/pair';
import { clairPair, drawDistinctPrompts, offPolicyPair, type TownPrompt } from '../world';

export type MadeDataset = 'clair' | 'off_policy';

export interface MakePairsOptions {
  readonly dataset: MadeDataset;
  readonly split: Split;
  /** Pairs wanted; fewer come back only if the town has no more prompts of that split. */
  readonly count: number;
  readonly seed: number;
  /** A cohort whose policy 0 answers; needed where a side is the model's own. */
  readonly model: Pick<Cohort, 'sample'>;
  readonly tokenizer: Tokenizer;
  readonly onProgress?: (made: number) => void;
}

/** Prompts sampled in one go. */
const SAMPLE_BATCH = 64;
const SAMPLING = { temperature: 1, topK: 0, topP: 1, greedy: false, maxTokens: 72 } as const;

/**
 * Pairs of one dataset and split. Both datasets walk the same prompts in the same order, so that they differ in how the
 * pairs were made and in nothing else: a prompt whose sample was already perfect gives no pair in either.
 */
export async function makePairs(options: MakePairsOptions): Promise<PreferencePair[]> {
  const { dataset, split, count, seed, model, tokenizer, onProgress } = options;
  // Enough prompts for the share that a good checkpoint answers perfectly.
  const prompts = drawDistinctPrompts(seed, split, count * 3);
  const pairs: PreferencePair[] = [];
  for (let at = 0; at < prompts.length && pairs.length < count; at += SAMPLE_BATCH) {
    const chunk = prompts.slice(at, at + SAMPLE_BATCH);
    const [answers] = await model.sample(
      chunk.map((prompt) => encodePrompt(tokenizer, prompt.text)),
      { ...SAMPLING, seed: seed + at, endToken: tokenizer.idOf(END) },
    );
    for (const [i, prompt] of chunk.entries()) {
      if (pairs.length === count) break;
      const sample = answers![i]!;
      // An answer that ran into the limit is no completion: as a pair's side it would be given an end it never chose.
      const clair = sample.ended ? clairPair(prompt, tokenizer.decode(sample.ids)) : null;
      if (clair === null) continue;
      pairs.push(dataset === 'clair' ? clair : offPolicyPair(prompt, randomFor(seed, prompt)));
    }
    onProgress?.(pairs.length);
  }
  return pairs;
}

function randomFor(seed: number, prompt: TownPrompt) {
  return createRandom(seed, hashText(prompt.text));
}
