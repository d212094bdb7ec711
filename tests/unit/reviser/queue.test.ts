import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/engine/errors';
import { ChatError, type ChatFault, type ChatProvider, type ChatRequest } from '../../../src/reviser/chat';
import { createQueue, LONGEST_HOLD, MOST_IN_A_ROW, type QueueOptions, type Task } from '../../../src/reviser/queue';
import type { QueueProgress } from '../../../src/reviser/progress';
import { memoryReplies, type ReplyStore } from '../../../src/reviser/replies';
import { virtualClock } from '../../support/virtualClock';

const request = (name: string): ChatRequest => ({ model: 'm', system: '', messages: [{ role: 'user', content: name }], temperature: 0, maxTokens: 50, topLogprobs: 0, sample: 0 });
const fault = (kind: ChatFault, retryAfterMs?: number): ChatError => new ChatError(kind, `It failed: ${kind}.`, {}, retryAfterMs === undefined ? {} : { retryAfterMs });

interface Bench {
  readonly asked: string[];
  readonly askedAt: number[];
  readonly done: string[];
  readonly failed: string[];
  readonly progress: QueueProgress[];
  most: number;
}

/** A queue over a provider whose replies take a second of virtual time; `say` fails by throwing. */
function bench(names: readonly string[], more: Partial<QueueOptions> & { say?: (name: string, nth: number) => void; took?: number } = {}) {
  const { say = () => undefined, took = 1000, ...options } = more;
  const clock = options.clock ?? virtualClock();
  const seen: Bench = { asked: [], askedAt: [], done: [], failed: [], progress: [], most: 0 };
  let flying = 0;
  const provider: ChatProvider = {
    identity: { kind: 'openai', origin: 'http://localhost:1' },
    complete: async ({ messages }, { signal } = {}) => {
      const name = messages[0]!.content;
      seen.asked.push(name);
      seen.askedAt.push(clock.now());
      flying += 1;
      seen.most = Math.max(seen.most, flying);
      try {
        await clock.wait(took, signal ?? new AbortController().signal);
        say(name, seen.asked.filter((one) => one === name).length);
      } finally {
        flying -= 1;
      }
      return { text: `Reply to ${name}`, finish: 'stop', model: 'm', usage: { input: 10, output: 5 } };
    },
  };
  const task = (name: string): Task => ({
    run: async (ask) => {
      const { reply } = await ask(request(name), { promptVersion: 'p@1' });
      expect(reply.text).toBe(`Reply to ${name}`);
      seen.done.push(name);
    },
    fail: async (error) => void seen.failed.push(`${name}: ${error.fault}`),
  });
  const replies = options.replies ?? memoryReplies();
  const queue = createQueue(names.map(task), names.length, {
    provider, concurrency: 3, clock, random: () => 0.5, ...options, replies, onProgress: (progress) => seen.progress.push(progress),
  });
  return { queue, seen, clock, replies, provider };
}

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `q${i}`);
const later = (ticks = 20): Promise<void> => new Promise((resolve) => {
  const tick = (left: number): void => void (left === 0 ? resolve() : setImmediate(() => tick(left - 1)));
  tick(ticks);
});

describe('a queue', () => {
  it('asks everything once, so many at a time', async () => {
    const { queue, seen, clock } = bench(names(10));
    expect(await queue.run()).toEqual({ kind: 'finished' });
    expect(seen.asked).toEqual(names(10));
    expect(seen.done.sort()).toEqual(names(10).sort());
    expect(seen.most).toBe(3);
    expect(clock.now()).toBe(4000);
    expect(queue.progress()).toMatchObject({ total: 10, done: 10, failed: 0, cached: 0, requests: 10, retries: 0, tokens: { input: 100, output: 50 }, state: 'ended' });
  });

  it('stores each reply raw, with what was asked, before whoever asked hears of it', async () => {
    const heard: number[] = [];
    const store = memoryReplies();
    const slow: ReplyStore = {
      get: store.get,
      put: async (reply) => {
        await later(3);
        heard.push(seen.done.length);
        await store.put(reply);
      },
    };
    const { queue, seen, clock } = bench(['one'], { replies: slow });
    await queue.run();
    expect([heard, seen.done]).toEqual([[0], ['one']]);
    const [reply] = [...store.all.values()];
    expect(reply).toEqual({
      hash: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown, identity: { kind: 'openai', origin: 'http://localhost:1' }, request: request('one'),
      reply: { text: 'Reply to one', finish: 'stop', model: 'm', usage: { input: 10, output: 5 } }, promptVersion: 'p@1', time: clock.now(), tokens: { input: 10, output: 5, estimated: false },
    });
  });

  it('asks equal questions once, those in flight included, and stored ones never', async () => {
    const first = bench(['a', 'b', 'a', 'a', 'c', 'a']);
    await first.queue.run();
    expect(first.seen.asked).toEqual(['a', 'b', 'c']);
    expect(first.seen.done).toHaveLength(6);
    const second = bench(['a', 'b', 'd'], { replies: first.replies });
    await second.queue.run();
    expect(second.seen.asked).toEqual(['d']);
    expect(second.queue.progress()).toMatchObject({ done: 3, cached: 2, requests: 1 });
  });

  it('makes tasks only as it needs them', async () => {
    let made = 0;
    async function* tasks(): AsyncGenerator<Task> {
      for (; made < 1000; ) {
        made += 1;
        yield { run: async () => void (await later(50)), fail: async () => undefined };
      }
    }
    const queue = createQueue(tasks(), 1000, { provider: bench([]).provider, replies: memoryReplies(), concurrency: 2 });
    const run = queue.run();
    await later(10);
    expect(made).toBeLessThan(6);
    queue.stop();
    expect(await run).toEqual({ kind: 'aborted' });
  });
});

describe('a fault that may pass', () => {
  it('is met by asking again, a little later each time', async () => {
    const { queue, seen } = bench(['a'], { say: (_, nth) => { if (nth < 4) throw fault('server'); } });
    expect(await queue.run()).toEqual({ kind: 'finished' });
    // A second each, and between them ¾ of 1, 2 and 4 seconds.
    expect(seen.askedAt).toEqual([0, 1750, 4250, 8250]);
    expect(queue.progress()).toMatchObject({ done: 1, requests: 4, retries: 3 });
  });

  it('makes the one item fail after so many attempts, and no other', async () => {
    const { queue, seen } = bench(['a', 'b', 'c'], { attempts: 3, say: (name) => { if (name === 'b') throw fault('cut'); } });
    expect(await queue.run()).toEqual({ kind: 'finished' });
    expect(seen.failed).toEqual(['b: cut']);
    expect(seen.asked.filter((name) => name === 'b')).toHaveLength(3);
    expect(seen.done).toEqual(['a', 'c']);
    // An answer that was cut may be on the bill.
    expect(queue.progress().tokens.input).toBeGreaterThan(20);
  });

  it('holds everybody back for as long as the server asks', async () => {
    const { queue, seen } = bench(names(6), { concurrency: 2, say: (name, nth) => { if (name === 'q0' && nth === 1) throw fault('rate_limit', 30_000); } });
    await queue.run();
    expect(seen.askedAt.slice(0, 2)).toEqual([0, 0]);
    expect(Math.min(...seen.askedAt.slice(2))).toBeGreaterThanOrEqual(31_000);
    expect(seen.done).toHaveLength(6);
    expect(seen.progress.some(({ heldUntil }) => heldUntil !== undefined)).toBe(true);
  });

  it('ends everything where the server wants to be left alone for too long', async () => {
    const { queue, seen } = bench(names(6), { say: () => { throw fault('rate_limit', LONGEST_HOLD + 1); } });
    expect(await queue.run()).toMatchObject({ kind: 'stopped', fault: 'rate_limit' });
    expect(seen.failed).toEqual([]);
  });

  it('gives the server up where everything fails', async () => {
    const { queue, seen } = bench(names(50), { attempts: 2, say: () => { throw fault('unreachable'); } });
    expect(await queue.run()).toMatchObject({ kind: 'stopped', fault: 'unreachable', reason: { values: { count: MOST_IN_A_ROW, failure: 'It failed: unreachable.' } } });
    expect(seen.failed.length).toBeGreaterThanOrEqual(MOST_IN_A_ROW);
    expect(seen.failed.length).toBeLessThan(MOST_IN_A_ROW + 3);
  });
});

describe('a fault that does not pass', () => {
  it.each(['wrong_key', 'quota', 'forbidden', 'unknown_model', 'unknown_path'] as const)('stops everything at once for %s, and keeps what came', async (kind) => {
    const { queue, seen, replies } = bench(names(50), { say: (name) => { if (name === 'q3') throw fault(kind); } });
    expect(await queue.run()).toEqual({ kind: 'stopped', fault: kind, reason: { template: `It failed: ${kind}.`, values: {} } });
    expect(seen.asked).toEqual(names(6));
    // What was in flight came to its end.
    expect(seen.done.sort()).toEqual(['q0', 'q1', 'q2', 'q4', 'q5']);
    expect(seen.failed).toEqual([]);
    const again = bench(names(8), { replies });
    await again.queue.run();
    expect(again.seen.asked).toEqual(['q3', 'q6', 'q7']);
  });

  it('that lies in one request fails that one, however many there are', async () => {
    const { queue, seen } = bench(names(30), { say: (name) => { if (name !== 'q29') throw fault('too_large'); } });
    expect(await queue.run()).toEqual({ kind: 'finished' });
    expect([seen.failed.length, seen.asked.length, seen.done]).toEqual([29, 30, ['q29']]);
  });

  it('in the storage stops everything and says so', async () => {
    const store = memoryReplies();
    const full: ReplyStore = { get: store.get, put: () => Promise.reject(new UserError('The storage is full.')) };
    const { queue, seen } = bench(names(20), { replies: full });
    expect(await queue.run()).toEqual({ kind: 'stopped', reason: { template: 'The storage is full.', values: {} } });
    expect([seen.done, seen.failed]).toEqual([[], []]);
    expect(seen.asked.length).toBeLessThanOrEqual(3);
  });

  it('of the program itself is not taken for an answer', async () => {
    const { queue } = bench(names(5), { say: () => { throw new TypeError('a bug'); } });
    await expect(queue.run()).rejects.toThrow('a bug');
  });
});

describe('a person', () => {
  it('pauses it, so that nothing begins, and goes on', async () => {
    const { queue, seen, clock } = bench(names(9));
    const run = queue.run();
    queue.pause();
    await later();
    expect(seen.asked.length).toBeLessThanOrEqual(3);
    const before = seen.asked.length;
    await clock.wait(3_600_000, new AbortController().signal);
    expect(seen.asked.length).toBe(before);
    expect(queue.progress().state).toBe('paused');
    queue.resume();
    expect(await run).toEqual({ kind: 'finished' });
    expect(seen.asked).toHaveLength(9);
    // The hour does not count.
    expect(queue.progress().elapsedMs).toBeLessThan(10_000);
  });

  it('pauses it while a failed request waits, which then waits on', async () => {
    const { queue, seen, clock } = bench(['a'], { say: (_, nth) => { if (nth === 1) throw fault('server'); } });
    const run = queue.run();
    await clock.wait(1200, new AbortController().signal);
    queue.pause();
    await clock.wait(60_000, new AbortController().signal);
    expect(seen.asked).toHaveLength(1);
    queue.resume();
    await run;
    expect(seen.done).toEqual(['a']);
  });

  it('stops it, and what is in flight is kept', async () => {
    const { queue, seen, clock, replies } = bench(names(9));
    const run = queue.run();
    await clock.wait(1500, new AbortController().signal);
    queue.stop();
    expect(await run).toEqual({ kind: 'aborted' });
    expect(seen.done).toHaveLength(6);
    const again = bench(names(9), { replies });
    await again.queue.run();
    expect(again.seen.asked).toEqual(['q6', 'q7', 'q8']);
  });

  it('breaks it off, and what is in flight counts as not asked', async () => {
    const { queue, seen, clock } = bench(names(9));
    const run = queue.run();
    await clock.wait(1500, new AbortController().signal);
    queue.abort();
    expect(await run).toEqual({ kind: 'aborted' });
    expect([seen.done.length, seen.failed.length]).toEqual([3, 0]);
    expect(clock.now()).toBe(1500);
  });

  it('stops it while it is paused', async () => {
    const { queue, seen } = bench(names(9));
    const run = queue.run();
    queue.pause();
    queue.stop();
    expect(await run).toEqual({ kind: 'aborted' });
    expect(seen.asked.length).toBeLessThanOrEqual(3);
  });

  it('sees how far it is and how long it will take', async () => {
    const { queue, seen } = bench(names(30), { budget: { price: { model: 'm', input: 10, output: 30 } } });
    await queue.run();
    const half = seen.progress.find(({ done }) => done === 15)!;
    // Three a second, fifteen to go.
    expect(half.leftMs).toBe(5000);
    // Ten tokens in and five out, at 10 and 30 dollars a million.
    expect(half.money).toBeCloseTo(15 * 0.00025, 10);
    expect(seen.progress[0]!.leftMs).toBeUndefined();
    expect(seen.progress.at(-1)).toMatchObject({ done: 30, leftMs: 0, state: 'ended' });
  });
});

describe('a budget', () => {
  it('ends it before the request that could break it, and says so', async () => {
    // Each request may take 54 tokens or a few more, and takes 15.
    const { queue, seen } = bench(names(50), { budget: { tokens: 200, spent: { input: 50, output: 40 } } });
    const ending = await queue.run();
    expect(ending).toMatchObject({ kind: 'budget', reason: { values: { budget: 200 } } });
    const { input, output } = queue.progress().tokens;
    expect(input + output).toBeLessThanOrEqual(200);
    expect(input + output).toBe(90 + 15 * seen.done.length);
    expect(seen.done.length).toBeGreaterThan(1);
    expect(seen.failed).toEqual([]);
  });

  it('that is nothing asks nothing', async () => {
    const { queue, seen } = bench(names(5), { budget: { tokens: 10 } });
    expect(await queue.run()).toMatchObject({ kind: 'budget' });
    expect(seen.asked).toEqual([]);
  });
});

it('refuses limits that allow nothing', () => {
  for (const limit of [{ concurrency: 0 }, { requestsPerMinute: 0 }, { tokensPerMinute: Number.NaN }, { attempts: -1 }]) {
    expect(() => bench([], limit)).toThrow(UserError);
  }
});
