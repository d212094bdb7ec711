import { beforeEach, describe, expect, it } from 'vitest';
import { datasetsStore, listDatasets } from '../../../src/stores/datasets';
import {
  changeFilter, clearFilter, countSelected, isSelected, openView, rowBeside, selectAll, selectBetween, selectionOf, sortBy, takeSample, toggleRow, viewStore, wantRows,
} from '../../../src/stores/datasetView';
import { noticesStore } from '../../../src/stores/notices';
import { freshData, somePair, until, type DataFixture } from './dataFixture';

let fixture: DataFixture;
let id: string;

beforeEach(async () => {
  fixture = await freshData();
  const pairs = Array.from({ length: 40 }, (_, i) => somePair(i, i < 3 ? { tags: ['odd'] } : {}));
  id = (await fixture.data.ask({ type: 'create', name: 'Some', pairs })).id;
  await openView(id);
});

const settled = (): Promise<void> => until(() => !viewStore.getState().busy);
const rows = (): number[] => [...viewStore.getState().rows];

describe('the dataset on screen', () => {
  it('lists all pairs in their order, with facets, until it is filtered', async () => {
    expect(rows()).toEqual(Array.from({ length: 40 }, (_, i) => i));
    expect(viewStore.getState().facets!.splits).toEqual({ train: 30, heldOut: 10 });
    changeFilter({ splits: ['heldOut'] });
    await settled();
    expect(rows()).toEqual([0, 4, 8, 12, 16, 20, 24, 28, 32, 36]);
    changeFilter({ tags: { any: ['odd'] } });
    await settled();
    expect(rows()).toEqual([0]);
    clearFilter();
    await settled();
    expect(rows()).toHaveLength(40);
  });

  it('keeps nothing of a part of the filter that was emptied', async () => {
    changeFilter({ ranges: { chosenLength: { from: 20 } }, text: '  x' });
    changeFilter({ ranges: { chosenLength: undefined }, text: undefined });
    expect(viewStore.getState().filter).toEqual({});
    await settled();
    expect(rows()).toHaveLength(40);
  });

  it('shows the answer to the last of several questions asked at once', async () => {
    changeFilter({ text: 'number 1' });
    changeFilter({ text: 'number 12' });
    changeFilter({ text: 'number 39' });
    await settled();
    expect(rows()).toEqual([39]);
    expect(noticesStore.getState().notices).toEqual([]);
  });

  it('orders by a column, and by the dataset again', async () => {
    sortBy({ by: 'chosenLength', descending: true });
    await settled();
    const lengths = rows().map((row) => somePair(row).chosen.length);
    expect(lengths).toEqual([...lengths].sort((a, b) => b - a));
    sortBy({ by: 'row' });
    await settled();
    expect(rows()[0]).toBe(0);
  });

  it('takes the same sample for the same seed', async () => {
    takeSample({ size: 5, seed: 7 });
    await settled();
    const first = rows();
    expect(first).toHaveLength(5);
    takeSample(undefined);
    await settled();
    takeSample({ size: 5, seed: 7 });
    await settled();
    expect(rows()).toEqual(first);
  });

  it('fetches the pairs in sight once', async () => {
    wantRows([3, 4, 5]);
    wantRows([3, 4, 5]);
    await until(() => viewStore.getState().loaded.has(5));
    wantRows([5]);
    expect(fixture.asked.filter((type) => type === 'pairs')).toHaveLength(1);
    expect(viewStore.getState().loaded.get(4)!.pair.prompt).toBe('Question number 4?');
  });

  it('fetches again what was changed elsewhere', async () => {
    wantRows([3]);
    await until(() => viewStore.getState().loaded.has(3));
    await fixture.data.ask({ type: 'edit', dataset: id, row: 3, change: { prompt: 'Other?' } });
    await until(() => viewStore.getState().loaded.get(3)?.pair.prompt === 'Other?');
    await fixture.data.ask({ type: 'remove', dataset: id, selection: { rows: [0, 1] } });
    await until(() => rows().length === 38);
  });

  it('says why a dataset cannot be opened, and opens another', async () => {
    await openView('nowhere');
    expect(viewStore.getState().problem).toBeDefined();
    await openView(id);
    expect(viewStore.getState().problem).toBeUndefined();
    expect(rows()).toHaveLength(40);
  });
});

describe('a selection', () => {
  it('grows and shrinks row by row and by stretches', () => {
    toggleRow(5);
    selectBetween(8, 6);
    expect(countSelected(viewStore.getState())).toBe(4);
    toggleRow(7);
    expect(selectionOf(viewStore.getState())).toEqual({ rows: Uint32Array.of(5, 6, 8) });
  });

  it('of all pairs is told by the filter, and by rows once some are let go', async () => {
    changeFilter({ splits: ['heldOut'] });
    await settled();
    selectAll();
    expect(countSelected(viewStore.getState())).toBe(10);
    expect(selectionOf(viewStore.getState())).toEqual({ filter: { splits: ['heldOut'] } });
    toggleRow(4);
    expect(countSelected(viewStore.getState())).toBe(9);
    expect(isSelected(viewStore.getState().selected, 4)).toBe(false);
    expect(selectionOf(viewStore.getState())).toEqual({ rows: Uint32Array.of(0, 8, 12, 16, 20, 24, 28, 32, 36) });
  });

  it('is let go with the filter that it was made under', () => {
    toggleRow(5);
    changeFilter({ splits: ['train'] });
    expect(countSelected(viewStore.getState())).toBe(0);
  });
});

it('the row beside another is the next one of the list, as far as it goes', async () => {
  changeFilter({ splits: ['heldOut'] });
  await settled();
  expect([rowBeside(4, 1), rowBeside(4, -1), rowBeside(4, -9), rowBeside(36, 1), rowBeside(undefined, 1)]).toEqual([8, 0, 0, 36, 0]);
});

it('the list of datasets tells those that were deleted from the others', async () => {
  const other = await fixture.data.ask({ type: 'create', name: 'Other' });
  await fixture.data.ask<'deleteDataset' | 'purge'>({ type: 'deleteDataset', dataset: other.id });
  await listDatasets();
  const { datasets, deleted } = datasetsStore.getState();
  expect([datasets.map(({ name }) => name), deleted.map(({ name }) => name)]).toEqual([['Some'], ['Other']]);
});
