// What the page and the data worker say to each other: one union of requests, one union of events. The worker keeps
// datasets of hundreds of thousands of pairs, and does everything that would hold the page up.
import type { ErrorValues, Remark } from '../../engine/errors';
import type { ExportChoice } from '../../preferences/export';
import type { ImportPreview, ImportProgress as ReadingProgress, ImportReport, Mapping } from '../../preferences/import';
import type { ViewerPosition, ViewerRequest } from '../../preferences/import/viewer';
import type { PreferencePair, Split } from '../../preferences/pair';
import type { ArchiveContents, Restored, RestoreProgress } from '../archive/restore';
import type { Archive, ArchiveChoice, ArchiveProgress } from '../archive/write';
import type { Column, Facets, Filter, Range, Row, Sample, Selection, Sort } from './filter';

export type { Archive, ArchiveChoice, ArchiveContents, ArchiveProgress, ExportChoice, Mapping, Restored, RestoreProgress, ViewerRequest };
export type { Column, Facets, Filter, Range, Row, Sample, Selection, Sort };

/** What a list of datasets shows. */
export interface DatasetInfo {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly changedAt: number;
  readonly pairs: number;
  readonly trainPairs: number;
  readonly heldOutPairs: number;
  /** Where it came from, for people: file name, hash, mapping, time. */
  readonly provenance: Readonly<Record<string, string>>;
  /** Grows with every change; an answer that names another revision than the last one is out of date. */
  readonly revision: number;
  /** What undo and redo would do, in a sentence; absent when there is nothing. */
  readonly undo?: Remark;
  readonly redo?: Remark;
  /** When it was deleted: it can be brought back by `undo` until it is swept, a day later. */
  readonly deletedAt?: number;
}

/** A dataset as its page opens it. */
export interface OpenedDataset {
  readonly info: DatasetInfo;
  /** Every column that some pair has a value in, in the order to show them; `label` only for columns added later. */
  readonly columns: readonly { readonly column: Column; readonly label?: string; readonly min: number; readonly max: number }[];
  /** Of all pairs. */
  readonly facets: Facets;
  /** Every tag of the dataset, in alphabetical order. */
  readonly tags: readonly string[];
}

/** A stored pair with its number and what was measured of it; a column without a value is left out. */
export interface StoredRow {
  readonly row: Row;
  readonly pair: PreferencePair;
  readonly values: Readonly<Partial<Record<Column, number>>>;
}

/** What an editor may change. An empty `rationale`, `history`, `tags` or `scores` takes the field away. */
export type PairChange = Partial<
  Pick<PreferencePair, 'history' | 'prompt' | 'chosen' | 'rejected' | 'rationale' | 'tags' | 'scores' | 'split' | 'source'>
>;

export interface QueryAnswer {
  readonly revision: number;
  /** Pairs of the dataset. */
  readonly total: number;
  /** Pairs that pass. */
  readonly count: number;
  /** The window asked for, in the order asked for. */
  readonly rows: Uint32Array;
  /** Where the window begins. */
  readonly from: number;
  /** False while a full-text search goes on: count, rows and facets then hold what was found so far. */
  readonly complete: boolean;
  /** Share of the candidates of a full-text search that have been read, from 0 to 1. */
  readonly searched: number;
  readonly facets?: Facets;
}

/** What every change answers. */
export interface Changed {
  readonly info: DatasetInfo;
  /** Pairs that are other than before, or new, or gone. */
  readonly changed: number;
  /** The numbers of pairs that were added, in order. */
  readonly added?: Uint32Array;
}

/** Where an import reads from. */
export type ImportSource =
  | { readonly kind: 'blob'; readonly name: string; readonly blob: Blob }
  | { readonly kind: 'text'; readonly name: string; readonly text: string }
  /** A public dataset by name, through the dataset viewer. */
  | ({ readonly kind: 'viewer' } & ViewerRequest);

/** What it takes to count a model's tokens. */
export interface ModelReading {
  readonly name: string;
  /** The model's `tokenizer.json`, not yet checked. */
  readonly tokenizer: unknown;
  /** Tokens that it reads at most. */
  readonly tokens: number;
}

export interface ImportProgress extends ReadingProgress {
  /** While `finishing`, everything has been read, and what was stored becomes one dataset. */
  readonly stage: 'reading' | 'finishing';
}

/** Which facts two datasets are compared by: histograms with the same edges. */
export interface Comparison {
  readonly columns: readonly Column[];
  readonly first: Facets;
  readonly second: Facets;
  /** Prompts, after normalisation, that stand in both. */
  readonly sharedPrompts: number;
}

export interface DuplicateGroup {
  /** The pairs that are nearly the same, in the dataset's order. */
  readonly rows: readonly Row[];
  /** The lowest of the similarities that hold the group together: Jaccard over runs of five characters of prompt, chosen and rejected. */
  readonly similarity: number;
}

export interface LeakReport {
  /** Prompts, after normalisation, that stand on both sides of the split. */
  readonly prompts: number;
  readonly trainPairs: number;
  readonly heldOutPairs: number;
  /** One training pair for each of the first hundred such prompts; `samePromptAs` finds the others. */
  readonly examples: readonly Row[];
}

export interface StorageUse {
  /** Bytes; absent where the browser does not tell. */
  readonly usage?: number;
  readonly quota?: number;
  /** Whether the browser has promised to delete nothing by itself. */
  readonly persisted?: boolean;
}

export type DataRequest =
  | { readonly type: 'listDatasets' }
  | { readonly type: 'preview'; readonly source: ImportSource; readonly mapping?: Mapping; readonly rows?: number; readonly heldOutShare?: number; readonly seed?: number }
  | {
      readonly type: 'import';
      readonly source: ImportSource;
      readonly mapping?: Mapping;
      /** By default after the source. */
      readonly name?: string;
      readonly heldOutShare?: number;
      readonly seed?: number;
      /** Adds to this dataset instead of making a new one. */
      readonly into?: string;
      /** Counts and flags the pairs that this model cannot read whole. */
      readonly model?: ModelReading;
    }
  | { readonly type: 'create'; readonly name: string; readonly pairs?: readonly PreferencePair[]; readonly provenance?: Readonly<Record<string, string>> }
  | { readonly type: 'open'; readonly dataset: string }
  | {
      readonly type: 'query';
      readonly dataset: string;
      readonly filter: Filter;
      readonly sort?: Sort;
      readonly sample?: Sample;
      /** Absent: all rows. A number takes four bytes, so all are seldom too many. */
      readonly window?: { readonly from: number; readonly to: number };
      readonly facets?: boolean;
    }
  | { readonly type: 'pairs'; readonly dataset: string; readonly rows: readonly Row[] | Uint32Array }
  | { readonly type: 'edit'; readonly dataset: string; readonly row: Row; readonly change: PairChange }
  | { readonly type: 'add'; readonly dataset: string; readonly pairs: readonly Omit<PreferencePair, 'id'>[] }
  | { readonly type: 'duplicate'; readonly dataset: string; readonly selection: Selection }
  | { readonly type: 'swap'; readonly dataset: string; readonly selection: Selection }
  | { readonly type: 'remove'; readonly dataset: string; readonly selection: Selection }
  | { readonly type: 'tag'; readonly dataset: string; readonly selection: Selection; readonly add?: readonly string[]; readonly remove?: readonly string[] }
  | { readonly type: 'move'; readonly dataset: string; readonly selection: Selection; readonly to: string; readonly copy?: boolean }
  | { readonly type: 'setSplit'; readonly dataset: string; readonly selection: Selection; readonly split: Split }
  /** Puts every prompt on one side of the split by its hash. */
  | { readonly type: 'resplit'; readonly dataset: string; readonly heldOutShare: number; readonly seed: number }
  /** Stores numbers that were measured elsewhere, e.g. by a model, as one more column; NaN takes a value away. */
  | { readonly type: 'setColumn'; readonly dataset: string; readonly column: `added:${string}`; readonly label: string; readonly rows: Uint32Array; readonly values: Float32Array }
  | { readonly type: 'dropColumn'; readonly dataset: string; readonly column: `added:${string}` }
  | { readonly type: 'undo'; readonly dataset: string }
  | { readonly type: 'redo'; readonly dataset: string }
  | { readonly type: 'rename'; readonly dataset: string; readonly name: string }
  /** Can be undone until it is swept; `purge` deletes for good. */
  | { readonly type: 'deleteDataset'; readonly dataset: string }
  | { readonly type: 'purge'; readonly dataset: string }
  | { readonly type: 'compare'; readonly first: string; readonly second: string }
  | { readonly type: 'nearDuplicates'; readonly dataset: string; readonly threshold?: number }
  | { readonly type: 'leaks'; readonly dataset: string }
  | { readonly type: 'export'; readonly dataset: string; readonly selection?: Selection; readonly sort?: Sort; readonly choice: ExportChoice }
  /** Datasets, runs and checkpoints as one file; all that are stored, or those named. */
  | ({ readonly type: 'archive' } & ArchiveChoice)
  /** Checks a whole archive and tells what is in it. */
  | { readonly type: 'inspectArchive'; readonly blob: Blob }
  /** Everything in the archive or, when anything fails, nothing. What is stored already is skipped or kept as well. */
  | { readonly type: 'restore'; readonly blob: Blob; readonly conflicts: 'skip' | 'keepBoth' }
  | { readonly type: 'storageUse' };

export type RequestType = DataRequest['type'];
export type RequestOf<T extends RequestType> = Extract<DataRequest, { type: T }>;

export interface ImportAnswer {
  /** Absent when not one pair came of it; nothing is stored then. */
  readonly dataset?: DatasetInfo;
  readonly report: ImportReport;
  /** One line of JSON for each rejected row: its number, its line, the reason, and the row; absent if there are none. */
  readonly rejectedRows?: Blob;
  /** Of a public dataset that broke off: an import `into` the dataset goes on from `next`. */
  readonly position?: ViewerPosition;
  /** True if no dataset was imported before: the moment to ask for persistent storage. */
  readonly first: boolean;
}

/** What each request is answered with. */
export interface Answers {
  listDatasets: readonly DatasetInfo[];
  preview: ImportPreview;
  import: ImportAnswer;
  create: DatasetInfo;
  open: OpenedDataset;
  query: QueryAnswer;
  /** In the order asked for; a pair that is gone is left out. */
  pairs: readonly StoredRow[];
  edit: Changed & { readonly row: StoredRow };
  add: Changed;
  duplicate: Changed;
  swap: Changed;
  remove: Changed;
  tag: Changed;
  move: Changed & { readonly target: DatasetInfo };
  setSplit: Changed;
  resplit: Changed;
  setColumn: DatasetInfo;
  dropColumn: DatasetInfo;
  undo: Changed;
  redo: Changed;
  rename: DatasetInfo;
  deleteDataset: DatasetInfo;
  purge: null;
  compare: Comparison;
  nearDuplicates: { readonly groups: readonly DuplicateGroup[]; readonly pairs: number };
  leaks: LeakReport;
  export: { readonly blob: Blob; readonly name: string; readonly pairs: number };
  archive: Archive;
  inspectArchive: ArchiveContents;
  restore: Restored;
  storageUse: StorageUse;
}

/** What a request that takes long tells on the way. */
export interface Progresses {
  import: ImportProgress;
  /** The answer as far as it is known. */
  query: QueryAnswer;
  export: { readonly done: number; readonly total: number };
  nearDuplicates: { readonly done: number; readonly total: number };
  move: { readonly done: number; readonly total: number };
  resplit: { readonly done: number; readonly total: number };
  archive: ArchiveProgress;
  inspectArchive: RestoreProgress;
  restore: RestoreProgress;
}

export type Answer<T extends RequestType> = Answers[T];
export type Progress<T extends RequestType> = T extends keyof Progresses ? Progresses[T] : never;

/** What the page posts to the worker. */
export type ToWorker =
  | { readonly type: 'ask'; readonly id: number; readonly request: DataRequest }
  | { readonly type: 'cancel'; readonly id: number };

/** What the worker posts to the page. */
export type DataEvent =
  | { readonly type: 'progress'; readonly id: number; readonly progress: Progresses[keyof Progresses] }
  | { readonly type: 'answer'; readonly id: number; readonly answer: Answers[RequestType] }
  /** `name` is `AbortError` for a request that was cancelled. */
  | { readonly type: 'failed'; readonly id: number; readonly name: string; readonly message: string; readonly template: string; readonly values: ErrorValues }
  /** Something was changed, by this page or in another tab; `dataset` is absent when the list itself has changed. */
  | { readonly type: 'changed'; readonly dataset?: string; readonly revision?: number }
  /** A newer version of the lab has taken the storage over; the worker stores nothing any more. */
  | { readonly type: 'overtaken' };

/** The page's handle on the worker. */
export interface DataClient {
  /**
   * Asks, and waits for the answer.
   * @throws UserError for what a person can do something about; a DOMException `AbortError` after `signal` was aborted.
   */
  ask<T extends RequestType>(request: RequestOf<T>, options?: { readonly signal?: AbortSignal; readonly onProgress?: (progress: Progress<T>) => void }): Promise<Answer<T>>;
  /** Calls the listener whenever a dataset or the list of them has changed; gives back the way to end that. */
  onChange(listener: (change: { readonly dataset?: string; readonly revision?: number }) => void): () => void;
  /** Calls the listener when a newer version of the lab has taken the storage over; gives back the way to end that. */
  onOvertaken(listener: () => void): () => void;
  /** Asks the browser to keep the lab's storage even when disks are full; true if it does. Only a page may ask this. */
  persist(): Promise<boolean>;
  dispose(): void;
}
