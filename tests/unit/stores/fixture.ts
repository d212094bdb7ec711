// A lab that only listens, and a shelf in memory that can be told to fail, for the tests of the stores.
import type { DeviceReport } from '../../../src/engine/device';
import type { MetricsRow, Request, RunCheckpoint, RunStart } from '../../../src/lab/protocol';
import type { DataClient } from '../../../src/storage/pairs/protocol';
import { parseRecipe, policiesOf, type Recipe } from '../../../src/lab/recipe';
import { experimentStore } from '../../../src/stores/experiment';
import { noticesStore } from '../../../src/stores/notices';
import { emptyRuns, runsStore } from '../../../src/stores/runs';
import { provideServices, type KeptRun, type Shelf } from '../../../src/stores/services';

export const recipe: Recipe = parseRecipe({
  version: 1,
  cohort: [{ objective: 'dpo' }, { objective: 'apo_zero' }],
  seeds: [1, 2],
  schedule: { steps: 20 },
});

const device: DeviceReport = {
  backend: 'cpu', adapter: 'CPU', software: false, vendor: '', architecture: '', description: '', features: [], limits: {}, notes: [], versions: {},
};

export function startOf(of: Recipe = recipe): RunStart {
  return {
    recipe: of,
    policies: policiesOf(of),
    device,
    dataHash: '0'.repeat(64),
    trainPairs: 8,
    heldOutPairs: 4,
    reference: { 'eval_logps/chosen': -6, 'eval_logps/rejected': -8 },
    warnings: [],
  };
}

export function checkpointAt(step: number): RunCheckpoint {
  return { step, tensors: {}, stopped: [], numTokens: [0, 0, 0, 0], elapsedMs: 500 };
}

export interface Fixture {
  readonly sent: Request[];
  readonly runs: Map<string, KeptRun>;
  readonly rows: Map<string, MetricsRow[]>;
  readonly checkpoints: Map<string, RunCheckpoint>;
  /** What the shelf was asked, in order. */
  readonly asked: string[];
  /** Set to make every write fail. */
  failure: Error | undefined;
}

/** For tests that are not about datasets. */
export const noData: DataClient = {
  ask: () => Promise.reject(new Error('This test has no data worker.')),
  onChange: () => () => undefined,
  onOvertaken: () => () => undefined,
  persist: async () => false,
  dispose: () => undefined,
};

/** Fresh stores on a fresh lab and a fresh shelf. */
export function freshStores(): Fixture {
  const fixture: Fixture = { sent: [], runs: new Map(), rows: new Map(), checkpoints: new Map(), asked: [], failure: undefined };
  const settings = new Map<string, unknown>();
  const write = async (name: string, work: () => void): Promise<void> => {
    fixture.asked.push(name);
    await Promise.resolve();
    if (fixture.failure !== undefined) throw fixture.failure;
    work();
  };
  const shelf: Shelf = {
    createRun: (run) => write('createRun', () => fixture.runs.set(run.id, run)),
    changeRun: (id, change) => write('changeRun', () => fixture.runs.set(id, { ...fixture.runs.get(id)!, ...change })),
    appendRows: (id, rows) => write('appendRows', () => fixture.rows.set(id, [...(fixture.rows.get(id) ?? []), ...rows])),
    dropRowsAfter: (id, step) =>
      write('dropRowsAfter', () => fixture.rows.set(id, (fixture.rows.get(id) ?? []).filter((row) => row.step <= step))),
    saveCheckpoint: (id, checkpoint) =>
      write('saveCheckpoint', () => {
        fixture.checkpoints.set(id, checkpoint);
        fixture.runs.set(id, { ...fixture.runs.get(id)!, checkpointStep: checkpoint.step });
      }),
    loadCheckpoint: async (id) => fixture.checkpoints.get(id),
    listRuns: async () => [...fixture.runs.values()],
    loadRows: async (id) => fixture.rows.get(id) ?? [],
    deleteRun: (id) => write('deleteRun', () => void fixture.runs.delete(id)),
    loadSetting: async (key) => settings.get(key),
    saveSetting: (key, value) => write('saveSetting', () => void settings.set(key, value)),
    onOvertaken: () => () => undefined,
  };
  provideServices({ lab: { send: (request) => fixture.sent.push(request), subscribe: () => () => undefined }, shelf, data: noData });
  runsStore.setState(emptyRuns, true);
  noticesStore.setState({ notices: [] });
  experimentStore.setState({ recipe, chosen: false });
  return fixture;
}
