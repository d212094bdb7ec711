// What `lab revise` and `lab judge` tell at their end, and the lines of their rejected items.
import { remarkText } from '../../src/engine/errors';
import type { ImportReport } from '../../src/preferences/import';
import type { Tokens } from '../../src/reviser/budget';
import { FLAG_SENTENCES, type RevisionFlag } from '../../src/reviser/flags';
import { failureRemark, type Job, type JobItem } from '../../src/reviser/jobs';
import { JUDGE_FLAG_SENTENCES, type JudgeFlag } from '../../src/reviser/judge';
import type { JudgementOutcome } from '../../src/reviser/judging';
import type { QueueProgress } from '../../src/reviser/progress';
import { templateVersion } from '../../src/reviser/prompts/template';
import type { Ending } from '../../src/reviser/queue';
import type { StoredReply } from '../../src/reviser/replies';
import { revisedSide } from '../../src/reviser/revise';

export interface Told {
  readonly job: Job;
  readonly items: readonly JobItem[];
  readonly ending: Ending;
  readonly progress: QueueProgress;
  /** In earlier runs. */
  readonly spentBefore: Tokens;
  readonly report: ImportReport;
  readonly out: string;
  readonly rejected: string;
  readonly journal: string;
  readonly written: { readonly pairs: number; readonly rejected: number };
}

/** Of several flags the one that says most. */
const TELLING: readonly (RevisionFlag | JudgeFlag)[] = [
  'refused', 'judge_refused', 'truncated', 'judge_truncated', 'empty', 'no_marks', 'no_verdict', 'unchanged', 'too_different', 'alludes', 'ambiguous',
];

function tally(reasons: Iterable<string>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

const mainFlag = ({ outcome }: JobItem): string => TELLING.find((flag) => (outcome?.flags as readonly string[] | undefined)?.includes(flag)) ?? 'unusable';

/** Each pair is counted once: as revised, judged or tied, flagged, failed, or not asked. */
export function summarise({ job, items, ending, progress, spentBefore, report, written, ...paths }: Told) {
  const of = (status: JobItem['status']): JobItem[] => items.filter((item) => item.status === status);
  const { requests, retries, cached, tokens, money, elapsedMs } = progress;
  const verdicts = of('done').map(({ outcome }) => outcome).filter((one): one is JudgementOutcome => one?.kind === 'judgement');
  const unusable = job.kind === 'revise' ? of('done').length - written.pairs : 0;
  return {
    total: items.length,
    ...(job.kind === 'revise'
      ? { revised: written.pairs }
      : {
          judged: written.pairs,
          ties: verdicts.filter(({ winner }) => winner === 'tie').length,
          swapped: verdicts.filter(({ winner }) => winner === 'b').length,
          positionBias: tally(verdicts.flatMap(({ verdict }) => verdict?.positionBias ?? [])),
        }),
    flagged: tally([...of('flagged').map(mainFlag), ...Array<string>(unusable).fill('unusable')]),
    failed: tally(of('failed').map(({ failure }) => failure!.fault)),
    waiting: of('waiting').length,
    requests, retries, cached,
    tokens: { input: tokens.input - spentBefore.input, output: tokens.output - spentBefore.output },
    tokensOfAllRuns: tokens,
    ...(money !== undefined && { usdOfAllRuns: money }),
    elapsedMs,
    model: job.settings.model,
    prompt: templateVersion(job.template),
    rows: { read: report.rows, rejected: report.rejected, reasons: report.reasons },
    ...paths,
    ending: ending.kind,
    ...(ending.reason && { reason: remarkText(ending.reason) }),
  };
}

export type Summary = ReturnType<typeof summarise>;

export function summaryText(summary: Summary): string {
  const { total, flagged, failed, waiting, requests, retries, cached, tokens, out, rejected } = summary;
  const list = (counts: Readonly<Record<string, number>>): string[] => Object.entries(counts).map(([reason, count]) => `          ${count} × ${reason}`);
  const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);
  return [
    `pairs:    ${total}`,
    'revised' in summary ? `revised:  ${summary.revised}` : `judged:   ${summary.judged}, ${summary.swapped} of them turned round; ${summary.ties} ties`,
    `flagged:  ${sum(flagged)}`, ...list(flagged),
    `failed:   ${sum(failed)}`, ...list(failed),
    ...(waiting > 0 ? [`waiting:  ${waiting}`] : []),
    `asked:    ${requests} requests, ${retries} of them again; ${cached} pairs answered from earlier runs`,
    `tokens:   ${tokens.input} asked, ${tokens.output} answered`,
    `written:  ${out}, ${rejected}`,
  ].join('\n');
}

/** An item that gave no pair, with all its reasons and the reply as it came. */
export function rejectedLine({ pair, outcome, failure }: JobItem, { kind, template }: Job, reply: StoredReply | undefined): object {
  const tie = outcome?.kind === 'judgement' && outcome.winner === 'tie';
  const flags = (outcome?.flags ?? []) as readonly (RevisionFlag | JudgeFlag)[];
  const reasons = failure ? [failure.fault] : tie ? ['tie'] : flags.length > 0 ? flags : ['unusable'];
  const sentences = failure
    ? [remarkText(failureRemark(failure))]
    : tie
      ? ['The judge prefers neither answer.']
      : flags.length > 0
        ? flags.map((flag) => remarkText({ ...FLAG_SENTENCES, ...JUDGE_FLAG_SENTENCES }[flag]))
        : ['The reply makes no pair of two different texts.'];
  return {
    id: pair.id,
    reasons,
    reason: sentences.join(' '),
    prompt: pair.prompt,
    ...(kind === 'revise' ? { solution: revisedSide(pair, template) } : { chosen: pair.chosen, rejected: pair.rejected }),
    ...(outcome?.kind === 'revision' && outcome.revision !== null && { revision: outcome.revision }),
    ...(outcome?.kind === 'judgement' && outcome.verdict && { firstOrder: outcome.verdict.firstOrder, secondOrder: outcome.verdict.secondOrder, positionBias: outcome.verdict.positionBias }),
    ...(reply && { reply: reply.reply.text, finish: reply.reply.finish, model: reply.reply.model, time: new Date(reply.time).toISOString() }),
  };
}
