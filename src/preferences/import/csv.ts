// CSV and TSV as rows: the first record names the columns. Blank lines are no rows.
import { createCsvScanner, type CsvRecord } from './csvScanner';
import { fault, unclosedQuote } from './faults';
import type { RowBatches, SourceRow } from './sourceRow';

export interface CsvOptions {
  readonly delimiter: string;
  readonly loneCr: boolean;
}

export async function* csvRows(texts: AsyncIterable<string>, { delimiter, loneCr }: CsvOptions): RowBatches {
  const scanner = createCsvScanner(delimiter, { loneCr });
  let header: string[] | undefined;

  const rowsOf = (records: readonly CsvRecord[]): SourceRow[] => {
    const rows: SourceRow[] = [];
    for (const record of records) {
      if (isBlank(record.cells)) continue;
      if (header) rows.push(rowOf(record, header, delimiter));
      else header = columnNames(record.cells);
    }
    return rows;
  };

  for await (const text of texts) {
    const rows = rowsOf(scanner.feed(text));
    for (let at = 0; at < rows.length; at += 256) yield rows.slice(at, at + 256);
  }
  const rows = rowsOf(scanner.end());
  for (let at = 0; at < rows.length; at += 256) yield rows.slice(at, at + 256);
}

const isBlank = (cells: readonly string[]): boolean => cells.length === 1 && cells[0]!.trim() === '';

/** Every column gets a name of its own: what has none is called by its place, and a repeated name is numbered. */
export function columnNames(cells: readonly string[]): string[] {
  const used = new Set<string>();
  return cells.map((cell, i) => {
    const base = cell.trim() || `column ${i + 1}`;
    let name = base;
    for (let n = 2; used.has(name); n++) name = `${base} ${n}`;
    used.add(name);
    return name;
  });
}

function rowOf({ cells, line, unclosed }: CsvRecord, header: readonly string[], delimiter: string): SourceRow {
  const text = cells.join(delimiter);
  if (unclosed) return { line, text, value: undefined, fault: unclosedQuote };
  if (cells.length > header.length) {
    return { line, text, value: undefined, fault: fault('brokenRow', { cells: cells.length, columns: header.length }) };
  }
  // Without a prototype, so that no name of a column means anything but itself.
  const value = Object.create(null) as Record<string, string>;
  for (let i = 0; i < cells.length; i++) value[header[i]!] = cells[i]!;
  return { line, text, value, ...(cells.length < header.length && { warnings: ['ragged'] as const }) };
}
