// What every format gives: rows in batches, each with where it stood and, if it could not be read, why.
import type { Remark } from '../../engine/errors';
import type { RejectionCode, WarningCode } from './types';

export interface SourceRow {
  /** Where it begins in the text, counted from 1. */
  readonly line?: number;
  /** Whatever the format holds; only objects can become pairs. */
  readonly value: unknown;
  /** As it was found, where that was text. */
  readonly text?: string;
  /** Why there is no value. */
  readonly fault?: Fault;
  readonly warnings?: readonly WarningCode[];
}

export interface Fault {
  readonly code: RejectionCode;
  readonly problem: Remark;
}

/** Batches, so that a row costs no promise of its own. */
export type RowBatches = AsyncGenerator<readonly SourceRow[]>;

/** A row with more characters is rejected unread. */
export const MAX_ROW = 32_000_000;
