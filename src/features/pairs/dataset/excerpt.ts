// The few words that tell a pair's sides apart, for one line of the table. Pure.
import { differingPart } from '../../../preferences/levenshtein';

export interface Excerpt {
  /** What both sides say before they part, shortened at its beginning. */
  readonly before: string;
  readonly chosen: string;
  readonly rejected: string;
}

const BEFORE = 16;
const SIDE = 90;

const oneLine = (text: string): string => text.replace(/\s+/g, ' ');

/** From the word in which the sides part, with a little of what stands before. */
export function excerptOf(chosen: string, rejected: string): Excerpt {
  const { start } = differingPart(chosen, rejected);
  let from = start;
  while (from > 0 && start - from < 40 && !/\s/.test(chosen[from - 1]!)) from -= 1;
  let begin = Math.max(0, from - BEFORE);
  while (begin > 0 && begin < from && !/\s/.test(chosen[begin - 1]!)) begin += 1;
  return {
    before: (begin > 0 ? '… ' : '') + oneLine(chosen.slice(begin, from)),
    chosen: oneLine(cut(chosen, from)),
    rejected: oneLine(cut(rejected, from)),
  };
}

/** So many characters from a place on, never half of a surrogate pair. */
function cut(text: string, from: number): string {
  let to = Math.min(text.length, from + SIDE);
  if (to < text.length && (text.charCodeAt(to - 1) & 0xfc00) === 0xd800) to -= 1;
  return text.slice(from, to);
}
