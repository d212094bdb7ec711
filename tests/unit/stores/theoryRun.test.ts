import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { encodeSequence } from '../../../src/engine/tokenizer/chat';
import { loadTokenizer } from '../../../src/engine/tokenizer/tokenizer';
import { noticesStore } from '../../../src/stores/notices';
import { createRowTable } from '../../../src/stores/rowTable';
import { runsStore, type Run } from '../../../src/stores/runs';
import { provideServices, services } from '../../../src/stores/services';
import { chooseRunOnPlane, leaveLens, putUnderLens, runOnPlane, startingTheoryRun, theoryRunStore } from '../../../src/stores/theoryRun';
import { tokenizerStore } from '../../../src/stores/tokenizer';
import type { DataClient, StoredRow } from '../../../src/storage/pairs/protocol';
import { freshStores, recipe, startOf, type Fixture } from './fixture';

let lab: Fixture;

const texts = (id: string): StoredRow => ({ row: Number(id.slice(1)), pair: { id, prompt: `Ask ${id}`, chosen: `Yes ${id}`, rejected: `No ${id}`, split: 'heldOut', source: 'imported' }, values: {} });

/** Three pairs of a stored dataset, of which one is gone by now. */
const data = {
  ask: async (request: { type: string; rows?: Uint32Array }) =>
    request.type === 'query' ? { rows: Uint32Array.from([0, 2]) } : [...request.rows!].map((row) => texts(`p${row}`)),
} as unknown as DataClient;

const tokenizer = loadTokenizer(JSON.parse(readFileSync('public/models/town/tokenizer.json', 'utf8')));

const run = (id: string, withTable: boolean): Run => ({
  id, name: id, createdAt: 1, recipe: { ...recipe, data: { ...recipe.data, dataset: 'stored:d' } }, state: 'finished', step: 20, elapsedMs: 1, stops: [],
  start: { ...startOf(), heldOutIds: ['p0', 'p1', 'p2'] },
  ...(withTable && { table: createRowTable() }),
});

beforeEach(() => {
  lab = freshStores();
  provideServices({ ...services(), data });
  theoryRunStore.setState(startingTheoryRun, true);
  tokenizerStore.setState({ model: recipe.model, tokenizer, context: 256 }, true);
  runsStore.setState({ runs: [run('new', true), run('old', false)], currentId: 'new' });
});

afterEach(() => vi.unstubAllGlobals());

const state = () => theoryRunStore.getState();

describe('the run on the plane', () => {
  it('is the one on screen until another is chosen, whose rows are then read without bringing it on screen', async () => {
    expect(runOnPlane(state())?.id).toBe('new');
    lab.rows.set('old', [{ step: 0, policy: 0, values: { 'eval_rewards/chosen': 0 } }]);
    await chooseRunOnPlane('old');
    expect(runOnPlane(state())?.table?.column('eval_rewards/chosen', 0)?.steps).toEqual([0]);
    expect(runsStore.getState().currentId).toBe('new');
    runsStore.setState({ runs: [run('new', true)] });
    expect(runOnPlane(state())?.id).toBe('new');
  });

  it('stays the one on screen where the other cannot be read, and the reason is told', async () => {
    provideServices({ ...services(), shelf: { ...services().shelf, loadRows: () => Promise.reject(new Error('no disk')) } });
    await chooseRunOnPlane('old');
    expect(runOnPlane(state())?.id).toBe('new');
    expect(noticesStore.getState().notices[0]?.sentence.values).toEqual({ reason: 'no disk' });
  });
});

describe('a pair under the lens', () => {
  it('brings its texts, which another policy’s view of it does not look up again', async () => {
    await putUnderLens({ runId: 'new', policy: 0, place: 2 });
    const found = state().pair;
    expect(found).toMatchObject({ row: 2, prompt: 'Ask p2', chosen: 'Yes p2', rejected: 'No p2' });
    await putUnderLens({ runId: 'new', policy: 1, place: 2 });
    expect(state()).toMatchObject({ lens: { policy: 1, place: 2 } });
    expect(state().pair).toBe(found);
    leaveLens();
    expect(state()).toMatchObject({ lens: undefined, pair: undefined });
  });

  it('counts the tokens that training scores: the answer’s and the end’s', async () => {
    // Whatever is fetched is fetched from beside the page.
    vi.stubGlobal('document', { baseURI: 'http://lab.example/' });
    await putUnderLens({ runId: 'new', policy: 0, place: 0 });
    const whole = (text: string): number => encodeSequence(tokenizer, 'Ask p0', text).ids.length;
    // The prompt with an empty answer ends with the end token, which is scored too.
    expect(state().pair).toMatchObject({ chosenLength: whole('Yes p0') - whole('') + 1, rejectedLength: whole('No p0') - whole('') + 1 });
    expect(noticesStore.getState().notices).toEqual([]);
  });

  it('that is no longer in the dataset has no texts, and keeps its place', async () => {
    await putUnderLens({ runId: 'new', policy: 0, place: 1 });
    expect(state()).toMatchObject({ lens: { place: 1 }, pair: null });
  });

  it('is not overtaken by the texts of one that was looked at before it', async () => {
    const first = putUnderLens({ runId: 'new', policy: 0, place: 0 });
    await Promise.all([first, putUnderLens({ runId: 'new', policy: 0, place: 2 })]);
    expect(state().pair).toMatchObject({ prompt: 'Ask p2' });
  });

  it('is let go of when another run comes on the plane', async () => {
    await putUnderLens({ runId: 'new', policy: 0, place: 0 });
    await chooseRunOnPlane('old');
    expect(state().lens).toBeUndefined();
  });
});
