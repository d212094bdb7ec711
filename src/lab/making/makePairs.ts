// Makes preference datasets the true way: prompts of the town, answers sampled from a model, then revised or judged.
// Used by runs whose recipe names such a dataset, by the page that makes them to keep, and by the command line.
import type { Cohort } from '../../engine/training/types';
import { createRandom, hashText, type Random } from '../../engine/random';
import { encodePrompt, END } from '../../engine/tokenizer/chat';
import type { Tokenizer } from '../../engine/tokenizer/tokenizer';
import type { PreferencePair } from '../../preferences/pair';
import { clairPair, drawDistinctPrompts, isTuning, offPolicyPair, onPolicyPair, strongerPair, type JudgeBiases, type TownPrompt } from '../../world';
import type { DatasetKind } from './spec';

/** `all` are the training prompts with those that hyper-parameters are chosen by, `train` those without, `tuning` those alone. */
export type PromptPart = 'all' | 'train' | 'tuning' | 'heldOut';

export interface MakePairsOptions {
  readonly dataset: DatasetKind;
  readonly part: PromptPart;
  /** Pairs wanted; fewer come back only if the town has no more prompts of that part. */
  readonly count: number;
  readonly seed: number;
  /** A cohort whose policy 0 answers, which decides which prompts give a pair even where no side is the model's own. */
  readonly model: Pick<Cohort, 'sample'>;
  readonly tokenizer: Tokenizer;
  /** The judge's faults, where one judges. */
  readonly biases?: JudgeBiases;
  /** Awaited after each batch; may give false to end early with what there is. */
  readonly onProgress?: (made: number) => boolean | void | Promise<boolean | void>;
}

/** Prompts sampled in one go. */
const SAMPLE_BATCH = 64;
const SAMPLING = { temperature: 1, topK: 0, topP: 1, greedy: false, maxTokens: 72 } as const;
/** A second answer that says the same as the first is asked for again so often. */
const SECOND_TRIES = 3;
/** Keeps the second answers' random numbers apart from the first ones'. */
const SECOND_STREAM = 0x5ec0;

/**
 * Pairs of one dataset and part. All datasets walk the same prompts in the same order, so that they differ in how the
 * pairs were made and in hardly anything else: a prompt whose sample was already perfect, or did not end, gives no pair in
 * any. Only on-policy pairs leave out a few prompts more, where the model keeps saying the same.
 */
export async function makePairs(options: MakePairsOptions): Promise<PreferencePair[]> {
  const { dataset, part, count, seed, onProgress } = options;
  // Enough prompts for the share that a good model answers perfectly, and more only where they did not do.
  for (let factor = 3; ; factor *= 2) {
    const prompts = promptsOf(part, seed, count * factor);
    const pairs: PreferencePair[] = [];
    for (let at = 0; at < prompts.length && pairs.length < count; at += SAMPLE_BATCH) {
      const chunk = prompts.slice(at, at + SAMPLE_BATCH);
      const first = await ask(options, chunk, seed + at);
      // An answer that ran into the limit is no completion: as a pair's side it would be given an end it never chose.
      const usable = chunk.flatMap((prompt, i) => {
        const text = first[i]!;
        const clair = text === undefined ? null : clairPair(prompt, text);
        return clair === null ? [] : [{ prompt, first: text!, clair }];
      });
      const second = dataset === 'on_policy' ? await secondAnswers(options, usable, at) : [];
      for (const [i, { prompt, first: text, clair }] of usable.entries()) {
        if (pairs.length === count) break;
        const random = createRandom(seed, hashText(prompt.text));
        const pair = pairOf(options, prompt, text, second[i], clair, random);
        if (pair !== null) pairs.push(part === 'tuning' ? { ...pair, split: 'heldOut' } : pair);
      }
      if ((await onProgress?.(pairs.length)) === false) return pairs;
    }
    if (pairs.length === count || prompts.length < count * factor) return pairs;
  }
}

function promptsOf(part: PromptPart, seed: number, count: number): TownPrompt[] {
  if (part === 'heldOut' || part === 'all') return drawDistinctPrompts(seed, part === 'all' ? 'train' : part, count);
  return drawDistinctPrompts(seed, 'train', count, (prompt) => isTuning(prompt) === (part === 'tuning'));
}

function pairOf(
  { dataset, biases }: MakePairsOptions, prompt: TownPrompt, first: string, second: string | undefined, clair: PreferencePair, random: Random,
): PreferencePair | null {
  switch (dataset) {
    case 'clair':
      return clair;
    case 'on_policy':
      return second === undefined ? null : onPolicyPair(prompt, { text: first }, { text: second }, random, biases);
    case 'off_policy':
    case 'off_policy_weak':
      return offPolicyPair(prompt, random, { weak: dataset === 'off_policy_weak', ...(biases && { biases }) });
    case 'stronger':
      return strongerPair(prompt, first, random);
  }
}

/** One answer to each prompt; undefined where it did not end or is empty. */
async function ask({ model, tokenizer }: MakePairsOptions, prompts: readonly TownPrompt[], seed: number): Promise<(string | undefined)[]> {
  if (prompts.length === 0) return [];
  const [answers] = await model.sample(
    prompts.map((prompt) => encodePrompt(tokenizer, prompt.text)),
    { ...SAMPLING, seed, endToken: tokenizer.idOf(END) },
  );
  return answers!.map(({ ids, ended }) => {
    const text = tokenizer.decode(ids);
    return ended && text.trim() !== '' ? text : undefined;
  });
}

/** A second answer to each prompt that differs from its first; undefined where the model has none in a few tries. */
async function secondAnswers(
  options: MakePairsOptions, usable: readonly { readonly prompt: TownPrompt; readonly first: string }[], at: number,
): Promise<(string | undefined)[]> {
  const found: (string | undefined)[] = usable.map(() => undefined);
  for (let attempt = 0; attempt < SECOND_TRIES; attempt++) {
    const open = usable.map((_, i) => i).filter((i) => found[i] === undefined);
    const seed = createRandom(options.seed, SECOND_STREAM, at, attempt).below(0x1_0000_0000);
    const answers = await ask(options, open.map((i) => usable[i]!.prompt), seed);
    for (const [place, i] of open.entries()) if (answers[place] !== usable[i]!.first) found[i] = answers[place];
  }
  return found;
}
