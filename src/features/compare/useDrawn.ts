// The runs that the charts draw, as of the last frame. Every chart calls this and is drawn in a task of its own.
import { useFrame } from '../../stores/frames';
import { useRuns } from '../../stores/hooks';
import { findRun, runsStore } from '../../stores/runs';
import { drawnRuns, type Drawn } from './curves';

export interface DrawnNow {
  readonly drawn: readonly Drawn[];
  /** Changes whenever there may be new rows. */
  readonly frame: number;
  /** The last step of any axis. */
  readonly steps: number;
}

export function useDrawn(fallbackSteps: number): DrawnNow {
  const frame = useFrame();
  // These change when a person acts, not when rows arrive; rows come with frames alone.
  useRuns((state) => state.currentId);
  useRuns((state) => state.overlayIds);
  const { currentId, overlayIds } = runsStore.getState();
  const current = findRun(currentId);
  const behind = overlayIds.flatMap((id) => findRun(id) ?? []).filter((run) => run !== current);
  const drawn = drawnRuns(current, behind);
  const steps = drawn.length === 0 ? fallbackSteps : Math.max(...drawn.map(({ run }) => run.recipe.schedule.steps));
  return { drawn, frame, steps };
}
