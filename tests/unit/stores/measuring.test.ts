// The data core and the training lab together, both the real ones, as the page has them in their workers.
import { beforeEach, describe, expect, it } from 'vitest';
import { emptyRuns, runsStore } from '../../../src/stores/runs';
import { cancelMeasuring, forgetMeasures, measureMoved, measureOf, measureView, measuringStore } from '../../../src/stores/measuring';
import { noticesStore } from '../../../src/stores/notices';
import { askOpinion, forgetOpinion, opinionStore } from '../../../src/stores/opinions';
import { openView, viewStore } from '../../../src/stores/datasetView';
import { receive } from '../../../src/stores/runEvents';
import { train } from '../../../src/stores/runActions';
import { provideServices, services, type Lab } from '../../../src/stores/services';
import { storedName, withStoredPairs } from '../../../src/stores/storedPairs';
import type { LabEvent } from '../../../src/lab/protocol';
import { tinyLab, tinyPairs, tinyRecipe, tinyTokenizer, type TinyLab } from '../../support/tinyLab';
import { freshData, until } from './dataFixture';

let lab: TinyLab;
let id: string;

/** Hands out what the lab tells, in order. */
function asService(of: TinyLab): Lab {
  const listeners = new Set<(event: LabEvent) => void>();
  let told = 0;
  const timer = setInterval(() => {
    while (told < of.events.length) {
      const event = of.events[told++]!;
      for (const listener of [...listeners]) listener(event);
    }
  }, 2);
  timer.unref();
  return { send: (request) => of.send(request), subscribe: (listener) => (listeners.add(listener), () => listeners.delete(listener)) };
}

beforeEach(async () => {
  const { data } = await freshData();
  lab = tinyLab();
  provideServices({ ...services(), lab: withStoredPairs(asService(lab), data, async () => ({ tokenizer: tinyTokenizer, context: 64 })) });
  services().lab.subscribe(receive);
  runsStore.setState(emptyRuns, true);
  forgetOpinion();
  const long = { ...tinyPairs[0]!, id: 'long', chosen: 'Ada '.repeat(100) };
  id = (await data.ask({ type: 'create', name: 'Tiny', pairs: [...tinyPairs, long] })).id;
  await openView(id);
});

async function trained(): Promise<void> {
  train(tinyRecipe({ data: { dataset: storedName(id), trainPairs: 9, heldOutPairs: 3 }, schedule: { steps: 2, batchSize: 3 } }));
  await until(() => runsStore.getState().activeId === undefined);
  expect(runsStore.getState().runs[0]!.state).toBe('finished');
}

describe('measuring a dataset by the models', () => {
  it('keeps margins as a column to filter and sort by, and can forget it', async () => {
    await trained();
    const columns = await measureView({ quantities: ['margin'], labelOf: (_, policy, step) => `${policy} at ${step}` });
    expect(columns).toHaveLength(2);
    const { dataset } = viewStore.getState();
    expect(dataset!.columns.filter(({ column }) => column.startsWith('added:')).map(({ label }) => label)).toEqual(['DPO at 2', 'APO-zero at 2']);
    // The margin of the training metrics is the same number: TRL's, averaged over held-out pairs.
    const stored = await services().data.ask({ type: 'pairs', dataset: id, rows: [...tinyPairs.keys(), tinyPairs.length] });
    const heldOut = stored.filter(({ pair }) => pair.split === 'heldOut').map(({ values }) => values[columns[0]!]!);
    const row = lab.of('rows').flatMap(({ rows }) => rows).filter(({ policy, values }) => policy === 0 && 'eval_rewards/margins' in values).at(-1)!;
    expect(row.step).toBe(2);
    expect(heldOut.reduce((a, b) => a + b, 0) / heldOut.length).toBeCloseTo(row.values['eval_rewards/margins']!, 4);
    // A pair that no model reads has none.
    expect(stored.at(-1)!.values[columns[0]!]).toBeUndefined();
    await forgetMeasures();
    expect(viewStore.getState().dataset!.columns.filter(({ column }) => column.startsWith('added:'))).toEqual([]);
  });

  it('shows which held-out pairs a run has moved most', async () => {
    await trained();
    await measureMoved(runsStore.getState().runs[0]!.recipe, (quantity, policy) => `${quantity} ${policy}`);
    const { filter, sort, rows } = viewStore.getState();
    expect(filter).toEqual({ splits: ['heldOut'] });
    expect(sort.by).toMatch(/^added:rejectedMoved/);
    expect(rows).toHaveLength(3);
  });

  it('says so where no policy is on the device', async () => {
    expect(await measureView({ quantities: ['margin'], labelOf: () => '' })).toEqual([]);
    expect(noticesStore.getState().notices.map(({ sentence }) => sentence.template)).toEqual([expect.stringContaining('No policies')]);
    expect(measuringStore.getState().progress).toBeUndefined();
  });

  it('ends when it is cancelled, without a fault', async () => {
    await trained();
    const measuring = measureView({ quantities: ['margin'], labelOf: () => 'x' });
    cancelMeasuring();
    await measuring;
    expect(noticesStore.getState().notices).toEqual([]);
    expect(measuringStore.getState().progress).toBeUndefined();
  });
});

it('the margin is beta times how much further apart the sides are than under the reference', () => {
  const side = (sum: number) => ({ sum, tokens: 1 });
  const [own, reference] = [{ chosen: side(-5), rejected: side(-9) }, { chosen: side(-6), rejected: side(-8) }];
  expect(['margin', 'chosenMoved', 'rejectedMoved'].map((quantity) => measureOf(quantity as 'margin', 0.2, own, reference))).toEqual([0.4, 1, -1]);
});

describe('an opinion of a pair', () => {
  it('comes from the reference alone before any run, and from the policies after one', async () => {
    await askOpinion(tinyPairs[0]!);
    expect(opinionStore.getState().scores!.map(({ policy }) => policy)).toEqual([-1]);
    expect(opinionStore.getState().run).toBeUndefined();
    await trained();
    await askOpinion(tinyPairs[1]!);
    expect(opinionStore.getState()).toMatchObject({ pending: false, run: { step: 2, policies: [{ label: 'DPO' }, { label: 'APO-zero' }] }, pair: { prompt: tinyPairs[1]!.prompt } });
  });

  it('is that of the pair asked about last', async () => {
    void askOpinion(tinyPairs[0]!);
    void askOpinion(tinyPairs[1]!);
    await askOpinion(tinyPairs[2]!);
    expect(opinionStore.getState().pair!.prompt).toBe(tinyPairs[2]!.prompt);
  });
});
