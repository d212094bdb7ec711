// What the policies say to a few held-out prompts while they are trained: how long their answers are and how many end. A
// policy that falls apart rambles and ends them no more. Used by a run; changes nothing in a cohort.
import type { Cohort, EncodedPair } from '../engine/training/types';

/** Tokens that an answer has at most; the town's answers have about 25. */
const MOST_TOKENS = 64;
/** Every evaluation draws the same random numbers, so that an answer changes only where its policy has. */
const SEED = 1;

/** So many different prompts, or all there are, spread evenly over the held-out pairs. */
export function answerPrompts(pairs: readonly EncodedPair[], count: number): number[][] {
  const prompts = new Map(pairs.map(({ chosen: { ids, completionStart } }) => {
    const prompt = ids.slice(0, completionStart);
    return [prompt.join(), prompt] as const;
  }));
  const all = [...prompts.values()];
  const taken = Math.min(count, all.length);
  return Array.from({ length: taken }, (_, i) => all[Math.floor((i * all.length) / taken)]!);
}

/**
 * Samples one answer of each policy to each prompt at temperature 1. By policy: `eval_samples/length`, the mean number of
 * tokens without the end token, and `eval_samples/ended`, the share of answers that ended by themselves and ran neither into
 * the limit nor into the end of the context. Without prompts there are no figures.
 * @param between is awaited now and then, so that requests are heard.
 */
export async function answerFigures(
  cohort: Pick<Cohort, 'size' | 'sample'>, prompts: readonly (readonly number[])[], endToken: number, between: () => Promise<void>,
): Promise<Record<string, number>[]> {
  if (prompts.length === 0) return Array.from({ length: cohort.size }, () => ({}));
  const answers = await cohort.sample(
    prompts, { temperature: 1, topK: 0, topP: 1, greedy: false, maxTokens: MOST_TOKENS, seed: SEED, endToken }, between,
  );
  return answers.map((list) => ({
    'eval_samples/length': list.reduce((total, { ids }) => total + ids.length, 0) / list.length,
    'eval_samples/ended': list.filter(({ ended }) => ended).length / list.length,
  }));
}
