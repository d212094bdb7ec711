// What is large on a page comes up one after the other, each in a task and a frame of its own, so that the page can be
// used meanwhile. Used by charts and panels.
import { useEffect, useState } from 'react';
import { flushSync } from 'react-dom';

export type Loading = () => Promise<unknown>;

interface Turn {
  /** False while its code is being loaded; others go first. */
  ready: boolean;
  readonly take: () => void;
}

const queue: Turn[] = [];
let going = false;

/** The next frame, or a moment in a hidden tab, which has none. */
function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 100);
    requestAnimationFrame(() => {
      clearTimeout(timer);
      // Not in the frame itself, which has work of its own.
      setTimeout(resolve, 0);
    });
  });
}

async function go(): Promise<void> {
  if (going) return;
  going = true;
  for (;;) {
    await nextFrame();
    const place = queue.findIndex((turn) => turn.ready);
    if (place < 0) break;
    queue.splice(place, 1)[0]!.take();
  }
  going = false;
}

/** False until it is this component's turn to draw something large, for which `loading` loads the code. */
export function useTurn(loading?: Loading): boolean {
  const [mine, setMine] = useState(false);
  useEffect(() => {
    if (mine) return;
    const turn: Turn = { ready: loading === undefined, take: () => flushSync(() => setMine(true)) };
    queue.push(turn);
    const start = (): void => {
      turn.ready = true;
      void go();
    };
    // What cannot be loaded is told where it is missing.
    if (loading === undefined) start();
    else loading().then(start, start);
    return () => {
      const place = queue.indexOf(turn);
      if (place >= 0) queue.splice(place, 1);
    };
  }, [mine, loading]);
  return mine;
}
