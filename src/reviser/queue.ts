// From one question to thousands, put to a chat model within limits: so many at a time, so many a minute, so many tokens in
// all; repeated where a fault may pass, and stopped at once where it will not. A reply is stored before whoever asked hears
// of it, and an identical request is never made twice. Used by jobs (runJob), and so by the page and the command line.
import PQueue from 'p-queue';
import { remark, UserError, type Remark } from '../engine/errors';
import { backoffMs } from './backoff';
import { createBudget, type BudgetLimits, type Tokens } from './budget';
import { ChatError, type ChatFault, type ChatProvider, type ChatReply, type ChatRequest } from './chat';
import { systemClock, type Clock } from './clock';
import { createPace, type PaceLimits } from './pace';
import { estimateRequest, estimateTokens, type TokenEstimate } from './prices';
import { createStopwatch, type QueueProgress } from './progress';
import type { ReplyStore, StoredReply } from './replies';
import { requestHash } from './requestHash';

export interface About {
  /** `templateVersion` of the template. */
  readonly promptVersion: string;
  /** A text that the reply will be about as long as. */
  readonly replyLike?: string;
}

/**
 * Puts a question, or finds its stored reply.
 * @throws ChatError when no attempt gave a reply; anything else must be let through.
 */
export type Ask = (request: ChatRequest, about: About) => Promise<StoredReply>;

export interface Task {
  /** Asks what it needs, one after the other, and stores what came of it. */
  run(ask: Ask): Promise<void>;
  /** Stores that it failed. */
  fail(error: ChatError): Promise<void>;
}

export interface QueueLimits extends PaceLimits {
  /** Tasks at a time. */
  readonly concurrency: number;
  /** Attempts of one request at most. */
  readonly attempts?: number | undefined;
  readonly budget?: BudgetLimits | undefined;
}

export interface QueueOptions extends QueueLimits {
  readonly provider: ChatProvider;
  readonly replies: ReplyStore;
  readonly clock?: Clock | undefined;
  /** Numbers in [0, 1), for the jitter. */
  readonly random?: (() => number) | undefined;
  /** Hears of every change. */
  readonly onProgress?: ((progress: QueueProgress) => void) | undefined;
}

/**
 * How it ended. Whatever was not settled is as it was, and can be asked in another queue.
 * - `finished`: every task is done or has failed
 * - `stopped`: a fault that every request would meet, too many failures in a row, or storage that takes nothing more
 * - `budget`: the next request might have gone beyond it
 * - `aborted`: by `stop` or `abort`
 */
export interface Ending {
  readonly kind: 'finished' | 'stopped' | 'budget' | 'aborted';
  /** Why, unless it finished or was aborted. */
  readonly reason?: Remark;
  /** Of the fault that stopped it. */
  readonly fault?: ChatFault;
}

export interface Queue {
  /** Asks until there is nothing left; once. Rejects only for a bug. */
  run(): Promise<Ending>;
  /** Begins nothing more until `resume`; what is in flight comes to its end. */
  pause(): void;
  resume(): void;
  /** Begins nothing more; what is in flight comes to its end and is kept. */
  stop(): void;
  /** As `stop`, but what is in flight is broken off. */
  abort(): void;
  progress(): QueueProgress;
}

export const ATTEMPTS = 6;

/** Faults that every other request would meet, too. */
const FOR_ALL: ReadonlySet<ChatFault> = new Set<ChatFault>(['wrong_key', 'forbidden', 'unknown_model', 'unknown_path', 'quota']);
/** Faults that lie in the one request. */
const FOR_ONE: ReadonlySet<ChatFault> = new Set<ChatFault>(['too_large', 'unrecorded']);
/** Faults after which tokens may have been spent. */
const BEGUN: ReadonlySet<ChatFault> = new Set<ChatFault>(['cut', 'malformed']);
/** Tasks that fail one after the other, with no reply in between, before the server is given up. */
export const MOST_IN_A_ROW = 10;
/** Milliseconds; who asks to be left alone for longer is left alone for good. */
export const LONGEST_HOLD = 10 * 60 * 1000;

/** What can be ended of one task: its waits, and its request. Not one signal for all, which Node warns of as a leak. */
interface Life {
  readonly waits: AbortController;
  readonly requests: AbortController;
}

const HALTED = Symbol('halted');
const NOTHING: Tokens = { input: 0, output: 0 };

/** @throws UserError for limits that allow nothing. */
export function createQueue(tasks: Iterable<Task> | AsyncIterable<Task>, total: number, options: QueueOptions): Queue {
  const { provider, replies, concurrency, attempts = ATTEMPTS, clock = systemClock, random = Math.random, onProgress } = options;
  for (const limit of [concurrency, attempts, options.requestsPerMinute ?? 1, options.tokensPerMinute ?? 1]) {
    if (!(limit >= 1)) throw new UserError('Each limit of a job must be at least 1. Nothing was asked.');
  }
  const budget = createBudget(options.budget ?? {});
  const pace = createPace(options, clock);
  const watch = createStopwatch(clock);
  const lanes = new PQueue({ concurrency: Math.floor(concurrency) });
  const lives = new Set<Life>();
  const inFlight = new Map<string, Promise<StoredReply>>();
  const count = { done: 0, cached: 0, failed: 0, requests: 0, retries: 0 };
  let inARow = 0;
  let ending: Ending | undefined;
  let bug: { readonly error: unknown } | undefined;
  let ended = false;
  let opened: Promise<void> | undefined;
  let open: () => void = () => undefined;

  const progress = (): QueueProgress => {
    const { done, failed } = count;
    const money = budget.money();
    const heldUntil = pace.heldUntil();
    const leftMs = watch.left(total - done - failed);
    return {
      total, ...count, tokens: budget.spent(), elapsedMs: watch.elapsed(),
      state: ended ? 'ended' : ending !== undefined ? 'stopping' : opened !== undefined ? 'paused' : 'running',
      ...(money !== undefined && { money }), ...(heldUntil !== undefined && { heldUntil }), ...(leftMs !== undefined && { leftMs }),
    };
  };
  const tell = (): void => onProgress?.(progress());

  const halt = (why: Ending): void => {
    ending ??= why;
    for (const { waits } of lives) waits.abort(HALTED);
    lanes.clear();
    resume();
    tell();
  };
  const haltFor = (error: unknown): void => {
    if (error instanceof ChatError) halt({ kind: 'stopped', reason: { template: error.template, values: error.values }, fault: error.fault });
    else if (error instanceof UserError) halt({ kind: 'stopped', reason: { template: error.template, values: error.values } });
    else {
      bug ??= { error };
      halt({ kind: 'stopped' });
    }
  };

  /** Waits while the queue is paused. */
  const pass = async (): Promise<void> => {
    while (opened !== undefined) await opened;
    if (ending !== undefined) throw HALTED;
  };

  /** One attempt, within all limits. */
  const attempt = async (request: ChatRequest, estimate: TokenEstimate, { waits, requests }: Life): Promise<ChatReply> => {
    for (;;) {
      await pass();
      const room = await budget.reserve(estimate, waits.signal);
      if ('template' in room) {
        halt({ kind: 'budget', reason: room });
        throw HALTED;
      }
      let took = NOTHING;
      try {
        const admission = await pace.admit(estimate.input + estimate.output, waits.signal);
        try {
          // A pause may have come while it waited.
          if (opened !== undefined) continue;
          count.requests += 1;
          tell();
          const reply = await provider.complete(request, { signal: requests.signal });
          took = tokensOf(reply, estimate);
          return reply;
        } catch (error) {
          if (!(error instanceof ChatError) || BEGUN.has(error.fault)) took = estimate;
          // Whatever a provider makes of being broken off.
          throw requests.signal.aborted && !(error instanceof UserError) ? HALTED : error;
        } finally {
          admission.settle(took.input + took.output);
        }
      } finally {
        room.settle(took);
      }
    }
  };

  /** Asks until there is a reply, and stores it. */
  const askAnew = async (hash: string, request: ChatRequest, { promptVersion, replyLike }: About, life: Life): Promise<StoredReply> => {
    const estimate = estimateRequest(request, replyLike);
    for (let failures = 0; ; ) {
      try {
        const reply = await attempt(request, estimate, life);
        const tokens = { ...tokensOf(reply, estimate), estimated: reply.usage === undefined };
        const stored: StoredReply = { hash, identity: provider.identity, request, reply, promptVersion, time: clock.now(), tokens };
        await replies.put(stored);
        inARow = 0;
        return stored;
      } catch (error) {
        failures += 1;
        if (!(error instanceof ChatError) || !error.passing || failures >= attempts) throw error;
        if ((error.retryAfterMs ?? 0) > LONGEST_HOLD) {
          haltFor(error);
          throw HALTED;
        }
        const ms = backoffMs(failures - 1, random(), error.retryAfterMs);
        // What the server asks of one it asks of all.
        if (error.retryAfterMs !== undefined) pace.holdUntil(clock.now() + ms);
        count.retries += 1;
        tell();
        await clock.wait(ms, life.waits.signal);
      }
    }
  };

  const work = async (task: Task, life: Life): Promise<void> => {
    let asked = false;
    const ask: Ask = (request, about) => {
      const hash = requestHash(request, provider.identity);
      const find = async (): Promise<StoredReply> => (await replies.get(hash)) ?? ((asked = true), await askAnew(hash, request, about, life));
      const known = inFlight.get(hash);
      if (known !== undefined) return known;
      const finding = find().finally(() => inFlight.delete(hash));
      inFlight.set(hash, finding);
      return finding;
    };
    try {
      await task.run(ask);
      count.done += 1;
      if (!asked) count.cached += 1;
    } catch (error) {
      if (error === HALTED) return;
      if (!(error instanceof ChatError) || FOR_ALL.has(error.fault)) return haltFor(error);
      // A request that was cut short by the halt was not given all its attempts.
      if (ending !== undefined && error.passing) return;
      try {
        await task.fail(error);
      } catch (trouble) {
        return haltFor(trouble);
      }
      count.failed += 1;
      if (!FOR_ONE.has(error.fault)) inARow += 1;
      if (inARow >= MOST_IN_A_ROW) {
        const reason = remark('{count} requests failed one after the other, so the rest was not asked. All replies are kept. The last failure: {failure}', {
          count: inARow, failure: error.message,
        });
        halt({ kind: 'stopped', reason, fault: error.fault });
      }
    }
    if (asked) watch.lap();
    tell();
  };

  const live = async (task: Task): Promise<void> => {
    if (ending !== undefined) return;
    const life: Life = { waits: new AbortController(), requests: new AbortController() };
    lives.add(life);
    try {
      await work(task, life);
    } finally {
      lives.delete(life);
    }
  };

  const run = async (): Promise<Ending> => {
    try {
      for await (const task of tasks) {
        if (ending !== undefined) break;
        lanes.add(() => live(task)).catch((error: unknown) => haltFor(error));
        // Tasks are made as they are needed: thousands of prompts do not wait in memory.
        await lanes.onSizeLessThan(1);
      }
    } catch (error) {
      haltFor(error);
    }
    await lanes.onIdle();
    ended = true;
    watch.pause();
    tell();
    if (bug !== undefined) throw bug.error;
    return ending ?? { kind: 'finished' };
  };

  const resume = (): void => {
    if (opened === undefined) return;
    opened = undefined;
    open();
    lanes.start();
    watch.resume();
    tell();
  };

  return {
    run,
    progress,
    resume,
    pause: () => {
      if (opened !== undefined || ending !== undefined || ended) return;
      opened = new Promise((resolve) => (open = resolve));
      lanes.pause();
      watch.pause();
      tell();
    },
    stop: () => halt({ kind: 'aborted' }),
    abort: () => {
      halt({ kind: 'aborted' });
      for (const { requests } of lives) requests.abort(HALTED);
    },
  };
}

/** As the server counts them, else by rule of thumb. */
function tokensOf({ usage, text }: ChatReply, { input }: TokenEstimate): Tokens {
  return usage ?? { input, output: estimateTokens(text) };
}
