// A dataset while it is being written, bit by bit: nobody sees it until its last record lies in the database. What a tab
// that was closed in between leaves behind is found by its mark and swept away.
import { UserError } from '../../engine/errors';
import { withDatabase } from '../database';
import type { StoredDataset } from './records';
import type { Packed } from './packer';
import { clearDataset, textTables } from './tables';
import { newHead, putPacked } from './upgrade';

/** A lock with this name and the dataset's id is held while somebody writes it. */
const LOCK = 'alignment-lab/import/';
/** Where the browser has no locks, a dataset that nobody has written to for so long is taken for left behind. */
const SILENCE = 120_000;

/** An id nobody else has; `randomUUID` alone would fail on pages served without TLS. */
export function newDatasetId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function locks(): LockManager | undefined {
  return typeof navigator === 'undefined' ? undefined : navigator.locks;
}

/** Runs some work with the dataset marked as being written. */
export function whileStaging<T>(id: string, work: () => Promise<T>): Promise<T> {
  return locks()?.request(LOCK + id, work) ?? work();
}

/** Makes the head that nobody sees. */
export function beginStaging(dataset: Pick<StoredDataset, 'id' | 'name' | 'createdAt' | 'provenance'>, now: number): Promise<void> {
  return withDatabase(async (db) => {
    await db.datasets.put({ ...newHead(dataset, 0, { pairs: 0, trainPairs: 0, heldOutPairs: 0 }, []), stagedAt: now });
  });
}

/** Writes some records of it. @throws UserError if it has been swept away meanwhile. */
export function stage(id: string, packed: Packed, now: number): Promise<void> {
  return withDatabase((db) =>
    db.transaction('rw', [db.datasets, ...textTables(db)], async (transaction) => {
      const head = await db.datasets.get(id);
      if (head?.stagedAt === undefined) {
        throw new UserError('The import stood still for so long that another tab took it for dead. Nothing of it was kept; start it again.');
      }
      await db.datasets.put({ ...head, stagedAt: now });
      await putPacked(transaction, packed);
    }),
  );
}

/** Takes away everything of a dataset, whatever its state. */
export function dropDataset(id: string): Promise<void> {
  return withDatabase((db) =>
    db.transaction('rw', [db.datasets, ...textTables(db)], async () => {
      await db.datasets.delete(id);
      await clearDataset(db, id);
    }),
  );
}

/** Whether nobody writes it any more: its lock is free, or, without locks, nothing was heard of it for long. */
export async function isLeft(id: string, lastHeard: number, now: number): Promise<boolean> {
  const manager = locks();
  if (manager === undefined) return now - lastHeard > SILENCE;
  return manager.request(LOCK + id, { ifAvailable: true }, (lock) => Promise.resolve(lock !== null));
}

/** Sweeps away what imports left behind that never came to their end. */
export async function sweepStaged(now: number): Promise<void> {
  const staged = await withDatabase(async (db) => (await db.datasets.toArray()).filter((head) => head.stagedAt !== undefined));
  for (const { id, stagedAt } of staged) if (await isLeft(id, stagedAt!, now)) await dropDataset(id);
}
