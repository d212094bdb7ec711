// What an import takes, tells on the way and reports at the end. Storage, the pages and the command line build on these.
import type { Remark } from '../../engine/errors';
import type { PreferencePair } from '../pair';
import type { Mapping } from './mapping';

export type ImportFormat = 'jsonl' | 'json' | 'csv' | 'tsv' | 'parquet';

/** How the text was encoded; Parquet is no text. */
export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be';

export interface ImportSource {
  /** For people; the content alone decides how it is read. */
  readonly name: string;
  /** A Blob or a byte array can be read in parts, which Parquet wants; a stream of Parquet is held whole. */
  readonly bytes: ReadableStream<Uint8Array> | Uint8Array | Blob;
}

/** Why a row gave no pair. */
export type RejectionCode =
  | 'brokenJson' // no valid JSON
  | 'brokenRow' // CSV: more cells than columns, or a quote that is never closed
  | 'notARow' // JSON, but no object
  | 'missing' // a mapped column is not there or null
  | 'notText' // a mapped column holds something that can not be read as text, a message list, a list …
  | 'emptyPrompt'
  | 'emptySide'
  | 'sameSides'
  | 'duplicate' // the same prompt, chosen and rejected as an earlier row
  | 'noCommonPrompt' // an implicit prompt, and the sides do not begin alike
  | 'noLabel' // the label is not one that the mapping knows
  | 'noPartner' // an unpaired row whose prompt has no row with the other label
  | 'tooFew' // fewer than two rated completions
  | 'tie'
  | 'skipped' // the mapping's `skip` said so
  | 'tooLong'; // a text beyond MAX_TEXT characters

export type WarningCode =
  | 'overContext' // longer than the model's context
  | 'truncatedCells' // the dataset viewer cut a cell off
  | 'wrongTen' // UltraFeedback's overall score of 10 that its aspect ratings contradict
  | 'scoreOrder' // the rejected side has the higher score
  | 'severalTurns' // the sides part earlier than at their last answer
  | 'badCharacters' // replacement characters or lone surrogates: bytes that were no valid text
  | 'ragged' // CSV: fewer cells than columns
  | 'extraDropped' // columns too large to be kept as extra
  | 'notMeasured' // too long for the edit distance or the words
  | 'idTaken'; // the lab's own lines: an id that another pair has; a new one was given

/** A row that gave no pair. */
export interface Rejection {
  /** Counted from 1, without a header. */
  readonly row: number;
  /** Where it begins in the text, counted from 1; absent for Parquet and for rows of the dataset viewer. */
  readonly line?: number;
  readonly code: RejectionCode;
  /** The reason in a sentence. */
  readonly problem: Remark;
  /** The row as it was found, as far as MAX_EXCERPT characters go. */
  readonly excerpt: string;
}

/** What was measured of a pair; null where a side is too long for it. */
export interface PairMeasures {
  /** Jaccard similarity of the sets of words. */
  readonly jaccard: number | null;
  /** Levenshtein distance in code points. */
  readonly levenshtein: number | null;
}

export interface ImportedPair {
  readonly pair: PreferencePair;
  /** The row it came from, or the later of two that paired up. */
  readonly row: number;
  readonly line?: number;
  readonly warnings: readonly WarningCode[];
  /** Absent with `measure: false`. */
  readonly measures?: PairMeasures;
}

export interface ImportProgress {
  /** Of the source as given, before decompression. */
  readonly bytes: number;
  readonly totalBytes?: number;
  readonly rows: number;
  readonly ok: number;
  readonly rejected: number;
  readonly pairs: number;
}

/** What a model reads at most. */
export interface ModelContext {
  /** Prompt, answer and the marks between them. */
  readonly tokens: number;
  /** Whether training would take the pair as it is. */
  readonly fits: (pair: PreferencePair) => boolean;
}

export interface ImportOptions {
  /** Overrides recognition. */
  readonly mapping?: Mapping;
  /** Of the split by prompt. */
  readonly seed: number;
  /** Share of prompts that are held out, from 0 to 1. */
  readonly heldOutShare: number;
  /** Pairs that do not fit into it are kept and warned of. */
  readonly context?: ModelContext;
  /** False leaves contrastiveness out. */
  readonly measure?: boolean;
  /** Stops after so many rows; for previews. */
  readonly maxRows?: number;
  /** Aborting rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Called in order with at most a few hundred pairs, and awaited. */
  readonly onPairs?: (chunk: readonly ImportedPair[]) => void | Promise<void>;
  readonly onRejected?: (chunk: readonly Rejection[]) => void | Promise<void>;
}

export interface LengthSummary {
  readonly min: number;
  readonly median: number;
  readonly mean: number;
  readonly p95: number;
  readonly max: number;
}

export interface ImportWarning {
  readonly code: WarningCode;
  /** Pairs that it concerns. */
  readonly count: number;
  /** In a sentence, the count included. */
  readonly problem: Remark;
  /** The first few. */
  readonly rows: readonly number[];
}

/** How sure recognition is. `named`: the columns are those of a dataset known by name. */
export type Confidence = 'named' | 'likely' | 'guess';

export interface Recognition {
  readonly mapping: Mapping;
  readonly confidence: Confidence;
  /** Why, in a sentence. */
  readonly why: Remark;
}

/** A column as recognition sees it, for the mapping screen. */
export interface ColumnSample {
  readonly name: string;
  readonly holds: 'text' | 'messages' | 'list' | 'number' | 'boolean' | 'object' | 'nothing' | 'mixed';
  /** The first value, shortened. */
  readonly example: string;
}

export interface ImportReport {
  readonly name: string;
  readonly format: ImportFormat;
  /** Absent for Parquet. */
  readonly encoding?: TextEncoding;
  readonly compressed: boolean;
  readonly mapping: Mapping;
  /** Absent where the mapping was given. */
  readonly recognition?: Pick<Recognition, 'confidence' | 'why'>;
  /** rows = ok + rejected, always. */
  readonly rows: number;
  readonly ok: number;
  readonly rejected: number;
  readonly pairs: number;
  readonly reasons: Readonly<Partial<Record<RejectionCode, number>>>;
  readonly warnings: readonly ImportWarning[];
  /** Pairs longer than the model's context of so many tokens; absent where nobody has counted. */
  readonly context?: { readonly tokens: number; readonly over: number };
  /** Means over the measured pairs; null where there are none. */
  readonly contrastiveness: { readonly jaccard: number | null; readonly levenshtein: number | null };
  /** In UTF-16 code units, as JavaScript counts; null without a pair. */
  readonly lengths: { readonly prompt: LengthSummary; readonly chosen: LengthSummary; readonly rejected: LengthSummary } | null;
  /** Of the source's bytes as given, in hexadecimal; absent if the source was not read to its end. */
  readonly sha256?: string;
  /** The source broke off or is damaged: what was read until there was kept. */
  readonly incomplete?: Remark;
}

/** The first rows as they would be imported, with the columns to choose from. */
export interface ImportPreview {
  readonly format: ImportFormat;
  readonly encoding?: TextEncoding;
  readonly compressed: boolean;
  readonly columns: readonly ColumnSample[];
  /** Absent when the columns are not recognised and no mapping was given; then there are no pairs. */
  readonly mapping?: Mapping;
  readonly recognition?: Pick<Recognition, 'confidence' | 'why'>;
  /** Why nothing was recognised. */
  readonly unrecognised?: Remark;
  readonly pairs: readonly ImportedPair[];
  readonly rejections: readonly Rejection[];
}

/** Longer texts are rejected: no model of the lab could read them. Characters. */
export const MAX_TEXT = 4_000_000;
/** Of the unknown columns of a row, as JSON; what goes beyond is dropped and warned of. Characters. */
export const MAX_EXTRA = 4_000;
/** Of a rejected row. Characters. */
export const MAX_EXCERPT = 10_000;
