// Says aloud, to a screen reader, when a run changes its state; the curves cannot.
import { t } from '../components/text';
import { outcomeOf } from '../features/compare/outcome';
import { stateName } from '../features/compare/RunBar';
import { useRuns } from '../stores/hooks';
import { findRun } from '../stores/runs';

export function Announcer() {
  // Only the state is listened to, so that rows do not make it talk.
  const id = useRuns((state) => state.activeId ?? state.currentId);
  const state = useRuns((all) => all.runs.find((run) => run.id === id)?.state);
  const run = findRun(id);
  const ended = state === 'finished' || state === 'stopped';
  return (
    <div className="visually-hidden" role="status" aria-live="polite" data-testid="announcer">
      {run === undefined || state === undefined
        ? ''
        : `${t('{state} at step {step}.', { state: stateName(state), step: run.step })} ${ended ? outcomeOf(run).join(' ') : ''}`}
    </div>
  );
}
