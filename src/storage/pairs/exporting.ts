// A dataset, or the part of it on screen, as a file: read bit by bit and handed to the browser piece by piece, so that the
// whole text never lies in memory.
import { exportPairs } from '../../preferences/export';
import type { PreferencePair } from '../../preferences/pair';
import type { LabDatabase } from '../database';
import { readPairs } from './bodies';
import { orderOf, type Loaded } from './loaded';
import type { Answer, Progress, RequestOf } from './protocol';
import { selectedRows } from './queries';

/** Characters that are put together before the browser takes them over. */
const PART = 4_000_000;

export async function exportDataset(
  db: LabDatabase,
  data: Loaded,
  { selection = { filter: {} }, sort, choice }: RequestOf<'export'>,
  tell: (progress: Progress<'export'>) => void,
  signal: AbortSignal,
): Promise<Answer<'export'>> {
  let rows = await selectedRows(db, data, selection, signal);
  if (sort) {
    const wanted = new Set(rows);
    rows = orderOf(data, sort).filter((row) => wanted.has(row));
  }
  let done = 0;
  async function* pairs(): AsyncGenerator<PreferencePair> {
    for await (const batch of readPairs(db, data, rows)) {
      signal.throwIfAborted();
      for (const { pair } of batch) yield pair;
      done += batch.length;
      tell({ done, total: rows.length });
    }
  }
  const type = choice.format === 'csv' ? 'text/csv' : 'application/jsonl';
  const parts: Blob[] = [];
  let pieces: string[] = [];
  let length = 0;
  for await (const piece of exportPairs(pairs(), choice)) {
    pieces.push(piece);
    length += piece.length;
    if (length < PART) continue;
    parts.push(new Blob(pieces));
    pieces = [];
    length = 0;
  }
  return { blob: new Blob([...parts, ...pieces], { type }), name: `${fileName(data.head.name)}.${choice.format}`, pairs: done };
}

/** A name that every file system takes. */
export function fileName(name: string): string {
  return name.replace(/[^\p{L}\p{M}\p{N} ._()-]+/gu, '-').replace(/^[.\s]+|[.\s]+$/g, '').slice(0, 100) || 'pairs';
}
