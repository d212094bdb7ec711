// Keeps a run as it happens: what is told of it is gathered and written at least every second, in order, and nothing
// the disk does can stop the training. What could not be written waits and is tried again. Used by runEvents.ts.
import type { MetricsRow, RunCheckpoint } from '../lab/protocol';
import { notify, sentenceOf } from './notices';
import { services, type KeptRun, type RunChange } from './services';

const FLUSH_MS = 1000;
/** After a write that failed. */
const RETRY_MS = 5000;

/** What is still to be written of one run, in the order in which it is written. */
interface Waiting {
  /** The run itself, while it does not lie on the shelf. */
  run?: KeptRun;
  /** The step after which the rows on the shelf are to be dropped. */
  cut?: number;
  rows: MetricsRow[];
  change?: RunChange;
}

const waiting = new Map<string, Waiting>();
/** Runs of which a failed write has been told; told again only after one that succeeded. */
const told = new Set<string>();
let chain: Promise<void> = Promise.resolve();
let timer: ReturnType<typeof setTimeout> | undefined;

function waitingOf(id: string): Waiting {
  let found = waiting.get(id);
  if (found === undefined) waiting.set(id, (found = { rows: [] }));
  return found;
}

/** One write after the other; the next is tried even when one fails. */
function write(job: () => Promise<void>): Promise<void> {
  chain = chain.then(job).catch((error: unknown) => {
    notify('problem', sentenceOf(error));
  });
  return chain;
}

function flushWithin(ms: number): void {
  timer ??= setTimeout(() => void flush(), ms);
}

/**
 * Writes what waits of one run. Each part is taken off only once it is written, and a part that fails keeps those after
 * it waiting, so that a run never claims a step whose rows are missing. More may be told while a write is under way.
 */
async function writeWaiting(id: string): Promise<void> {
  const parts = waiting.get(id);
  if (parts === undefined) return;
  const { shelf } = services();
  try {
    const { run } = parts;
    if (run !== undefined) {
      await shelf.createRun(run);
      delete parts.run;
    }
    const { cut } = parts;
    if (cut !== undefined) {
      await shelf.dropRowsAfter(id, cut);
      if (parts.cut === cut) delete parts.cut;
    }
    const { rows } = parts;
    if (rows.length > 0) {
      const written = new Set(rows);
      await shelf.appendRows(id, [...rows]);
      parts.rows = parts.rows.filter((row) => !written.has(row));
    }
    const { change } = parts;
    if (change !== undefined) {
      await shelf.changeRun(id, change);
      if (parts.change === change) delete parts.change;
    }
    told.delete(id);
    const { length } = parts.rows;
    if (length === 0 && parts.run === undefined && parts.cut === undefined && parts.change === undefined) {
      if (waiting.get(id) === parts) waiting.delete(id);
    } else flushWithin(FLUSH_MS);
  } catch (error) {
    // A run that is gone from the shelf, deleted in another tab, takes nothing any more.
    if (error instanceof Error && error.name === 'RunGoneError') waiting.delete(id);
    else flushWithin(RETRY_MS);
    if (told.has(id)) return;
    told.add(id);
    throw error;
  }
}

/** Writes what has been gathered. Resolves when everything asked for so far has been tried. */
export function flush(): Promise<void> {
  clearTimeout(timer);
  timer = undefined;
  for (const id of waiting.keys()) void write(() => writeWaiting(id));
  return chain;
}

export function keepRows(id: string, rows: readonly MetricsRow[]): void {
  waitingOf(id).rows.push(...rows);
  flushWithin(FLUSH_MS);
}

export function keepRun(run: KeptRun): void {
  waitingOf(run.id).run = run;
  void flush();
}

/** Rows come before the change, so that a run never claims a step whose rows are missing. */
export function keepChange(id: string, change: RunChange): void {
  const parts = waitingOf(id);
  parts.change = { ...parts.change, ...change };
  void flush();
}

/**
 * Keeps a checkpoint in place of the one before; false when it could not be kept, and the one before still holds. It is
 * not tried again, for the next one is better, nor kept while rows up to its step could not be written.
 */
export async function keepCheckpoint(id: string, checkpoint: RunCheckpoint): Promise<boolean> {
  void flush();
  let kept = false;
  await write(async () => {
    const parts = waiting.get(id);
    if (parts?.run !== undefined || parts?.cut !== undefined || parts?.rows.some((row) => row.step <= checkpoint.step)) return;
    await services().shelf.saveCheckpoint(id, checkpoint);
    kept = true;
  });
  return kept;
}

/** Drops the rows after a checkpoint from which the run goes on. */
export function keepOnlyUntil(id: string, step: number): void {
  const parts = waitingOf(id);
  parts.rows = parts.rows.filter((row) => row.step <= step);
  parts.cut = Math.min(step, parts.cut ?? step);
  void flush();
}

/** Forgets what was not written yet, of a run that is being deleted. */
export function dropRows(id: string): void {
  waiting.delete(id);
  told.delete(id);
}

export function removeKept(id: string): void {
  dropRows(id);
  void write(() => services().shelf.deleteRun(id));
}
