// JSON that is no JSONL: an array of rows, an object that holds one, columns side by side, or objects one after another.
import { fault } from './faults';
import { jsonRow, viewerRow } from './jsonRow';
import { createJsonScanner, type Found } from './jsonScanner';
import { MAX_ROW, type RowBatches, type SourceRow } from './sourceRow';

export async function* jsonDocumentRows(texts: AsyncIterable<string>): RowBatches {
  const scanner = createJsonScanner();
  for await (const text of texts) {
    const found = scanner.feed(text);
    const names = columnNames(scanner.columns());
    const rows = found.flatMap((one) => rowsOf(one, names));
    for (let at = 0; at < rows.length; at += 256) yield rows.slice(at, at + 256);
    const failure = scanner.failure();
    if (failure) throw failure;
  }
  scanner.end();
}

function columnNames(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  try {
    const names: unknown = JSON.parse(text);
    return Array.isArray(names) && names.every((name) => typeof name === 'string') ? names : undefined;
  } catch {
    return undefined;
  }
}

function rowsOf({ kind, text, line, tooLong }: Found, names: string[] | undefined): SourceRow[] {
  if (tooLong) return [{ line, text, value: undefined, fault: fault('tooLong', { limit: MAX_ROW }) }];
  const row = jsonRow(text, line);
  if (row.fault) return [row];
  if (kind === 'document') return documentRows(row);
  const { value } = row;
  // pandas with orient="split": rows are lists, and the columns' names stand beside them.
  if (names && Array.isArray(value)) return [{ ...row, value: Object.fromEntries(names.map((name, i) => [name, (value as unknown[])[i]])) }];
  return [viewerRow(row)];
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isMessage = (value: unknown): boolean => isObject(value) && (Object.hasOwn(value, 'role') || Object.hasOwn(value, 'from'));

/** One object without a list of rows: columns as lists, columns by index as pandas writes them, or a single row. */
function documentRows(row: SourceRow): SourceRow[] {
  if (!isObject(row.value)) return [row];
  const columns = Object.entries(row.value);
  const lengths = new Set(columns.map(([, column]) => (Array.isArray(column) ? column.length : -1)));
  if (columns.length > 0 && lengths.size === 1 && !lengths.has(-1) && !columns.some(([, column]) => (column as unknown[]).some(isMessage))) {
    const [count] = lengths;
    return Array.from({ length: count! }, (_, i) => ({
      line: row.line!,
      value: Object.fromEntries(columns.map(([name, column]) => [name, (column as unknown[])[i]])),
    }));
  }
  if (columns.length > 0 && columns.every(([, column]) => isObject(column) && Object.hasOwn(column, '0'))) {
    const indices = Object.keys(columns[0]![1] as object);
    return indices.map((index) => ({
      line: row.line!,
      value: Object.fromEntries(columns.map(([name, column]) => [name, Object.hasOwn(column as object, index) ? (column as Record<string, unknown>)[index] : null])),
    }));
  }
  return [row];
}
