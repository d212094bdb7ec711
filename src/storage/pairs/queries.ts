// What the data worker answers about a dataset: its summary, filtered views, single pairs, leaks, comparisons.
import { UserError } from '../../engine/errors';
import type { LabDatabase } from '../database';
import { readPairs } from './bodies';
import { valueAt } from './columns';
import { binDataset, countFacets, isWhole, livingValues, usedColumns } from './facets';
import { measuredColumns, type Column, type Facets, type Filter, type Selection } from './filter';
import { edgesOf } from './histogram';
import { binsOf, flagsOf, orderOf, type Loaded, type TextSearch } from './loaded';
import { passingInOrder, sampleRows } from './order';
import { applyFilter, NEVER, passingRows, type Passing, type Searched } from './passing';
import type { Comparison, DatasetInfo, LeakReport, OpenedDataset, QueryAnswer, RequestOf, Row, StoredRow } from './protocol';
import type { DatasetRecord } from './records';
import { openSearch, searchOn } from './search';
import { leakReport, promptsInCommon } from './sharedPrompts';

/** How often a search tells what it has found so far, in milliseconds. */
const TELL_EVERY = 120;

export function infoOf(head: DatasetRecord): DatasetInfo {
  const { id, name, createdAt, changedAt, pairs, trainPairs, heldOutPairs, provenance, revision, done, undone, deletedAt } = head;
  const [undo, redo] = [done.at(-1)?.label, undone.at(-1)?.label];
  return {
    id, name, createdAt, changedAt, pairs, trainPairs, heldOutPairs, provenance, revision,
    ...(undo && { undo }),
    ...(redo && { redo }),
    ...(deletedAt !== undefined && { deletedAt }),
  };
}

function searched(data: Loaded): Searched {
  return { columns: data.columns, tagSets: data.tagSets, flags: flagsOf(data) };
}

export function openedDataset(data: Loaded): OpenedDataset {
  const labels = new Map<Column, string>(data.head.added.map(({ column, label }) => [column, label]));
  const view = searched(data);
  return {
    info: infoOf(data.head),
    columns: usedColumns(data.columns).map((column) => {
      const [min, max] = extent(livingValues(data.columns, column));
      const label = labels.get(column);
      return { column, min, max, ...(label !== undefined && { label }) };
    }),
    facets: countFacets(view, applyFilter(view, {}), binsOf(data)),
    tags: [...data.tagSets.tags()].sort(),
  };
}

function extent(values: Float32Array): [number, number] {
  let [min, max] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return [min, max];
}

const hasText = (filter: Filter): filter is Filter & { text: string } => (filter.text ?? '') !== '';

/**
 * Answers a query. A full-text search tells what it has found so far every now and then, for the first time soon.
 * @param tell hears the answer as far as it is known.
 */
export async function query(
  db: LabDatabase,
  data: Loaded,
  request: RequestOf<'query'>,
  tell: (answer: QueryAnswer) => void,
  signal: AbortSignal,
): Promise<QueryAnswer> {
  const { filter } = request;
  if (!hasText(filter)) return answer(data, request, undefined);
  const search = await openSearch(db, data, filter.text);
  if (search.left === 0) return answer(data, request, search);
  // Rows that the rest of the filter lets through, or nearly, as the histogram of what they fail in shows them.
  const { marks } = applyFilter(searched(data), filter);
  const revision = data.head.revision;
  let told = performance.now() - TELL_EVERY / 2;
  for await (const _ of searchOn(db, data, search, (row) => marks[row] === 0)) {
    signal.throwIfAborted();
    if (performance.now() - told < TELL_EVERY || search.left === 0) continue;
    tell(answer(data, request, search));
    told = performance.now();
    // After a change the texts that were read may be others; the page asks again when it hears of it.
    if (data.head.revision !== revision) break;
  }
  return answer(data, request, search);
}

function answer(data: Loaded, { filter, sort, sample, window, facets }: RequestOf<'query'>, search: TextSearch | undefined): QueryAnswer {
  const view = searched(data);
  const passing = applyFilter(view, filter, search?.states);
  const rows = rowsInOrder(data, passing, sort, sample);
  const [from, to] = [window?.from ?? 0, window?.to ?? rows.length];
  return {
    revision: data.head.revision,
    total: data.head.pairs,
    count: rows.length,
    rows: rows.slice(from, to),
    from,
    complete: search === undefined || search.left === 0,
    searched: search === undefined || search.candidates === 0 ? 1 : 1 - search.left / search.candidates,
    ...(facets && { facets: countFacets(view, sample ? only(passing, rows) : passing, binsOf(data)) }),
  };
}

function rowsInOrder(data: Loaded, passing: Passing, sort: RequestOf<'query'>['sort'], sample: RequestOf<'query'>['sample']): Uint32Array {
  const inOrder = sort === undefined ? passingRows(passing) : passingInOrder(orderOf(data, sort), passing.marks);
  return sample ? sampleRows(inOrder, sample) : inOrder;
}

/** A view of a sample shows the sample alone. */
function only({ facets }: Passing, rows: Uint32Array): Passing {
  const marks = new Uint8Array((rows.reduce((most, row) => Math.max(most, row), -1)) + 1).fill(NEVER);
  for (const row of rows) marks[row] = 0;
  return { marks, facets };
}

/** The living rows of a selection, in the dataset's order; texts are searched to the end. */
export async function selectedRows(db: LabDatabase, data: Loaded, selection: Selection, signal?: AbortSignal): Promise<Uint32Array> {
  const filter = 'rows' in selection ? { rows: selection.rows } : selection.filter;
  let search: TextSearch | undefined;
  if (hasText(filter)) {
    search = await openSearch(db, data, filter.text);
    for await (const _ of searchOn(db, data, search, () => true)) signal?.throwIfAborted();
  }
  const rows = passingRows(applyFilter(searched(data), filter, search?.states));
  return 'rows' in selection || selection.sample === undefined ? rows : sampleRows(rows, selection.sample);
}

/** Pairs in the order asked for. */
export async function storedRows(db: LabDatabase, data: Loaded, rows: ArrayLike<Row>): Promise<StoredRow[]> {
  const found = new Map<Row, StoredRow>();
  // Sorted, so that rows that share a chunk come from one reading of it.
  for await (const batch of readPairs(db, data, Uint32Array.from(rows).sort())) {
    for (const { row, pair } of batch) found.set(row, { row, pair, values: valuesAt(data, row) });
  }
  return Array.from(rows).flatMap((row) => found.get(row) ?? []);
}

function valuesAt({ columns }: Loaded, row: Row): StoredRow['values'] {
  const values: Partial<Record<Column, number>> = {};
  for (const column of [...measuredColumns, ...columns.added.keys()]) {
    const value = valueAt(columns, column, row);
    // Single precision has about seven digits; the others come from nowhere.
    if (!Number.isNaN(value)) values[column] = Number(value.toPrecision(7));
  }
  return values;
}

export function leaks(data: Loaded): LeakReport {
  return leakReport(data.columns, flagsOf(data).sharedPrompt!);
}

export function compareDatasets(first: Loaded, second: Loaded): Comparison {
  const columns = [...new Set([...usedColumns(first.columns), ...usedColumns(second.columns)])];
  const edges = new Map(
    columns.map((column) => [column, edgesOf([livingValues(first.columns, column), livingValues(second.columns, column)], isWhole(column))]),
  );
  const facets = (data: Loaded): Facets => {
    const view = searched(data);
    return countFacets(view, applyFilter(view, {}), binDataset(data.columns, edges));
  };
  return { columns, first: facets(first), second: facets(second), sharedPrompts: promptsInCommon(first.columns, second.columns) };
}

/** @throws UserError if one of the rows is not there. */
export function requireRow({ columns }: Loaded, row: Row): void {
  if (row < columns.count && columns.alive[row] === 1) return;
  throw new UserError('This pair is no longer in the dataset; it was deleted, perhaps in another tab. Nothing was changed.');
}

