// Several completions of one prompt with scores: the best against the worst, as a pair. Knows UltraFeedback's mistake.
import { columnReader, isRow, listOf, looksLikeMessages, numberOf, textOf, turnsOf } from './cells';
import { fault } from './faults';
import type { MappingOf } from './mapping';
import type { Reading } from './sides';
import type { WarningCode } from './types';

export interface RatedSides {
  readonly chosen: string;
  readonly rejected: string;
  readonly scores: { readonly chosen: number; readonly rejected: number };
  readonly warnings: readonly WarningCode[];
}

type Candidate = { readonly text: string; readonly score: number };

/** Compiles the part of a mapping that says where completions and scores lie. */
export function ratedReader(mapping: MappingOf<'rated'>): (row: unknown) => Reading<RatedSides> {
  const completions = columnReader(mapping.completions);
  const response = mapping.response === undefined ? undefined : columnReader(mapping.response);
  const score = mapping.score === undefined ? undefined : columnReader(mapping.score);
  const scores = mapping.scores === undefined ? undefined : columnReader(mapping.scores);
  const isOverall = mapping.score === 'overall_score';

  return (row) => {
    const cell = completions(row);
    if (cell === undefined || cell === null) return { fault: fault('missing', { column: mapping.completions }) };
    const list = listOf(cell);
    if (!list) return { fault: fault('notText', { column: mapping.completions }) };
    const beside = scores ? listOf(scores(row)) : undefined;
    const candidates: Candidate[] = [];
    let hasWrongTen = false;
    list.forEach((one, i) => {
      const text = answerOf(response ? response(one) : one);
      let value = numberOf(beside ? beside[i] : score?.(one));
      if (isOverall && value === 10) {
        value = checkTen(one);
        hasWrongTen ||= value !== 10;
      }
      if (text !== undefined && text.trim() !== '' && value !== undefined) candidates.push({ text, score: value });
    });
    const { best, worst } = extremes(candidates, mapping.lowestIsBest);
    if (!best || !worst || candidates.length < 2) return { fault: fault('tooFew') };
    if (best.score === worst.score) return { fault: fault('tie') };
    return {
      value: {
        chosen: best.text,
        rejected: worst.text,
        scores: { chosen: best.score, rejected: worst.score },
        warnings: hasWrongTen ? ['wrongTen'] : [],
      },
    };
  };
}

/** The first of the best and the first of the worst. */
function extremes(candidates: readonly Candidate[], lowestIsBest: boolean): { best?: Candidate; worst?: Candidate } {
  let [best, worst] = [candidates[0], candidates[0]];
  for (const one of candidates) {
    if (lowestIsBest ? one.score < best!.score : one.score > best!.score) best = one;
    if (lowestIsBest ? one.score > worst!.score : one.score < worst!.score) worst = one;
  }
  return { ...(best && { best }), ...(worst && { worst }) };
}

/** An answer as text; of a conversation, its last answer. */
function answerOf(value: unknown): string | undefined {
  if (looksLikeMessages(value)) return turnsOf(value)?.findLast(({ role }) => role === 'assistant')?.content;
  return textOf(value);
}

/**
 * 2,628 completions of the first UltraFeedback carry an overall score of 10 where 1 was meant. Its authors corrected those
 * whose ratings by aspect average at most 2 to 1 and left those above 4 (the dataset's card, update of December 2023);
 * between the two, where they asked again, the completion is left out of the comparison.
 */
function checkTen(completion: unknown): number | undefined {
  const rating = aspectRating(completion);
  if (rating === undefined || rating > 4) return 10;
  return rating <= 2 ? 1 : undefined;
}

/** The mean rating over the aspects, from 1 to 5. */
function aspectRating(completion: unknown): number | undefined {
  const fine = numberOf(columnReader('fine-grained_score')(completion));
  if (fine !== undefined) return fine;
  const annotations = columnReader('annotations')(completion);
  if (!isRow(annotations)) return undefined;
  const ratings = Object.values(annotations).flatMap((aspect) => {
    const rating = numberOf(columnReader('Rating')(Array.isArray(aspect) ? aspect[0] : aspect));
    return rating === undefined ? [] : [rating];
  });
  return ratings.length === 0 ? undefined : ratings.reduce((a, b) => a + b, 0) / ratings.length;
}
