// How a dataset lies in the database: a head, the texts in chunks, the columns and sketches in blocks, and a journal.
import type { Remark } from '../../engine/errors';
import type { PreferencePair } from '../../preferences/pair';
import type { ColumnBlock } from './columns';
import type { AddedColumn } from './filter';

export type { ColumnBlock };

/** What a list of datasets shows; the page's part of the head. */
export interface StoredDataset {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly pairs: number;
  readonly trainPairs: number;
  readonly heldOutPairs: number;
  /** Where it came from, for people: file name, mapping, and so on. */
  readonly provenance: Readonly<Record<string, string>>;
}

/** One change that can be taken back: its number in the journal and what it was. */
export interface JournalMark {
  readonly at: number;
  readonly label: Remark;
}

export interface DatasetRecord extends StoredDataset {
  readonly changedAt: number;
  /** Grows with every change; whoever writes checks that it is still the one that was read. */
  readonly revision: number;
  /** Rows ever given, those of deleted pairs included. */
  readonly rows: number;
  /** The dictionary of lists of tags. */
  readonly tagLists: readonly (readonly string[])[];
  readonly added: readonly { readonly column: AddedColumn; readonly label: string }[];
  /** Changes that can be undone, the last one last, and those that can be redone, the next one last. */
  readonly done: readonly JournalMark[];
  readonly undone: readonly JournalMark[];
  /** Deleted rows whose texts have been taken away for good. */
  readonly textsGone?: number;
  /** When an import that is still being written last wrote; nobody sees the dataset until then. */
  readonly stagedAt?: number;
  readonly deletedAt?: number;
}

/** A pair without what may be changed for many pairs at a time, which lies in the columns. */
export type PairBody = Omit<PreferencePair, 'split' | 'source' | 'tags'>;

/**
 * The texts of consecutive rows from `first` on; null for a pair that is gone for good. Chromium stores records of more
 * than 64 kB beside the database, and reading many such records takes ten times as long; so chunks end before.
 */
export interface PairChunk {
  readonly dataset: string;
  readonly first: number;
  readonly bodies: readonly (PairBody | null)[];
}

/** Sketches of a block's rows: see sketch.ts. */
export interface SketchBlock {
  readonly dataset: string;
  readonly block: number;
  readonly count: number;
  /** NEARNESS numbers for each row. */
  readonly nearness: Uint16Array;
  /** Bytes of each row's filter of grams; the filters lie one after the other. */
  readonly sizes: Uint16Array;
  readonly filters: Uint8Array;
}

export interface AddedBlock {
  readonly dataset: string;
  readonly column: AddedColumn;
  readonly block: number;
  readonly values: Float32Array;
}

/** A part of a change, as it is done; undoing turns it round. */
export type Step =
  /** Pairs that were added (or taken away). */
  | { readonly kind: 'alive'; readonly dataset: string; readonly rows: Uint32Array; readonly alive: boolean }
  | { readonly kind: 'split' | 'tags'; readonly dataset: string; readonly rows: Uint32Array; readonly before: Uint32Array; readonly after: Uint32Array }
  | { readonly kind: 'swap'; readonly dataset: string; readonly rows: Uint32Array }
  | { readonly kind: 'pair'; readonly dataset: string; readonly row: number; readonly before: PreferencePair; readonly after: PreferencePair }
  | { readonly kind: 'head'; readonly dataset: string; readonly before: HeadChange; readonly after: HeadChange };

export interface HeadChange {
  readonly name: string;
  readonly deleted: boolean;
  /** By which rule the split was last made, as the provenance tells it; empty for none. Absent where the change leaves it. */
  readonly split?: string;
}

export interface JournalEntry {
  readonly dataset: string;
  readonly at: number;
  readonly steps: readonly Step[];
}

/** Indexes of the tables, for the schema. */
export const pairTables = {
  pairChunks: '[dataset+first]',
  columns: '[dataset+block]',
  sketches: '[dataset+block]',
  addedColumns: '[dataset+column+block]',
  journal: '[dataset+at]',
} as const;
