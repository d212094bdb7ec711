// Datasets, runs and jobs to one file, streamed: at no time does more than a few megabytes of it lie in memory.
import { withDatabase, type LabDatabase } from '../database';
import { readPairs } from '../pairs/bodies';
import { loadDataset, type Loaded } from '../pairs/loaded';
import { isListed, ofDataset } from '../pairs/tables';
import { itemsOf } from '../revisions';
import { toExactJson } from './exactJson';
import { checksum, FORMAT, MANIFEST, numbered, VERSION, type ArchivedCheckpoint, type ArchivedDataset, type Manifest } from './manifest';
import { tarEnd, tarPieces } from './tar';

/** Characters of a file of lines, about. */
const FILE = 4_000_000;

export interface ArchiveChoice {
  /** Ids; all if absent. */
  readonly datasets?: readonly string[];
  readonly runs?: readonly string[];
  readonly jobs?: readonly string[];
}

export interface Archive {
  readonly blob: Blob;
  readonly name: string;
  readonly datasets: number;
  readonly runs: number;
  readonly jobs: number;
}

export interface ArchiveProgress {
  /** Pairs, runs and jobs. */
  readonly done: number;
  readonly total: number;
}

type Put = (path: string, contents: Uint8Array | string) => Promise<void>;

/** @throws UserError if a dataset that was asked for is gone; the signal's reason when aborted. */
export async function writeArchive(
  choice: ArchiveChoice,
  now: number,
  tell: (progress: ArchiveProgress) => void,
  signal: AbortSignal,
): Promise<Archive> {
  const created = new Date(now).toISOString();
  const files: { path: string; bytes: number; sha256: string }[] = [];
  const gzip = new CompressionStream('gzip');
  const writer = gzip.writable.getWriter();
  // The browser takes the bytes as they come, and puts large blobs on the disk.
  const blob = new Response(gzip.readable, { headers: { 'Content-Type': 'application/gzip' } }).blob();
  // Where the writing fails, its own error tells; this one would only repeat it.
  blob.catch(() => undefined);
  const encoder = new TextEncoder();

  const put: Put = async (path, contents) => {
    signal.throwIfAborted();
    const bytes = typeof contents === 'string' ? encoder.encode(contents) : contents;
    files.push({ path, bytes: bytes.length, sha256: await checksum(bytes) });
    for (const piece of tarPieces({ path, bytes })) if (piece.length > 0) await writer.write(piece as Uint8Array<ArrayBuffer>);
  };

  try {
    const manifest = await withDatabase(async (db) => {
      const { datasets, runs, jobs } = await chosen(db, choice);
      const total = datasets.reduce((sum, { pairs }) => sum + pairs, runs.length + jobs.length);
      let done = 0;
      const more = (count: number): void => tell({ done: (done += count), total });
      const heads: Manifest['datasets'] = [];
      for (const [i, { id }] of datasets.entries()) heads.push(await putDataset(db, id, `datasets/${i}`, put, more));
      const kept: Manifest['runs'] = [];
      for (const [i, { id }] of runs.entries()) {
        const run = await putRun(db, id, `runs/${i}`, put);
        // A run may be deleted while others are written.
        if (run) kept.push(run);
        more(1);
      }
      const asked: Manifest['jobs'] = [];
      for (const [i, { id }] of jobs.entries()) {
        const job = await putJob(db, id, `jobs/${i}`, put);
        if (job) asked.push(job);
        more(1);
      }
      return { format: FORMAT, version: VERSION, created, datasets: heads, runs: kept, jobs: asked, files: [...files] } as const;
    });
    await put(MANIFEST, JSON.stringify(manifest, null, 1));
    await writer.write(tarEnd() as Uint8Array<ArrayBuffer>);
    await writer.close();
    const { datasets, runs, jobs } = manifest;
    return { blob: await blob, name: `alignment-lab-${created.slice(0, 10)}.tar.gz`, datasets: datasets.length, runs: runs.length, jobs: jobs.length };
  } catch (error) {
    await writer.abort(error).catch(() => undefined);
    throw error;
  }
}

async function chosen(db: LabDatabase, { datasets, runs, jobs }: ArchiveChoice) {
  const [heads, allRuns, allJobs] = [await db.datasets.orderBy('createdAt').toArray(), await db.runs.orderBy('createdAt').toArray(), await db.jobs.orderBy('createdAt').toArray()];
  return {
    datasets: heads.filter((head) => isListed(head) && (datasets?.includes(head.id) ?? true)),
    runs: allRuns.filter(({ id }) => runs?.includes(id) ?? true),
    jobs: allJobs.filter(({ id }) => jobs?.includes(id) ?? true),
  };
}

async function putDataset(db: LabDatabase, id: string, folder: string, put: Put, more: (count: number) => void): Promise<Manifest['datasets'][number]> {
  const data = await loadDataset(db, id);
  const { name, createdAt, changedAt, provenance, added } = data.head;
  const rows = livingRows(data);
  let lines = '';
  let files = 0;
  const flush = async (): Promise<void> => {
    if (lines !== '') await put(`${folder}/${numbered('pairs', files++, 'jsonl')}`, lines);
    lines = '';
  };
  let pairs = 0;
  const written: number[] = [];
  for await (const batch of readPairs(db, data, rows)) {
    for (const { row, pair } of batch) {
      lines += `${toExactJson(pair)}\n`;
      written.push(row);
      if (lines.length > FILE) await flush();
    }
    pairs += batch.length;
    more(batch.length);
  }
  await flush();
  for (const [i, { column }] of added.entries()) {
    const values = data.columns.added.get(column)!;
    await put(`${folder}/${numbered('column', i, 'f32')}`, bytesOf(Float32Array.from(written, (row) => values[row]!)));
  }
  const head: ArchivedDataset = { id, name, createdAt, changedAt, provenance: { ...provenance }, pairs, columns: added.map((one) => ({ ...one })) };
  await put(`${folder}/dataset.json`, toExactJson(head));
  return { folder, id, name, pairs };
}

function livingRows({ columns: { count, alive } }: Loaded): Uint32Array {
  return Uint32Array.from({ length: count }, (_, row) => row).filter((row) => alive[row] === 1);
}

/** The run as of one moment; undefined if it is gone. */
async function putRun(db: LabDatabase, id: string, folder: string, put: Put): Promise<Manifest['runs'][number] | undefined> {
  const found = await db.transaction('r', db.runs, db.metrics, db.checkpoints, db.tensors, async () => ({
    run: await db.runs.get(id),
    chunks: await ofDataset(db.metrics, id).toArray(),
    stored: await db.checkpoints.get(id),
    tensors: await ofDataset(db.tensors, id).toArray(),
  }));
  const { run, chunks, stored, tensors } = found;
  if (run === undefined) return undefined;
  let lines = '';
  let files = 0;
  for (const row of chunks.flatMap((chunk) => chunk.rows)) {
    lines += `${toExactJson(row)}\n`;
    if (lines.length < FILE) continue;
    await put(`${folder}/${numbered('rows', files++, 'jsonl')}`, lines);
    lines = '';
  }
  if (lines !== '') await put(`${folder}/${numbered('rows', files, 'jsonl')}`, lines);
  if (stored !== undefined) {
    const head = { checkpoint: stored.checkpoint, tensors: tensors.map(({ name, shape }) => ({ name, shape: [...shape] })) };
    for (const [i, { data }] of tensors.entries()) await put(`${folder}/${numbered('tensor', i, 'f32')}`, bytesOf(data));
    await put(`${folder}/checkpoint.json`, toExactJson(head satisfies Omit<ArchivedCheckpoint, 'checkpoint'> & { checkpoint: object }));
  }
  await put(`${folder}/run.json`, toExactJson(run));
  return { folder, id, name: run.name };
}

/** Records of a job that are read at a time. */
const BATCH = 200;

/**
 * A job with its items and the replies that it needs; undefined if it is gone. The items first: a reply is stored before its
 * item is marked, so none of theirs is missing even while the job is at work.
 */
async function putJob(db: LabDatabase, id: string, folder: string, put: Put): Promise<Manifest['jobs'][number] | undefined> {
  const job = await db.jobs.get(id);
  if (job === undefined) return undefined;
  const lines = lineWriter(put);
  const hashes = new Set<string>();
  let items = 0;
  for (;;) {
    const batch = await itemsOf(db, id, items).limit(BATCH).toArray();
    for (const { job: _, ...item } of batch) {
      for (const hash of item.replies) hashes.add(hash);
      await lines.add(`${folder}/items`, item);
    }
    items += batch.length;
    if (batch.length < BATCH) break;
  }
  await lines.end();
  for (const hash of await db.replies.where('job').equals(id).primaryKeys()) hashes.add(hash);
  let replies = 0;
  const all = [...hashes];
  for (let at = 0; at < all.length; at += BATCH) {
    for (const kept of await db.replies.bulkGet(all.slice(at, at + BATCH))) {
      if (kept === undefined) continue;
      const { job: _, ...reply } = kept;
      await lines.add(`${folder}/replies`, reply);
      replies += 1;
    }
  }
  await lines.end();
  await put(`${folder}/job.json`, toExactJson(job));
  return { folder, id, name: job.name, items, replies };
}

/** Values as lines of JSON, in files of some megabytes. */
function lineWriter(put: Put): { add(path: string, value: unknown): Promise<void>; end(): Promise<void> } {
  let lines = '';
  let files = 0;
  let path = '';
  const flush = async (): Promise<void> => {
    if (lines !== '') await put(`${path}-${numbered('', files++, 'jsonl').slice(1)}`, lines);
    lines = '';
  };
  return {
    add: async (to, value) => {
      path = to;
      lines += `${toExactJson(value)}\n`;
      if (lines.length > FILE) await flush();
    },
    end: async () => {
      await flush();
      files = 0;
    },
  };
}

/** Numbers as they lie in memory, which is little-endian on everything that runs a browser. */
const bytesOf = (values: Float32Array): Uint8Array => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
