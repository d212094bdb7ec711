// A job: pairs that are to be revised or judged, how, and what became of each. What is kept of it holds no key. Used by
// runJob, the stores of the page, storage/revisions and the command line.
import { UserError, type ErrorValues, type Remark } from '../engine/errors';
import type { PreferencePair } from '../preferences/pair';
import type { Tokens } from './budget';
import type { ChatError, ChatFault, ProviderIdentity } from './chat';
import type { JudgementOutcome } from './judging';
import type { AskSettings } from './prompts/requests';
import type { PromptTemplate } from './prompts/template';
import type { RevisionOutcome } from './revise';

export interface Job {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly kind: 'revise' | 'judge';
  /** Where the pairs came from, as an address names it. */
  readonly dataset: string;
  readonly template: PromptTemplate;
  readonly settings: AskSettings;
  /** Whom it asks; the base URL is empty where nothing is sent. */
  readonly provider: { readonly kind: ProviderIdentity['kind']; readonly baseUrl: string };
  readonly limits: JobLimits;
  /** Share of a text that a revision may change before it is flagged. */
  readonly mostChange?: number;
  /** In all sessions together. */
  readonly spent: Tokens;
}

export interface JobLimits {
  readonly concurrency: number;
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  readonly attempts?: number;
  readonly budgetTokens?: number;
  /** US dollars, and for a million tokens. */
  readonly budgetMoney?: number;
  readonly price?: { readonly model: string; readonly input: number; readonly output: number };
}

/** `waiting`: not asked yet, or asked again. `flagged`: there is a reply, which must not become a pair unseen. */
export type ItemStatus = 'waiting' | 'done' | 'flagged' | 'failed';

export const ITEM_STATUSES: readonly ItemStatus[] = ['waiting', 'done', 'flagged', 'failed'];

export interface Failure {
  readonly fault: ChatFault;
  readonly template: string;
  readonly values: ErrorValues;
}

/** What a person made of an outcome. */
export interface Decision {
  readonly kind: 'accepted' | 'edited' | 'rejected';
  /** The person's own text, where it was edited. */
  readonly text?: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

export interface JobItem {
  readonly job: string;
  /** Its place in the job, from 0. */
  readonly index: number;
  /** As it was when the job began. */
  readonly pair: PreferencePair;
  readonly status: ItemStatus;
  /** Where it is done or flagged. */
  readonly outcome?: RevisionOutcome | JudgementOutcome;
  /** Where it failed. */
  readonly failure?: Failure;
  readonly decision?: Decision;
  /** Hashes of the replies that the outcome was read from, in the order of the asking. */
  readonly replies: readonly string[];
  /** What a person had to say to each reply before the last one. */
  readonly comments: readonly string[];
}

export type ItemChange = Partial<Pick<JobItem, 'status' | 'outcome' | 'failure' | 'decision' | 'replies' | 'comments'>>;
export type JobChange = Partial<Pick<Job, 'name' | 'limits' | 'spent'>>;

/** How many items there are of each status. */
export type ItemCounts = Readonly<Record<ItemStatus, number>>;

export interface JobOverview extends Job {
  readonly counts: ItemCounts;
}

export interface ItemChoice {
  /** All if absent. */
  readonly statuses?: readonly ItemStatus[];
  /** From this place on. */
  readonly from?: number;
  readonly count?: number;
}

/** Where jobs are kept. Every function happens whole or not at all, and may reject with a UserError. */
export interface JobStore {
  createJob(job: Job, pairs: readonly PreferencePair[]): Promise<void>;
  /** The newest first. */
  listJobs(): Promise<JobOverview[]>;
  loadJob(id: string): Promise<JobOverview | undefined>;
  changeJob(id: string, change: JobChange): Promise<void>;
  /** Deletes it with its items and the replies that no other job needs. */
  deleteJob(id: string): Promise<void>;
  /** In the order of their places. */
  loadItems(id: string, choice?: ItemChoice): Promise<JobItem[]>;
  /** Changes some items, and with them what was spent. A field that is undefined is taken away. */
  changeItems(id: string, changes: readonly { readonly index: number; readonly change: ItemChange }[], spent?: Tokens): Promise<void>;
}

export const newItem = (job: string, index: number, pair: PreferencePair): JobItem => ({ job, index, pair, status: 'waiting', replies: [], comments: [] });

export const failureOf = ({ fault, template, values }: ChatError): Failure => ({ fault, template, values });

export const failureRemark = ({ template, values }: Failure): Remark => ({ template, values });

/** An item with a change made; what becomes undefined is gone. */
export function changedItem(item: JobItem, change: ItemChange): JobItem {
  return Object.fromEntries(Object.entries({ ...item, ...change }).filter(([, value]) => value !== undefined)) as unknown as JobItem;
}

/** Asks an item again with what a person has to say about its outcome; its decision is taken back. */
export function askItemAgain(item: JobItem, comment: string): ItemChange {
  return { status: 'waiting', comments: [...item.comments, comment], outcome: undefined, failure: undefined, decision: undefined };
}

/** For whoever asks for a job that is not there. */
export const jobGone = (): UserError => new UserError('This job is no longer stored; it was deleted, perhaps in another tab. Nothing was changed.');

/** @returns how many of the items there are of each status. */
export function countItems(items: Iterable<Pick<JobItem, 'status'>>): ItemCounts {
  const counts: Record<ItemStatus, number> = { waiting: 0, done: 0, flagged: 0, failed: 0 };
  for (const { status } of items) counts[status] += 1;
  return counts;
}
