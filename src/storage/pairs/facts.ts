// What is measured of a pair when it is stored, so that filters, orders and histograms never have to read its texts.
import { hashText } from '../../engine/random';
import type { PairMeasures } from '../../preferences/import';
import { measure } from '../../preferences/import/measure';
import type { PairSource, PreferencePair } from '../../preferences/pair';
import { normalisePrompt } from '../../preferences/prompt';

/** The numbers of columns lie in this order, in memory and in the database; a new one is added at the end. */
export const storedNumbers = ['promptLength', 'chosenLength', 'rejectedLength', 'wordJaccard', 'levenshtein', 'scoreMargin'] as const;
export type StoredNumber = (typeof storedNumbers)[number];

/** By number, in the database too; a new one is added at the end. */
export const sourceNames: readonly PairSource[] = ['imported', 'written', 'clair', 'on_policy', 'off_policy', 'stronger'];

/** 64 bits: among a million texts hardly ever two are alike. */
export type Hash = readonly [number, number];

export interface PairFacts {
  readonly id: Hash;
  readonly prompt: Hash;
  /** NaN where there is no value. */
  readonly numbers: Readonly<Record<StoredNumber, number>>;
}

export const hashOf = (text: string): Hash => [hashText(text), hashText(text, 0x5bd1e995)];

/** Equal for two prompts that differ only in how they were typed. */
export const promptHash = (prompt: string): Hash => hashOf(normalisePrompt(prompt));

/** Characters as people count them more or less: code points. */
export function characters(text: string): number {
  let count = text.length;
  for (let i = 1; i < text.length; i++) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xdc00 && (text.charCodeAt(i - 1) & 0xfc00) === 0xd800) count -= 1;
  }
  return count;
}

/** @param known what was measured when the pair was read; null where it is too long for that. */
export function factsOf(pair: PreferencePair, known: PairMeasures = measure(pair.chosen, pair.rejected)): PairFacts {
  const { chosen, rejected } = pair.scores ?? {};
  return {
    id: hashOf(pair.id),
    prompt: promptHash(pair.prompt),
    numbers: {
      promptLength: characters(pair.prompt),
      chosenLength: characters(pair.chosen),
      rejectedLength: characters(pair.rejected),
      wordJaccard: known.jaccard ?? NaN,
      levenshtein: known.levenshtein ?? NaN,
      scoreMargin: chosen === undefined || rejected === undefined ? NaN : chosen - rejected,
    },
  };
}
