// The database that outlives the page: its versioned schema, and the sentences for what can go wrong with it.
// Only the files of this folder open it; everything above calls their plain functions.
import { Dexie, type Table } from 'dexie';
import { UserError } from '../engine/errors';
import type { MetricsRow, PolicyStop, RunCheckpoint, RunDevice, RunStart, RunState } from '../lab/protocol';
import type { Recipe } from '../lab/recipe';
import type { Job, JobItem } from '../reviser/jobs';
import type { StoredReply } from '../reviser/replies';
import { pairTables, type AddedBlock, type ColumnBlock, type DatasetRecord, type JournalEntry, type PairChunk, type SketchBlock } from './pairs/records';
import { upgradePairs } from './pairs/upgrade';
import type { StoredCell, StoredPolicy, StoredStudy } from './studies';

/** A run without its rows. */
export interface StoredRun {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly recipe: Recipe;
  readonly state: RunState;
  readonly step: number;
  /** Time spent training, without pauses. */
  readonly elapsedMs: number;
  readonly start: RunStart;
  /** Devices that it went on with after the one in `start`, in order; runs of earlier versions lack it. */
  readonly devices?: readonly RunDevice[];
  readonly stops: readonly PolicyStop[];
  /** The step of the checkpoint that `loadCheckpoint` would give. */
  readonly checkpointStep?: number;
}

export interface MetricsChunk {
  readonly run: string;
  readonly chunk: number;
  readonly rows: readonly MetricsRow[];
}

/** A checkpoint without its tensors, which are many megabytes and lie in records of their own. */
export interface StoredCheckpoint {
  readonly run: string;
  readonly checkpoint: Omit<RunCheckpoint, 'tensors'>;
}

export interface StoredTensor {
  readonly run: string;
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A reply with the job that asked for it first. */
export interface KeptReply extends StoredReply {
  readonly job: string;
}

const SCHEMA_VERSION = 4;

export class LabDatabase extends Dexie {
  readonly runs!: Table<StoredRun, string>;
  readonly metrics!: Table<MetricsChunk, [string, number]>;
  readonly checkpoints!: Table<StoredCheckpoint, string>;
  readonly tensors!: Table<StoredTensor, [string, string]>;
  readonly datasets!: Table<DatasetRecord, string>;
  readonly pairChunks!: Table<PairChunk, [string, number]>;
  readonly columns!: Table<ColumnBlock, [string, number]>;
  readonly sketches!: Table<SketchBlock, [string, number]>;
  readonly addedColumns!: Table<AddedBlock, [string, string, number]>;
  readonly journal!: Table<JournalEntry, [string, number]>;
  readonly jobs!: Table<Job, string>;
  readonly jobItems!: Table<JobItem, [string, number]>;
  readonly replies!: Table<KeptReply, string>;
  readonly studies!: Table<StoredStudy, string>;
  readonly studyCells!: Table<StoredCell, [string, number]>;
  readonly studyPolicies!: Table<StoredPolicy, [string, number]>;
  readonly settings!: Table<{ readonly key: string; readonly value: unknown }, string>;

  constructor(name: string) {
    super(name);
    // A released version's stores are never edited; a change is a new version with an upgrade.
    this.version(1).stores({
      runs: 'id, createdAt',
      metrics: '[run+chunk]',
      checkpoints: 'run',
      tensors: '[run+name]',
      datasets: 'id, createdAt',
      pairs: '[dataset+index]',
      settings: 'key',
    });
    // Dexie lets the upgrade read a table that it drops.
    this.version(2).stores({ pairs: null, ...pairTables }).upgrade(upgradePairs);
    this.version(3).stores({ jobs: 'id, createdAt', jobItems: '[job+index], [job+status+index], *replies', replies: 'hash, job' });
    this.version(SCHEMA_VERSION).stores({ studies: 'id, createdAt', studyCells: '[study+place]', studyPolicies: '[study+seed]' });
  }
}

export const DATABASE_NAME = 'alignment-lab';

let current: Promise<LabDatabase> | undefined;
/** A newer tab has upgraded the database under this one, which from then on writes nothing. */
let overtaken = false;
const overtakenListeners = new Set<() => void>();

/**
 * Calls the listener when a newer version of the lab, in another tab, takes the storage over: from then on this thread stores
 * nothing. Gives back the way to end that. Each thread has a connection of its own, and hears only of that one.
 */
export function onOvertaken(listener: () => void): () => void {
  overtakenListeners.add(listener);
  return () => overtakenListeners.delete(listener);
}

/** Opens the database once; a failed attempt is forgotten, so that the next call tries again. */
function openDatabase(): Promise<LabDatabase> {
  current ??= open().catch((error: unknown) => {
    current = undefined;
    throw error;
  });
  return current;
}

async function open(): Promise<LabDatabase> {
  const db = new LabDatabase(DATABASE_NAME);
  const opening = db.open();
  const blocked = new Promise<never>((_, reject) => {
    // An older tab that does not let go would keep this one waiting without a word.
    db.on('blocked', () => {
      // The browser may still grant the request later; nobody waits for it then.
      opening.then(() => db.close(), () => undefined);
      reject(
        new UserError('Another tab holds an older version of the lab’s storage open. Nothing was changed; close the other tabs and reload this one.'),
      );
    });
  });
  await Promise.race([opening, blocked]);
  // Dexie closes the database by itself at this event, but would open it again at the next call.
  db.on('versionchange', ({ newVersion }) => {
    overtaken = true;
    // Without a version it is being deleted, which no newer tab does.
    if (newVersion !== null) for (const listener of [...overtakenListeners]) listener();
  });
  // Dexie opens a newer database and multiplies its own version numbers by ten.
  if (Math.floor(db.backendDB().version / 10) > SCHEMA_VERSION) {
    db.close();
    throw new UserError('A newer version of the lab has used this browser’s storage, so nothing was read or changed. Reload the page to get that version.');
  }
  return db;
}

/** Closes the connection, so that the next call opens a fresh one. */
export async function closeDatabase(): Promise<void> {
  const opened = current;
  current = undefined;
  overtaken = false;
  (await opened?.catch(() => undefined))?.close();
}

/**
 * Runs one piece of work on the database and turns what the browser throws into sentences.
 * @throws UserError for whatever a person can do something about; a bug passes through as it is.
 */
export async function withDatabase<T>(work: (db: LabDatabase) => Promise<T>): Promise<T> {
  try {
    if (overtaken) throw new Dexie.DatabaseClosedError();
    return await work(await openDatabase());
  } catch (error) {
    throw explain(error);
  }
}

/** Dexie wraps the browser's error in one of its own; the cause may lie in either. */
function names(error: unknown): string[] {
  if (typeof error !== 'object' || error === null) return [];
  const { name, inner } = error as { name?: unknown; inner?: unknown };
  return [String(name), ...(inner === error ? [] : names(inner))];
}

function explain(error: unknown): unknown {
  if (error instanceof UserError) return error;
  const found = new Set(names(error));
  if (found.has('QuotaExceededError')) {
    return new UserError(
      'The browser’s storage is full, so the last change was not stored. What was stored before is kept; delete runs or datasets that you no longer need to make room.',
    );
  }
  if (found.has('DatabaseClosedError')) {
    return new UserError('Another tab has taken over the lab’s storage, so the last change was not stored. What was stored before is kept; reload this page.');
  }
  if (unavailable.some((name) => found.has(name))) {
    return new UserError('This browser lets the page store nothing. The lab works on, and forgets everything when the page is closed.');
  }
  return error;
}

/** Private windows, storage switched off, a damaged profile. */
const unavailable = ['MissingAPIError', 'OpenFailedError', 'InvalidStateError', 'UnknownError', 'SecurityError'];
