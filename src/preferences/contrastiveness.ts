// How minimally the two sides of a pair differ, as in Table 1 of Anchored Preference Optimization and Contrastive
// Revisions (arXiv 2408.06266). The paper does not name its tokenizer, so words and model tokens are both offered.
import { levenshtein } from './levenshtein';
import type { PreferencePair } from './pair';

/**
 * Size of the intersection of two sets over the size of their union, in [0, 1]; higher is more contrastive.
 * Two empty sets are the same set, and give 1.
 */
export function jaccard<T>(a: Iterable<T>, b: Iterable<T>): number {
  const [x, y] = [new Set(a), new Set(b)];
  let both = 0;
  for (const element of x) if (y.has(element)) both += 1;
  const either = x.size + y.size - both;
  return either === 0 ? 1 : both / either;
}

/** The words of a text in lower case: runs of letters, marks and digits, with the apostrophes inside them. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}\p{N}]+)*/gu) ?? [];
}

export interface Contrastiveness {
  /** Jaccard similarity of the sets of words. */
  readonly wordJaccard: number;
  /** Jaccard similarity of the sets of model tokens; absent without a tokenizer. */
  readonly tokenJaccard?: number;
  /** Characters (code points) to insert, delete or replace on the way from one side to the other; lower is more contrastive. */
  readonly levenshtein: number;
}

/** @param encode the model's tokenizer, for the Jaccard similarity of tokens. */
export function contrastiveness(
  pair: Pick<PreferencePair, 'chosen' | 'rejected'>,
  encode?: (text: string) => readonly number[],
): Contrastiveness {
  return {
    wordJaccard: jaccard(wordsOf(pair.chosen), wordsOf(pair.rejected)),
    ...(encode && { tokenJaccard: jaccard(encode(pair.chosen), encode(pair.rejected)) }),
    levenshtein: levenshtein(pair.chosen, pair.rejected),
  };
}
