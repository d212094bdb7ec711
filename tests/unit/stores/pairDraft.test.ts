import { beforeEach, describe, expect, it } from 'vitest';
import { duplicatePairs, moveTo, redo, removePairs, resplit, setSplit, swapSides, tagPairs, undo } from '../../../src/stores/datasetChanges';
import { createDataset, datasetsStore } from '../../../src/stores/datasets';
import { openView, selectAll, toggleRow, viewStore } from '../../../src/stores/datasetView';
import { noticesStore } from '../../../src/stores/notices';
import { closeDraft, draftStore, editDraft, flushDraft, openDraft, setMinimal, startFromRejected } from '../../../src/stores/pairDraft';
import type { PreferencePair } from '../../../src/preferences/pair';
import { freshData, somePair, until, type DataFixture } from './dataFixture';

let fixture: DataFixture;
let id: string;

async function stored(row: number): Promise<PreferencePair | undefined> {
  return (await fixture.data.ask({ type: 'pairs', dataset: id, rows: [row] }))[0]?.pair;
}

const draft = () => draftStore.getState();

beforeEach(async () => {
  closeDraft();
  fixture = await freshData();
  id = (await fixture.data.ask({ type: 'create', name: 'Some', pairs: Array.from({ length: 8 }, (_, i) => somePair(i)) })).id;
  await openView(id);
  setMinimal(false);
});

describe('a pair in the editor', () => {
  it('is stored after a pause in typing, as one step that can be undone and done again', async () => {
    await openDraft(2);
    editDraft({ chosen: 'Better s' });
    editDraft({ chosen: 'Better said.' });
    expect(draft().dirty).toBe(true);
    await until(() => !draft().dirty);
    expect((await stored(2))!.chosen).toBe('Better said.');
    await undo();
    expect((await stored(2))!.chosen).toBe(somePair(2).chosen);
    await until(() => draft().fields!.chosen === somePair(2).chosen);
    await redo();
    await until(() => draft().fields!.chosen === 'Better said.');
  });

  it('is stored before it is left', async () => {
    await openDraft(2);
    editDraft({ rationale: 'Because.', tags: ['one'] });
    await openDraft(3);
    expect(await stored(2)).toMatchObject({ rationale: 'Because.', tags: ['one'] });
    expect(draft().fields!.rationale).toBe('');
  });

  it.each([
    [{ prompt: ' ' }, 'prompt'],
    [{ chosen: '' }, 'chosen'],
    [{ rejected: '\n' }, 'rejected'],
    [{ chosen: 'same', rejected: 'same' }, 'same'],
  ])('that no model could learn from, %j, is not stored, and says why', async (change, why) => {
    await openDraft(1);
    editDraft(change);
    await flushDraft();
    expect(draft().problem!.template).toContain(why);
    expect(await stored(1)).toEqual(somePair(1));
    editDraft({ prompt: 'P?', chosen: 'good', rejected: 'bad' });
    await flushDraft();
    expect(draft().problem).toBeUndefined();
    expect(await stored(1)).toMatchObject({ prompt: 'P?', chosen: 'good', rejected: 'bad' });
  });

  it('that is new becomes a row with its first whole text, and goes on being typed', async () => {
    await openDraft('new');
    editDraft({ prompt: 'Who?', chosen: 'Ada.' });
    await flushDraft();
    expect(draft().row).toBe('new');
    editDraft({ rejected: 'Bea.' });
    await flushDraft();
    expect(draft()).toMatchObject({ row: 8, becameRow: 8, dirty: false });
    expect(await stored(8)).toMatchObject({ prompt: 'Who?', chosen: 'Ada.', rejected: 'Bea.', source: 'written' });
    await openDraft(8);
    editDraft({ rejected: 'Bea, I think.' });
    await flushDraft();
    expect((await stored(8))!.rejected).toBe('Bea, I think.');
    expect(await stored(9)).toBeUndefined();
  });

  it('that is left unfinished is there again, until it is stored or emptied', async () => {
    await openDraft('new');
    editDraft({ prompt: 'Who?', chosen: 'Ada.', tags: ['mine'] });
    await openDraft(2);
    editDraft({ chosen: '' });
    await openDraft(3);
    expect(draft()).toMatchObject({ fields: { chosen: somePair(3).chosen }, dirty: false });
    await openDraft(2);
    expect(draft()).toMatchObject({ fields: { chosen: '', rejected: somePair(2).rejected }, dirty: true });
    expect(draft().problem!.template).toContain('chosen');
    expect(await stored(2)).toEqual(somePair(2));
    await openDraft('new');
    expect(draft()).toMatchObject({ fields: { prompt: 'Who?', chosen: 'Ada.', tags: ['mine'] }, dirty: true });
    editDraft({ rejected: 'Bea.' });
    await flushDraft();
    expect(await stored(8)).toMatchObject({ prompt: 'Who?', rejected: 'Bea.' });
    await openDraft(3);
    await openDraft('new');
    expect(draft().fields!.prompt).toBe('');
    editDraft({ prompt: 'Nothing' });
    await flushDraft();
    editDraft({ prompt: '' });
    await openDraft(3);
    await openDraft('new');
    expect(draft()).toMatchObject({ fields: { prompt: '' }, dirty: false });
  });

  it('says that it is gone when its making is undone', async () => {
    await openDraft('new');
    editDraft({ prompt: 'Who?', chosen: 'Ada.', rejected: 'Bea.' });
    await flushDraft();
    await undo();
    await until(() => draft().gone === true);
  });

  it('lets the chosen side follow the rejected one in minimal-edit mode, until it is edited', async () => {
    await openDraft('new');
    setMinimal(true);
    editDraft({ rejected: 'A bad ans' });
    editDraft({ rejected: 'A bad answer.' });
    expect(draft().fields!.chosen).toBe('A bad answer.');
    editDraft({ chosen: 'A good answer.' });
    editDraft({ rejected: 'A bad answer!' });
    expect(draft().fields!.chosen).toBe('A good answer.');
    startFromRejected();
    expect(draft().fields!.chosen).toBe('A bad answer!');
  });

  it('is not edited where the dataset ships with the lab', async () => {
    await openDraft(2);
    viewStore.setState({ readOnly: true });
    editDraft({ chosen: 'Other' });
    await removePairs([2]);
    expect(draft().dirty).toBe(false);
    expect(await stored(2)).toEqual(somePair(2));
  });
});

describe('a change of many pairs', () => {
  it('tags, splits, swaps, copies and deletes what is selected, and is undone from its notice', async () => {
    toggleRow(1);
    toggleRow(2);
    await tagPairs(['a', 'b'], []);
    expect([(await stored(1))!.tags, (await stored(3))!.tags]).toEqual([['a', 'b'], undefined]);
    await setSplit('heldOut');
    expect((await stored(1))!.split).toBe('heldOut');
    await swapSides();
    expect((await stored(2))!.chosen).toBe(somePair(2).rejected);
    expect(await duplicatePairs([0])).toBe(8);
    await removePairs();
    expect([...viewStore.getState().rows]).toEqual([0, 3, 4, 5, 6, 7, 8]);
    const { notices } = noticesStore.getState();
    expect(notices).toHaveLength(1);
    notices[0]!.undo!();
    await until(() => viewStore.getState().rows.length === 9);
  });

  it('stores what is being typed first', async () => {
    await openDraft(0);
    editDraft({ chosen: 'Typed a moment ago.' });
    selectAll();
    await tagPairs(['all'], []);
    expect(await stored(0)).toMatchObject({ chosen: 'Typed a moment ago.', tags: ['all'] });
    expect(draft().dirty).toBe(false);
  });

  it('moves pairs to another dataset, and undo brings them back', async () => {
    const other = await createDataset('Other');
    await moveTo(other, false, [3, 4]);
    const of = (name: string): number => datasetsStore.getState().datasets.find((one) => one.name === name)!.pairs;
    expect([of('Some'), of('Other')]).toEqual([6, 2]);
    await undo();
    expect(viewStore.getState().rows).toHaveLength(8);
  });

  it('splits by prompt, the same way for the same seed', async () => {
    await resplit(0.5, 3);
    const split = await Promise.all([0, 1, 2, 3].map(async (row) => (await stored(row))!.split));
    await resplit(0, 1);
    expect(viewStore.getState().dataset!.info.heldOutPairs).toBe(0);
    await resplit(0.5, 3);
    expect(await Promise.all([0, 1, 2, 3].map(async (row) => (await stored(row))!.split))).toEqual(split);
  });
});
