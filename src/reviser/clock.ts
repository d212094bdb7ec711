// Time and chance as the queue needs them, so that a test waits for nothing and a wait can be ended.

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after so many milliseconds. @throws the signal's reason when it is aborted meanwhile. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  wait: (ms, signal) => waitWith((done) => setTimeout(done, Math.min(ms, LONGEST)), (timer) => clearTimeout(timer), signal),
};

/** A timer for longer than this would go off at once. */
const LONGEST = 2 ** 31 - 1;

/** A wait on any kind of timer that a signal can end. */
export function waitWith<T>(start: (done: () => void) => T, stop: (timer: T) => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    const leave = (): void => {
      stop(timer);
      reject(signal.reason as Error);
    };
    const timer = start(() => {
      signal.removeEventListener('abort', leave);
      resolve();
    });
    signal.addEventListener('abort', leave, { once: true });
  });
}
