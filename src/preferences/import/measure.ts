// The contrastiveness of imported pairs, with a limit on what a single one may cost.
import { differingPart, levenshtein } from '../levenshtein';
import { wordJaccard } from '../wordJaccard';
import type { PairMeasures } from './types';

/** Words are not counted in texts with more characters. */
const MAX_WORDS_TEXT = 1_000_000;
/** Nor edits where the product of what differs is larger, about 16,000 characters a side: some hundredths of a second. */
const MAX_EDIT_TABLE = 250_000_000;

/** Measures a pair; null for what would take too long. */
export function measure(chosen: string, rejected: string): PairMeasures {
  const { start, firstEnd, secondEnd } = differingPart(chosen, rejected);
  const tooLong = Math.max(chosen.length, rejected.length) > MAX_WORDS_TEXT;
  return {
    jaccard: tooLong ? null : wordJaccard(chosen, rejected),
    levenshtein: (firstEnd - start) * (secondEnd - start) > MAX_EDIT_TABLE ? null : levenshtein(chosen, rejected),
  };
}
