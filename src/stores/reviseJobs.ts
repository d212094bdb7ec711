// The jobs of revising and judging: set up from what a person chose, asked through the queue, kept in storage as they go, and
// opened to be reviewed. A job goes on only where a person says so; what a person decides is in reviewActions.ts.
import { createStore } from 'zustand/vanilla';
import { UserError } from '../engine/errors';
import type { PreferencePair } from '../preferences/pair';
import { anthropicProvider } from '../reviser/anthropic';
import type { ChatProvider } from '../reviser/chat';
import { jobGone, type ItemStatus, type Job, type JobItem, type JobOverview } from '../reviser/jobs';
import { offlineProvider } from '../reviser/offline';
import { openAiProvider } from '../reviser/openai';
import type { QueueProgress } from '../reviser/progress';
import type { Queue } from '../reviser/queue';
import { openJob as openQueue } from '../reviser/runJob';
import { jobStore, replyStore, whileRunning } from '../storage/revisions';
import { listDatasets, datasetsStore } from './datasets';
import { report, sentenceOf, type Sentence } from './notices';
import { chosenRows } from './reviseEstimate';
import { askSettings, isOffline, priceFor, problemOfSetup, templateOf, type SetupState } from './reviseSetup';
import { keyring } from './reviserKey';
import { reviewItem, type ListFilter, type ReviewItem } from './reviewing';
import { services } from './services';

export interface OpenJob {
  readonly id: string;
  /** Absent until it has been read. */
  readonly job?: JobOverview;
  readonly items: readonly ReviewItem[];
  readonly filter: ListFilter;
  /** The item that is looked at. */
  readonly current?: number;
  /** Why it cannot be opened. */
  readonly problem?: Sentence;
}

export interface JobsState {
  /** The newest first. */
  readonly jobs: readonly JobOverview[];
  /** How far those are that this tab is asking for. */
  readonly running: Readonly<Record<string, QueueProgress>>;
  /** Why jobs stopped before their end. */
  readonly stopped: Readonly<Record<string, Sentence>>;
  readonly open?: OpenJob;
}

export const jobsStore = createStore<JobsState>()(() => ({ jobs: [], running: {}, stopped: {} }));

const queues = new Map<string, Queue>();
/** Jobs that were told to ask for something more while they were at work. */
const more = new Set<string>();
/** Jobs that were deleted by this page, perhaps while they were at work. */
const deleted = new Set<string>();

/** An id nobody else has; `randomUUID` alone would fail on pages served without TLS. */
function newId(): string {
  return globalThis.crypto?.randomUUID?.() ?? `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
}

export async function listJobs(): Promise<void> {
  try {
    jobsStore.setState({ jobs: await jobStore.listJobs() });
  } catch (error) {
    report(error);
  }
}

/** Pairs that are read at a time. */
const WINDOW = 500;

async function pairsOf(id: string, rows: Uint32Array): Promise<PreferencePair[]> {
  const pairs: PreferencePair[] = [];
  for (let from = 0; from < rows.length; from += WINDOW) {
    const found = await services().data.ask({ type: 'pairs', dataset: id, rows: rows.subarray(from, from + WINDOW) });
    pairs.push(...found.map(({ pair }) => pair));
  }
  return pairs;
}

/**
 * Stores the job that is set up and begins to ask. @returns its id.
 * @throws UserError where it cannot start; nothing was stored then.
 */
export async function startJob(setup: SetupState): Promise<string> {
  const problem = problemOfSetup(setup);
  if (problem !== undefined) throw new UserError(problem.template, problem.values);
  const { id: dataset, rows } = await chosenRows(setup);
  const pairs = await pairsOf(dataset, rows);
  if (pairs.length === 0) throw new UserError('There is no pair to ask about: the dataset is empty, or nothing passes.');
  const offline = isOffline(setup);
  const price = priceFor(setup);
  const job: Job = {
    id: newId(),
    name: await titleOf(dataset),
    createdAt: Date.now(),
    kind: setup.job,
    dataset: setup.dataset,
    template: templateOf(setup),
    settings: askSettings(setup),
    provider: offline ? { kind: 'offline', baseUrl: '' } : { kind: setup.kind, baseUrl: setup.baseUrl.trim() },
    limits: offline
      ? { concurrency: 4 }
      : {
          concurrency: setup.concurrency,
          requestsPerMinute: setup.requestsPerMinute,
          tokensPerMinute: setup.tokensPerMinute,
          budgetTokens: setup.budgetTokens,
          ...(price !== undefined && { price }),
          ...(setup.budgetMoney !== undefined && { budgetMoney: setup.budgetMoney }),
        },
    spent: { input: 0, output: 0 },
  };
  await jobStore.createJob(job, pairs);
  await listJobs();
  void goOn(job.id).catch(report);
  return job.id;
}

async function titleOf(id: string): Promise<string> {
  if (!datasetsStore.getState().listed) await listDatasets();
  const { datasets, copies } = datasetsStore.getState();
  const info = [...datasets, ...Object.values(copies)].find((one) => one?.id === id);
  return info?.name ?? id;
}

function providerOf({ kind, baseUrl }: Job['provider']): ChatProvider {
  const key = (): string | undefined => keyring.keyFor(baseUrl);
  switch (kind) {
    case 'openai':
      return openAiProvider({ baseUrl, key });
    case 'anthropic':
      return anthropicProvider({ baseUrl, key });
    default:
      return offlineProvider();
  }
}

function setRunning(id: string, progress: QueueProgress | undefined): void {
  jobsStore.setState(({ running }) => {
    const { [id]: _, ...others } = running;
    return { running: progress === undefined ? others : { ...others, [id]: progress } };
  });
}

function setStopped(id: string, why: Sentence | undefined): void {
  jobsStore.setState(({ stopped }) => {
    const { [id]: _, ...others } = stopped;
    return { stopped: why === undefined ? others : { ...others, [id]: why } };
  });
}

/**
 * Asks for what a job still waits for, until there is nothing left or something stops it; settles then. One that is paused
 * goes on.
 * @param only `['failed']` asks for what failed, and for nothing else.
 * @throws UserError where it cannot begin.
 */
export async function goOn(id: string, only: readonly ItemStatus[] = ['waiting']): Promise<void> {
  const known = queues.get(id);
  if (known !== undefined) {
    more.add(id);
    known.resume();
    return;
  }
  setStopped(id, undefined);
  try {
    await whileRunning(id, () => askAll(id, only));
  } catch (error) {
    if (!deleted.has(id)) throw error;
  } finally {
    queues.delete(id);
    more.delete(id);
    setRunning(id, undefined);
    await listJobs();
    await refreshOpen(id);
  }
}

async function askAll(id: string, first: readonly ItemStatus[]): Promise<void> {
  let only = first;
  do {
    more.delete(id);
    const job = await jobStore.loadJob(id);
    if (job === undefined) throw jobGone();
    const queue = await openQueue(id, {
      provider: providerOf(job.provider), jobs: jobStore, replies: replyStore(id), only,
      onProgress: (progress) => setRunning(id, progress),
      onItem: itemArrived,
    });
    queues.set(id, queue);
    setRunning(id, queue.progress());
    const { kind, reason } = await queue.run();
    queues.delete(id);
    if (reason !== undefined) setStopped(id, reason);
    if (kind !== 'finished') return;
    only = ['waiting'];
    // What was asked again meanwhile may have come too late for the queue.
  } while (more.has(id));
}

/** Asks nothing more until `goOn`; what is in flight comes to its end. */
export function pauseJob(id: string): void {
  queues.get(id)?.pause();
}

export async function deleteJob(id: string): Promise<void> {
  try {
    deleted.add(id);
    queues.get(id)?.abort();
    await jobStore.deleteJob(id);
  } catch (error) {
    report(error);
  }
  await listJobs();
}

/** Opens a job to be looked at and reviewed. */
export async function openJob(id: string): Promise<void> {
  jobsStore.setState({ open: { id, items: [], filter: 'all' } });
  await refreshOpen(id);
}

export function closeJob(): void {
  jobsStore.setState({ open: undefined });
}

/** Reads the job that is open anew from storage. */
export async function refreshOpen(id: string): Promise<void> {
  if (jobsStore.getState().open?.id !== id) return;
  try {
    const job = await jobStore.loadJob(id);
    if (job === undefined) throw jobGone();
    const items = (await jobStore.loadItems(id)).map((item) => reviewItem(item, job));
    changeOpen(id, (open) => ({ ...open, job, items, current: open.current ?? items[0]?.id }));
  } catch (error) {
    changeOpen(id, (open) => ({ ...open, problem: sentenceOf(error) }));
  }
}

export function changeOpen(id: string, change: (open: OpenJob) => OpenJob): void {
  jobsStore.setState(({ open }) => (open?.id === id ? { open: change(open) } : {}));
}

let arrived: JobItem[] = [];
let drawing: ReturnType<typeof setTimeout> | undefined;

/** An item has got its outcome. Many come at once from a fast server, and the page is drawn a few times a second. */
function itemArrived(item: JobItem): void {
  arrived.push(item);
  drawing ??= setTimeout(() => {
    drawing = undefined;
    const { open } = jobsStore.getState();
    const fresh = new Map(arrived.filter(({ job }) => job === open?.id).map((one) => [one.index, one]));
    arrived = [];
    if (open?.job === undefined || fresh.size === 0) return;
    const { job } = open;
    changeOpen(open.id, (state) => ({ ...state, items: state.items.map((one) => (fresh.has(one.id) ? reviewItem(fresh.get(one.id)!, job) : one)) }));
  }, 100);
}
