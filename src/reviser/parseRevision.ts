// From a reviser's reply to its reasoning and its revision. The reply is data of unknown making: nothing in it is rendered or
// obeyed, and none of it makes this throw.
import { findMarks } from './marks';

export interface ParsedRevision {
  /** What stands under the mark of the reasoning, else what stands before the revision; empty where there is nothing. */
  readonly reasoning: string;
  /** The revision, or null without its mark. */
  readonly revision: string | null;
  /** The mark occurs more than once with different texts under it; the last counts. */
  readonly ambiguous: boolean;
}

/** Models that think aloud before they reply put it between these, and may rehearse the marks there. */
const THINKING = /^\s*<think(?:ing)?>[\s\S]*?<\/think(?:ing)?>/i;
/** The end of a part that was written as an element, whatever the case and the gaps of its name. */
const CLOSING_TAG = /\s{0,20}<\/(?:corrected[ _-]?student[ _-]?solution|teacher[ _-]?reasoning)>$/i;
const FENCE = /^(`{3,}|~{3,})([^\n`]*)\n([\s\S]*?)\n?\1[ \t]*$/;

/**
 * Reads every way of writing the marks that `findMarks` knows. The texts are parts of the reply as they are, but for the
 * space around them and a code fence that holds nothing but the revision.
 * @param original what was revised; where it is itself a code fence, the revision keeps its own.
 */
export function parseRevision(reply: string, original = ''): ParsedRevision {
  const thinking = THINKING.exec(reply)?.[0] ?? '';
  const text = reply.slice(thinking.length);
  const marks = findMarks(text);
  const under = (index: number): string => text.slice(marks[index]!.end, marks[index + 1]?.start ?? text.length).trim().replace(CLOSING_TAG, '').trimEnd();
  const revisions = marks.flatMap(({ mark }, index) => (mark === 'revision' ? [index] : []));
  const reasonings = marks.flatMap(({ mark }, index) => (mark === 'reasoning' ? [under(index)] : []));
  const last = revisions.at(-1);
  const reasoning = (before: number): string =>
    reasonings.length > 0 ? reasonings.filter((one) => one !== '').join('\n\n') : text.slice(0, before).trim();
  if (last === undefined) return { reasoning: reasoning(text.length), revision: null, ambiguous: false };
  // The whole reply may stand in one fence, whose end then comes after the revision.
  const opened = /^\s*(`{3,}|~{3,})[^\n]*\n/.exec(text.slice(0, marks[0]!.start))?.[1];
  const clean = (part: string): string => withoutFence(withoutEnd(part, opened), original);
  const [revision, ...others] = [last, ...revisions.slice(0, -1)].map((index) => clean(under(index)));
  return {
    reasoning: reasoning(marks[revisions[0]!]!.start),
    revision: revision!,
    ambiguous: others.some((other) => other !== '' && other !== revision),
  };
}

/** A part without the end of a fence that was opened before it. */
function withoutEnd(part: string, fence: string | undefined): string {
  if (fence === undefined || !part.endsWith(fence)) return part;
  const lines = part.split('\n').filter((line) => line.startsWith(fence)).length;
  return lines % 2 === 1 ? part.slice(0, -fence.length).trimEnd() : part;
}

function withoutFence(part: string, original: string): string {
  const match = FENCE.exec(part);
  if (match === null || match[3]!.includes(match[1]!) || /^\s*(?:`{3}|~{3})/.test(original)) return part;
  return match[3]!.trim();
}
