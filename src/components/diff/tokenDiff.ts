// Which of the model's tokens two texts share, drawn as text: each changed token is a part of its own.
import type { Tokenizer } from '../../engine/tokenizer/tokenizer';
import { diffPieces, type DiffPart, type TextDiff } from './wordDiff';

/** Characters of one side that are tokenised here. */
const MOST = 10_000;

/** The text that each token adds; one that ends within a character adds nothing, and the one that completes it all of it. */
export function tokenTexts(tokenizer: Tokenizer, ids: readonly number[]): string[] {
  const stream = tokenizer.stream();
  const out = ids.map((id) => stream.push(id));
  const rest = stream.end();
  if (rest !== '' && out.length > 0) out[out.length - 1] += rest;
  return out;
}

/** Longer texts are compared as far as MOST characters go, and the rest counts as it is: not compared. */
export function tokenDiff(tokenizer: Tokenizer, chosen: string, rejected: string): TextDiff {
  const [a, b] = [tokenizer.encode(chosen.slice(0, MOST)), tokenizer.encode(rejected.slice(0, MOST))];
  const marks = diffPieces(a, b);
  const parts = (text: string, ids: readonly number[], shared: readonly boolean[] | undefined): DiffPart[] => {
    const out: DiffPart[] = [];
    tokenTexts(tokenizer, ids).forEach((piece, i) => {
      const last = out.at(-1);
      if (!shared?.[i]) out.push({ text: piece, shared: false });
      else if (last?.shared) out[out.length - 1] = { text: last.text + piece, shared: true };
      else out.push({ text: piece, shared: true });
    });
    return text.length > MOST ? [...out, { text: text.slice(MOST), shared: true }] : out;
  };
  return {
    chosen: parts(chosen, a, marks?.chosen),
    rejected: parts(rejected, b, marks?.rejected),
    complete: marks !== undefined && chosen.length <= MOST && rejected.length <= MOST,
  };
}
