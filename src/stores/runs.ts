// The runs this page knows: the one in the worker, the one on screen, those drawn behind it, and everything stored.
// State only; what can be done to runs is in runActions.ts, what the worker says about them arrives in runEvents.ts.
import { createStore } from 'zustand/vanilla';
import type { DeviceReport } from '../engine/device';
import type { PolicyStop, RunDevice, RunStart, RunState } from '../lab/protocol';
import type { Recipe } from '../lab/recipe';
import type { Sentence } from './notices';
import type { RowTable } from './rowTable';
import type { KeptRun } from './services';

/** A stored run that never ended is interrupted, unless another tab is training it. */
export type PageRunState = RunState | 'interrupted' | 'elsewhere';

export interface Run {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly recipe: Recipe;
  readonly state: PageRunState;
  /** Steps taken. */
  readonly step: number;
  readonly elapsedMs: number;
  /** Absent while the run is being prepared for the first time. */
  readonly start?: RunStart;
  /** Devices that it went on with after the one in `start`, in order. */
  readonly devices?: readonly RunDevice[];
  readonly stops: readonly PolicyStop[];
  /** Step of the last checkpoint; the run can go on from there. */
  readonly checkpointStep?: number;
  /** Absent until the rows of a stored run have been read. Changes in place; frames.ts says when to look again. */
  readonly table?: RowTable;
  /** What the worker says it is doing, or why the run failed. */
  readonly detail?: Sentence;
  /** Where this page began to count time, for the time that is left. */
  readonly pace?: { readonly step: number; readonly elapsedMs: number };
}

export interface RunsState {
  /** Newest first. */
  readonly runs: readonly Run[];
  /** The run on screen. */
  readonly currentId?: string;
  /** The run in the worker that is not over yet. */
  readonly activeId?: string;
  /** The run whose policies are on the device and can be sampled. */
  readonly loadedId?: string;
  /** Runs drawn behind the current one. */
  readonly overlayIds: readonly string[];
  /** False until the stored runs have been listed. */
  readonly listed: boolean;
}

export const emptyRuns: RunsState = { runs: [], overlayIds: [], listed: false };

export const runsStore = createStore<RunsState>()(() => emptyRuns);

export function findRun(id: string | undefined): Run | undefined {
  return id === undefined ? undefined : runsStore.getState().runs.find((run) => run.id === id);
}

/** Changes one run; a run that is gone stays gone. */
export function changeRun(id: string, change: Partial<Run>): void {
  runsStore.setState(({ runs }) => ({ runs: runs.map((run) => (run.id === id ? { ...run, ...change } : run)) }));
}

export function isOver(state: PageRunState): boolean {
  return state === 'finished' || state === 'stopped' || state === 'failed' || state === 'interrupted' || state === 'elsewhere';
}

/** The device that the run is on, or was on last. */
export function deviceOf({ start, devices }: Pick<Run, 'start' | 'devices'>): DeviceReport | undefined {
  return devices?.at(-1)?.device ?? start?.device;
}

/** A run that ended early and has somewhere to go on from. */
export function canContinue(run: Run): boolean {
  // Once every policy was stopped there is nothing left to train.
  if (run.stops.length >= run.recipe.cohort.length * run.recipe.seeds.length) return false;
  return isOver(run.state) && run.state !== 'finished' && run.state !== 'elsewhere' && run.checkpointStep !== undefined && run.start !== undefined;
}

/** The run as it is kept; undefined while it has not begun. */
export function toKept(run: Run): KeptRun | undefined {
  if (run.start === undefined || run.state === 'interrupted' || run.state === 'elsewhere') return undefined;
  return {
    id: run.id,
    name: run.name,
    createdAt: run.createdAt,
    recipe: run.recipe,
    state: run.state,
    step: run.step,
    elapsedMs: run.elapsedMs,
    start: run.start,
    stops: run.stops,
    ...(run.devices === undefined ? {} : { devices: run.devices }),
    ...(run.checkpointStep === undefined ? {} : { checkpointStep: run.checkpointStep }),
  };
}

/** A run from the shelf as the page shows it; `held` are the runs that some tab is training. */
export function fromKept(kept: KeptRun, held: ReadonlySet<string>): Run {
  // Runs of earlier versions had nobody answer prompts, and go on without.
  const { evaluation } = kept.recipe;
  const recipe = { ...kept.recipe, evaluation: { ...evaluation, samples: (evaluation.samples as number | undefined) ?? 0 } };
  return { ...kept, recipe, state: isOver(kept.state) ? kept.state : held.has(kept.id) ? 'elsewhere' : 'interrupted' };
}
