// Preference pairs as text that others read (TRL's shapes) or that the lab reads back without a loss. In pieces, so that a
// dataset of any size can be written.
import { UserError } from '../../engine/errors';
import { guardCell, labColumns, labJsonColumns, toLabRow } from '../labFormat';
import type { PreferencePair } from '../pair';
import { toTrlConversation, toTrlStrings } from '../trl';

export interface ExportChoice {
  /**
   * `lab`: everything of a pair, read back as it was. `conversational`: TRL's message lists with an explicit prompt.
   * `standard`: TRL's plain strings, for pairs without earlier turns.
   */
  readonly shape: 'lab' | 'conversational' | 'standard';
  readonly format: 'jsonl' | 'csv';
  /**
   * CSV for a spreadsheet rather than for a program: begins with a byte order mark, by which a spreadsheet knows UTF-8,
   * and puts an apostrophe before cells that it could run as a formula. Off by default, because programs would read
   * both as text; the lab's own shape is always guarded and takes the guard off again. Message lists begin with a
   * bracket and need none.
   */
  readonly spreadsheet?: boolean;
}

/** Characters of a piece, about. */
const PIECE = 1 << 16;

/**
 * The text, in pieces of some tens of thousands of characters.
 * @throws UserError at a pair that the shape can not hold.
 */
export async function* exportPairs(
  pairs: Iterable<PreferencePair> | AsyncIterable<PreferencePair>,
  { shape, format, spreadsheet = false }: ExportChoice,
): AsyncGenerator<string> {
  const columns = shape === 'lab' ? labColumns : (['prompt', 'chosen', 'rejected'] as const);
  let piece = format === 'jsonl' ? '' : `${spreadsheet ? '\ufeff' : ''}${csvLine(columns)}`;
  for await (const pair of pairs) {
    const row = rowOf(pair, shape);
    piece += format === 'jsonl' ? `${JSON.stringify(row)}\n` : csvLine(columns.map((column) => cellOf(row[column], column, shape, spreadsheet)));
    if (piece.length > PIECE) {
      yield piece;
      piece = '';
    }
  }
  if (piece !== '') yield piece;
}

function rowOf(pair: PreferencePair, shape: ExportChoice['shape']): Record<string, unknown> {
  if (shape === 'lab') return toLabRow(pair);
  if (shape === 'conversational') return { ...toTrlConversation(pair) };
  if (pair.history && pair.history.length > 0) {
    throw new UserError('The pair {id} has earlier turns, which plain strings can not hold. Nothing was exported; choose message lists.', { id: pair.id });
  }
  return { ...toTrlStrings(pair) };
}

/** An absent field is an empty cell, and an empty text of the lab's own shape is an apostrophe. */
function cellOf(value: unknown, column: string, shape: ExportChoice['shape'], spreadsheet: boolean): string {
  if (value === undefined) return '';
  if (typeof value !== 'string') return JSON.stringify(value);
  if (shape === 'lab' && !labJsonColumns.has(column)) return value === '' ? "'" : guardCell(value);
  return spreadsheet ? guardCell(value) : value;
}

/** RFC 4180, every cell quoted: texts have line breaks, commas and blanks at their ends. */
function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\n`;
}
