// How far a queue is and how long it is likely to take, pauses not counted. Used by the queue; shown by the page and the
// command line.
import type { Tokens } from './budget';
import type { Clock } from './clock';

export interface QueueProgress {
  /** Tasks: all, and those that are settled, by what became of them. `cached`: done without a single request. */
  readonly total: number;
  readonly done: number;
  readonly cached: number;
  readonly failed: number;
  /** Requests that were sent, and how many of them were repeats. */
  readonly requests: number;
  readonly retries: number;
  /** Spent, earlier sessions of the job included. */
  readonly tokens: Tokens;
  /** US dollars; absent without a price. */
  readonly money?: number;
  readonly state: 'running' | 'paused' | 'stopping' | 'ended';
  /** The server has asked to be left alone until then. */
  readonly heldUntil?: number;
  /** Milliseconds, pauses not counted. */
  readonly elapsedMs: number;
  /** Milliseconds; absent until something was asked. */
  readonly leftMs?: number;
}

/** Tasks whose speed tells the time left: the last ones, since limits and servers change. */
const RECENT = 64;

export interface Stopwatch {
  pause(): void;
  resume(): void;
  /** A task that needed requests is settled. */
  lap(): void;
  elapsed(): number;
  /** For so many tasks more, at the speed of the last ones. */
  left(tasks: number): number | undefined;
}

export function createStopwatch(clock: Clock): Stopwatch {
  let since: number | undefined = clock.now();
  let before = 0;
  const laps = [0];
  const elapsed = (): number => before + (since === undefined ? 0 : clock.now() - since);
  return {
    elapsed,
    pause: () => {
      before = elapsed();
      since = undefined;
    },
    resume: () => void (since ??= clock.now()),
    lap: () => {
      laps.push(elapsed());
      if (laps.length > RECENT + 1) laps.shift();
    },
    left: (tasks) => (laps.length < 2 ? undefined : Math.round((tasks * (elapsed() - laps[0]!)) / (laps.length - 1))),
  };
}
