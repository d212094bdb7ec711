// Runs, their metrics and their checkpoints. Every function is one transaction: it happens whole or not at all.
import { UserError } from '../engine/errors';
import type { MetricsRow, RunCheckpoint } from '../lab/protocol';
import { Dexie } from 'dexie';
import { withDatabase, type LabDatabase, type StoredRun } from './database';

/** Rows in one record: few enough to rewrite often, many enough that a long run has few records. */
export const CHUNK_ROWS = 512;
/** Numbers that weigh as much as a row: one with the log-probabilities of many tokens fills a record sooner. */
const ROW_NUMBERS = 256;

const weightOf = ({ pairs }: MetricsRow): number =>
  1 + Math.floor(((pairs?.chosenTokens?.length ?? 0) + (pairs?.rejectedTokens?.length ?? 0)) / ROW_NUMBERS);

const weigh = (rows: readonly MetricsRow[]): number => rows.reduce((total, row) => total + weightOf(row), 0);

export type RunChange = Partial<Pick<StoredRun, 'name' | 'state' | 'step' | 'elapsedMs' | 'stops' | 'start' | 'devices'>>;

/** All chunks of one run, in order. */
function chunksOf(db: LabDatabase, id: string) {
  return db.metrics.where('[run+chunk]').between([id, Dexie.minKey], [id, Dexie.maxKey]);
}

/** All tensors of one run's checkpoint. */
function tensorsOf(db: LabDatabase, id: string) {
  return db.tensors.where('[run+name]').between([id, Dexie.minKey], [id, Dexie.maxKey]);
}

async function requireRun(db: LabDatabase, id: string): Promise<StoredRun> {
  const run = await db.runs.get(id);
  if (run) return run;
  const gone = new UserError('This run is no longer stored; it was deleted, perhaps in another tab. Nothing was changed.');
  // By this name whoever writes knows that there is no use in trying again.
  gone.name = 'RunGoneError';
  throw gone;
}

/** Stores a new run; storing it once more, after a failure that may have come too late, does no harm. */
export function createRun(run: StoredRun): Promise<void> {
  return withDatabase(async (db) => {
    await db.runs.put(run);
  });
}

/** @throws UserError if the run is no longer there. */
export function changeRun(id: string, change: RunChange): Promise<void> {
  return withDatabase((db) =>
    db.transaction('rw', db.runs, async () => {
      await db.runs.put({ ...(await requireRun(db, id)), ...change });
    }),
  );
}

/**
 * Adds rows at the end of a run's metrics.
 * @throws UserError if the run is no longer there.
 */
export function appendRows(id: string, rows: readonly MetricsRow[]): Promise<void> {
  return withDatabase((db) =>
    db.transaction('rw', db.runs, db.metrics, async () => {
      await requireRun(db, id);
      const last = await chunksOf(db, id).last();
      let chunk = last?.chunk ?? 0;
      let filled = last?.rows ?? [];
      for (let at = 0; at < rows.length; ) {
        let room = CHUNK_ROWS - weigh(filled);
        if (room <= 0) {
          chunk += 1;
          filled = [];
          room = CHUNK_ROWS;
        }
        let end = at;
        // The row that overflows a record is its last.
        while (end < rows.length && room > 0) room -= weightOf(rows[end++]!);
        filled = [...filled, ...rows.slice(at, end)];
        await db.metrics.put({ run: id, chunk, rows: filled });
        at = end;
      }
    }),
  );
}

/** The run's rows in the order in which they came. */
export function loadRows(id: string): Promise<MetricsRow[]> {
  return withDatabase(async (db) => (await chunksOf(db, id).toArray()).flatMap((chunk) => chunk.rows));
}

/** Drops rows after a step, which a run that goes on from its checkpoint will report again. */
export function dropRowsAfter(id: string, step: number): Promise<void> {
  return withDatabase((db) =>
    db.transaction('rw', db.runs, db.metrics, async () => {
      await requireRun(db, id);
      for (const chunk of await chunksOf(db, id).toArray()) {
        const rows = chunk.rows.filter((row) => row.step <= step);
        if (rows.length === chunk.rows.length) continue;
        if (rows.length > 0) await db.metrics.put({ ...chunk, rows });
        else await db.metrics.delete([id, chunk.chunk]);
      }
    }),
  );
}

/**
 * Keeps a checkpoint of a run in place of the one before; the last of a run that has ended is its outcome.
 * The browser copies what it stores before it lets the page go on, so the tensors are stored one after the other,
 * each in a task of its own: the checkpoint of sixteen policies would otherwise hold the page up for a tenth of a second.
 * @throws UserError if the run is no longer there.
 */
export function saveCheckpoint(id: string, checkpoint: RunCheckpoint): Promise<void> {
  const { tensors, ...head } = checkpoint;
  return withDatabase((db) =>
    db.transaction('rw', db.runs, db.checkpoints, db.tensors, async () => {
      const run = await requireRun(db, id);
      await tensorsOf(db, id).delete();
      for (const [name, { shape, data }] of Object.entries(tensors)) {
        // A view into a larger buffer would be stored with the whole of it.
        const own = data.byteLength === data.buffer.byteLength ? data : data.slice();
        await db.tensors.put({ run: id, name, shape, data: own });
      }
      await db.checkpoints.put({ run: id, checkpoint: head });
      await db.runs.put({ ...run, checkpointStep: checkpoint.step });
    }),
  );
}

/** The run's latest checkpoint; undefined if it has none yet. */
export function loadCheckpoint(id: string): Promise<RunCheckpoint | undefined> {
  return withDatabase((db) =>
    db.transaction('r', db.checkpoints, db.tensors, async () => {
      const stored = await db.checkpoints.get(id);
      if (stored === undefined) return undefined;
      const tensors = await tensorsOf(db, id).toArray();
      return { ...stored.checkpoint, tensors: Object.fromEntries(tensors.map(({ name, shape, data }) => [name, { shape, data }])) };
    }),
  );
}

/** All runs, the newest first. */
export function listRuns(): Promise<StoredRun[]> {
  return withDatabase((db) => db.runs.orderBy('createdAt').reverse().toArray());
}

/** A run with its rows, as of one moment; undefined if there is none. */
export function loadRun(id: string): Promise<{ run: StoredRun; rows: MetricsRow[] } | undefined> {
  return withDatabase((db) =>
    db.transaction('r', db.runs, db.metrics, async () => {
      const run = await db.runs.get(id);
      return run && { run, rows: (await chunksOf(db, id).toArray()).flatMap((chunk) => chunk.rows) };
    }),
  );
}

/** Deletes a run with everything that belongs to it. */
export function deleteRun(id: string): Promise<void> {
  return withDatabase((db) =>
    db.transaction('rw', db.runs, db.metrics, db.checkpoints, db.tensors, async () => {
      await db.runs.delete(id);
      await chunksOf(db, id).delete();
      await db.checkpoints.delete(id);
      await tensorsOf(db, id).delete();
    }),
  );
}
