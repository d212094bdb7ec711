// What makes a reviser's reply unfit to become a pair unseen. A flagged reply is kept and shown with its reasons; whoever
// reviews it decides.
import { remark, type Remark } from '../engine/errors';
import { levenshtein } from '../preferences/levenshtein';
import type { ChatReply } from './chat';
import type { ParsedRevision } from './parseRevision';

export type RevisionFlag = 'no_marks' | 'empty' | 'refused' | 'truncated' | 'unchanged' | 'too_different' | 'alludes' | 'ambiguous';

/** Each flag as a sentence for the person who reviews. */
export const FLAG_SENTENCES: Readonly<Record<RevisionFlag, Remark>> = {
  no_marks: remark('The reply has no revision under its mark.'),
  empty: remark('The revision is empty.'),
  refused: remark('The model refused.'),
  truncated: remark('The reply ran into its length limit, so its end is missing.'),
  unchanged: remark('The revision is the answer itself, unchanged.'),
  too_different: remark('The revision has little in common with the answer.'),
  alludes: remark('The revision speaks of being a revision.'),
  ambiguous: remark('The reply holds several different revisions; the last was taken.'),
};

/**
 * Share of the longer text's characters that a minimal revision may change. Unrelated sentences of one language differ in
 * about three quarters of their characters, since the letters they share by chance line up.
 */
export const MOST_CHANGE = 0.7;

/** Edit distance over the length of the longer text, both in code points, in [0, 1]; 0 for two empty texts. */
export function changedShare(original: string, revision: string): number {
  const longer = Math.max(points(original), points(revision));
  return longer === 0 ? 0 : levenshtein(original, revision) / longer;
}

function points(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

// A refusal begins the reply; further in, the same words may belong to a revision.
const REFUSALS = [
  /^(?:i['’]?m |i am )?(?:very |really |so )?(?:sorry|afraid)\b.{0,40}\b(?:can(?:['’]?t|not)|can not|unable|won['’]?t|not able)\b/i,
  /^i (?:can(?:['’]?t|not)|can not|won['’]?t|will not|am unable to|am not able to|must decline)\b/i,
  /^as an ai\b/i,
  /^(?:lo siento|perd[óo]n)\b.{0,40}\bno (?:puedo|podemos)\b/i,
  /^(?:je suis (?:vraiment )?d[ée]sol[ée]|d[ée]sol[ée]).{0,40}\bne (?:peux|puis)\b/i,
  /^(?:es )?tut mir leid.{0,60}\bnicht\b/i,
  /^(?:很?抱歉|对不起|對不起).{0,40}(?:不能|无法|無法)/,
  /^申し訳.{0,60}(?:できません|出来ません|いたしかねます)/,
  /^죄송(?:합니다|하지만|해요).{0,60}(?:없습니다|없어요|어렵습니다)/,
];

const ALLUSIONS = [
  /\b(?:corrected|revised|improved|rewritten|edited) (?:student )?(?:solution|answer|version|response|text|revision)\b/i,
  /\bi(?:['’]ve| have)? (?:corrected|revised|rewritten|reworded|improved|fixed|edited)\b/i,
  /\b(?:the|your) (?:student|student['’]s|original|previous|earlier) (?:solution|answer|response|attempt)\b/i,
  /\bteacher[ _]reasoning\b|\bstudent[ _]solution\b/i,
  /수정(?:된|한|본)|학생의 (?:답|풀이|해답)|원래 (?:답변|답안|풀이)/,
  /(?:修改|修正|更正|改进)(?:后|过)的|学生的(?:答案|解答)|修正した|改訂した|学生の(?:解答|回答)/,
  /(?<!\p{L})(?:versi[óo]n|respuesta|soluci[óo]n) (?:corregida|revisada|mejorada)(?!\p{L})/iu,
  /(?<!\p{L})(?:version|r[ée]ponse|solution) (?:corrig[ée]e|r[ée]vis[ée]e|am[ée]lior[ée]e)(?!\p{L})/iu,
  /(?<!\p{L})(?:korrigierte|[üu]berarbeitete|verbesserte)[nrs]? (?:l[öo]sung|antwort|version|fassung)(?!\p{L})/iu,
];

/** Whether a text speaks of being a revision in words that the original did not use. */
function alludes(original: string, revision: string): boolean {
  return ALLUSIONS.some((pattern) => pattern.test(revision.normalize('NFC')) && !pattern.test(original.normalize('NFC')));
}

/**
 * All that is wrong with a reply, in the order of `FLAG_SENTENCES`; empty when it may become a pair.
 * @param mostChange share of the longer text that may change, in [0, 1].
 */
export function flagRevision(
  original: string,
  reply: Pick<ChatReply, 'text' | 'finish'>,
  { revision, ambiguous }: ParsedRevision,
  mostChange = MOST_CHANGE,
): RevisionFlag[] {
  const has: Record<RevisionFlag, boolean> = {
    no_marks: revision === null,
    empty: (revision ?? reply.text).trim() === '',
    refused: reply.finish === 'refused' || (revision === null && REFUSALS.some((pattern) => pattern.test(reply.text.trim()))),
    truncated: reply.finish === 'length',
    unchanged: revision !== null && revision.trim() !== '' && revision.trim() === original.trim(),
    too_different: revision !== null && revision.trim() !== '' && changedShare(original.trim(), revision) > mostChange,
    alludes: revision !== null && alludes(original, revision),
    ambiguous,
  };
  return (Object.keys(FLAG_SENTENCES) as RevisionFlag[]).filter((flag) => has[flag]);
}
