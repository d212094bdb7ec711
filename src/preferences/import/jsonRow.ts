// One JSON text as one row, whatever it holds. Used by the JSON formats.
import { fault } from './faults';
import type { SourceRow } from './sourceRow';

/** Strings are matched too, so that a word inside of them is left alone. */
const stringOrNumber = /"(?:[^"\\]|\\.)*"|-?\b(?:Infinity|NaN)\b/g;

/** Parses JSON as others write it: Python puts NaN and Infinity where JSON has no such numbers; they become null. */
function parseLenient(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw error;
    return JSON.parse(text.replace(stringOrNumber, (found) => (found.startsWith('"') ? found : 'null')));
  }
}

export function jsonRow(text: string, line: number): SourceRow {
  try {
    // Files that were put one behind the other bring a byte order mark each.
    return { line, text, value: parseLenient(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text) };
  } catch (error) {
    // The engine's message quotes the text at length.
    const reason = error instanceof Error ? error.message.slice(0, 200) : String(error);
    return { line, text, value: undefined, fault: fault('brokenJson', { reason }) };
  }
}

/** The dataset viewer's answers wrap each row. */
export function viewerRow(row: SourceRow): SourceRow {
  const { value } = row;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'row_idx') || !Object.hasOwn(value, 'row')) return row;
  const { row: inner, truncated_cells: cut } = value as { row: unknown; truncated_cells?: unknown };
  return { ...row, value: inner, ...(Array.isArray(cut) && cut.length > 0 && { warnings: ['truncatedCells'] as const }) };
}
