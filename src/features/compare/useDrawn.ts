// The runs that a chart draws, as of the last frame that brought something new for it. Every chart calls this by itself,
// so each is drawn in a task of its own, and only when one of its figures has changed.
import { useEffect } from 'react';
import { requestFrame, useFrames } from '../../stores/frames';
import { experimentStore } from '../../stores/experiment';
import { recordedFor, recordedStore } from '../../stores/recorded';
import { findRun, runsStore, type Run } from '../../stores/runs';
import { drawnRuns, type Drawn } from './curves';

export interface DrawnNow {
  readonly drawn: readonly Drawn[];
  /** True where there is no run yet and a recorded one is shown in its place. */
  readonly recorded: boolean;
  /** The last step of any axis. */
  readonly steps: number;
}

function runsToDraw(): { current: Run | undefined; behind: Run[] } {
  const { currentId, overlayIds, runs, listed } = runsStore.getState();
  const current =
    findRun(currentId) ?? (listed && runs.length === 0 ? recordedFor(experimentStore.getState().recipe) : undefined);
  return { current, behind: overlayIds.flatMap((id) => findRun(id) ?? []).filter((run) => run !== current) };
}

/** Stands for everything that a chart of these figures shows of these runs. */
function stampOf(metrics: readonly string[]): string {
  const { current, behind } = runsToDraw();
  return [...(current === undefined ? [] : [current]), ...behind]
    .map((run) => [run.id, run.name, run.stops.length, run.devices?.length, run.start !== undefined, ...metrics.map((metric) => run.table?.version(metric))].join())
    .join(' ');
}

/**
 * Asks for a frame when a person has chosen something else to look at. Charts that listened for that themselves would all be
 * drawn in one task of a fifth of a second.
 */
function watchChoices(): () => void {
  const stop = [
    runsStore.subscribe((now, before) => {
      if (now.currentId !== before.currentId || now.overlayIds !== before.overlayIds || now.listed !== before.listed) requestFrame();
    }),
    experimentStore.subscribe((now, before) => {
      if (now.recipe !== before.recipe) requestFrame();
    }),
  ];
  return () => stop.forEach((one) => one());
}

export function useDrawn(fallbackSteps: number, metrics: readonly string[]): DrawnNow {
  useFrames(() => stampOf(metrics));
  useEffect(watchChoices, []);
  const { current, behind } = runsToDraw();
  const drawn = drawnRuns(current, behind);
  const steps = drawn.length === 0 ? fallbackSteps : Math.max(...drawn.map(({ run }) => run.recipe.schedule.steps));
  return { drawn, steps, recorded: current !== undefined && current === recordedStore.getState().run };
}
