// How a page says which pairs of a dataset it means: a filter, an order, a sample. Plain data, the same on both sides
// of the data worker; the engine of queries answers it.
import type { PairSource, Split } from '../../preferences/pair';

/** A pair's number within its dataset: given once, never given to another pair, not even after a deletion. */
export type Row = number;

/** What is measured of every pair when it is stored. Lengths and distances are in characters (code points). */
export const measuredColumns = [
  'promptLength', 'chosenLength', 'rejectedLength', 'lengthDifference', 'wordJaccard', 'levenshtein', 'scoreMargin',
] as const;

/** A column that was measured later, such as token counts or the reward margin under a checkpoint; see `setColumn`. */
export type AddedColumn = `added:${string}`;

/** 1 for a pair that is longer than the model's context, 0 for one that fits; shown as a flag, and by no histogram. */
export const OVER_CONTEXT = 'added:overContext' satisfies AddedColumn;

/**
 * `lengthDifference` is chosen minus rejected; `scoreMargin` is the chosen side's score minus the rejected side's, where
 * both are known.
 */
export type Column = (typeof measuredColumns)[number] | AddedColumn;

/** From `from` on, and below `below`: the bars of a histogram side by side make up exactly such a range. */
export interface Range {
  readonly from?: number;
  readonly below?: number;
}

export interface TagFilter {
  /** Has every one of these. */
  readonly all?: readonly string[];
  /** Has at least one of these. */
  readonly any?: readonly string[];
  /** Has none of these. */
  readonly none?: readonly string[];
}

export const flags = ['sharedPrompt', 'nearDuplicate', 'unfinished', 'overContext'] as const;
/**
 * `sharedPrompt`: the pair's prompt stands on both sides of the split. `nearDuplicate`: another pair is nearly the same.
 * `unfinished`: its prompt or a side is empty, or both sides are the same; such a pair is not trained on.
 * `overContext`: the import that brought it found it longer than the model's context, and its texts are still the same.
 */
export type Flag = (typeof flags)[number];

/** Everything that is said must hold. An empty filter lets all pairs pass. */
export interface Filter {
  /** A pair without a value in a column lies in no range of it. */
  readonly ranges?: Readonly<Partial<Record<Column, Range>>>;
  readonly splits?: readonly Split[];
  readonly sources?: readonly PairSource[];
  readonly tags?: TagFilter;
  readonly flags?: Readonly<Partial<Record<Flag, boolean>>>;
  /** Stands somewhere in prompt, chosen, rejected or rationale; letters' case and the way of composing them do not matter. */
  readonly text?: string;
  /** Only pairs that have the same prompt as this one, however it was typed. */
  readonly samePromptAs?: Row;
  /** Only these rows. */
  readonly rows?: readonly Row[] | Uint32Array;
  /** Only pairs with these ids, e.g. those behind a point of a chart. */
  readonly ids?: readonly string[];
}

/** Pairs without a value come last, whatever the direction; equal ones stay in the dataset's order. */
export interface Sort {
  readonly by: Column | 'row' | 'split' | 'source';
  readonly descending?: boolean;
}

/** So many of the pairs that pass the filter, each equally likely, the same for the same seed. */
export interface Sample {
  readonly size: number;
  readonly seed: number;
}

/** The pairs that an action is about: some by number, or all that pass a filter. */
export type Selection =
  | { readonly rows: readonly Row[] | Uint32Array }
  | { readonly filter: Filter; readonly sample?: Sample };

/** How one column's values are spread. */
export interface Histogram {
  /** Bar i counts values from `edges[i]` on and below `edges[i + 1]`; the last edge may be Infinity, and there is one more edge than bars. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  /** Pairs that have no value here. */
  readonly missing: number;
}

/**
 * What a filtered view is made of. Each facet is counted with every part of the filter applied but its own, so that a
 * brushed histogram keeps showing what lies outside of the brush.
 */
export interface Facets {
  readonly histograms: Readonly<Partial<Record<Column, Histogram>>>;
  readonly splits: Readonly<Record<Split, number>>;
  readonly sources: Readonly<Partial<Record<PairSource, number>>>;
  /** The most frequent first; at most 200. */
  readonly tags: readonly { readonly tag: string; readonly count: number }[];
  /** Absent while near-duplicates have not been looked for. */
  readonly flags: Readonly<Partial<Record<Flag, number>>>;
}
