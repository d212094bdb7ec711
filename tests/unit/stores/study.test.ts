// The real study clerk, the real storage and a real lab with the checkpoint that ships: a small re-enactment is carried out,
// paused, gone on with after a reload, and gives way to a run.
import 'fake-indexeddb/auto';
import { Dexie } from 'dexie';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { diskAssets } from '../../../cli/assets';
import { createCohort } from '../../../src/engine/engine';
import type { LabEvent, Request } from '../../../src/lab/protocol';
import { parseRecipe } from '../../../src/lab/recipe';
import { createLab } from '../../../src/lab/runner';
import { gridOf } from '../../../src/lab/study/grid';
import { fullPlan, parsePlan } from '../../../src/lab/study/plan';
import { closeDatabase } from '../../../src/storage';
import { DATABASE_NAME } from '../../../src/storage/database';
import { noticesStore } from '../../../src/stores/notices';
import { train } from '../../../src/stores/runActions';
import { receive } from '../../../src/stores/runEvents';
import { runsStore } from '../../../src/stores/runs';
import { provideServices, services } from '../../../src/stores/services';
import { firstStudyState, forgetStudy, goOn, openStudies, pauseStudy, provideClerks, startStudy, studyStore, writeStudy } from '../../../src/stores/study';
import { createClerk, SHIPPED_STUDY } from '../../../src/stores/studyClerk';
import type { StartClerk } from '../../../src/stores/studyClient';
import { parseStudy } from '../../../src/stores/studyDocument';
import { openInNode } from '../../support/nodeBackend';
import { baseline, cell, facts, result, study } from '../lab/study/document';
import { until } from './dataFixture';
import { freshStores } from './fixture';

const disk = diskAssets(fileURLToPath(new URL('../../../public/', import.meta.url)));

const plan = parsePlan({
  ...fullPlan,
  datasets: ['clair', 'stronger'],
  members: fullPlan.members.filter(({ objective }) => objective === 'dpo' || objective === 'apo_zero'),
  seeds: [1],
  train: 16,
  heldOut: 8,
  schedule: { ...fullPlan.schedule, steps: 2, batchSize: 4, warmupSteps: 0 },
  evaluation: { every: 1, samples: 0 },
  benchmark: { ...fullPlan.benchmark, prompts: 12, modes: ['sampled'] },
  secondRound: { from: { dataset: 'clair', objective: 'apo_zero' }, datasets: ['off_policy_weak'] },
});

let sent: Request[];
/** What ships, as its file's text. */
let shipped: string;

const clerks: StartClerk = ({ hear }) => {
  let ended = false;
  const send = createClerk({
    // As a worker's messages, what it tells is a copy, and arrives later.
    post: (event) => void setTimeout(() => ended || hear(structuredClone(event))),
    load: async (path) => (path === SHIPPED_STUDY ? new TextEncoder().encode(shipped) : disk(path)),
  });
  return { send: (message) => send(structuredClone(message)), dispose: () => (ended = true) };
};

/** As a reload leaves things: storage is all that stays. */
async function reload(): Promise<void> {
  provideClerks(clerks);
  studyStore.setState(firstStudyState, true);
  await openStudies();
}

beforeEach(async () => {
  await closeDatabase();
  await Dexie.delete(DATABASE_NAME);
  freshStores();
  shipped = JSON.stringify(study({ datasets: [facts('clair', 1)], baselines: [baseline([2, 2, 2, 2])], cells: [cell('clair', 1, [result('dpo', [4, 4, 2, 2])])] }));
  const listeners = new Set<(event: LabEvent) => void>();
  const lab = createLab({
    load: disk, createCohort, openBackend: () => openInNode('wasm'),
    emit: (event) => void setTimeout(() => [...listeners].forEach((listener) => listener(event))),
  });
  sent = [];
  provideServices({
    ...services(),
    lab: {
      send: (request) => {
        sent.push(request);
        lab.send(request);
      },
      subscribe: (listener) => (listeners.add(listener), () => listeners.delete(listener)),
    },
  });
  services().lab.subscribe(receive);
  await reload();
});

const own = () => studyStore.getState().studies[0]!;
const ended = (): Promise<void> => until(() => studyStore.getState().running === undefined);
const trainings = (): string[] => sent.flatMap((request) => (request.type === 'train' ? [request.recipe.data.dataset] : []));

describe('a re-enactment', () => {
  it('is paused, goes on after a reload with the cells that were kept, and its figures grow with each', async () => {
    await startStudy(plan);
    await until(() => own().done === 1);
    pauseStudy();
    await ended();
    expect(studyStore.getState().problem).toBeUndefined();
    expect(own()).toMatchObject({ done: 1, adapters: [expect.stringContaining('WASM')] });
    expect(own().elapsedMs).toBeGreaterThan(own().trainMs);

    await reload();
    await until(() => studyStore.getState().view !== undefined);
    expect(gridOf(studyStore.getState().view!.view.document, 1, 'change').map(({ kind }) => kind)).toEqual(['clair']);

    sent = [];
    await goOn(own().id);
    await ended();
    expect(own().done).toBe(3);
    // The finished cell is not trained again, and the second round starts from the policy that was kept with it.
    expect(trainings()).toEqual(['made:stronger:1', 'made:off_policy_weak:1']);
    expect(sent.filter(({ type }) => type === 'adopt')).toMatchObject([{ from: { tensors: expect.anything() } }]);
    await until(() => !studyStore.getState().looking);
    const { view } = studyStore.getState().view!;
    expect(view.results.map(({ round, kind, objective }) => `${round} ${kind ?? ''} ${objective}`)).toEqual([
      '1  before', '1 clair dpo', '1 clair apo_zero', '1 stronger dpo', '1 stronger apo_zero',
      '2  before', '2 off_policy_weak dpo', '2 off_policy_weak apo_zero',
    ]);
    expect(view.findings.find(({ id }) => id === 'contrast')!.verdict).toBe('reproduced');
    // All 24 pairs of each dataset are in its distribution.
    for (const { spreads } of Object.values(view.spreads)) {
      expect(spreads.map(({ counts }) => counts.reduce((total, count) => total + count))).toEqual([24, 24, 24]);
    }

    expect(parseStudy(JSON.parse((await writeStudy('document'))!))).toMatchObject({ plan, cells: [{ kind: 'clair' }, { kind: 'stronger' }, { kind: 'off_policy_weak' }] });
    expect(await writeStudy('report')).toMatch(/^<!doctype html>[^]*CLAIR is the most contrastive dataset\./);

    const { id } = own();
    await forgetStudy(id);
    expect(studyStore.getState()).toMatchObject({ studies: [], shown: 'shipped' });
  });

  it('gives way to a run that somebody starts, and says so', async () => {
    await startStudy(plan);
    await until(() => studyStore.getState().running?.progress?.stage === 'train');
    const runId = train(parseRecipe({ version: 1, cohort: [{ objective: 'dpo' }], schedule: { steps: 1, batchSize: 2 }, evaluation: { every: 1, samples: 0 } }));
    await ended();
    expect(studyStore.getState().problem?.sentence.template).toMatch(/^The re-enactment was paused, since a run needs the device/);
    await until(() => runsStore.getState().activeId === undefined);
    expect(runsStore.getState().runs.find(({ id }) => id === runId)!.state).toBe('finished');
    expect(trainings().length).toBe(2);
    expect(own().done).toBe(0);
  });

  it('ends at once where it is paused before it has begun', async () => {
    const begun = startStudy(plan);
    await until(() => studyStore.getState().running !== undefined);
    pauseStudy();
    await begun;
    await ended();
    expect(trainings()).toEqual([]);
    expect(own().done).toBe(0);
  });

  it('is not begun while a run is under way', async () => {
    runsStore.setState({ activeId: 'somebody’s' });
    await startStudy(plan);
    expect(noticesStore.getState().notices.at(-1)!.sentence.template).toMatch(/^A run is being trained/);
    expect(sent).toEqual([]);
    expect(studyStore.getState().studies).toEqual([]);
  });
});

describe('the study that ships', () => {
  it('is shown where none was made here, and told of where it cannot be read', async () => {
    await until(() => studyStore.getState().view !== undefined);
    expect(studyStore.getState().view!.view.results.map(({ objective }) => objective)).toEqual(['before', 'dpo']);
    shipped = shipped.replace('"dataHash"', '"other"');
    await reload();
    await until(() => studyStore.getState().viewProblem !== undefined);
    expect(studyStore.getState().viewProblem!.values['field']).toBe('cells.0.dataHash');
  });
});
