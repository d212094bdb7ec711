// JSONL: one JSON value a line. Blank lines are no rows.
import { fault } from './faults';
import { jsonRow, viewerRow } from './jsonRow';
import { MAX_ROW, type RowBatches, type SourceRow } from './sourceRow';

export async function* jsonLineRows(texts: AsyncIterable<string>): RowBatches {
  let rest = '';
  /** True while the rest of a line that is too long passes by; `rest` keeps its beginning. */
  let skipping = false;
  let line = 1;

  const rowOf = (text: string): SourceRow | null => {
    if (skipping || text.length > MAX_ROW) return { line, text, value: undefined, fault: fault('tooLong', { limit: MAX_ROW }) };
    return isBlank(text) ? null : viewerRow(jsonRow(text, line));
  };

  for await (const text of texts) {
    let batch: SourceRow[] = [];
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      const row = rowOf(skipping ? rest : rest + text.slice(start, end));
      rest = '';
      skipping = false;
      line += 1;
      start = end + 1;
      if (row) batch.push(row);
      if (batch.length >= 256) {
        yield batch;
        batch = [];
      }
    }
    if (!skipping) {
      rest += text.slice(start);
      if (rest.length > MAX_ROW) {
        skipping = true;
        rest = rest.slice(0, 1000);
      }
    }
    if (batch.length > 0) yield batch;
  }
  const last = rowOf(rest);
  if (last) yield [last];
}

const isBlank = (text: string): boolean => !/\S/.test(text);
