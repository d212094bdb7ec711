// A job at work: its waiting items as tasks of a queue, each outcome stored as soon as it is read. Whatever is stored can be
// gone on with, after a reload as after a pause. Used by the stores of the page and by the command line.
import type { PreferencePair } from '../preferences/pair';
import type { BudgetLimits } from './budget';
import type { ChatProvider } from './chat';
import { changedItem, failureOf, jobGone, type ItemChange, type ItemStatus, type Job, type JobItem, type JobStore } from './jobs';
import { askJudge, judgedPair } from './judging';
import { createQueue, type Queue, type QueueOptions, type Task } from './queue';
import type { ReplyStore } from './replies';
import { askRevision, revisedPair } from './revise';

export interface JobServices extends Pick<QueueOptions, 'clock' | 'random' | 'onProgress'> {
  readonly provider: ChatProvider;
  readonly jobs: JobStore;
  readonly replies: ReplyStore;
  /** Which items are asked; those that wait if absent. `['failed']` asks the failed ones again. */
  readonly only?: readonly ItemStatus[];
  /** Hears of each item after it was stored. */
  readonly onItem?: (item: JobItem) => void;
}

/** Items read from the store at a time. */
const PAGE = 100;

/**
 * The queue of a stored job; nothing is asked until it runs.
 * @throws UserError where the job is gone, or its limits allow nothing.
 */
export async function openJob(id: string, { provider, jobs, replies, only = ['waiting'], onItem, ...options }: JobServices): Promise<Queue> {
  const job = await jobs.loadJob(id);
  if (job === undefined) throw jobGone();
  const { counts, limits } = job;
  const store = async (item: JobItem, change: ItemChange): Promise<void> => {
    await jobs.changeItems(id, [{ index: item.index, change }], queue.progress().tokens);
    onItem?.(changedItem(item, change));
  };
  const taskOf = (item: JobItem): Task => ({
    run: async (ask) => {
      const { outcome, replies: from } = job.kind === 'revise' ? await askRevision(item.pair, { ...job, comments: item.comments }, ask) : await askJudge(item.pair, job, ask);
      await store(item, { status: outcome.flags.length > 0 ? 'flagged' : 'done', outcome, replies: from, failure: undefined });
    },
    fail: (error) => store(item, { status: 'failed', failure: failureOf(error) }),
  });
  async function* tasks(): AsyncGenerator<Task> {
    for (let from = 0; ; ) {
      const items = await jobs.loadItems(id, { statuses: only, from, count: PAGE });
      for (const item of items) yield taskOf(item);
      if (items.length < PAGE) return;
      from = items.at(-1)!.index + 1;
    }
  }
  const total = only.reduce((sum, status) => sum + counts[status], 0);
  const queue = createQueue(tasks(), total, { ...options, ...limits, budget: budgetOf(job), provider, replies });
  return {
    ...queue,
    run: async () => {
      const ending = await queue.run();
      // What failed attempts took is in no item.
      await jobs.changeJob(id, { spent: queue.progress().tokens });
      return ending;
    },
  };
}

const budgetOf = ({ limits: { budgetTokens, budgetMoney, price }, spent }: Job): BudgetLimits => ({ tokens: budgetTokens, money: budgetMoney, price, spent });

/**
 * The pair that an item gives: where a person has decided, by that; else where nothing speaks against its outcome. What is
 * flagged and undecided, rejected, failed or tied gives none.
 */
export function pairOfItem({ pair, status, outcome, decision }: JobItem, { template }: Pick<Job, 'template'>): PreferencePair | null {
  if (outcome === undefined || decision?.kind === 'rejected' || (status !== 'done' && decision === undefined)) return null;
  if (outcome.kind === 'judgement') return judgedPair(pair, outcome);
  const made = revisedPair(pair, outcome, template, decision?.kind === 'edited' ? decision.text : undefined);
  // Accepting what has no revision, or is the answer itself, makes no pair.
  const usable = made.chosen.trim() !== '' && made.rejected.trim() !== '' && made.chosen !== made.rejected;
  return usable ? made : null;
}
