// What is on the screen of one dataset: the filter and order that were asked for, the rows that pass, the pairs that have
// been fetched, which of them are selected and which one is looked at. Changes to pairs are in datasetChanges.ts.
import { createStore } from 'zustand/vanilla';
import { isShippedDataset } from '../lab/datasets';
import type { DatasetInfo, Facets, Filter, OpenedDataset, QueryAnswer, Row, Sample, Selection, Sort, StoredRow } from '../storage/pairs/protocol';
import { infoArrived, listDatasets, openShipped } from './datasets';
import { report, sentenceOf, type Sentence } from './notices';
import { services } from './services';

/** Which pairs an action is about: those in `rows`, or with `all` every pair that passes but those in `rows`. */
export interface Selected {
  readonly all: boolean;
  readonly rows: ReadonlySet<Row>;
}

export interface ViewState {
  /** As the address names it: a stored dataset's id, or the name of one that ships. */
  readonly name?: string;
  readonly dataset?: OpenedDataset;
  /** Shipped datasets are looked at and copied, never changed. */
  readonly readOnly: boolean;
  readonly problem?: Sentence;
  readonly filter: Filter;
  readonly sort: Sort;
  readonly sample?: Sample;
  /** The rows that pass, in order. */
  readonly rows: Uint32Array;
  readonly facets?: Facets;
  /** False while a search goes on and `rows` holds what was found so far. */
  readonly complete: boolean;
  readonly searched: number;
  readonly busy: boolean;
  readonly selected: Selected;
  /** The pair under the lens. */
  readonly current?: Row;
  readonly loaded: ReadonlyMap<Row, StoredRow>;
}

const nothing: Selected = { all: false, rows: new Set() };

export const emptyView: ViewState = {
  readOnly: false, filter: {}, sort: { by: 'row' }, rows: new Uint32Array(0), complete: true, searched: 1, busy: false, selected: nothing, loaded: new Map(),
};

export const viewStore = createStore<ViewState>()(() => emptyView);

/** Pairs kept beside those in sight. */
const MOST_LOADED = 1500;

let asking: AbortController | undefined;
/** Rows whose pair in `loaded` is as it is stored. */
let fresh = new Set<Row>();
let fetching = new Set<Row>();
let inSight: readonly Row[] = [];

/** The stored dataset on screen. */
export function viewedId(): string | undefined {
  return viewStore.getState().dataset?.info.id;
}

/** Opens a dataset's page; one that is on screen already keeps its filter. */
export async function openView(name: string): Promise<void> {
  if (viewStore.getState().name === name && viewStore.getState().problem === undefined) return;
  closeView();
  viewStore.setState({ name, readOnly: isShippedDataset(name), busy: true });
  try {
    const id = isShippedDataset(name) ? (await openShipped(name)).id : name;
    if (viewStore.getState().name !== name) return;
    await load(id);
  } catch (error) {
    if (viewStore.getState().name === name) viewStore.setState({ problem: sentenceOf(error), busy: false });
  }
}

export function closeView(): void {
  asking?.abort();
  asking = undefined;
  fresh = new Set();
  fetching = new Set();
  inSight = [];
  outdated = false;
  viewStore.setState(emptyView, true);
}

async function load(id: string): Promise<void> {
  const { name } = viewStore.getState();
  const dataset = await services().data.ask({ type: 'open', dataset: id });
  if (viewStore.getState().name !== name) return;
  viewStore.setState(({ facets }) => ({ dataset, facets: facets ?? dataset.facets }));
  infoArrived(dataset.info);
  await query();
}

/** Asks again for everything that a change may have changed, while the old stays on screen. */
export async function refreshView(): Promise<void> {
  const id = viewedId();
  if (id === undefined) return;
  fresh = new Set();
  outdated = false;
  const { current } = viewStore.getState();
  try {
    await load(id);
    wantRows(current === undefined ? inSight : [...inSight, current]);
  } catch (error) {
    report(error);
  }
}

let changing = 0;

/** Runs a change of this page's own: it looks again itself, so that word of the change need not. */
export async function duringChange<T>(work: () => Promise<T>): Promise<T> {
  changing += 1;
  try {
    return await work();
  } finally {
    changing -= 1;
  }
}

/** Something was changed, by this page or in another tab. */
export function dataChanged({ dataset, revision }: { readonly dataset?: string; readonly revision?: number }): void {
  if (changing > 0) return;
  const info = viewStore.getState().dataset?.info;
  if (info !== undefined && info.id === dataset && revision !== undefined) {
    if (revision > info.revision) void refreshView();
  } else void listDatasets();
}

function take(answer: QueryAnswer): void {
  viewStore.setState(({ facets }) => ({
    rows: answer.rows, facets: answer.facets ?? facets, complete: answer.complete, searched: answer.searched,
  }));
}

/** Asks which pairs pass; an earlier question that is still open is given up. */
export async function query(): Promise<void> {
  const { dataset, filter, sort, sample } = viewStore.getState();
  if (dataset === undefined) return;
  asking?.abort();
  const mine = new AbortController();
  asking = mine;
  viewStore.setState({ busy: true });
  try {
    const answer = await services().data.ask(
      { type: 'query', dataset: dataset.info.id, filter, sort, facets: true, ...(sample && { sample }) },
      { signal: mine.signal, onProgress: (soFar) => mine === asking && take(soFar) },
    );
    if (mine === asking) take(answer);
  } catch (error) {
    if (mine === asking) report(error);
  } finally {
    if (mine === asking) viewStore.setState({ busy: false });
  }
}

const isEmpty = (part: unknown): boolean =>
  part === undefined || part === '' || (typeof part === 'object' && part !== null && Object.values(part).every((value) => value === undefined));

/** Changes parts of the filter; a part that is undefined or empty filters nothing. */
export function changeFilter(change: Partial<Filter>): void {
  viewStore.setState(({ filter }) => ({
    filter: Object.fromEntries(Object.entries({ ...filter, ...change }).filter(([, part]) => !isEmpty(part))),
    selected: nothing,
  }));
  void query();
}

export function clearFilter(): void {
  viewStore.setState({ filter: {}, sample: undefined, selected: nothing });
  void query();
}

export function isFiltered({ filter, sample }: Pick<ViewState, 'filter' | 'sample'>): boolean {
  return Object.keys(filter).length > 0 || sample !== undefined;
}

export function sortBy(sort: Sort): void {
  viewStore.setState({ sort });
  void query();
}

/** Shows a random sample of the pairs that pass, or all of them again. */
export function takeSample(sample: Sample | undefined): void {
  viewStore.setState({ sample, selected: nothing });
  void query();
}

/** Says which rows are in sight, so that their pairs are fetched. */
export function wantRows(rows: readonly Row[]): void {
  inSight = rows;
  const id = viewedId();
  const missing = rows.filter((row) => !fresh.has(row) && !fetching.has(row));
  if (id === undefined || missing.length === 0) return;
  const [freshNow, fetchingNow] = [fresh, fetching];
  for (const row of missing) fetchingNow.add(row);
  services()
    .data.ask({ type: 'pairs', dataset: id, rows: missing })
    .then((found) => {
      // Asked before the last change, or of another dataset.
      if (freshNow !== fresh || viewedId() !== id) return;
      for (const { row } of found) freshNow.add(row);
      rowsArrived(found);
    })
    .catch(report)
    .finally(() => {
      for (const row of missing) fetchingNow.delete(row);
    });
}

function rowsArrived(found: readonly StoredRow[]): void {
  const loaded = new Map(viewStore.getState().loaded);
  for (const one of found) loaded.set(one.row, one);
  if (loaded.size > MOST_LOADED) {
    const needed = new Set([...inSight, viewStore.getState().current, ...found.map(({ row }) => row)]);
    for (const row of loaded.keys()) {
      if (loaded.size <= MOST_LOADED / 2) break;
      if (needed.has(row)) continue;
      loaded.delete(row);
      fresh.delete(row);
    }
  }
  viewStore.setState({ loaded });
}

/** Whether pairs were edited since the list was asked for; it stays as it is meanwhile, so that one can go from pair to pair. */
let outdated = false;

/** A single pair was stored as it was typed. */
export function rowStored(info: DatasetInfo, stored: StoredRow): void {
  const { dataset, loaded } = viewStore.getState();
  if (dataset?.info.id !== info.id) return;
  outdated = true;
  viewStore.setState({ dataset: { ...dataset, info }, loaded: new Map(loaded).set(stored.row, stored) });
}

/** Asks for the list again if pairs were edited since. */
export function refreshIfOutdated(): void {
  if (outdated) void refreshView();
}

/** Looks at a pair, or at none. */
export function lookAt(row: Row | undefined): void {
  viewStore.setState({ current: row });
  if (row !== undefined) wantRows([...inSight.filter((one) => one !== row), row]);
}

/** The row so many places further in the list, as far as it goes. */
export function rowBeside(row: Row | undefined, by: number): Row | undefined {
  const { rows } = viewStore.getState();
  const place = row === undefined ? -1 : rows.indexOf(row);
  if (place < 0) return rows[0];
  return rows[Math.min(rows.length - 1, Math.max(0, place + by))];
}

export const isSelected = ({ all, rows }: Selected, row: Row): boolean => rows.has(row) !== all;

export function countSelected({ selected, rows }: Pick<ViewState, 'selected' | 'rows'>): number {
  return selected.all ? rows.length - selected.rows.size : selected.rows.size;
}

/** Selects a pair or lets it go. */
export function toggleRow(row: Row): void {
  viewStore.setState(({ selected }) => {
    const rows = new Set(selected.rows);
    if (!rows.delete(row)) rows.add(row);
    return { selected: { ...selected, rows } };
  });
}

/** Selects every pair from one place of the list to another, beside those selected already. */
export function selectBetween(from: number, to: number): void {
  viewStore.setState(({ selected, rows: listed }) => {
    const rows = new Set(selected.rows);
    for (const row of listed.subarray(Math.min(from, to), Math.max(from, to) + 1)) {
      if (selected.all) rows.delete(row);
      else rows.add(row);
    }
    return { selected: { ...selected, rows } };
  });
}

export function selectAll(): void {
  viewStore.setState({ selected: { all: true, rows: new Set() } });
}

export function selectNone(): void {
  viewStore.setState({ selected: nothing });
}

/** The selected pairs as the data worker wants to hear of them; all that pass by their filter, whatever their number. */
export function selectionOf({ selected, rows, filter, sample }: ViewState): Selection {
  if (!selected.all) return { rows: Uint32Array.from(selected.rows) };
  if (selected.rows.size > 0) return { rows: rows.filter((row) => !selected.rows.has(row)) };
  return { filter, ...(sample && { sample }) };
}
