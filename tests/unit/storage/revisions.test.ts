import 'fake-indexeddb/auto';
import { Dexie } from 'dexie';
import { IDBObjectStore } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../../src/engine/errors';
import { askItemAgain, type JobStore } from '../../../src/reviser/jobs';
import { memoryJobs } from '../../../src/reviser/memoryJobs';
import { closeDatabase, jobStore, replyStore } from '../../../src/storage';
import { DATABASE_NAME, LabDatabase } from '../../../src/storage/database';
import { loserPairs, someJob, someOutcome, someReply } from '../reviser/someJobs';

beforeEach(async () => {
  await closeDatabase();
  await Dexie.delete(DATABASE_NAME);
});
afterEach(() => {
  vi.restoreAllMocks();
});

async function counted(): Promise<Record<string, number>> {
  await closeDatabase();
  const db = new LabDatabase(DATABASE_NAME);
  const counts = await Promise.all([db.jobs, db.jobItems, db.replies].map(async (table) => [table.name, await table.count()] as const));
  db.close();
  return Object.fromEntries(counts);
}

const kinds: [string, () => JobStore][] = [['in the browser', () => jobStore], ['in memory', memoryJobs]];

describe.each(kinds)('jobs %s', (_, make) => {
  it('come back with their items and counts, as they were', async () => {
    const jobs = make();
    await jobs.createJob(someJob('a'), loserPairs(4));
    const outcome = someOutcome('Number 1 sits on a wall.');
    await jobs.changeItems('a', [
      { index: 1, change: { status: 'done', outcome, replies: [someReply('x').hash] } },
      { index: 2, change: { status: 'failed', failure: { fault: 'cut', template: 'It was cut after {seconds} s.', values: { seconds: 3 } } } },
      { index: 3, change: { status: 'flagged', outcome: someOutcome(null, ['no_marks']) } },
    ], { input: 70, output: 8 });
    await closeDatabase();
    expect(await jobs.loadJob('a')).toEqual({ ...someJob('a'), spent: { input: 70, output: 8 }, counts: { waiting: 1, done: 1, flagged: 1, failed: 1 } });
    const items = await jobs.loadItems('a');
    expect(items.map(({ index, status, pair }) => [index, status, pair.id])).toEqual([[0, 'waiting', 'p0'], [1, 'done', 'p1'], [2, 'failed', 'p2'], [3, 'flagged', 'p3']]);
    expect(items[1]).toEqual({ job: 'a', index: 1, pair: loserPairs(2)[1], status: 'done', outcome, replies: [someReply('x').hash], comments: [] });
  });

  it('are listed with the newest first', async () => {
    const jobs = make();
    for (const [id, createdAt] of [['old', 1], ['new', 3], ['middle', 2]] as const) await jobs.createJob(someJob(id, { createdAt }), loserPairs(2));
    expect((await jobs.listJobs()).map(({ id, counts }) => [id, counts.waiting])).toEqual([['new', 2], ['middle', 2], ['old', 2]]);
  });

  it('give items by status, from a place on, so many at a time', async () => {
    const jobs = make();
    await jobs.createJob(someJob('a'), loserPairs(300));
    await jobs.createJob(someJob('b'), loserPairs(3));
    await jobs.changeItems('a', loserPairs(300).flatMap((_pair, index) => (index % 3 === 0 ? [{ index, change: { status: index % 2 === 0 ? 'failed' : 'done' } as const }] : [])));
    const places = async (choice: Parameters<JobStore['loadItems']>[1]) => (await jobs.loadItems('a', choice)).map(({ index }) => index);
    expect(await places({ statuses: ['failed'], count: 3 })).toEqual([0, 6, 12]);
    expect(await places({ statuses: ['failed', 'done'], from: 7, count: 4 })).toEqual([9, 12, 15, 18]);
    expect(await places({ statuses: ['waiting'] })).toHaveLength(200);
    expect(await places({ from: 298 })).toEqual([298, 299]);
    expect(await places({ statuses: ['flagged'] })).toEqual([]);
  });

  it('lose what a change takes away', async () => {
    const jobs = make();
    await jobs.createJob(someJob('a'), loserPairs(1));
    await jobs.changeItems('a', [{ index: 0, change: { status: 'done', outcome: someOutcome('Better.'), replies: ['h'], decision: { kind: 'rejected', time: 9 } } }]);
    const [item] = await jobs.loadItems('a');
    await jobs.changeItems('a', [{ index: 0, change: askItemAgain(item!, 'Shorter, please.') }]);
    expect(await jobs.loadItems('a')).toEqual([{ job: 'a', index: 0, pair: loserPairs(1)[0], status: 'waiting', replies: ['h'], comments: ['Shorter, please.'] }]);
    expect((await jobs.loadJob('a'))!.counts).toEqual({ waiting: 1, done: 0, flagged: 0, failed: 0 });
  });

  it('that were deleted take nothing more', async () => {
    const jobs = make();
    await jobs.createJob(someJob('a'), loserPairs(1));
    await jobs.deleteJob('a');
    expect([await jobs.loadJob('a'), await jobs.listJobs()]).toEqual([undefined, []]);
    await expect(jobs.changeItems('a', [{ index: 0, change: { status: 'done' } }])).rejects.toThrow(UserError);
    await expect(jobs.changeJob('a', { name: 'x' })).rejects.toThrow(/no longer stored/);
    await expect(jobs.loadItems('a')).rejects.toThrow(UserError);
  });
});

describe('stored jobs', () => {
  it('lie in a record for each item, and are created whole or not at all', async () => {
    await jobStore.createJob(someJob('a'), loserPairs(1200));
    expect(await counted()).toEqual({ jobs: 1, jobItems: 1200, replies: 0 });
    const put = IDBObjectStore.prototype.add;
    let adds = 0;
    vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(function (this: IDBObjectStore, ...args) {
      if (this.name === 'jobItems' && (adds += 1) > 700) throw new DOMException('full', 'QuotaExceededError');
      return put.apply(this, args);
    });
    await expect(jobStore.createJob(someJob('b'), loserPairs(1200))).rejects.toThrow(/storage is full/);
    vi.restoreAllMocks();
    expect(await counted()).toEqual({ jobs: 1, jobItems: 1200, replies: 0 });
  });

  it('that are deleted take their replies along, but none that another job needs', async () => {
    await jobStore.createJob(someJob('a'), loserPairs(3));
    await jobStore.createJob(someJob('b'), loserPairs(3));
    const [own, shared, unmarked, others] = ['own', 'shared', 'unmarked', 'others'].map((name) => someReply(name)) as [ReturnType<typeof someReply>, ReturnType<typeof someReply>, ReturnType<typeof someReply>, ReturnType<typeof someReply>];
    for (const reply of [own, shared, unmarked]) await replyStore('a').put(reply);
    await replyStore('b').put(others);
    await jobStore.changeItems('a', [{ index: 0, change: { status: 'done', replies: [own.hash] } }, { index: 1, change: { status: 'done', replies: [shared.hash, others.hash] } }]);
    await jobStore.changeItems('b', [{ index: 1, change: { status: 'done', replies: [shared.hash] } }]);
    await jobStore.deleteJob('a');
    expect(await counted()).toEqual({ jobs: 1, jobItems: 3, replies: 2 });
    expect(await replyStore('b').get(shared.hash)).toEqual(shared);
    // B has not marked its item yet, and must not ask again.
    expect(await replyStore('b').get(others.hash)).toEqual(others);
    await jobStore.deleteJob('b');
    expect(await counted()).toEqual({ jobs: 0, jobItems: 0, replies: 0 });
  });
});

describe('stored replies', () => {
  it('come back raw, for every job', async () => {
    await jobStore.createJob(someJob('a'), []);
    const reply = someReply('x');
    expect(await replyStore('a').get(reply.hash)).toBeUndefined();
    await replyStore('a').put(reply);
    await closeDatabase();
    expect(await replyStore('another').get(reply.hash)).toEqual(reply);
  });

  it('are refused for a job that is gone, so that nothing is left behind', async () => {
    await expect(replyStore('gone').put(someReply('x'))).rejects.toThrow(/no longer stored/);
    expect(await counted()).toEqual({ jobs: 0, jobItems: 0, replies: 0 });
  });
});
