// Lets the event loop turn now and then during long work, so that a cancel can be heard. A worker has no other way.

export interface Pause {
  /** True when the last pause is some tens of milliseconds ago. */
  isDue(): boolean;
  wait(): Promise<void>;
  dispose(): void;
}

export function createPause(everyMs = 24): Pause {
  const turn = createTurn();
  let last = performance.now();
  return {
    isDue: () => performance.now() - last > everyMs,
    wait: async () => {
      await new Promise<void>(turn.next);
      last = performance.now();
    },
    dispose: turn.dispose,
  };
}

/** Calls back after one turn of the event loop. */
function createTurn(): { next(done: () => void): void; dispose(): void } {
  // Node hands over messages in one go, before any timer. It has setImmediate, and browsers have not.
  if (typeof setImmediate === 'function') return { next: (done) => void setImmediate(done), dispose: () => undefined };
  // A message comes at once, while browsers hold back timers that follow each other.
  const { port1, port2 } = new MessageChannel();
  return {
    next: (done) => {
      port1.onmessage = done;
      port2.postMessage(null);
    },
    dispose: () => {
      port1.close();
      port2.close();
    },
  };
}
