// What the review page shows of a job: its items as a person sees them, which of them pass the list's filter, and which one
// is looked at. Plain functions of plain data; what is decided is stored by reviseJobs.ts.
import type { PreferencePair } from '../preferences/pair';
import type { RevisionFlag } from '../reviser/flags';
import type { Job, JobItem } from '../reviser/jobs';
import type { JudgeFlag } from '../reviser/judge';
import { pairOfItem } from '../reviser/runJob';
import type { Sentence } from './notices';

/** Where an item stands, as a person sees it: `review` has come without a flag and waits for a decision. */
export type ReviewState = 'waiting' | 'review' | 'flagged' | 'failed' | 'accepted' | 'edited' | 'rejected';

export const reviewStates: readonly ReviewState[] = ['review', 'flagged', 'waiting', 'failed', 'accepted', 'edited', 'rejected'];

export type ReplyFlag = RevisionFlag | JudgeFlag;

export type ListFilter = 'all' | 'done' | ReviewState | `flag:${ReplyFlag}`;

/** What a judge said, where a job is one of judging; `a` is the pair's chosen side, `b` its rejected one. */
export interface JudgedItem {
  readonly winner: 'a' | 'b' | 'tie' | null;
  /** Preferred the same place in both orders. */
  readonly positionBias: boolean;
  /** Probability that `a` is better, where the model's log-probabilities tell. */
  readonly soft?: number;
  /** Marks, where each was marked by itself. */
  readonly scores?: { readonly a?: number; readonly b?: number };
}

export interface ReviewItem {
  /** Its place in the job, from 0. */
  readonly id: number;
  readonly pair: PreferencePair;
  readonly state: ReviewState;
  readonly flags: readonly ReplyFlag[];
  /** Why it failed. */
  readonly reason?: Sentence;
  /** What the model made of the original; absent where there is none. */
  readonly revision?: string;
  /** The model's reasons. */
  readonly rationale?: string;
  readonly verdict?: JudgedItem;
  /** The person's own version. */
  readonly edit?: string;
  /** What the person asked to be changed, the last of it. */
  readonly comment?: string;
  /** Whether it can become a pair as it stands. */
  readonly acceptable: boolean;
}

function stateOf({ status, decision }: JobItem): ReviewState {
  if (decision !== undefined) return decision.kind;
  return status === 'done' ? 'review' : status;
}

/** A job's item as a person sees it. */
export function reviewItem(item: JobItem, job: Pick<Job, 'template'>): ReviewItem {
  const { index, pair, outcome, failure, decision, comments } = item;
  const comment = comments.at(-1);
  return {
    id: index,
    pair,
    state: stateOf(item),
    flags: outcome?.flags ?? [],
    acceptable: pairOfItem({ ...item, decision: { kind: 'accepted', time: 0 } }, job) !== null,
    ...(outcome !== undefined && { rationale: outcome.rationale }),
    ...(outcome?.kind === 'revision' && outcome.revision !== null && { revision: outcome.revision }),
    ...(outcome?.kind === 'judgement' && {
      verdict: {
        winner: outcome.winner,
        positionBias: outcome.verdict !== undefined && outcome.verdict.positionBias !== null,
        ...(outcome.verdict?.soft !== undefined && { soft: outcome.verdict.soft }),
        ...(outcome.scores && { scores: outcome.scores }),
      },
    }),
    ...(failure && { reason: { template: failure.template, values: failure.values } }),
    ...(decision?.text !== undefined && { edit: decision.text }),
    ...(comment !== undefined && { comment }),
  };
}

export function passes(item: ReviewItem, filter: ListFilter): boolean {
  if (filter === 'all') return true;
  if (filter === 'done') return item.state === 'accepted' || item.state === 'edited';
  if (filter.startsWith('flag:')) return item.state === 'flagged' && item.flags.includes(filter.slice('flag:'.length) as ReplyFlag);
  return item.state === filter;
}

/** How many items pass each filter that lets any pass, in the order of a list. */
export function filterCounts(items: readonly ReviewItem[]): readonly { readonly filter: ListFilter; readonly count: number }[] {
  const flags = [...new Set(items.flatMap((item) => (item.state === 'flagged' ? item.flags : [])))].map((flag): ListFilter => `flag:${flag}`);
  const filters: readonly ListFilter[] = ['all', ...reviewStates.flatMap((state) => (state === 'flagged' ? [state, ...flags] : [state]))];
  return filters.map((filter) => ({ filter, count: items.filter((item) => passes(item, filter)).length })).filter(({ filter, count }) => filter === 'all' || count > 0);
}

/**
 * The item to look at after a decision on one: the next in the list that waits for one, from there on and then from the
 * beginning; if none does, the next in the list.
 */
export function nextToReview(items: readonly ReviewItem[], id: number): number | undefined {
  const place = items.findIndex((item) => item.id === id);
  const around = [...items.slice(place + 1), ...items.slice(0, Math.max(0, place))];
  const waits = around.find(({ state }) => state === 'review') ?? around.find(({ state }) => state === 'flagged');
  return waits?.id ?? items[place + 1]?.id ?? items[place]?.id;
}

/** The item so many places further, as far as the list goes. */
export function itemBeside(items: readonly ReviewItem[], id: number | undefined, by: number): number | undefined {
  const place = items.findIndex((item) => item.id === id);
  if (place < 0) return items[0]?.id;
  return items[Math.min(items.length - 1, Math.max(0, place + by))]?.id;
}
