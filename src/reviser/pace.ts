// Requests and tokens per minute: in no sixty seconds do more begin than were allowed, by what is estimated before a request
// and by what it took once that is known. Used by the queue.
import type { Clock } from './clock';

export interface PaceLimits {
  /** No limit where absent. */
  readonly requestsPerMinute?: number | undefined;
  readonly tokensPerMinute?: number | undefined;
}

/** A request that was let through. */
export interface Admission {
  /** What it really took, or nothing where the server refused it. */
  settle(tokens: number): void;
}

export interface Pace {
  /** Waits for its turn, first come, first served. @throws the signal's reason. */
  admit(tokens: number, signal: AbortSignal): Promise<Admission>;
  /** Lets nobody through before a time: a server has asked to be left alone. */
  holdUntil(time: number): void;
  /** Until when nobody is let through, where that lies ahead; for the progress. */
  heldUntil(): number | undefined;
}

const MINUTE = 60_000;

interface Entry {
  readonly at: number;
  tokens: number;
}

export function createPace({ requestsPerMinute = Infinity, tokensPerMinute = Infinity }: PaceLimits, clock: Clock): Pace {
  /** Those of the last minute, the oldest first. */
  const recent: Entry[] = [];
  let heldTo = 0;
  let turn: Promise<unknown> = Promise.resolve();

  /** Milliseconds until so many tokens may go; 0 for now. */
  const waitFor = (tokens: number): number => {
    const now = clock.now();
    while (recent.length > 0 && now - recent[0]!.at >= MINUTE) recent.shift();
    if (now < heldTo) return heldTo - now;
    if (recent.length >= requestsPerMinute) return recent[0]!.at + MINUTE - now;
    const used = recent.reduce((sum, entry) => sum + entry.tokens, 0);
    // One that is larger than the limit itself goes alone.
    if (recent.length === 0 || used + tokens <= tokensPerMinute) return 0;
    return recent[0]!.at + MINUTE - now;
  };

  const admit = async (tokens: number, signal: AbortSignal): Promise<Admission> => {
    for (;;) {
      signal.throwIfAborted();
      const ms = waitFor(tokens);
      if (ms <= 0) break;
      await clock.wait(ms, signal);
    }
    const entry: Entry = { at: clock.now(), tokens };
    recent.push(entry);
    return { settle: (real) => void (entry.tokens = real) };
  };

  return {
    admit: (tokens, signal) => {
      const mine = turn.then(() => admit(tokens, signal));
      turn = mine.catch(() => undefined);
      return mine;
    },
    holdUntil: (time) => void (heldTo = Math.max(heldTo, time)),
    heldUntil: () => (clock.now() < heldTo ? heldTo : undefined),
  };
}
