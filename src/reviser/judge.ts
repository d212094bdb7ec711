// From a judge's replies to a verdict: which of two answers is better, asked in both orders, or how good one is. The replies
// are data of unknown making, and none of them makes this throw.
import { remark, type Remark } from '../engine/errors';
import type { ChatReply } from './chat';
import { LEAST_SCORE, MOST_SCORE } from './prompts/judging';

/** Which of the two that were shown, by place. */
export type Choice = 'first' | 'second' | 'tie';
/** Which of the two that were asked about, by name. */
export type Side = 'a' | 'b' | 'tie';

/** What one reply says about two answers. */
export interface Judgement {
  /** Null where there is no verdict in it, or none that is clear. */
  readonly choice: Choice | null;
  /** The probability in [0, 1] that the answer shown first is better, by the log-probabilities of the verdict's token. */
  readonly soft?: number;
  readonly rationale: string;
  readonly aspects: Readonly<Record<string, Choice>>;
}

export type JudgeFlag = 'no_verdict' | 'judge_refused' | 'judge_truncated';

export const JUDGE_FLAG_SENTENCES: Readonly<Record<JudgeFlag, Remark>> = {
  no_verdict: remark('The judge gave no clear verdict.'),
  judge_refused: remark('The judge refused.'),
  judge_truncated: remark('The judge’s reply ran into its length limit before the verdict.'),
};

type Replied = Pick<ChatReply, 'text' | 'finish' | 'logprobs'>;

const THINKING = /^\s*<think(?:ing)?>[\s\S]*?<\/think(?:ing)?>/i;
const OPEN = String.raw`[\[【［]{1,2}[ \t]{0,2}`;
const CLOSE = String.raw`[ \t]{0,2}[\]】］]{1,2}`;
const DECORATED = String.raw`[ \t*_>#${'`'}"“”'.]{0,8}`;
/** Words that may stand before the verdict on its line, in any language: no digit and no bracket among them. */
const LABEL = String.raw`(?:[^\[\]【】［］\d:：\n]{0,40}[:：])?`;

const BRACKETED = new RegExp(`${OPEN}(1|2|tie)${CLOSE}`, 'gi');
const VERDICT_LINE = new RegExp(`^${DECORATED}${LABEL}${DECORATED}(?:${OPEN}(1|2|tie)${CLOSE}|([12]))${DECORATED}$`, 'i');

const CHOICES: Readonly<Record<string, Choice>> = { 1: 'first', 2: 'second', tie: 'tie' };

interface Placed {
  readonly value: string;
  /** The line that it stands on. */
  readonly line: number;
}

/**
 * The verdict of a text: the last line that holds nothing else, else a bracketed number in the last
 * line where all that occur are the same: "[1] is better than [2]" is no clear verdict, nor is a number in reasons that were
 * cut off before their end.
 */
function findVerdict(lines: readonly string[], ignored: ReadonlySet<number>, cut: boolean): Placed | null {
  const lastFilled = lines.findLastIndex((line, at) => !ignored.has(at) && line.trim() !== '');
  for (let at = lines.length - 1; at >= 0; at--) {
    if (ignored.has(at)) continue;
    const match = VERDICT_LINE.exec(lines[at]!);
    const value = match?.[1] ?? (at === lastFilled ? match?.[2] : undefined);
    if (value !== undefined) return { value: value.toLowerCase(), line: at };
  }
  const named = lines.flatMap((line, at) => (ignored.has(at) ? [] : [...line.matchAll(BRACKETED)].map((match) => ({ value: match[1]!.toLowerCase(), line: at }))));
  const last = named.at(-1);
  return last !== undefined && !cut && last.line === lastFilled && named.every(({ value }) => value === last.value) ? last : null;
}

/** The lines that judge one aspect each: its word, a colon, and 1, 2 or a tie. */
function findAspects(lines: readonly string[], names: readonly string[]): { readonly aspects: Record<string, Choice>; readonly taken: Set<number> } {
  const aspects: Record<string, Choice> = Object.create(null) as Record<string, Choice>;
  const taken = new Set<number>();
  for (const name of names) {
    const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const pattern = new RegExp(`^[\\s\\-•\\d.]{0,6}${DECORATED}${escaped}${DECORATED}[:：]${DECORATED}${'[\\[(【［]?'}(?:solution )?(1|2|tie|equal|both)(?![\\p{L}\\p{N}])`, 'iu');
    lines.forEach((line, at) => {
      const said = pattern.exec(line)?.[1]?.toLowerCase();
      if (said === undefined) return;
      aspects[name] = CHOICES[said] ?? 'tie';
      taken.add(at);
    });
  }
  return { aspects: { ...aspects }, taken };
}

/** The digit that a token is, with the brackets and spaces that some tokenizers put beside it. */
const digitOf = (token: string): string | undefined => /^[\s[【［*"]*([12])[\]】］*".\s]*$/.exec(token)?.[1];

/**
 * The probability of 1 against 2 at the token of the verdict: the last that is a lone digit. A digit that is not among the
 * alternatives can be no likelier than the least of them, nor than what they leave; it counts as that.
 */
function softLabel(logprobs: Replied['logprobs'], choice: Choice): number | undefined {
  const digit = choice === 'first' ? '1' : '2';
  const place = logprobs?.findLast(({ token, top }) => digitOf(token) === digit && top.length > 0);
  if (choice === 'tie' || place === undefined) return undefined;
  const chances = place.top.map(({ logprob }) => Math.min(1, Math.exp(logprob)));
  const sum = (wanted: string): number => place.top.reduce((total, { token }, i) => total + (digitOf(token) === wanted ? chances[i]! : 0), 0);
  const [one, two] = [sum('1'), sum('2')];
  if (one === 0 && two === 0) return undefined;
  const left = Math.max(0, 1 - chances.reduce((a, b) => a + b, 0));
  const unseen = Math.min(left, ...chances);
  return (one || unseen) / ((one || unseen) + (two || unseen));
}

/** @param aspects the words that the prompt asked to weigh one by one. */
export function parseJudgement(reply: Replied, aspects: readonly string[] = []): Judgement {
  const lines = reply.text.slice((THINKING.exec(reply.text)?.[0] ?? '').length).split(/\r?\n/);
  const { aspects: weighed, taken } = findAspects(lines, aspects);
  const verdict = findVerdict(lines, taken, reply.finish === 'length');
  const choice = verdict === null ? null : CHOICES[verdict.value]!;
  const soft = choice === null ? undefined : softLabel(reply.logprobs, choice);
  const alone = verdict !== null && VERDICT_LINE.test(lines[verdict.line]!);
  const rationale = lines.filter((_, at) => !taken.has(at) && !(alone && at === verdict.line)).join('\n').trim();
  return { choice, ...(soft !== undefined && { soft }), rationale, aspects: weighed };
}

/** The verdict on two answers, a and b, of which a judge saw a first and then, asked again, b first. */
export interface Verdict {
  /** What both orders agree on; a tie where they do not. */
  readonly winner: Side;
  readonly firstOrder: Side;
  readonly secondOrder: Side;
  /** The place that won both times, whoever stood there: the judge then goes by the order, not by the answers. */
  readonly positionBias: 'first' | 'second' | null;
  /** The probability in [0, 1] that a is better, the mean of both orders; where both tell log-probabilities. */
  readonly soft?: number;
  /** Of both orders, the first of them first. */
  readonly rationale: string;
  /** What both orders agree on for each aspect that both weigh; a tie where they do not. */
  readonly aspects: Readonly<Record<string, Side>>;
}

const asShown = (choice: Choice): Side => (choice === 'tie' ? 'tie' : choice === 'first' ? 'a' : 'b');
const turned = (choice: Choice): Side => (choice === 'tie' ? 'tie' : choice === 'first' ? 'b' : 'a');
const agreed = (one: Side, other: Side): Side => (one === other ? one : 'tie');

/** Null where one of the orders has no clear verdict. */
export function combineOrders(first: Judgement, second: Judgement): Verdict | null {
  if (first.choice === null || second.choice === null) return null;
  const [firstOrder, secondOrder] = [asShown(first.choice), turned(second.choice)];
  const both = Object.keys(first.aspects).filter((name) => Object.hasOwn(second.aspects, name));
  const biased = first.choice === second.choice && first.choice !== 'tie' ? first.choice : null;
  return {
    winner: agreed(firstOrder, secondOrder),
    firstOrder,
    secondOrder,
    positionBias: biased,
    ...(first.soft !== undefined && second.soft !== undefined && { soft: (first.soft + (1 - second.soft)) / 2 }),
    rationale: [first.rationale, second.rationale].filter((one) => one !== '').join('\n\n'),
    aspects: Object.fromEntries(both.map((name) => [name, agreed(asShown(first.aspects[name]!), turned(second.aspects[name]!))])),
  };
}

export interface Judged {
  readonly verdict: Verdict | null;
  /** Empty exactly when there is a verdict. */
  readonly flags: readonly JudgeFlag[];
}

/** The verdict of the two replies to `comparisonRequests`, in their order, or why there is none. */
export function judgeReplies(replies: readonly [Replied, Replied], aspects: readonly string[] = []): Judged {
  const [first, second] = replies.map((reply) => parseJudgement(reply, aspects)) as [Judgement, Judgement];
  const verdict = combineOrders(first, second);
  if (verdict !== null) return { verdict, flags: [] };
  return { verdict, flags: flagsOf(replies.filter((_, i) => [first, second][i]!.choice === null)) };
}

function flagsOf(silent: readonly Replied[]): JudgeFlag[] {
  const flags: JudgeFlag[] = ['no_verdict'];
  if (silent.some(({ finish }) => finish === 'refused')) flags.push('judge_refused');
  if (silent.some(({ finish }) => finish === 'length')) flags.push('judge_truncated');
  return flags;
}

const NUMBER = String.raw`(\d{1,3}(?:[.,]\d{1,3})?)(?:[ \t]*\/[ \t]*${MOST_SCORE})?`;
const SCORE_LINE = new RegExp(`^${DECORATED}${LABEL}${DECORATED}(?:${OPEN})?${NUMBER}(?:${CLOSE})?(?:[ \t]*\\/[ \t]*${MOST_SCORE})?${DECORATED}$`);
const SCORE_BRACKET = new RegExp(`${OPEN}${NUMBER}${CLOSE}`, 'g');

export interface Scored {
  /** From `LEAST_SCORE` to `MOST_SCORE`, or null where there is no clear mark. */
  readonly score: number | null;
  readonly rationale: string;
  /** Empty exactly when there is a score. */
  readonly flags: readonly JudgeFlag[];
}

/** The mark of the reply to `scoreRequest`: its last line, else a bracketed number in it where all that occur are the same. */
export function parseScore(reply: Replied): Scored {
  const text = reply.text.slice((THINKING.exec(reply.text)?.[0] ?? '').length).trim();
  const lines = text.split(/\r?\n/);
  const alone = SCORE_LINE.exec(lines.at(-1)!)?.[1];
  const named = [...text.matchAll(SCORE_BRACKET)].map((match) => match[1]!);
  const clear = reply.finish !== 'length' && new Set(named).size === 1 && lines.at(-1)!.search(SCORE_BRACKET) !== -1;
  const said = alone ?? (clear ? named[0] : undefined);
  const score = said === undefined ? Number.NaN : Number(said.replace(',', '.'));
  if (!(score >= LEAST_SCORE && score <= MOST_SCORE)) return { score: null, rationale: text, flags: flagsOf([reply]) };
  return { score, rationale: (alone === undefined ? text : lines.slice(0, -1).join('\n')).trim(), flags: [] };
}
