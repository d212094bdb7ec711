// Two answers to one prompt put before a judge, in both orders or one by one for a mark each, and the pair that its verdict
// makes. The pair's winner so far is a, its loser b.
import type { PreferencePair } from '../preferences/pair';
import { judgeReplies, parseScore, type JudgeFlag, type Side, type Verdict } from './judge';
import { comparisonRequests, scoreRequest, taskText, type AskSettings } from './prompts/requests';
import { templateVersion, type PromptTemplate } from './prompts/template';
import type { Ask } from './queue';
import { provenance, sourceOf, type ReplySource } from './revise';

export interface JudgementOutcome {
  readonly kind: 'judgement';
  /** Null where there is no clear verdict. */
  readonly winner: Side | null;
  /** Where both were compared. */
  readonly verdict?: Verdict;
  /** Where each was marked by itself, those that were clear. */
  readonly scores?: { readonly a?: number; readonly b?: number };
  readonly rationale: string;
  /** Why there is no verdict; empty where there is one. */
  readonly flags: readonly JudgeFlag[];
  readonly source: ReplySource;
}

/** @throws what `ask` throws. */
export async function askJudge(
  pair: PreferencePair,
  { template, settings }: { readonly template: PromptTemplate; readonly settings: AskSettings },
  ask: Ask,
): Promise<{ readonly outcome: JudgementOutcome; readonly replies: readonly string[] }> {
  const task = taskText(pair);
  const about = { promptVersion: templateVersion(template) };
  if (template.job === 'score') {
    const stored = [
      await ask(scoreRequest(template, { task, solution: pair.chosen }, settings), about),
      await ask(scoreRequest(template, { task, solution: pair.rejected }, settings), about),
    ] as const;
    const [a, b] = stored.map(({ reply }) => parseScore(reply)) as [ReturnType<typeof parseScore>, ReturnType<typeof parseScore>];
    const clear = a.score !== null && b.score !== null;
    const outcome: JudgementOutcome = {
      kind: 'judgement',
      winner: clear ? (a.score === b.score ? 'tie' : a.score! > b.score! ? 'a' : 'b') : null,
      scores: { ...(a.score !== null && { a: a.score }), ...(b.score !== null && { b: b.score }) },
      rationale: [a.rationale, b.rationale].filter((one) => one !== '').join('\n\n'),
      flags: [...new Set([...a.flags, ...b.flags])],
      source: sourceOf(stored[1]),
    };
    return { outcome, replies: stored.map(({ hash }) => hash) };
  }
  const [first, second] = comparisonRequests(template, { task, a: pair.chosen, b: pair.rejected }, settings);
  const stored = [await ask(first, about), await ask(second, about)] as const;
  const { verdict, flags } = judgeReplies([stored[0].reply, stored[1].reply], template.aspects);
  const outcome: JudgementOutcome = {
    kind: 'judgement', winner: verdict?.winner ?? null, ...(verdict !== null && { verdict }), rationale: verdict?.rationale ?? '', flags, source: sourceOf(stored[1]),
  };
  return { outcome, replies: stored.map(({ hash }) => hash) };
}

/**
 * The pair with the judge's winner as its winner, or null for a tie and where there is no verdict. The verdict stands in
 * `extra.judge`, with the sides named as they now stand.
 */
export function judgedPair(pair: PreferencePair, { winner, verdict, scores, rationale, source }: JudgementOutcome): PreferencePair | null {
  if (winner !== 'a' && winner !== 'b') return null;
  const swapped = winner === 'b';
  const { scores: before, rationale: _, extra, ...kept } = pair;
  const sides = swapped ? { chosen: pair.rejected, rejected: pair.chosen } : {};
  const rated = scores ? { chosen: swapped ? scores.b : scores.a, rejected: swapped ? scores.a : scores.b } : swapped && before ? { chosen: before.rejected, rejected: before.chosen } : before;
  const defined = rated && Object.fromEntries(Object.entries(rated).filter(([, value]) => value !== undefined));
  const soft = verdict?.soft === undefined ? undefined : swapped ? 1 - verdict.soft : verdict.soft;
  return {
    ...kept,
    ...sides,
    ...(rationale !== '' && { rationale }),
    ...(defined && Object.keys(defined).length > 0 && { scores: defined }),
    extra: {
      ...extra,
      judge: {
        ...provenance(source),
        swapped,
        ...(soft !== undefined && { soft }),
        ...(verdict && Object.keys(verdict.aspects).length > 0 && { aspects: Object.fromEntries(Object.entries(verdict.aspects).map(([name, side]) => [name, asPlaced(side, swapped)])) }),
      },
    },
  };
}

const asPlaced = (side: Side, swapped: boolean): string => (side === 'tie' ? 'tie' : (side === 'a') !== swapped ? 'chosen' : 'rejected');
