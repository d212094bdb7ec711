// Time that stands still while anything else can happen, and then jumps to the next moment somebody waits for.
import { waitWith, type Clock } from '../../src/reviser/clock';

interface Timer {
  readonly at: number;
  readonly done: () => void;
}

export function virtualClock(start = 0): Clock {
  let now = start;
  let timers: Timer[] = [];
  let ticking = false;
  const tick = (): void => {
    if (timers.length === 0) return void (ticking = false);
    const next = timers.reduce((first, timer) => (timer.at < first.at ? timer : first));
    timers = timers.filter((timer) => timer !== next);
    now = Math.max(now, next.at);
    next.done();
    // Everything that follows from it happens before the next jump.
    setImmediate(() => setImmediate(tick));
  };
  return {
    now: () => now,
    wait: (ms, signal) =>
      waitWith(
        (done) => {
          const timer = { at: now + ms, done };
          timers.push(timer);
          if (!ticking) {
            ticking = true;
            setImmediate(() => setImmediate(tick));
          }
          return timer;
        },
        (timer) => (timers = timers.filter((one) => one !== timer)),
        signal,
      ),
  };
}
