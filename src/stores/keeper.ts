// Keeps a run as it happens: rows are gathered and written at least every second, in order, and nothing the disk
// does can stop the training. Used by runEvents.ts.
import type { MetricsRow, RunCheckpoint } from '../lab/protocol';
import { notify, sentenceOf } from './notices';
import { services, type KeptRun, type RunChange } from './services';

const FLUSH_MS = 1000;

let chain: Promise<void> = Promise.resolve();
let waiting = new Map<string, MetricsRow[]>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** One write after the other; a failed one is told once and the next is tried all the same. */
function write(job: () => Promise<void>): Promise<void> {
  chain = chain.then(job).catch((error: unknown) => {
    notify('problem', sentenceOf(error));
  });
  return chain;
}

/** Writes what has been gathered. Resolves when everything asked for so far lies on the shelf. */
export function flush(): Promise<void> {
  clearTimeout(timer);
  timer = undefined;
  const gathered = waiting;
  waiting = new Map();
  for (const [id, rows] of gathered) void write(() => services().shelf.appendRows(id, rows));
  return chain;
}

export function keepRows(id: string, rows: readonly MetricsRow[]): void {
  const list = waiting.get(id);
  if (list === undefined) waiting.set(id, [...rows]);
  else list.push(...rows);
  timer ??= setTimeout(() => void flush(), FLUSH_MS);
}

export function keepRun(run: KeptRun): void {
  void write(() => services().shelf.createRun(run));
}

/** Rows come before the change, so that a run never claims a step whose rows are missing. */
export function keepChange(id: string, change: RunChange): void {
  void flush();
  void write(() => services().shelf.changeRun(id, change));
}

export function keepCheckpoint(id: string, checkpoint: RunCheckpoint): Promise<void> {
  void flush();
  return write(() => services().shelf.saveCheckpoint(id, checkpoint));
}

/** Drops the rows after a checkpoint from which the run goes on. */
export function keepOnlyUntil(id: string, step: number): void {
  void flush();
  void write(() => services().shelf.dropRowsAfter(id, step));
}

/** Forgets rows that were not written yet, of a run that is being deleted. */
export function dropRows(id: string): void {
  waiting.delete(id);
}

export function removeKept(id: string): void {
  dropRows(id);
  void write(() => services().shelf.deleteRun(id));
}
