// The real data core and a real training lab with the checkpoint that ships: a dataset is made, kept with its provenance and
// trained on, and a second one comes from a policy that was just trained.
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { diskAssets } from '../../../cli/assets';
import { createCohort } from '../../../src/engine/engine';
import type { DeviceReport } from '../../../src/engine/device';
import { loadModel } from '../../../src/lab/assets';
import { readMade } from '../../../src/lab/making/provenance';
import { madeName } from '../../../src/lab/making/spec';
import type { LabEvent, Request } from '../../../src/lab/protocol';
import { parseRecipe, type Recipe } from '../../../src/lab/recipe';
import { createLab } from '../../../src/lab/runner';
import { countWords } from '../../../src/world';
import { experimentStore } from '../../../src/stores/experiment';
import { datasetsStore } from '../../../src/stores/datasets';
import { cancelMaking, changeMaking, firstMaking, makeDataset, makingStore } from '../../../src/stores/making';
import { findHeldOut } from '../../../src/stores/heldOutPairs';
import { stop, train } from '../../../src/stores/runActions';
import { receive } from '../../../src/stores/runEvents';
import { findRun, runsStore } from '../../../src/stores/runs';
import { ask, changeSampling } from '../../../src/stores/samples';
import { provideServices, services } from '../../../src/stores/services';
import { judgeBiasStore, leaveBias, measureShifts, openBias, runsOn, trainOnJudged } from '../../../src/stores/judgeBias';
import { ownModel, withOwnModels } from '../../../src/stores/ownModels';
import { storedName, withStoredPairs } from '../../../src/stores/storedPairs';
import { fetchTokenizer } from '../../../src/stores/tokenizer';
import { openInNode } from '../../support/nodeBackend';
import { freshData } from './dataFixture';

const load = diskAssets(fileURLToPath(new URL('../../../public/', import.meta.url)));
let sent: Request[];
let tell: (event: LabEvent) => void;

beforeEach(async () => {
  const { data } = await freshData();
  const listeners = new Set<(event: LabEvent) => void>();
  tell = (event) => [...listeners].forEach((listener) => listener(event));
  const lab = createLab({ load, createCohort, emit: (event) => setTimeout(() => tell(event)), openBackend: (): Promise<DeviceReport> => openInNode('wasm') });
  sent = [];
  const asService = {
    send: (request: Request) => {
      sent.push(request);
      lab.send(request);
    },
    subscribe: (listener: (event: LabEvent) => void) => (listeners.add(listener), () => listeners.delete(listener)),
  };
  provideServices({ ...services(), lab: withStoredPairs(withOwnModels(asService, services().shelf, load), data, (model) => fetchTokenizer(model, load)) });
  services().lab.subscribe(receive);
  makingStore.setState(firstMaking, true);
});

const small = (change: object = {}): Recipe =>
  parseRecipe({ version: 1, cohort: [{ objective: 'dpo' }], schedule: { steps: 1, batchSize: 2 }, evaluation: { every: 1, samples: 0 }, ...change });

/** A real model on a busy machine takes its time. */
async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 8000 && !holds(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(holds()).toBe(true);
}

async function finished(): Promise<void> {
  await until(() => runsStore.getState().activeId === undefined);
  expect(runsStore.getState().runs[0]!.state).toBe('finished');
}

async function pairsOf(id: string) {
  const { data } = services();
  const { rows } = await data.ask({ type: 'query', dataset: id, filter: {} });
  return (await data.ask({ type: 'pairs', dataset: id, rows })).map(({ pair }) => pair);
}

describe('making a dataset', () => {
  it('stores it with all it takes to make it again, and a run of it trains on just what a recipe’s name makes', async () => {
    const judge = { length: 2, position: 0.5, noise: 0, style: -1 };
    changeMaking({ kind: 'on_policy', train: 6, heldOut: 3, seed: 9, judge });
    const shares: number[] = [];
    const leave = makingStore.subscribe(({ share }) => shares.push(share));
    const info = (await makeDataset('Verbose'))!;
    leave();
    expect(shares).toContain(1);
    expect(datasetsStore.getState().datasets.map(({ name, trainPairs, heldOutPairs }) => [name, trainPairs, heldOutPairs])).toEqual([['Verbose', 6, 3]]);
    const { hash } = await loadModel(load, 'town');
    expect(readMade(info.provenance)).toMatchObject({ kind: 'on_policy', seed: 9, asked: { train: 6, heldOut: 3 }, model: 'town', modelHash: hash, judge });
    const pairs = await pairsOf(info.id);
    // Two gold points for ten words are more than most answers are apart.
    expect(pairs.filter(({ chosen, rejected }) => countWords(chosen) > countWords(rejected)).length).toBeGreaterThan(5);
    for (const { extra } of pairs) expect(extra).toMatchObject({ judge: { first: expect.stringMatching(/^(chosen|rejected)$/) } });

    const data = { trainPairs: 6, heldOutPairs: 3 };
    train(small({ data: { ...data, dataset: storedName(info.id) } }));
    await finished();
    train(small({ data: { ...data, dataset: madeName({ kind: 'on_policy', seed: 9 }), judge } }));
    await finished();
    const [named, stored] = runsStore.getState().runs;
    expect(named!.start!.dataHash).toBe(stored!.start!.dataHash);
  });

  it('for a run alone has texts that can be looked up while the run trains, and no other dataset is made then', async () => {
    const data = { dataset: madeName({ kind: 'clair', seed: 5 }), trainPairs: 3, heldOutPairs: 2 };
    const recipe = small({ data });
    const id = train(recipe, true);
    await until(() => findRun(id)?.state === 'paused');
    const { heldOutIds } = findRun(id)!.start!;
    const found = await findHeldOut(recipe, new Set(heldOutIds));
    expect([...found.keys()]).toEqual(heldOutIds);
    for (const { row, chosen, rejected } of found.values()) {
      expect(row).toBeUndefined();
      expect(chosen).not.toBe(rejected);
    }
    await expect(findHeldOut(small({ data: { ...data, dataset: madeName({ kind: 'clair', seed: 6 }) } }), new Set(heldOutIds))).rejects.toThrow('A run is being trained');
    stop();
    await until(() => findRun(id)?.state === 'stopped');
  });

  it('takes the answers of a policy that was just trained, and leaves the shipped model in use', async () => {
    train(small({ data: { dataset: 'clair', trainPairs: 4, heldOutPairs: 2 }, cohort: [{ objective: 'dpo', learningRate: 0.01 }] }));
    await finished();
    const [run] = runsStore.getState().runs;
    changeMaking({ kind: 'clair', train: 3, heldOut: 1, seed: 2 });
    const before = (await makeDataset('From the model'))!;
    changeMaking({ from: { runId: run!.id, policy: 0 } });
    const after = (await makeDataset('From its policy'))!;
    const [first, second] = [readMade(before.provenance)!, readMade(after.provenance)!];
    expect(second.model).toEqual({ run: run!.id, name: run!.name, policy: 0, label: 'DPO', step: 1 });
    expect(second.modelHash).not.toBe(first.modelHash);
    expect((await pairsOf(after.id)).map(({ rejected }) => rejected)).not.toEqual((await pairsOf(before.id)).map(({ rejected }) => rejected));
    // A second round starts from it, on what is made of its own answers: the same pairs.
    const again = train(small({ model: ownModel({ runId: run!.id, policy: 0, step: 1 }), data: { dataset: madeName({ kind: 'clair', seed: 2 }), trainPairs: 3, heldOutPairs: 1 } }));
    await finished();
    expect(findRun(again)!.start!.modelHash).toBe(second.modelHash);
    const onStored = train(small({ model: findRun(again)!.recipe.model, data: { dataset: storedName(after.id), trainPairs: 3, heldOutPairs: 1 } }));
    await finished();
    expect(findRun(onStored)!.start).toMatchObject({ modelHash: second.modelHash, dataHash: findRun(again)!.start!.dataHash });
    // After a reload the worker knows neither the policy nor the run, and is asked of both at once.
    runsStore.setState({ loadedId: undefined, currentId: onStored });
    const answered = new Promise<LabEvent>((resolve) => services().lab.subscribe((event) => event.type === 'samples' && event.done && resolve(event)));
    changeSampling({ prompt: 'What is Ada’s job in the town?', maxTokens: 4 });
    await ask();
    expect(await answered).toMatchObject({ runId: onStored, answers: [{ policy: -1 }, { policy: 0 }] });
    expect((await findHeldOut(findRun(again)!.recipe, new Set(findRun(again)!.start!.heldOutIds))).size).toBe(1);
    const gone = train(small({ model: ownModel({ runId: run!.id, policy: 0, step: 7 }) }));
    await until(() => findRun(gone)!.state === 'failed');
    expect(findRun(gone)!.detail!.template).toContain('no longer stored');

    train(small({ data: { dataset: 'clair', trainPairs: 4, heldOutPairs: 2 } }));
    await finished();
    changeMaking({ seed: 4 });
    await makeDataset('Once more');
    // The policies gave way to the adopted one, so the next question must bring them back; and the shipped model is in use.
    expect(runsStore.getState().loadedId).toBeUndefined();
    const heard: LabEvent[] = [];
    services().lab.subscribe((event) => heard.push(event));
    services().lab.send({ type: 'make', requestId: 'plain', spec: { kind: 'clair', seed: 2, tuning: false, train: 3, heldOut: 1 } });
    await until(() => heard.some(({ type }) => type === 'made'));
    expect(heard.find((event) => event.type === 'made')).toMatchObject({ modelHash: first.modelHash });
  });

  it('leaves nothing behind where it is cancelled, where the worker dies, and while a run trains', async () => {
    changeMaking({ kind: 'clair', train: 200, heldOut: 50 });
    const cancelled = makeDataset('Half');
    await until(() => sent.some(({ type }) => type === 'make'));
    cancelMaking();
    expect(await cancelled).toBeUndefined();
    expect(makingStore.getState()).toMatchObject({ stage: 'choosing', problem: undefined });

    const died = makeDataset('Half');
    await until(() => sent.filter(({ type }) => type === 'make').length === 2);
    const { requestId } = sent.findLast((request) => request.type === 'make')!;
    // As the client tells it, see its own test.
    tell({ type: 'failed', requestId, message: 'The worker died.', template: 'The worker died.', values: {} });
    expect(await died).toBeUndefined();
    expect(makingStore.getState()).toMatchObject({ stage: 'choosing', problem: { template: 'The worker died.' } });
    services().lab.send({ type: 'cancel', requestId });

    runsStore.setState({ activeId: 'some' });
    expect(await makeDataset('Half')).toBeUndefined();
    expect(makingStore.getState().problem!.template).toContain('A run is being trained');
    expect(await services().data.ask({ type: 'listDatasets' })).toEqual([]);
  });
});

describe('what a judge prefers', () => {
  it('is measured in its pairs, and in the answers of policies that were trained on them and on the same answers judged fairly', async () => {
    const judge = { length: 2, position: 0, noise: 0, style: 0 };
    changeMaking({ kind: 'on_policy', train: 12, heldOut: 4, seed: 3, judge });
    const info = (await makeDataset('Verbose'))!;
    await openBias(info.id);
    const { judged, bias } = judgeBiasStore.getState();
    expect(bias).toMatchObject({ pairs: 16, unknown: 0, first: { pairs: 16 } });
    expect(bias!.words.difference.low).toBeGreaterThan(0);
    expect(bias!.words.fair).toBeLessThan(bias!.words.difference.mean);

    experimentStore.setState({ recipe: small() });
    await trainOnJudged(judged!, { faulty: 'With the fault', fair: 'Without' });
    await finished();
    const runs = runsStore.getState().runs;
    expect(runsOn(judged!, runs).map(({ run, fair }) => [run.name, fair])).toEqual([['Without', true], ['With the fault', false]]);
    expect(new Set(runs.map(({ start }) => start!.dataHash)).size).toBe(2);
    const [, faulty] = runs;
    await measureShifts(faulty!.id);
    expect(judgeBiasStore.getState().shifts[faulty!.id]).toMatchObject([{ policy: 0, prompts: 128 }]);
    leaveBias();
    expect(judgeBiasStore.getState()).toEqual({ shifts: {} });
  });

  it('is no question where nothing was judged', async () => {
    changeMaking({ kind: 'clair', train: 2, heldOut: 1, seed: 3 });
    await openBias((await makeDataset('Revised'))!.id);
    expect(judgeBiasStore.getState().problem!.template).toContain('No judge of the town');
    leaveBias();
  });
});
