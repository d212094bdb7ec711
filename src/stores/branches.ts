// A policy that was stopped goes on, with another learning rate, in a run of its own.
import { UserError } from '../engine/errors';
import { branchOf } from '../lab/branch';
import { report } from './notices';
import { begin, expectedOf } from './runActions';
import { findRun, runsStore } from './runs';
import { services } from './services';

export interface BranchRequest {
  readonly runId: string;
  /** Place on the run's policy axis. */
  readonly policy: number;
  readonly learningRate: number;
  /** What the new run is called. */
  readonly name: string;
}

/** Starts the new run from the stopped policy's last good parameters, unless a run is under way. */
export async function branch({ runId, policy, learningRate, name }: BranchRequest): Promise<void> {
  const run = findRun(runId);
  const stop = run?.stops.find((one) => one.policy === policy);
  if (run?.start === undefined || stop === undefined) return;
  try {
    const checkpoint = await services().shelf.loadCheckpoint(runId);
    if (checkpoint === undefined) {
      throw new UserError('The checkpoint of “{name}” is gone, so it cannot go on. Its curves are kept.', { name: run.name });
    }
    const { recipe, resume, origin } = branchOf({ run, checkpoint, stop, learningRate, name });
    // Two presses, or a run started meanwhile: the first one wins.
    if (runsStore.getState().activeId !== undefined) return;
    begin(recipe, { expected: expectedOf(run.start), ...(resume && { resume }), ...(origin && { origin }) });
  } catch (error) {
    report(error);
  }
}
