// What a filtered view is made of: histograms of all columns and counts by split, source, tag and flag, each with its own
// part of the filter left out. Pure; used by queries and by the comparison of two datasets.
import { columnOf, type Columns } from './columns';
import { sourceNames } from './facts';
import { flags, measuredColumns, OVER_CONTEXT, type Column, type Facets, type Flag, type Histogram } from './filter';
import { binColumn, countBars, edgesOf, type Bins } from './histogram';
import { NEVER, type Facet, type Passing, type Searched } from './passing';

/** Tags that a list of facets shows at most. */
const MAX_TAGS = 200;

const fractional = new Set<Column>(['wordJaccard', 'scoreMargin']);
/** Columns added later may hold anything. */
export const isWhole = (column: Column): boolean => !column.startsWith('added:') && !fractional.has(column);

/** Values of the living rows that have one. */
export function livingValues(columns: Columns, column: Column): Float32Array {
  const values = columnOf(columns, column);
  if (values === undefined) return new Float32Array(0);
  const out = new Float32Array(columns.count);
  let count = 0;
  for (let row = 0; row < columns.count; row++) {
    if (columns.alive[row] === 1 && !Number.isNaN(values[row]!)) out[count++] = values[row]!;
  }
  return out.subarray(0, count);
}

/** The columns that some living pair has a value in, in the order to show them; what is shown as a flag is none of them. */
export function usedColumns(columns: Columns): Column[] {
  return [...measuredColumns, ...columns.added.keys()].filter((column) => column !== OVER_CONTEXT && livingValues(columns, column).length > 0);
}

/** Edges and bars of all used columns, from the whole dataset, so that bars stay where they are while filters change. */
export function binDataset(columns: Columns, shared?: ReadonlyMap<Column, readonly number[]>): Map<Column, Bins> {
  const bins = new Map<Column, Bins>();
  for (const column of shared ? shared.keys() : usedColumns(columns)) {
    const edges = shared?.get(column) ?? edgesOf([livingValues(columns, column)], isWhole(column));
    bins.set(column, binColumn(columnOf(columns, column) ?? new Float32Array(columns.count).fill(NaN), columns.count, edges));
  }
  return bins;
}

/** Counts by a number of each row, over rows that pass or fail in `own` alone. */
function countBy(marks: Uint8Array, own: number, kinds: number, kindOf: ArrayLike<number>): number[] {
  const counts = new Array<number>(kinds).fill(0);
  for (let row = 0; row < marks.length; row++) {
    const mark = marks[row]!;
    if (mark === 0 || mark === own) counts[kindOf[row]!] = counts[kindOf[row]!]! + 1;
  }
  return counts;
}

export function countFacets(searched: Searched, { marks, facets }: Passing, bins: ReadonlyMap<Column, Bins>): Facets {
  const { columns, tagSets } = searched;
  // A facet without a part in the filter has no rows of its own.
  const own = (facet: Facet): number => facets.indexOf(facet) + 1 || NEVER - 1;

  const histograms: Partial<Record<Column, Histogram>> = {};
  for (const [column, binned] of bins) histograms[column] = countBars(binned, marks, own(column));

  const [train = 0, heldOut = 0] = countBy(marks, own('splits'), 2, columns.heldOut);
  const bySource = countBy(marks, own('sources'), sourceNames.length, columns.source);
  const byList = countBy(marks, own('tags'), tagSets.lists.length, columns.tags);

  const byTag = new Map<string, number>();
  byList.forEach((count, list) => {
    if (count > 0) for (const tag of tagSets.lists[list]!) byTag.set(tag, (byTag.get(tag) ?? 0) + count);
  });
  const flagged: Partial<Record<Flag, number>> = {};
  for (const flag of flags) {
    const holds = searched.flags[flag];
    if (holds) flagged[flag] = countBy(marks, own(flag), 2, holds)[1]!;
  }
  return {
    histograms,
    splits: { train, heldOut },
    sources: Object.fromEntries(sourceNames.flatMap((name, i) => (bySource[i]! > 0 ? [[name, bySource[i]!]] : []))),
    tags: [...byTag]
      .map(([tag, count]) => ({ tag, count }))
      .sort((a, b) => b.count - a.count || (a.tag < b.tag ? -1 : 1))
      .slice(0, MAX_TAGS),
    flags: flagged,
  };
}
