// Lets the event loop turn now and then during long work, so that a cancel can be heard. A worker has no other way.

export interface Pause {
  /** True when the last pause is some tens of milliseconds ago. */
  isDue(): boolean;
  wait(): Promise<void>;
  dispose(): void;
}

export function createPause(everyMs = 24): Pause {
  // A message comes at once, while browsers hold back timers that follow each other.
  const { port1, port2 } = new MessageChannel();
  let wake: (() => void) | undefined;
  port1.onmessage = () => wake?.();
  let last = performance.now();
  let calls = 0;
  return {
    // The clock is read at every sixteenth call: a row takes microseconds.
    isDue: () => (++calls & 15) === 0 && performance.now() - last > everyMs,
    wait: async () => {
      await new Promise<void>((resolve) => {
        wake = resolve;
        port2.postMessage(null);
      });
      last = performance.now();
    },
    dispose: () => {
      port1.close();
      port2.close();
    },
  };
}
