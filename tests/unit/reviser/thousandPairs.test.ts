// A thousand pairs against a real server of which a fifth of all answers are faults, with the browser's own store: each is
// revised once or listed with its reason, and what was closed in the middle goes on without asking again.
import 'fake-indexeddb/auto';
import { Dexie } from 'dexie';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/engine/random';
import type { PreferencePair } from '../../../src/preferences/pair';
import { systemClock, type Clock } from '../../../src/reviser/clock';
import { askItemAgain, type JobItem } from '../../../src/reviser/jobs';
import { openAiProvider } from '../../../src/reviser/openai';
import { readFilled } from '../../../src/reviser/prompts/template';
import type { Ending, Queue } from '../../../src/reviser/queue';
import { openJob, pairOfItem } from '../../../src/reviser/runJob';
import { closeDatabase, jobStore, replyStore } from '../../../src/storage';
import { DATABASE_NAME } from '../../../src/storage/database';
import { PASSING_FAULTS, plainReply, startFaultyServer, type AskedBody, type FaultyServer, type FaultyServerOptions } from '../../support/faultyServer';
import { loserPairs, someJob } from './someJobs';

/** Time that passes fifty times as fast. */
const began = Date.now();
const hasty: Clock = { now: () => began + 50 * (Date.now() - began), wait: (ms, signal) => systemClock.wait(ms / 50, signal) };
const faults = new Set<string>(PASSING_FAULTS);
let server: FaultyServer;

beforeEach(async () => {
  await closeDatabase();
  await Dexie.delete(DATABASE_NAME);
});
afterEach(() => server.close());

const taskOf = (body: AskedBody): string => readFilled(body.messages!.find(({ role }) => role === 'user')!.content).task!;

async function begin(pairs: readonly PreferencePair[], options: FaultyServerOptions): Promise<void> {
  server = await startFaultyServer(options);
  await jobStore.createJob(someJob('j', { provider: { kind: 'openai', baseUrl: server.baseUrl }, limits: { concurrency: 8, attempts: 3 } }), pairs);
}

interface Opened {
  readonly ending: Ending;
  readonly queue: Queue;
}

/** As a page that opens the job: nothing of the one before is left but what is stored. */
async function open(until?: (settled: number) => boolean, only?: Parameters<typeof openJob>[1]['only']): Promise<Opened> {
  await closeDatabase();
  const random = createRandom(7);
  let settled = 0;
  const queue: Queue = await openJob('j', {
    provider: openAiProvider({ baseUrl: server.baseUrl }), jobs: jobStore, replies: replyStore('j'), clock: hasty, random: () => random.next(), ...(only && { only }),
    onItem: () => {
      settled += 1;
      if (until?.(settled)) queue.abort();
    },
  });
  return { ending: await queue.run(), queue };
}

const items = (): Promise<JobItem[]> => jobStore.loadItems('j');
const settledIn = (all: readonly JobItem[]): string[] => all.filter(({ status }) => status !== 'waiting').map(({ pair }) => pair.prompt);
/** How often the server gave a whole answer for each task. */
function answers(from = 0): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { body, behaviour, left } of server.asked.slice(from)) if (!faults.has(behaviour) && !left) counts.set(taskOf(body), (counts.get(taskOf(body)) ?? 0) + 1);
  return counts;
}

describe('a thousand pairs with a fifth of faults', { timeout: 60_000 }, () => {
  it('end with every pair revised once or listed with its reason', async () => {
    const pairs = loserPairs(1000);
    // Each tenth comes back as it was.
    await begin(pairs, { faultShare: 0.2, seed: 11, reply: (body) => (/0 do\?$/.test(taskOf(body)) ? plainReply(body).replace(/!$/, '') : plainReply(body)) });
    const { ending, queue } = await open();
    expect(ending).toEqual({ kind: 'finished' });
    const all = await items();
    const counts = (await jobStore.loadJob('j'))!.counts;
    expect(counts.waiting).toBe(0);
    expect(counts.done + counts.flagged + counts.failed).toBe(1000);
    // A fifth cubed is 8 of 1,000; by chance a few more or less.
    expect(counts.failed).toBeGreaterThan(0);
    expect(counts.failed).toBeLessThan(30);
    const given = answers();
    for (const item of all) {
      const times = given.get(item.pair.prompt) ?? 0;
      if (item.status === 'failed') expect([times, item.failure!.template]).toEqual([0, expect.stringMatching(/\w+ \w+/)]);
      else {
        expect([item.pair.id, times]).toEqual([item.pair.id, 1]);
        const unchanged = /0 do\?$/.test(item.pair.prompt);
        expect(item).toMatchObject({ status: unchanged ? 'flagged' : 'done', outcome: { flags: unchanged ? ['unchanged'] : [] } });
        expect(pairOfItem(item, someJob('j'))?.chosen).toBe(unchanged ? undefined : `${item.pair.rejected}!`);
        const raw = (await replyStore('j').get(item.replies[0]!))!;
        expect([raw.reply.text, raw.request.model, raw.promptVersion.split('@')[0]]).toEqual([expect.stringContaining(`${item.pair.rejected}`), 'small', 'clair']);
      }
    }
    const share = server.asked.filter(({ behaviour }) => faults.has(behaviour)).length / server.asked.length;
    expect(share).toBeGreaterThan(0.15);
    expect(queue.progress()).toMatchObject({ requests: server.asked.length, failed: counts.failed });

    // The failed only, until they too have their reply.
    for (let round = 0; (await jobStore.loadJob('j'))!.counts.failed > 0 && round < 10; round++) {
      const from = server.asked.length;
      const failed = new Set((await items()).filter(({ status }) => status === 'failed').map(({ pair }) => pair.prompt));
      await open(undefined, ['failed']);
      expect(server.asked.slice(from).every(({ body }) => failed.has(taskOf(body)))).toBe(true);
    }
    expect((await jobStore.loadJob('j'))!.counts).toMatchObject({ waiting: 0, failed: 0 });
    expect([...answers().values()]).toEqual(Array(1000).fill(1));
  });

  it('closed in the middle and opened again go on without asking again', async () => {
    await begin(loserPairs(1000), { faultShare: 0.2, seed: 12 });
    const settled: string[][] = [];
    for (const stop of [150, 250, 300]) {
      const from = server.asked.length;
      expect((await open((count) => count >= stop)).ending).toEqual({ kind: 'aborted' });
      const again = server.asked.slice(from).map(({ body }) => taskOf(body)).filter((task) => settled.at(-1)?.includes(task));
      expect(again).toEqual([]);
      settled.push(settledIn(await items()));
    }
    expect(settled.at(-1)!.length).toBeGreaterThanOrEqual(700);
    const from = server.asked.length;
    expect((await open()).ending).toEqual({ kind: 'finished' });
    expect(server.asked.slice(from).map(({ body }) => taskOf(body)).filter((task) => settled.at(-1)!.includes(task))).toEqual([]);
    const { counts } = (await jobStore.loadJob('j'))!;
    expect([counts.waiting, counts.flagged, counts.done + counts.failed]).toEqual([0, 0, 1000]);
    // Only what was in flight at one of the three closings, at most eight each, may have been answered for nothing.
    const twice = [...answers().entries()].filter(([, times]) => times > 1);
    expect(twice.length).toBeLessThanOrEqual(24);
    expect(twice.every(([, times]) => times === 2)).toBe(true);
  });
});

describe('a job', () => {
  it('asks for an outcome again with what a person has to say, in the same conversation', async () => {
    await begin(loserPairs(3), { reply: (body) => `{corrected_student_solution}: Number sits, said ${body.messages!.length} times` });
    await open();
    const [first] = await items();
    await jobStore.changeItems('j', [{ index: 0, change: askItemAgain(first!, 'Say it shorter.') }]);
    const from = server.asked.length;
    await open();
    expect(server.asked).toHaveLength(from + 1);
    expect(server.asked[from]!.body.messages!.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(server.asked[from]!.body.messages![2]!.content).toContain('Say it shorter.');
    const [again] = await items();
    expect(again).toMatchObject({ status: 'done', outcome: { revision: 'Number sits, said 3 times' }, replies: [first!.replies[0], expect.any(String)] });
  });

  it('keeps count of what it spent over all its sessions', async () => {
    await begin(loserPairs(30), {});
    await open((count) => count >= 10);
    const before = (await jobStore.loadJob('j'))!.spent;
    expect(before.input).toBeGreaterThanOrEqual(120);
    await open();
    const { spent } = (await jobStore.loadJob('j'))!;
    // Twelve tokens for each question, by the server's count; those that were broken off are estimated.
    expect(spent.input).toBeGreaterThanOrEqual(360);
    expect(spent.output).toBeGreaterThan(before.output);
  });
});
