// Reading an archive: everything in it is checked, checksums and contents, before anybody acts on any of it.
import { UserError } from '../../engine/errors';
import type { PreferencePair } from '../../preferences/pair';
import type { Job, JobItem } from '../../reviser/jobs';
import type { StoredReply } from '../../reviser/replies';
import { fromExactJson } from './exactJson';
import {
  checked, checkedItem, checkedJob, checkedPair, checkedReply, checkedRow, checkpointSchema, checksum, damaged, datasetSchema, FORMAT, MANIFEST, manifestSchema, runSchema, VERSION,
  type ArchivedCheckpoint, type ArchivedDataset, type ArchivedRow, type Manifest,
} from './manifest';
import { DamagedTar, readTar, type TarFile } from './tar';

/** Called with the bytes of the archive that have been read. */
export type TellRead = (done: number, total: number) => void;

export interface CheckedArchive {
  readonly manifest: Manifest;
  /** By folder. */
  readonly datasets: ReadonlyMap<string, ArchivedDataset>;
  readonly runs: ReadonlyMap<string, Record<string, unknown> & { readonly id: string; readonly name: string }>;
  readonly checkpoints: ReadonlyMap<string, ArchivedCheckpoint>;
  readonly jobs: ReadonlyMap<string, Job>;
}

const brokenOff = (): UserError => new UserError('The archive is damaged or breaks off. Nothing was restored; use another copy of it.');

/** The files of an archive, one after the other. @throws UserError where it is damaged. */
export async function* filesOf(blob: Blob, tell: TellRead, signal: AbortSignal): AsyncGenerator<TarFile> {
  let done = 0;
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      done += chunk.length;
      tell(done, blob.size);
      controller.enqueue(chunk);
    },
  });
  const plain = blob.stream().pipeThrough(counted).pipeThrough(new DecompressionStream('gzip') as TransformStream<Uint8Array, Uint8Array>);
  try {
    for await (const file of readTar(plain)) {
      signal.throwIfAborted();
      yield file;
    }
  } catch (error) {
    if (error instanceof DamagedTar) throw brokenOff();
    throw error;
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf({ bytes, path }: TarFile): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw damaged(path);
  }
}

function jsonOf(text: string, path: string): unknown {
  try {
    return fromExactJson(text);
  } catch {
    throw damaged(path);
  }
}

function linesOf<T>(file: TarFile, check: (value: unknown, path: string) => T): T[] {
  const lines = textOf(file).split('\n');
  if (lines.pop() !== '') throw damaged(file.path);
  return lines.map((line) => check(jsonOf(line, file.path), file.path));
}

export const pairsIn = (file: TarFile): PreferencePair[] => linesOf(file, checkedPair);
export const itemsIn = (file: TarFile): Omit<JobItem, 'job'>[] => linesOf(file, checkedItem);
export const repliesIn = (file: TarFile): StoredReply[] => linesOf(file, checkedReply);
export const rowsIn = (file: TarFile): ArchivedRow[] => linesOf(file, checkedRow);

export function numbersIn({ bytes, path }: TarFile): Float32Array {
  if (bytes.length % 4 !== 0) throw damaged(path);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

export interface Place {
  readonly folder: string;
  readonly file: string;
  /** `pairs`, `column`, `rows`, `tensor`, `items` or `replies`, and which of them. */
  readonly kind: string;
  readonly number: number;
}

/** Where a file lies and what it holds. */
export function placeOf(path: string): Place {
  const at = path.lastIndexOf('/');
  const [folder, file] = [path.slice(0, Math.max(0, at)), path.slice(at + 1)];
  const [, kind = '', number = ''] = /^([a-z]+)-(\d{5})\.(?:jsonl|f32)$/.exec(file) ?? [];
  return { folder, file, kind, number: Number(number) };
}

/**
 * Reads an archive to its end and checks all of it.
 * @throws UserError if it is no archive of the lab, of a later version, damaged, or not complete.
 */
export async function checkArchive(blob: Blob, tell: TellRead, signal: AbortSignal): Promise<CheckedArchive> {
  const found = new Map<string, { bytes: number; sha256: string }>();
  const datasets = new Map<string, ArchivedDataset>();
  const runs = new Map<string, ReturnType<typeof runSchema.parse>>();
  const checkpoints = new Map<string, ArchivedCheckpoint>();
  const jobs = new Map<string, Job>();
  const pairs = new Map<string, number>();
  const items = new Map<string, number>();
  const replies = new Map<string, number>();
  const sizes = new Map<string, number>();
  let manifest: Manifest | undefined;

  for await (const file of filesOf(blob, tell, signal)) {
    const { path, bytes } = file;
    if (manifest !== undefined || found.has(path)) throw damaged(path);
    if (path === MANIFEST) {
      manifest = readManifest(file);
      continue;
    }
    found.set(path, { bytes: bytes.length, sha256: await checksum(bytes) });
    const place = placeOf(path);
    if (place.file === 'dataset.json') datasets.set(place.folder, checked(datasetSchema, jsonOf(textOf(file), path), path));
    else if (place.file === 'run.json') runs.set(place.folder, checked(runSchema, jsonOf(textOf(file), path), path));
    else if (place.file === 'checkpoint.json') checkpoints.set(place.folder, checked(checkpointSchema, jsonOf(textOf(file), path), path));
    else if (place.kind === 'pairs') pairs.set(place.folder, (pairs.get(place.folder) ?? 0) + pairsIn(file).length);
    else if (place.file === 'job.json') jobs.set(place.folder, checkedJob(jsonOf(textOf(file), path), path));
    else if (place.kind === 'items') {
      // Their places are 0, 1, 2 …, so that none takes the place of another.
      let next = items.get(place.folder) ?? 0;
      for (const { index } of itemsIn(file)) if (index !== next++) throw damaged(path);
      items.set(place.folder, next);
    } else if (place.kind === 'replies') replies.set(place.folder, (replies.get(place.folder) ?? 0) + repliesIn(file).length);
    else if (place.kind === 'rows') rowsIn(file);
    else if (place.kind === 'column' || place.kind === 'tensor') sizes.set(path, numbersIn(file).length);
    else throw damaged(path);
  }
  if (manifest === undefined) throw brokenOff();
  if (manifest.files.length !== found.size) throw damaged(MANIFEST);
  for (const { path, bytes, sha256 } of manifest.files) {
    const file = found.get(path);
    if (file?.bytes !== bytes || file.sha256 !== sha256) throw damaged(path);
  }
  // What the folders hold must be what their heads say.
  const expect = (folder: string, name: string, i: number, length: number): void => {
    const path = `${folder}/${name}-${String(i).padStart(5, '0')}.f32`;
    if (sizes.get(path) !== length) throw damaged(path);
  };
  for (const { folder, id, name, pairs: count } of manifest.datasets) {
    const head = datasets.get(folder);
    if (head?.id !== id || head.name !== name || head.pairs !== count || (pairs.get(folder) ?? 0) !== head.pairs) throw damaged(folder);
    head.columns.forEach((_, i) => expect(folder, 'column', i, head.pairs));
  }
  for (const { folder, id, name } of manifest.runs) {
    if (runs.get(folder)?.id !== id || runs.get(folder)?.name !== name) throw damaged(folder);
    checkpoints.get(folder)?.tensors.forEach(({ shape }, i) => expect(folder, 'tensor', i, shape.reduce((size, length) => size * length, 1)));
  }
  for (const { folder, id, name, ...counts } of manifest.jobs) {
    const job = jobs.get(folder);
    if (job?.id !== id || job.name !== name || (items.get(folder) ?? 0) !== counts.items || (replies.get(folder) ?? 0) !== counts.replies) throw damaged(folder);
  }
  return { manifest, datasets, runs, checkpoints, jobs };
}

function readManifest(file: TarFile): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(textOf(file));
  } catch {
    throw damaged(file.path);
  }
  const head = json as { format?: unknown; version?: unknown } | null;
  if (head?.format !== FORMAT) throw new UserError('This is no archive of the Alignment Lab. Nothing was restored.');
  if (typeof head.version === 'number' && head.version > VERSION) {
    throw new UserError('The archive was written by a newer version of the lab. Nothing was restored; reload the page to get that version.');
  }
  return checked(manifestSchema, json, file.path);
}
