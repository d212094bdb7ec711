// When charts are drawn: at most five times a second, and each chart in a task of its own, so that no single task
// keeps the page from answering. A timer and not requestAnimationFrame, which stands still in hidden tabs.
import { useEffect, useRef, useState } from 'react';

const PERIOD = 200;

type Listener = () => void;

const listeners = new Set<Listener>();
let timer: ReturnType<typeof setTimeout> | undefined;
let lastFrame = -Infinity;

function drawAll(): void {
  timer = undefined;
  lastFrame = performance.now();
  const queue = [...listeners];
  const next = (): void => {
    const listener = queue.shift();
    if (listener === undefined) return;
    // Gone in the meantime: its chart was closed.
    if (listeners.has(listener)) listener();
    if (queue.length > 0) setTimeout(next, 0);
  };
  next();
}

/** Says that there is something new to draw. */
export function requestFrame(): void {
  timer ??= setTimeout(drawAll, Math.max(0, lastFrame + PERIOD - performance.now()));
}

export function subscribeFrames(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Looks at something at every frame; the component that calls it is drawn again when what it sees has changed.
 * `look` gives a string or a number that stands for everything the component draws.
 */
export function useFrames(look: () => string | number): void {
  const [, setSeen] = useState(look);
  const latest = useRef(look);
  useEffect(() => {
    latest.current = look;
  });
  useEffect(() => subscribeFrames(() => setSeen(latest.current())), []);
}
