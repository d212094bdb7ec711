// The marks that part a reviser's reply into its reasoning and its revision: how they are written, and found however a model
// writes them. Used by the parser of replies and by the town's own reviser.

export const REASONING_MARK = '{teacher_reasoning}';
export const REVISION_MARK = '{corrected_student_solution}';

export interface FoundMark {
  readonly mark: 'reasoning' | 'revision';
  /** Where it begins and where the text after it begins. */
  readonly start: number;
  readonly end: number;
}

// Models write the names with spaces, hyphens, nothing or Markdown's \_ between the words.
const GAP = String.raw`[ \t_\\-]{0,3}`;
const NAME = `(?:(?<reasoning>teacher(?:['’]s)?${GAP}reasoning)|corrected${GAP}student(?:['’]s)?${GAP}solution)`;
const BLANK = String.raw`[ \t\u00a0\u3000]{0,4}`;
const COLON = '[:：]';

// Every repetition is bounded, so that no reply makes the search slow. What is emphasised ends with what it began with,
// before or after the colon; a group that matched nothing is repeated by nothing.
const AT_LINE_START = new RegExp(
  [
    String.raw`^[ \t\u00a0\u3000]{0,8}(?:>[ \t]?){0,3}(?:#{1,6}${BLANK})?(?:[-•+][ \t]{1,4})?(?:\(?\d{1,2}[.)][ \t]{1,4})?`,
    String.raw`(?<emphasis>\*{1,3}|_{1,3}|${'`'}{1,3})?${BLANK}(?<brace>\\?[{｛[<])?${BLANK}${NAME}${BLANK}(?<inner>${COLON})?(?:\\?[}｝\]>])?`,
    String.raw`(?:(?<closed>\k<emphasis>)${BLANK}(?<after>${COLON})?|${BLANK}(?<before>${COLON}\k<emphasis>)|${BLANK}(?<bare>${COLON})?)`,
  ].join(''),
  'gimu',
);
const WITHIN_LINE = new RegExp(String.raw`[{｛]${BLANK}${NAME}${BLANK}[}｝](?:\*{1,3}|_{1,3})?${BLANK}(?:${COLON}|$)`, 'gimu');

/**
 * All marks of a text, in its order: with or without a colon (a full-width one too), in braces, bold, as a heading, as a tag,
 * in any case. Bare words count as a mark only with a colon after them or alone on their line; within a line only
 * braces with a colon do, so that a sentence which speaks about the revision is none.
 */
export function findMarks(text: string): FoundMark[] {
  const found: FoundMark[] = [];
  for (const match of text.matchAll(AT_LINE_START)) {
    const { reasoning, emphasis, brace, inner, closed, after, before, bare } = match.groups!;
    const end = match.index + match[0].length;
    const emphatic = emphasis !== undefined && (closed !== undefined || before !== undefined);
    const colon = inner ?? after ?? before ?? bare;
    const alone = /^[ \t]*(?:\r?\n|$)/.test(text.slice(end, end + 40));
    if (brace === undefined && !emphatic && colon === undefined && !alone) continue;
    found.push({ mark: reasoning === undefined ? 'revision' : 'reasoning', start: match.index, end });
  }
  for (const match of text.matchAll(WITHIN_LINE)) {
    const start = match.index;
    if (found.some((one) => start >= one.start && start < one.end)) continue;
    found.push({ mark: match.groups!.reasoning === undefined ? 'revision' : 'reasoning', start, end: start + match[0].length });
  }
  return found.sort((a, b) => a.start - b.start);
}
