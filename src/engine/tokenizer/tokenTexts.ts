// What each token of an answer adds to its text, for those who show tokens one by one.
import type { Tokenizer } from './tokenizer';

/** @returns one text for each id; empty for the end token and for one that ends within a character. */
export function tokenTexts(tokenizer: Tokenizer, ids: readonly number[]): string[] {
  const stream = tokenizer.stream();
  const texts = ids.map((id) => stream.push(id));
  const rest = stream.end();
  // What bytes were left belong to the token before the end token, which has no text.
  if (rest !== '') texts[Math.max(0, texts.length - 2)] += rest;
  return texts;
}
