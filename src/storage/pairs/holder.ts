// The datasets that the data worker has in memory, and the one way in which they change: under a lock, in one transaction,
// and only if nobody else has changed them meanwhile.
import type { Remark } from '../../engine/errors';
import { UserError } from '../../engine/errors';
import { withDatabase, type LabDatabase } from '../database';
import { createDraft, isUntouched, packDraft, type Draft } from './draft';
import { datasetGone, loadDataset, type Loaded } from './loaded';
import { countPairs } from './packer';
import type { DatasetRecord, JournalMark, Step } from './records';
import { ofDataset, textTables } from './tables';

/** Datasets in memory at a time; a comparison needs two. */
const MAX_HELD = 3;
/** Changes of a dataset that can be undone. */
const MAX_DONE = 100;
/** Chunks put at a time. */
const PUT_CHUNKS = 64;
/** How often a change is tried again after another tab was faster. */
const TRIES = 3;

export type History =
  | { readonly kind: 'record'; readonly label: Remark; readonly steps: readonly Step[] }
  /** The journal stays as it is but for the mark that moves from one stack to the other. */
  | { readonly kind: 'undo' | 'redo' };

export interface Outcome<T> {
  readonly result: T;
  /** Belongs to the first of the datasets; absent for what can not be undone. */
  readonly history?: History;
}

export interface Holder {
  /**
   * Changes one or several datasets. `work` alters the drafts' columns; everything they touched is written at once, with
   * an entry in the first one's journal. If another tab has changed one of them meanwhile, all is done again.
   * @param hidden also datasets that were deleted and can be brought back.
   */
  change<T>(ids: readonly string[], work: (drafts: readonly Draft[], db: LabDatabase) => Promise<Outcome<T>>, hidden?: boolean): Promise<T>;
  /** Reads from a dataset as the database has it now. @throws UserError if it is gone. */
  read<T>(id: string, work: (db: LabDatabase, data: Loaded) => T | Promise<T>): Promise<T>;
  /** What an undo, or a redo, of a dataset would turn round; empty if there is nothing. */
  journal(id: string, kind: 'undo' | 'redo'): Promise<readonly Step[]>;
  /** Those of some datasets that are there, be it hidden. */
  existing(ids: readonly string[]): Promise<string[]>;
  /** Forgets what is in memory of a dataset. */
  forget(id: string): void;
}

/** @param changed told after every change, with the new revision. */
export function createHolder(changed: (dataset: string, revision: number) => void, now: () => number): Holder {
  const held = new Map<string, Promise<Loaded>>();
  const locks = new Map<string, Promise<unknown>>();

  async function get(id: string, hidden = false): Promise<Loaded> {
    return withDatabase(async (db) => {
      const loading = held.get(id);
      const known = await loading?.catch(() => undefined);
      const head = await db.datasets.get(id);
      if (head === undefined || head.stagedAt !== undefined || (head.deletedAt !== undefined && !hidden)) {
        held.delete(id);
        throw datasetGone(id);
      }
      // A lock is not needed: whoever changes a dataset in memory does so before anything is awaited that could let us in,
      // or forgets it when the writing fails.
      const current = loading && known?.head.revision === head.revision ? loading : loadDataset(db, id, hidden);
      held.delete(id);
      held.set(id, current);
      if (held.size > MAX_HELD) held.delete(held.keys().next().value!);
      current.catch(() => held.get(id) === current && held.delete(id));
      return current;
    });
  }

  /** One change of a dataset after the other. Locks are taken in the order of ids, so that two changes never wait for each other. */
  async function locked<T>(ids: readonly string[], work: () => Promise<T>): Promise<T> {
    const [id, ...rest] = ids;
    if (id === undefined) return work();
    const before = locks.get(id) ?? Promise.resolve();
    const mine = before.then(() => locked(rest, work));
    const settled = mine.catch(() => undefined);
    locks.set(id, settled);
    return mine.finally(() => {
      if (locks.get(id) === settled) locks.delete(id);
    });
  }

  async function once<T>(ids: readonly string[], work: (drafts: readonly Draft[], db: LabDatabase) => Promise<Outcome<T>>, hidden: boolean): Promise<T | Stale> {
    const drafts: Draft[] = [];
    for (const id of ids) drafts.push(createDraft(await get(id, hidden)));
    try {
      return await withDatabase(async (db) => {
        const { result, history } = await work(drafts, db);
        if (history === undefined && drafts.every(isUntouched)) return result;
        if (!(await write(db, drafts, history, now()))) throw new Stale();
        for (const draft of drafts) settle(draft);
        return result;
      });
    } catch (error) {
      // What is in memory may be half changed.
      for (const id of ids) held.delete(id);
      if (error instanceof Stale) return error;
      throw error;
    }
  }

  /** Forgets what a change has made wrong. */
  function settle({ data, head, texts, columns, added, dropped }: Draft): void {
    data.head = head;
    const { memo } = data;
    memo.orders.clear();
    if (columns.size + added.size + dropped.size > 0) delete memo.bins;
    if (columns.size > 0) {
      const { nearDuplicate } = memo.flags;
      memo.flags = texts || nearDuplicate === undefined ? {} : { nearDuplicate };
    }
    if (texts) memo.searches.clear();
    changed(head.id, head.revision);
  }

  return {
    read: (id, work) => withDatabase(async (db) => work(db, await get(id))),
    journal: (id, kind) =>
      withDatabase(async (db) => {
        const head = await db.datasets.get(id);
        const mark = (kind === 'undo' ? head?.done : head?.undone)?.at(-1);
        return (mark && (await db.journal.get([id, mark.at]))?.steps) ?? [];
      }),
    existing: (ids) => withDatabase(async (db) => (await db.datasets.bulkGet([...ids])).flatMap((head) => (head && head.stagedAt === undefined ? [head.id] : []))),
    async change(ids, work, hidden = false) {
      return locked([...new Set(ids)].sort(), async () => {
        for (let attempt = 0; attempt < TRIES; attempt++) {
          const result = await once(ids, work, hidden);
          if (!(result instanceof Stale)) return result;
        }
        throw new UserError('Another tab keeps changing this dataset, so nothing was changed here. Wait for it to finish and try again.');
      });
    },
    forget: (id) => void held.delete(id),
  };
}

/** Thrown where another tab was faster. */
class Stale extends Error {}

/** False if one of the datasets is not the one that was read. */
function write(db: LabDatabase, drafts: readonly Draft[], history: History | undefined, now: number): Promise<boolean> {
  const packed = drafts.map((draft) => packDraft(draft));
  return db.transaction('rw', [db.datasets, ...textTables(db)], async () => {
    for (const { data } of drafts) {
      const stored = await db.datasets.get(data.head.id);
      if (stored?.revision !== data.head.revision) return false;
    }
    for (const [i, draft] of drafts.entries()) {
      const { id } = draft.data.head;
      const { columns, sketches, added } = packed[i]!;
      // Some at a time: what is put waits in memory until the browser has taken it.
      const chunks = [...draft.chunks.values()];
      for (let at = 0; at < chunks.length; at += PUT_CHUNKS) await db.pairChunks.bulkPut(chunks.slice(at, at + PUT_CHUNKS));
      await db.columns.bulkPut(columns);
      await db.sketches.bulkPut(sketches);
      await db.addedColumns.bulkPut(added);
      for (const column of draft.dropped) await ofDataset(db.addedColumns, id).filter((block) => block.column === column).delete();
      draft.head = {
        ...draft.head,
        ...countPairs(draft.data.columns),
        rows: draft.data.columns.count,
        tagLists: [...draft.data.tagSets.lists],
        changedAt: now,
        revision: draft.head.revision + 1,
        ...(i === 0 && history && (await keepHistory(db, draft.head, history))),
      };
      await db.datasets.put(draft.head);
    }
    return true;
  });
}

async function keepHistory(db: LabDatabase, head: DatasetRecord, history: History): Promise<Pick<DatasetRecord, 'done' | 'undone'>> {
  const { id, done, undone } = head;
  if (history.kind !== 'record') {
    return history.kind === 'undo'
      ? { done: done.slice(0, -1), undone: [...undone, done.at(-1)!] }
      : { done: [...done, undone.at(-1)!], undone: undone.slice(0, -1) };
  }
  const at = 1 + Math.max(-1, ...[...done, ...undone].map((mark) => mark.at));
  const marks: JournalMark[] = [...done, { at, label: history.label }];
  const kept = marks.slice(-MAX_DONE);
  // What was undone can not be redone after something else.
  await db.journal.bulkDelete([...undone, ...marks.slice(0, -MAX_DONE)].map((mark) => [id, mark.at] as [string, number]));
  await db.journal.put({ dataset: id, at, steps: history.steps });
  return { done: kept, undone: [] };
}
