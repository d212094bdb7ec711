// The four ways of making a preference pair that the paper compares, on the town's prompts.
// Contrastive revisions and anchored preference optimization: arXiv 2408.06266, section 3.
import { contentId, type Random } from '../engine/random';
import type { PairSource, PreferencePair } from '../preferences/pair';
import { judge, type JudgeBiases, type Sample } from './judge';
import type { TownPrompt } from './prompts';
import { reviseAnswer } from './reviser';
import { splitOf } from './split';
import { oracleAnswer, writeAnswer, type Writer } from './writers';

function pair(prompt: TownPrompt, source: PairSource, chosen: string, rejected: string, rationale?: string): PreferencePair | null {
  if (chosen === rejected || chosen.trim() === '' || rejected.trim() === '') return null;
  const split = splitOf(prompt);
  if (split === 'benchmark') {
    throw new RangeError(`“${prompt.text}” belongs to the benchmark, whose prompts are in no pair`);
  }
  // The same content always has the same id, so a pair that is made twice is seen to be one.
  const id = `${source}-${contentId([prompt.text, chosen, rejected])}`;
  return { id, prompt: prompt.text, chosen, rejected, split, source, ...(rationale ? { rationale } : {}) };
}

/**
 * CLAIR: the model's own answer is rejected, its minimal revision is chosen.
 * Null when the answer was empty or already perfect: identical sides would teach nothing.
 * @throws RangeError for a prompt of the benchmark, as do all of these.
 */
export function clairPair(prompt: TownPrompt, sampleText: string): PreferencePair | null {
  const revision = reviseAnswer(prompt, sampleText);
  return pair(prompt, 'clair', revision.text, sampleText, revision.rationale);
}

/** On-policy: two answers of the model itself, and the judge picks. Null when they are the same. */
export function onPolicyPair(
  prompt: TownPrompt,
  first: Sample,
  second: Sample,
  random: Random,
  biases?: JudgeBiases,
): PreferencePair | null {
  return judged(prompt, 'on_policy', first, second, random, biases);
}

function judged(
  prompt: TownPrompt,
  source: PairSource,
  first: Sample,
  second: Sample,
  random: Random,
  biases?: JudgeBiases,
): PreferencePair | null {
  const { winner, scores } = judge(prompt, first, second, random, biases);
  const [chosen, rejected] = winner === 0 ? [first, second] : [second, first];
  const [high, low] = winner === 0 ? scores : [scores[1], scores[0]];
  const made = pair(prompt, source, chosen.text, rejected.text, `The judge gave ${high} to the chosen and ${low} to the rejected.`);
  // Which side was shown first is in no text, and a taste for it could not be seen otherwise.
  return made && { ...made, scores: { chosen: high, rejected: low }, extra: { judge: { first: winner === 0 ? 'chosen' : 'rejected' } } };
}

// Who else writes answers in the town. The weak ones are worse than the model that is trained.
const AUTHORS: readonly Writer[] = ['register', 'sloppy', 'pirate', 'clerk'];
const WEAK_AUTHORS: readonly Writer[] = ['pirate', 'clerk'];

/** Off-policy: two answers of other authors, and the judge picks. */
export function offPolicyPair(
  prompt: TownPrompt,
  random: Random,
  { weak = false, biases }: { readonly weak?: boolean; readonly biases?: JudgeBiases } = {},
): PreferencePair {
  for (;;) {
    const authors = weak ? WEAK_AUTHORS : AUTHORS;
    const first = { text: writeAnswer(random.pick(authors), prompt, random) };
    const second = { text: writeAnswer(random.pick(authors), prompt, random) };
    // Now and then both say the same; then they are asked again.
    const made = judged(prompt, 'off_policy', first, second, random, biases);
    if (made !== null) return made;
  }
}

/** Stronger preferred: the oracle's own answer is chosen over the model's, without any revision. */
export function strongerPair(prompt: TownPrompt, sampleText: string, random: Random): PreferencePair | null {
  return pair(prompt, 'stronger', oracleAnswer(prompt, random), sampleText);
}
