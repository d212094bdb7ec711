// CSV and TSV after RFC 4180, read as it comes and forgiving where files of the wild are not: bare quotes inside a cell,
// blanks after a closing quote, any kind of line end, a quote that is never closed. Gives cells with line numbers.

export interface CsvRecord {
  readonly cells: string[];
  /** Where it begins, counted from 1. */
  readonly line: number;
  /** It opens a quote that is never closed: the cells are its first line's, and reading goes on after that line. */
  readonly unclosed: boolean;
}

export interface CsvScanner {
  feed(chunk: string): CsvRecord[];
  /** What is left when the text has ended. */
  end(): CsvRecord[];
}

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;

/**
 * @param delimiter one character. @param loneCr whether a carriage return alone ends a line, as on old Macs.
 * @param maxRecord characters of one record, after which a quote counts as never closed.
 */
export function createCsvScanner(delimiter: string, { loneCr = false, maxRecord = 32_000_000 } = {}): CsvScanner {
  const DELIMITER = delimiter.charCodeAt(0);
  let buffer = '';
  let line = 1;
  /** Not worth another try before the buffer is this long: a long record is then read a few times, not once a chunk. */
  let tryAt = 0;
  /** Up to here, in characters of the buffer, a quote has to close on its own line: an earlier one never did. */
  let flatUntil = 0;

  /** The first delimiter at or after where it was last asked for; Infinity if the buffer has none. */
  let delimiterAt = -1;

  /** The end of the line that the position lies in, and where the next one begins; -1 where it is not there yet. */
  function lineEnd(from: number): { end: number; next: number } {
    const at = buffer.indexOf(loneCr ? '\r' : '\n', from);
    if (at === -1) return { end: -1, next: -1 };
    return { end: !loneCr && at > from && buffer.charCodeAt(at - 1) === CR ? at - 1 : at, next: at + 1 };
  }

  /** Remembered, for a file without delimiters would be searched to its end for every line. */
  function nextDelimiter(from: number): number {
    if (delimiterAt < from) {
      delimiterAt = buffer.indexOf(delimiter, from);
      if (delimiterAt === -1) delimiterAt = Infinity;
    }
    return delimiterAt;
  }

  /**
   * One record from `at` on. @returns where the next one begins, or what is wrong: `short` if the buffer ends within it,
   * `open` if a quote is not closed before `limit`.
   */
  function record(at: number, ended: boolean, limit: number, cells: string[]): number | 'short' | 'open' {
    let i = at;
    let newline = lineEnd(i);
    for (;;) {
      if (buffer.charCodeAt(i) === QUOTE) {
        let cell = '';
        let from = i + 1;
        for (;;) {
          const quote = buffer.indexOf('"', from);
          if (quote === -1 || quote >= limit) return ended || limit < buffer.length ? 'open' : 'short';
          // The next character decides what the quote means.
          if (quote + 1 >= buffer.length && !ended) return 'short';
          if (buffer.charCodeAt(quote + 1) === QUOTE) {
            cell += buffer.slice(i + 1, quote + 1);
            i = quote + 1;
            from = quote + 2;
            continue;
          }
          let after = quote + 1;
          while (buffer.charCodeAt(after) === 0x20) after += 1;
          if (after >= buffer.length && !ended) return 'short';
          const next = buffer.charCodeAt(after);
          const isCrLf = next === CR && (loneCr || buffer.charCodeAt(after + 1) === LF || (after + 1 >= buffer.length && ended));
          if (next === CR && after + 1 >= buffer.length && !ended) return 'short';
          if (after >= buffer.length || next === DELIMITER || next === LF || isCrLf) {
            cells.push(cell + buffer.slice(i + 1, quote));
            if (after >= buffer.length) return buffer.length;
            if (next === DELIMITER) {
              i = after + 1;
              if (newline.end !== -1 && newline.end < i) newline = lineEnd(i);
              break;
            }
            return after + (next === CR && buffer.charCodeAt(after + 1) === LF ? 2 : 1);
          }
          // A quote in the middle of the cell is text.
          from = quote + 1;
        }
        continue;
      }
      if (newline.end === -1 && !ended) return 'short';
      const end = newline.end === -1 ? buffer.length : newline.end;
      const stop = nextDelimiter(i);
      if (stop >= end) {
        cells.push(buffer.slice(i, end));
        return newline.end === -1 ? buffer.length : newline.next;
      }
      cells.push(buffer.slice(i, stop));
      i = stop + 1;
    }
  }

  function scan(ended: boolean): CsvRecord[] {
    const out: CsvRecord[] = [];
    let at = 0;
    delimiterAt = -1;
    while (at < buffer.length) {
      const cells: string[] = [];
      const flat = at < flatUntil;
      const own = flat ? lineEnd(at) : undefined;
      if (own?.end === -1 && !ended && buffer.length - at <= maxRecord) break;
      const limit = own ? (own.end === -1 ? buffer.length : own.end) : Math.min(buffer.length, at + maxRecord);
      let next = record(at, ended || own !== undefined, limit, cells);
      if (next === 'short' && buffer.length - at > maxRecord) next = 'open';
      if (next === 'short') break;
      const unclosed = next === 'open';
      if (next === 'open') {
        if (!flat) flatUntil = limit;
        const { end, next: after } = own ?? lineEnd(at);
        cells.splice(0, cells.length, buffer.slice(at, end === -1 ? buffer.length : end));
        next = end === -1 ? buffer.length : after;
      }
      out.push({ cells, line, unclosed });
      line += countLines(at, next);
      at = next;
    }
    buffer = buffer.slice(at);
    flatUntil = Math.max(0, flatUntil - at);
    tryAt = buffer.length * 2;
    return out;
  }

  function countLines(from: number, to: number): number {
    // The search for the last one would go on past the record, to the next line end at worst.
    let count = 0;
    for (let i = lineEnd(from).next; i !== -1 && i <= to; i = lineEnd(i).next) count += 1;
    return count;
  }

  return {
    feed: (chunk) => {
      buffer += chunk;
      return buffer.length < tryAt ? [] : scan(false);
    },
    end: () => scan(true),
  };
}
