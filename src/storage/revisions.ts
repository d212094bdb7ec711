// Jobs of a reviser or a judge, a record for each of their items, and the raw replies. Every function is one transaction: it
// happens whole or not at all. No key is ever stored.
import { Dexie, type Collection } from 'dexie';
import { UserError } from '../engine/errors';
import type { ItemChange, ItemCounts, ItemStatus, Job, JobItem, JobOverview, JobStore } from '../reviser/jobs';
import type { ReplyStore } from '../reviser/replies';
import { withDatabase, type LabDatabase } from './database';

/** All items of one job, in the order of their places. */
export function itemsOf(db: LabDatabase, id: string, from = 0): Collection<JobItem, [string, number]> {
  return db.jobItems.where('[job+index]').between([id, from], [id, Dexie.maxKey]);
}

function withStatus(db: LabDatabase, id: string, status: ItemStatus, from = 0): Collection<JobItem, [string, number]> {
  return db.jobItems.where('[job+status+index]').between([id, status, from], [id, status, Dexie.maxKey]);
}

const statuses: Readonly<Record<ItemStatus, true>> = { waiting: true, done: true, flagged: true, failed: true };

/** What becomes undefined is gone. */
const changed = (item: JobItem, change: ItemChange): JobItem =>
  Object.fromEntries(Object.entries({ ...item, ...change }).filter(([, value]) => value !== undefined)) as unknown as JobItem;

async function requireJob(db: LabDatabase, id: string): Promise<Job> {
  const job = await db.jobs.get(id);
  if (job === undefined) throw new UserError('This job is no longer stored; it was deleted, perhaps in another tab. Nothing was changed.');
  return job;
}

async function overview(db: LabDatabase, job: Job): Promise<JobOverview> {
  const counts = await Promise.all((Object.keys(statuses) as ItemStatus[]).map(async (status) => [status, await withStatus(db, job.id, status).count()] as const));
  return { ...job, counts: Object.fromEntries(counts) as ItemCounts };
}

/** The jobs of this browser. */
export const jobStore: JobStore = {
  createJob: (job, pairs) =>
    withDatabase((db) =>
      db.transaction('rw', db.jobs, db.jobItems, async () => {
        await db.jobs.add(job);
        await db.jobItems.bulkAdd(pairs.map((pair, index): JobItem => ({ job: job.id, index, pair, status: 'waiting', replies: [], comments: [] })));
      }),
    ),

  listJobs: () =>
    withDatabase((db) =>
      db.transaction('r', db.jobs, db.jobItems, async () => {
        const jobs = await db.jobs.orderBy('createdAt').reverse().toArray();
        return Promise.all(jobs.map((job) => overview(db, job)));
      }),
    ),

  loadJob: (id) =>
    withDatabase((db) =>
      db.transaction('r', db.jobs, db.jobItems, async () => {
        const job = await db.jobs.get(id);
        return job && (await overview(db, job));
      }),
    ),

  changeJob: (id, change) =>
    withDatabase((db) =>
      db.transaction('rw', db.jobs, async () => {
        await db.jobs.put({ ...(await requireJob(db, id)), ...change });
      }),
    ),

  deleteJob: (id) => withDatabase((db) => db.transaction('rw', db.jobs, db.jobItems, db.replies, () => dropJob(db, id))),

  loadItems: (id, { statuses: wanted, from = 0, count = Infinity } = {}) =>
    withDatabase((db) =>
      db.transaction('r', db.jobs, db.jobItems, async () => {
        await requireJob(db, id);
        if (wanted === undefined) return itemsOf(db, id, from).limit(count).toArray();
        const found = await Promise.all([...new Set(wanted)].map((status) => withStatus(db, id, status, from).limit(count).toArray()));
        return found.flat().sort((a, b) => a.index - b.index).slice(0, count);
      }),
    ),

  changeItems: (id, changes, spent) =>
    withDatabase((db) =>
      db.transaction('rw', db.jobs, db.jobItems, async () => {
        const job = await requireJob(db, id);
        const items = await db.jobItems.bulkGet(changes.map(({ index }): [string, number] => [id, index]));
        await db.jobItems.bulkPut(items.flatMap((item, i) => (item === undefined ? [] : [changed(item, changes[i]!.change)])));
        if (spent !== undefined) await db.jobs.put({ ...job, spent });
      }),
    ),
};

/**
 * Deletes a job, its items, and the replies that were its own; those that items of other jobs were read from stay. Within a
 * transaction that has the three tables.
 */
export async function dropJob(db: LabDatabase, id: string): Promise<void> {
  const own = new Set<string>(await db.replies.where('job').equals(id).primaryKeys());
  for (const { replies } of await itemsOf(db, id).toArray()) for (const hash of replies) own.add(hash);
  await itemsOf(db, id).delete();
  await db.jobs.delete(id);
  const needed = new Set<unknown>(await db.jobItems.orderBy('replies').uniqueKeys());
  const others = new Set(await db.jobs.toCollection().primaryKeys());
  // A reply of another job that waits for its item to be marked is in no item yet.
  await db.replies.where('hash').anyOf([...own].filter((hash) => !needed.has(hash))).filter(({ job }) => !others.has(job)).delete();
}

/**
 * The replies of all jobs, as one job finds and adds to them.
 * @throws UserError (putting) if the job is no longer there.
 */
export function replyStore(job: string): ReplyStore {
  return {
    get: (hash) =>
      withDatabase(async (db) => {
        const kept = await db.replies.get(hash);
        if (kept === undefined) return undefined;
        const { job: _, ...reply } = kept;
        return reply;
      }),
    put: (reply) =>
      withDatabase((db) =>
        db.transaction('rw', db.jobs, db.replies, async () => {
          await requireJob(db, job);
          if ((await db.replies.get(reply.hash)) === undefined) await db.replies.add({ ...reply, job });
        }),
      ),
  };
}

/**
 * Runs some work while no other tab does the same for this job: two that ask at once would pay twice.
 * @throws UserError if another tab is at it.
 */
export function whileRunning<T>(id: string, work: () => Promise<T>): Promise<T> {
  const locks = typeof navigator === 'undefined' ? undefined : navigator.locks;
  if (locks === undefined) return work();
  return locks.request(`alignment-lab/job/${id}`, { ifAvailable: true }, (lock) => {
    if (lock === null) throw new UserError('Another tab is asking for this job. Nothing was asked twice; go on there, or close that tab first.');
    return work();
  }) as Promise<T>;
}
