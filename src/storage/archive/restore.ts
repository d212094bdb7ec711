// Restoring an archive: after all of it was checked, everything in it is written where nobody sees it, and shown at once at
// the end. What has the id of something that is there is skipped or kept beside it, as was asked.
import { UserError } from '../../engine/errors';
import type { MetricsRow } from '../../lab/protocol';
import { withDatabase, type LabDatabase, type MetricsChunk, type StoredCheckpoint, type StoredRun } from '../database';
import { BLOCK_ROWS } from '../pairs/columns';
import { countPairs, createPacker, type Packer } from '../pairs/packer';
import type { AddedBlock, DatasetRecord } from '../pairs/records';
import { beginStaging, dropDataset, newDatasetId, stage, whileStaging } from '../pairs/staging';
import { ofDataset } from '../pairs/tables';
import { newHead } from '../pairs/upgrade';
import { dropJob } from '../revisions';
import { CHUNK_ROWS } from '../runs';
import { checkArchive, filesOf, itemsIn, numbersIn, pairsIn, placeOf, repliesIn, rowsIn, type CheckedArchive } from './read';

/** Settings with this prefix name runs and jobs that are being restored, so that what a closed tab leaves behind can be swept away. */
const MARK = 'restoring/';
/** How often a sign of life is given, in milliseconds. */
const STILL_HERE = 20_000;

export interface ArchiveContents {
  /** When it was written, as ISO 8601. */
  readonly created: string;
  /** `exists`: something with this id is stored already. */
  readonly datasets: readonly { readonly id: string; readonly name: string; readonly pairs: number; readonly exists: boolean }[];
  readonly runs: readonly { readonly id: string; readonly name: string; readonly exists: boolean }[];
  readonly jobs: readonly { readonly id: string; readonly name: string; readonly items: number; readonly exists: boolean }[];
}

export interface Restored {
  readonly datasets: readonly { readonly id: string; readonly name: string }[];
  readonly runs: readonly { readonly id: string; readonly name: string }[];
  readonly jobs: readonly { readonly id: string; readonly name: string }[];
  /** Left out, because something with the same id is stored already. */
  readonly skipped: readonly { readonly kind: 'dataset' | 'run' | 'job'; readonly id: string; readonly name: string }[];
}

export interface RestoreProgress {
  readonly stage: 'checking' | 'writing';
  /** Bytes of the archive. */
  readonly done: number;
  readonly total: number;
}

type Tell = (progress: RestoreProgress) => void;

/** Checks an archive and tells what is in it. @throws UserError if it can not be restored. */
export async function inspectArchive(blob: Blob, tell: Tell, signal: AbortSignal): Promise<ArchiveContents> {
  const { manifest } = await checkArchive(blob, (done, total) => tell({ stage: 'checking', done, total }), signal);
  return withDatabase(async (db) => {
    const stored = await db.datasets.bulkGet(manifest.datasets.map(({ id }) => id));
    const runs = await db.runs.bulkGet(manifest.runs.map(({ id }) => id));
    const jobs = await db.jobs.bulkGet(manifest.jobs.map(({ id }) => id));
    return {
      created: manifest.created,
      datasets: manifest.datasets.map(({ id, name, pairs }, i) => ({ id, name, pairs, exists: stored[i] !== undefined && stored[i].deletedAt === undefined })),
      runs: manifest.runs.map(({ id, name }, i) => ({ id, name, exists: runs[i] !== undefined })),
      jobs: manifest.jobs.map(({ id, name, items }, i) => ({ id, name, items, exists: jobs[i] !== undefined })),
    };
  });
}

/** What becomes of each folder: the id under which it is restored, or nothing. */
interface Plan {
  readonly datasets: ReadonlyMap<string, { readonly id: string; readonly name: string }>;
  readonly runs: ReadonlyMap<string, { readonly id: string; readonly name: string }>;
  readonly jobs: ReadonlyMap<string, { readonly id: string; readonly name: string }>;
  /** New ids of datasets, by their old ones. */
  readonly renamed: ReadonlyMap<string, string>;
  readonly skipped: Restored['skipped'];
}

async function makePlan({ manifest }: CheckedArchive, conflicts: 'skip' | 'keepBoth'): Promise<Plan> {
  return withDatabase(async (db) => {
    const datasets = new Map<string, { id: string; name: string }>();
    const runs = new Map<string, { id: string; name: string }>();
    const jobs = new Map<string, { id: string; name: string }>();
    const renamed = new Map<string, string>();
    const skipped: Restored['skipped'][number][] = [];
    for (const { folder, id, name } of manifest.datasets) {
      const stored = await db.datasets.get(id);
      if (stored === undefined) datasets.set(folder, { id, name });
      else if (stored.deletedAt === undefined && conflicts === 'skip') skipped.push({ kind: 'dataset', id, name });
      else {
        // One that was deleted still has its id, and can still be brought back.
        const fresh = newDatasetId();
        renamed.set(id, fresh);
        datasets.set(folder, { id: fresh, name: stored.deletedAt === undefined ? `${name} (2)` : name });
      }
    }
    for (const { folder, id, name } of manifest.runs) {
      if ((await db.runs.get(id)) === undefined) runs.set(folder, { id, name });
      else if (conflicts === 'skip') skipped.push({ kind: 'run', id, name });
      else runs.set(folder, { id: newDatasetId(), name: `${name} (2)` });
    }
    for (const { folder, id, name } of manifest.jobs) {
      if ((await db.jobs.get(id)) === undefined) jobs.set(folder, { id, name });
      else if (conflicts === 'skip') skipped.push({ kind: 'job', id, name });
      else jobs.set(folder, { id: newDatasetId(), name: `${name} (2)` });
    }
    return { datasets, runs, jobs, renamed, skipped };
  });
}

/** Restores everything in the archive, or, when anything fails, nothing. @throws UserError if it can not be restored. */
export async function restoreArchive(blob: Blob, conflicts: 'skip' | 'keepBoth', now: () => number, tell: Tell, signal: AbortSignal): Promise<Restored> {
  const archive = await checkArchive(blob, (done, total) => tell({ stage: 'checking', done, total }), signal);
  const plan = await makePlan(archive, conflicts);
  const ids = Array.from(plan.datasets.values(), ({ id }) => id);
  const mark = MARK + newDatasetId();
  const made: Made = { runs: Array.from(plan.runs.values(), ({ id }) => id), jobs: Array.from(plan.jobs.values(), ({ id }) => id) };
  const work = async (): Promise<void> => {
    try {
      await withDatabase((db) => db.settings.put({ key: mark, value: { ...made, at: now() } }));
      const heads = await writeAll(blob, archive, plan, mark, now, (done, total) => tell({ stage: 'writing', done, total }), signal);
      await show(archive, plan, heads, mark);
    } catch (error) {
      // Should this fail too, the next start sweeps it.
      for (const id of ids) await dropDataset(id).catch(() => undefined);
      await dropRestored(mark, made).catch(() => undefined);
      throw error;
    }
  };
  // Every dataset's lock is held until the end.
  await [mark, ...ids].reduceRight<() => Promise<void>>((inner, id) => () => whileStaging(id, inner), work)();
  return { datasets: [...plan.datasets.values()], runs: [...plan.runs.values()], jobs: [...plan.jobs.values()], skipped: plan.skipped };
}

/** Ids of what is being restored beside datasets. */
interface Made {
  readonly runs: readonly string[];
  readonly jobs: readonly string[];
}

interface Writing {
  readonly head: DatasetRecord;
  readonly packer: Packer;
}

/** Writes all but the heads of datasets, runs and jobs, by which they are seen. */
async function writeAll(
  blob: Blob,
  { datasets, checkpoints }: CheckedArchive,
  plan: Plan,
  mark: string,
  now: () => number,
  tell: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<DatasetRecord[]> {
  const written = new Map<string, Writing>();
  const chunks = new Map<string, number>();
  let heard = now();
  for (const [folder, { id, name }] of plan.datasets) {
    const { createdAt, changedAt, provenance, columns } = datasets.get(folder)!;
    const head = { ...newHead({ id, name, createdAt, provenance }, 0, { pairs: 0, trainPairs: 0, heldOutPairs: 0 }, []), changedAt, added: columns };
    await beginStaging({ id, name, createdAt, provenance }, now());
    written.set(folder, { head, packer: createPacker(id) });
  }
  for await (const file of filesOf(blob, tell, signal)) {
    if (now() - heard > STILL_HERE) {
      heard = now();
      await stillHere(mark, Array.from(written.values(), ({ head }) => head.id), heard);
    }
    const { folder, file: name, kind, number } = placeOf(file.path);
    const dataset = written.get(folder);
    if (dataset) {
      const { head, packer } = dataset;
      if (kind === 'pairs') {
        for (const pair of pairsIn(file)) packer.add(pair);
        await stage(head.id, packer.take(), now());
      } else if (kind === 'column') {
        const values = numbersIn(file);
        const blocks: AddedBlock[] = [];
        for (let block = 0; block * BLOCK_ROWS < values.length; block++) {
          blocks.push({ dataset: head.id, column: head.added[number]!.column, block, values: values.slice(block * BLOCK_ROWS, (block + 1) * BLOCK_ROWS) });
        }
        await withDatabase((db) => db.addedColumns.bulkPut(blocks));
      } else if (name === 'dataset.json') await stage(head.id, packer.take(true), now());
    }
    const job = plan.jobs.get(folder)?.id;
    if (job !== undefined && kind === 'items') await withDatabase((db) => db.jobItems.bulkPut(itemsIn(file).map((item) => ({ ...item, job }))));
    else if (job !== undefined && kind === 'replies') await writeReplies(job, repliesIn(file));
    const run = plan.runs.get(folder)?.id;
    if (run === undefined) continue;
    if (kind === 'rows') {
      const rows: readonly MetricsRow[] = rowsIn(file);
      const from = chunks.get(run) ?? 0;
      const pieces: MetricsChunk[] = [];
      for (let at = 0; at < rows.length; at += CHUNK_ROWS) pieces.push({ run, chunk: from + pieces.length, rows: rows.slice(at, at + CHUNK_ROWS) });
      chunks.set(run, from + pieces.length);
      await withDatabase((db) => db.metrics.bulkPut(pieces));
    } else if (kind === 'tensor') {
      const { name: tensor, shape } = checkpoints.get(folder)?.tensors[number] ?? { name: undefined, shape: [] };
      // The checkpoint's head comes after its tensors, but was read when the archive was checked.
      if (tensor !== undefined) await withDatabase((db) => db.tensors.put({ run, name: tensor, shape, data: numbersIn(file) }));
    } else if (name === 'checkpoint.json') {
      const checkpoint = checkpoints.get(folder)!.checkpoint as unknown as StoredCheckpoint['checkpoint'];
      await withDatabase((db) => db.checkpoints.put({ run, checkpoint }));
    }
  }
  return Array.from(written.values(), ({ head, packer: { columns, tagSets } }) => ({
    ...head, ...countPairs(columns), rows: columns.count, tagLists: [...tagSets.lists],
  }));
}

/** What is stored already stays: it answers the same request. */
async function writeReplies(job: string, replies: ReturnType<typeof repliesIn>): Promise<void> {
  await withDatabase((db) =>
    db.transaction('rw', db.replies, async () => {
      const stored = await db.replies.bulkGet(replies.map(({ hash }) => hash));
      await db.replies.bulkPut(replies.filter((_, i) => stored[i] === undefined).map((reply) => ({ ...reply, job })));
    }),
  );
}

/** Tells other tabs that somebody is at it, where the browser has no locks to tell it by. */
async function stillHere(mark: string, datasets: readonly string[], now: number): Promise<void> {
  await withDatabase((db) =>
    db.transaction('rw', db.datasets, db.settings, async () => {
      const known = await db.settings.get(mark);
      if (known) await db.settings.put({ key: mark, value: { ...(known.value as object), at: now } });
      await db.datasets.where('id').anyOf(datasets).modify({ stagedAt: now });
    }),
  );
}

/** Makes everything that was written visible, in one transaction. */
async function show({ runs, jobs }: CheckedArchive, plan: Plan, heads: readonly DatasetRecord[], mark: string): Promise<void> {
  await withDatabase((db) =>
    db.transaction('rw', db.datasets, db.runs, db.jobs, db.settings, async () => {
      const staged = await db.datasets.bulkGet(heads.map(({ id }) => id));
      if ((await db.settings.get(mark)) === undefined || staged.some((head) => head?.stagedAt === undefined)) {
        throw new UserError('The archive took so long to restore that another tab took it for dead. Nothing was restored; try again.');
      }
      await db.datasets.bulkPut([...heads]);
      const restored = [...plan.runs].map(([folder, { id, name }]) => withDatasets({ ...(runs.get(folder) as unknown as StoredRun), id, name }, plan.renamed));
      await db.runs.bulkPut(restored);
      await db.jobs.bulkPut([...plan.jobs].map(([folder, { id, name }]) => ({ ...jobs.get(folder)!, id, name, dataset: addressed(jobs.get(folder)!.dataset, plan.renamed) })));
      await db.settings.delete(mark);
    }),
  );
}

/** The address of a dataset that may have a new id. */
function addressed(address: string, renamed: Plan['renamed']): string {
  const id = address.replace(/^stored:/, '');
  const fresh = renamed.get(id);
  return fresh === undefined ? address : `${address.slice(0, address.length - id.length)}${fresh}`;
}

/** A run whose dataset has a new id knows it by that. */
function withDatasets(run: StoredRun, renamed: Plan['renamed']): StoredRun {
  const inRecipe = (recipe: StoredRun['recipe']): StoredRun['recipe'] => {
    const fresh = renamed.get(recipe.data.dataset.replace(/^stored:/, ''));
    return fresh === undefined || !recipe.data.dataset.startsWith('stored:') ? recipe : { ...recipe, data: { ...recipe.data, dataset: `stored:${fresh}` } };
  };
  const { recipe } = run.start;
  return { ...run, recipe: inRecipe(run.recipe), start: { ...run.start, ...(recipe?.data && { recipe: inRecipe(recipe) }) } };
}

async function dropRestored(mark: string, { runs, jobs }: Made): Promise<void> {
  await withDatabase((db) =>
    db.transaction('rw', [db.runs, db.metrics, db.checkpoints, db.tensors, db.jobs, db.jobItems, db.replies, db.settings], async () => {
      for (const id of runs) if ((await db.runs.get(id)) === undefined) await dropPieces(db, id);
      for (const id of jobs) if ((await db.jobs.get(id)) === undefined) await dropJob(db, id);
      await db.settings.delete(mark);
    }),
  );
}

async function dropPieces(db: LabDatabase, id: string): Promise<void> {
  await ofDataset(db.metrics, id).delete();
  await db.checkpoints.delete(id);
  await ofDataset(db.tensors, id).delete();
}

/** Sweeps away what restorings left behind that never came to their end. @param isLeft whether nobody is at it any more. */
export async function sweepRestored(isLeft: (mark: string, at: number) => Promise<boolean>): Promise<void> {
  const marks = await withDatabase((db) => db.settings.where('key').startsWith(MARK).toArray());
  for (const { key, value } of marks) {
    const { runs = [], jobs = [], at = 0 } = (value ?? {}) as Partial<Made> & { at?: number };
    if (await isLeft(key, at)) await dropRestored(key, { runs, jobs });
  }
}
