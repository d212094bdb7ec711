// Which text format it is, by what stands at its beginning; the name of a file says nothing.
import { createCsvScanner } from './csvScanner';
import { columnNames } from './csv';
import { isKnownColumn } from './aliases';
import { containerKeys } from './jsonScanner';

export type TextFormat =
  | { readonly format: 'jsonl' | 'json' }
  | { readonly format: 'csv' | 'tsv'; readonly delimiter: string; readonly loneCr: boolean };

/** @param head the first characters. @param whole whether they are all there are. */
export function detectFormat(head: string, whole: boolean): TextFormat {
  if (/^\s*[[{]/.test(head)) return { format: isJsonLines(head, whole) ? 'jsonl' : 'json' };
  // JSONL whose first line is no JSON: most of the others are.
  const lines = head.split('\n').filter((line) => line.trim() !== '');
  const objects = lines.filter((line) => /^\s*\{.*\}\s*$/.test(line)).length;
  if (objects > 0 && objects * 2 >= lines.length - 1) return { format: 'jsonl' };
  const loneCr = !head.includes('\n') && head.includes('\r');
  const delimiter = detectDelimiter(head, loneCr);
  return { format: delimiter === '\t' ? 'tsv' : 'csv', delimiter, loneCr };
}

/**
 * Whether each line is a value. A JSON document has line breaks between its tokens, or ends with its first line; JSONL has
 * a break after each value and nowhere else.
 */
function isJsonLines(head: string, whole: boolean): boolean {
  const lines = head.split(/\r?\n/).filter((line) => line.trim() !== '');
  const first = lines[0]!;
  const isValue = (line: string): boolean => {
    try {
      JSON.parse(line);
      return true;
    } catch {
      return false;
    }
  };
  if (lines.length === 1) {
    if (/^\s*\[/.test(first)) return false;
    if (whole) return !holdsRows(first);
    // One line that goes on: most likely a long first row, unless its first key promises rows.
    const [, key = ''] = /^\s*\{\s*"([^"]*)"/.exec(first) ?? [];
    return !containerKeys.has(key) && !['columns', 'features', 'schema', 'version', 'info'].includes(key);
  }
  if (isValue(first)) return true;
  // A broken first line among whole ones; the last may be cut off by the end of the head.
  const others = lines.slice(1, whole ? undefined : -1);
  const values = others.filter((line) => /^\s*[[{]/.test(line) && isValue(line)).length;
  return others.length > 0 ? values * 2 > others.length : /^\s*\{.+/.test(first) && /^\s*\{/.test(lines[1]!);
}

/** Whether an object is not one row itself: it has a list under a known key, or nothing but lists and objects. */
function holdsRows(text: string): boolean {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return false;
  }
  const entries = Object.entries(value as object);
  const isInner = (one: unknown): boolean => typeof one === 'object' && one !== null;
  return entries.some(([key, one]) => containerKeys.has(key) && isInner(one)) || (entries.length > 0 && entries.every(([, one]) => isInner(one)));
}

const candidates = [',', '\t', ';', '|'];

/** The delimiter under which the header has the most known names; among equals the one that makes most rows as wide as the header. */
function detectDelimiter(head: string, loneCr: boolean): string {
  let best = ',';
  let bestScore = -1;
  for (const delimiter of candidates) {
    const scanner = createCsvScanner(delimiter, { loneCr });
    const records = [...scanner.feed(head), ...scanner.end()].slice(0, 20).filter(({ cells }) => cells.length > 1 || cells[0]!.trim() !== '');
    if (records.length === 0) continue;
    const header = columnNames(records[0]!.cells);
    const known = header.filter(isKnownColumn).length;
    const alike = records.filter(({ cells }) => cells.length === header.length).length / records.length;
    const score = known * 10 + (header.length > 1 ? alike : 0);
    if (score > bestScore) [best, bestScore] = [delimiter, score];
  }
  return best;
}
