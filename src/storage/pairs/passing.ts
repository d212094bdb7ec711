// Which rows pass a filter, and which fail in one respect alone: those are what the histogram of that respect shows
// beyond its brush. Pure, over columns; used by queries, selections and exports.
import { hashOf, sourceNames } from './facts';
import { columnOf, type Columns } from './columns';
import { flags, type Column, type Filter, type Flag, type Range } from './filter';
import type { TagSets } from './tagSets';

/** What a filter is applied to. */
export interface Searched {
  readonly columns: Columns;
  readonly tagSets: TagSets;
  /** For each row, whether the flag holds; a flag that nobody has worked out holds for no row. */
  readonly flags: Readonly<Partial<Record<Flag, Uint8Array>>>;
}

/** A part of a filter that a facet shows; one facet is counted as if its own part were not there. */
export type Facet = Column | 'splits' | 'sources' | 'tags' | Flag;

export interface Passing {
  /** For each row: 0 if it passes, k + 1 if it fails in `facets[k]` alone, NEVER otherwise. */
  readonly marks: Uint8Array;
  /** Parts of the filter that rows may fail in. */
  readonly facets: readonly Facet[];
}

export const NEVER = 255;

/** Rows that pass the parts of a filter that no facet shows: deleted rows and chosen rows, prompts, ids and text. */
function base({ columns }: Searched, filter: Filter, found: Uint8Array | undefined): Uint8Array {
  const { count, alive, prompt, id } = columns;
  const out = new Uint8Array(count).fill(NEVER);
  const passes = (row: number): boolean => alive[row] === 1 && (found === undefined || found[row] === 1);
  if (filter.rows) {
    for (const row of filter.rows) if (row < count && passes(row)) out[row] = 0;
  } else {
    for (let row = 0; row < count; row++) if (passes(row)) out[row] = 0;
  }
  const { samePromptAs: model, ids } = filter;
  if (model !== undefined) {
    for (let row = 0; row < count; row++) {
      if (model >= count || prompt[row * 2] !== prompt[model * 2] || prompt[row * 2 + 1] !== prompt[model * 2 + 1]) out[row] = NEVER;
    }
  }
  if (ids) {
    const wanted = new Set(ids.map((one) => hashOf(one).join()));
    for (let row = 0; row < count; row++) if (out[row] === 0 && !wanted.has(`${id[row * 2]},${id[row * 2 + 1]}`)) out[row] = NEVER;
  }
  return out;
}

/** A test for each part of the filter that a facet shows: whether a row holds to it. */
function tests(searched: Searched, filter: Filter): [Facet, (row: number) => boolean][] {
  const { columns, tagSets } = searched;
  const out: [Facet, (row: number) => boolean][] = [];
  for (const [name, range] of Object.entries(filter.ranges ?? {}) as [Column, Range | undefined][]) {
    if (range === undefined || (range.from === undefined && range.below === undefined)) continue;
    const values = columnOf(columns, name);
    // Bounds are rounded as the values are, so that 0.7 lies in a range from 0.7.
    const from = Math.fround(range.from ?? -Infinity);
    const below = Math.fround(range.below ?? Infinity);
    // NaN is in no range; Infinity as a bound lets Infinity in.
    out.push([name, (row) => values !== undefined && values[row]! >= from && (values[row]! < below || (below === Infinity && values[row] === below))]);
  }
  if (filter.splits) {
    const wanted = [filter.splits.includes('train'), filter.splits.includes('heldOut')];
    out.push(['splits', (row) => wanted[columns.heldOut[row]!]!]);
  }
  if (filter.sources) {
    const wanted = sourceNames.map((name) => filter.sources!.includes(name));
    out.push(['sources', (row) => wanted[columns.source[row]!]!]);
  }
  const { all = [], any = [], none = [] } = filter.tags ?? {};
  if (all.length + any.length + none.length > 0) {
    // Asked once for each list of tags, not for each row.
    const passes = tagSets.lists.map(
      (list) => all.every((tag) => list.includes(tag)) && (any.length === 0 || any.some((tag) => list.includes(tag))) && !none.some((tag) => list.includes(tag)),
    );
    out.push(['tags', (row) => passes[columns.tags[row]!]!]);
  }
  for (const flag of flags) {
    const wanted = filter.flags?.[flag];
    if (wanted === undefined) continue;
    const known = searched.flags[flag];
    out.push([flag, (row) => (known?.[row] === 1) === wanted]);
  }
  return out;
}

/** @param found for a filter with text: 1 for each row whose texts hold it. */
export function applyFilter(searched: Searched, filter: Filter, found?: Uint8Array): Passing {
  const marks = base(searched, filter, found);
  const parts = tests(searched, filter);
  parts.forEach(([, holds], k) => {
    for (let row = 0; row < marks.length; row++) {
      if (marks[row] !== NEVER && !holds(row)) marks[row] = marks[row] === 0 ? k + 1 : NEVER;
    }
  });
  return { marks, facets: parts.map(([facet]) => facet) };
}

/** The rows that pass, in the dataset's order. */
export function passingRows({ marks }: Passing): Uint32Array {
  let count = 0;
  for (let row = 0; row < marks.length; row++) if (marks[row] === 0) count += 1;
  const rows = new Uint32Array(count);
  for (let row = 0, at = 0; row < marks.length; row++) if (marks[row] === 0) rows[at++] = row;
  return rows;
}
