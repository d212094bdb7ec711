// The runs that a chart draws, as of the last frame that brought something new for it. Every chart calls this by itself,
// so each is drawn in a task of its own, and only when one of its figures has changed.
import { useFrames } from '../../stores/frames';
import { useRuns } from '../../stores/hooks';
import { findRun, runsStore, type Run } from '../../stores/runs';
import { drawnRuns, type Drawn } from './curves';

export interface DrawnNow {
  readonly drawn: readonly Drawn[];
  /** The last step of any axis. */
  readonly steps: number;
}

function runsToDraw(): { current: Run | undefined; behind: Run[] } {
  const { currentId, overlayIds } = runsStore.getState();
  const current = findRun(currentId);
  return { current, behind: overlayIds.flatMap((id) => findRun(id) ?? []).filter((run) => run !== current) };
}

/** Stands for everything that a chart of these figures shows of these runs. */
function stampOf(metrics: readonly string[]): string {
  const { current, behind } = runsToDraw();
  return [...(current === undefined ? [] : [current]), ...behind]
    .map((run) => [run.id, run.name, run.stops.length, run.start !== undefined, ...metrics.map((metric) => run.table?.version(metric))].join())
    .join(' ');
}

export function useDrawn(fallbackSteps: number, metrics: readonly string[]): DrawnNow {
  useFrames(() => stampOf(metrics));
  // These change when a person acts, and then at once.
  useRuns((state) => state.currentId);
  useRuns((state) => state.overlayIds);
  const { current, behind } = runsToDraw();
  const drawn = drawnRuns(current, behind);
  const steps = drawn.length === 0 ? fallbackSteps : Math.max(...drawn.map(({ run }) => run.recipe.schedule.steps));
  return { drawn, steps };
}
