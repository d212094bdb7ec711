// The recorded run that ships with the page, so that the first screen shows what a run looks like before anything has
// been trained. It is a report as any run exports it, made by the command line, and is marked as recorded wherever it shows.
import { createStore } from 'zustand/vanilla';
import { parseReport } from '../lab/report';
import { policiesOf, type Recipe } from '../lab/recipe';
import { requestFrame } from './frames';
import { report } from './notices';
import { createRowTable } from './rowTable';
import type { Run } from './runs';

export interface RecordedState {
  readonly run?: Run;
}

export const recordedStore = createStore<RecordedState>()(() => ({}));

/**
 * A run from its report; it is not stored and can not be continued.
 * @throws UserError naming the field that is wrong.
 */
export function runFromReport(json: unknown): Run {
  const found = parseReport(json);
  return {
    id: 'recorded',
    name: found.name,
    createdAt: Date.parse(found.created),
    recipe: found.recipe,
    state: 'finished',
    step: found.steps,
    elapsedMs: found.elapsedMs,
    start: {
      recipe: found.recipe,
      policies: policiesOf(found.recipe),
      device: { ...found.device, adapter: found.adapter, features: [], limits: {}, notes: [], versions: found.versions },
      dataHash: found.dataHash,
      trainPairs: found.trainPairs,
      heldOutPairs: found.heldOutPairs,
      reference: found.reference,
      warnings: [],
    },
    stops: found.stops,
    table: createRowTable(found.metrics),
  };
}

/** What a recipe trains, whatever it is called. */
function workOf({ name: _, ...work }: Recipe): string {
  return JSON.stringify(work);
}

/** The recorded run, where it is a run of this very experiment. */
export function recordedFor(recipe: Recipe): Run | undefined {
  const { run } = recordedStore.getState();
  return run !== undefined && workOf(run.recipe) === workOf(recipe) ? run : undefined;
}

/** Fetches the recorded run. Only asked for when there is no run to show. */
export async function loadRecorded(url: URL): Promise<void> {
  try {
    const response = await fetch(url);
    if (!response.ok) return; // A picture less; nothing anybody needs to be told.
    recordedStore.setState({ run: runFromReport(await response.json()) });
    requestFrame();
  } catch (error) {
    report(error);
  }
}
