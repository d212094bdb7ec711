// Which words of two texts are the same and which were changed, for people who look at a pair. Never takes long: where
// the texts are too different to be compared in time, what lies between their common beginning and end counts as changed.
import { diffArrays } from 'diff';
import { differingPart } from '../../preferences/levenshtein';

/** A stretch of one text that the other text has too, or has not. */
export interface DiffPart {
  readonly text: string;
  readonly shared: boolean;
}

export interface TextDiff {
  readonly chosen: readonly DiffPart[];
  readonly rejected: readonly DiffPart[];
  /** False where time ran out and only beginning and end were compared. */
  readonly complete: boolean;
}

/** Milliseconds that the comparison may take; a page that answers is worth more than a finer diff. */
const TIME = 20;
/** Characters that are worth being segmented by the rules of Unicode, which takes a millisecond for some hundred. */
const FINE = 3000;
/** Characters of the differing part of one side that are compared word by word. */
const MOST = 20_000;

let segmenter: Intl.Segmenter | undefined;

/**
 * The words of a text with everything between them, so that joined they are the text again. A character that people see
 * as one (an emoji of several code points, a syllable of Hangul jamo) is never split.
 */
export function segmentWords(text: string): string[] {
  // Firefox has it since version 125.
  if (typeof Intl.Segmenter !== 'function') return text.match(/[\p{L}\p{M}\p{N}]+|\s+|[^\p{L}\p{M}\p{N}\s]+/gu) ?? [];
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'word' });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** What stands between blanks, and the blanks: coarser than words, and fast. */
const betweenBlanks = (text: string): string[] => text.split(/(\s+)/);

/** Joins neighbours of one kind, and takes blanks between two changed words for changed. */
function tidy(parts: readonly DiffPart[]): DiffPart[] {
  const out: DiffPart[] = [];
  parts.forEach((part, i) => {
    if (part.text === '') return;
    const between = part.shared && part.text.trim() === '' && parts[i - 1]?.shared === false && parts[i + 1]?.shared === false;
    const shared = part.shared && !between;
    const last = out.at(-1);
    if (last?.shared === shared) out[out.length - 1] = { text: last.text + part.text, shared };
    else out.push({ text: part.text, shared });
  });
  return out;
}

/** Compares two lists of pieces; undefined where that takes longer than `time` milliseconds. */
export function diffPieces<T>(chosen: readonly T[], rejected: readonly T[], time = TIME): { readonly chosen: boolean[]; readonly rejected: boolean[] } | undefined {
  const changes = diffArrays([...chosen], [...rejected], { timeout: time });
  if (changes === undefined) return undefined;
  const marks = { chosen: [] as boolean[], rejected: [] as boolean[] };
  for (const { added, removed, count } of changes) {
    const shared = !added && !removed;
    for (let i = 0; i < count; i++) {
      if (!added) marks.chosen.push(shared);
      if (!removed) marks.rejected.push(shared);
    }
  }
  return marks;
}

/** Where both texts begin or end alike, moved back to the nearest end of a word on that side. */
function wordBounds(first: string, second: string): { start: number; firstEnd: number; secondEnd: number } {
  const bounds = differingPart(first, second);
  let { start, firstEnd, secondEnd } = bounds;
  while (start > 0 && !/\s/.test(first[start - 1]!) && bounds.start - start < 100) start -= 1;
  while (firstEnd < first.length && !/\s/.test(first[firstEnd]!) && firstEnd - bounds.firstEnd < 100) {
    firstEnd += 1;
    secondEnd += 1;
  }
  return { start, firstEnd, secondEnd };
}

export function wordDiff(chosen: string, rejected: string, time = TIME): TextDiff {
  const { start, firstEnd, secondEnd } = wordBounds(chosen, rejected);
  const [left, right] = [chosen.slice(start, firstEnd), rejected.slice(start, secondEnd)];
  const around = (text: string, end: number, middle: readonly DiffPart[]): DiffPart[] =>
    tidy([{ text: text.slice(0, start), shared: true }, ...middle, { text: text.slice(end), shared: true }]);
  const whole = (complete: boolean): TextDiff => ({
    chosen: around(chosen, firstEnd, [{ text: left, shared: false }]),
    rejected: around(rejected, secondEnd, [{ text: right, shared: false }]),
    complete,
  });
  if (left === '' || right === '') return whole(true);
  if (left.length > MOST || right.length > MOST) return whole(false);
  const pieces = left.length + right.length > FINE ? betweenBlanks : segmentWords;
  const [a, b] = [pieces(left), pieces(right)];
  const marks = diffPieces(a, b, time);
  if (marks === undefined) return whole(false);
  return {
    chosen: around(chosen, firstEnd, a.map((text, i) => ({ text, shared: marks.chosen[i]! }))),
    rejected: around(rejected, secondEnd, b.map((text, i) => ({ text, shared: marks.rejected[i]! }))),
    complete: true,
  };
}
