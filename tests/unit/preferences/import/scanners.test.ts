import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { createCsvScanner, type CsvRecord } from '../../../../src/preferences/import/csvScanner';
import { createJsonScanner } from '../../../../src/preferences/import/jsonScanner';
import { parsePythonLiteral } from '../../../../src/preferences/import/pythonLiteral';

/** Cuts a text at random places. */
const cut = (text: string, places: readonly number[]): string[] => {
  const at = [0, ...places.map((place) => place % (text.length + 1)).sort((a, b) => a - b), text.length];
  return at.slice(1).map((end, i) => text.slice(at[i], end));
};
const places = fc.array(fc.nat(), { maxLength: 6 });

function scanCsv(chunks: readonly string[], options: { delimiter?: string; maxRecord?: number } = {}): CsvRecord[] {
  const scanner = createCsvScanner(options.delimiter ?? ',', options);
  return [...chunks.flatMap((chunk) => scanner.feed(chunk)), ...scanner.end()];
}

describe('scanning CSV', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', ' ', '가', '🙂', ';'), maxLength: 8 });
  const table = fc.integer({ min: 1, max: 4 }).chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 6 }));

  it('reads what Papa Parse writes, cut anywhere', () => {
    fc.assert(
      fc.property(table, fc.boolean(), places, (rows, quotes, at) => {
        const text = Papa.unparse(rows, { quotes, newline: '\n' });
        // A row of one empty cell is a blank line, at the end nothing at all.
        if (text.endsWith('\n') || text === '') return;
        expect(scanCsv(cut(text, at)).map(({ cells }) => cells)).toEqual(rows);
      }),
      { numRuns: 2000 },
    );
  });

  it('reads what people write as Papa Parse reads it, as long as every quote is closed', () => {
    const field = fc.oneof(
      fc.string({ unit: fc.constantFrom('a', ' ', '가'), maxLength: 5 }),
      fc.string({ unit: fc.constantFrom('a', '""', ',', '\n', ' '), maxLength: 6 }).map((inner) => `"${inner}"`),
      // Quotes inside of a cell without quotes are text.
      fc.string({ unit: fc.constantFrom('a', '"', ' '), maxLength: 5 }).map((inner) => `x${inner}`),
    );
    const text = fc.array(fc.array(field, { minLength: 1, maxLength: 4 }).map((cells) => cells.join(',')), { minLength: 1, maxLength: 5 }).map((rows) => rows.join('\n'));
    fc.assert(
      fc.property(text, places, (csv, at) => {
        const theirs = Papa.parse<string[]>(csv, { delimiter: ',', newline: '\n' });
        if (csv.endsWith('\n') || csv === '') return;
        expect(scanCsv(cut(csv, at)).map(({ cells }) => cells)).toEqual(theirs.data);
      }),
      { numRuns: 2000 },
    );
  });

  it('gives the same records however the text is cut, whatever it holds', () => {
    const any = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', '\u2028'), maxLength: 60 });
    fc.assert(
      fc.property(any, places, (text, at) => {
        expect(scanCsv(cut(text, at))).toEqual(scanCsv([text]));
      }),
      { numRuns: 3000 },
    );
  });

  it('loses no line: each record begins where the one before it ended', () => {
    const any = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ' '), maxLength: 60 });
    fc.assert(
      fc.property(any, (text) => {
        const records = scanCsv([text]);
        const lineCount = text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
        const starts = records.map(({ line }) => line);
        expect(starts[0] ?? 0).toBe(lineCount === 0 ? 0 : 1);
        expect(starts).toEqual([...starts].sort((a, b) => a - b));
        expect(new Set(starts).size).toBe(starts.length);
        // Without quotes nothing spans lines.
        if (!text.includes('"')) expect(records).toHaveLength(lineCount);
      }),
      { numRuns: 1000 },
    );
  });

  it('gives up on a quote after so many characters, and takes time in proportion to the text', () => {
    const text = `a,b\n"open,1\n${'x,y\n'.repeat(5000)}`;
    for (const chunks of [[text], text.match(/[^]{1,50}/g)!]) {
      const records = scanCsv(chunks, { maxRecord: 1000 });
      expect(records).toHaveLength(5002);
      expect(records.filter(({ unclosed }) => unclosed)).toMatchObject([{ line: 2, cells: ['"open,1'] }]);
    }
    // A quote opened on each of 100,000 lines: the square of that would take hours.
    expect(scanCsv(['"a\n'.repeat(100_000)])).toHaveLength(100_000);
    // And no delimiter anywhere.
    expect(scanCsv(['abc\n'.repeat(300_000)])).toHaveLength(300_000);
  });
});

describe('scanning JSON', () => {
  const scan = (chunks: readonly string[]) => {
    const scanner = createJsonScanner();
    return { found: chunks.flatMap((chunk) => scanner.feed(chunk)), scanner };
  };
  const values = fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 6 });

  it('finds the elements that JSON.parse finds, cut anywhere', () => {
    fc.assert(
      fc.property(values, fc.constantFrom(undefined, 1, '\t'), places, (array, indent, at) => {
        const { found, scanner } = scan(cut(JSON.stringify(array, null, indent), at));
        scanner.end();
        expect(found.map(({ text }) => JSON.parse(text) as unknown)).toEqual(JSON.parse(JSON.stringify(array)));
      }),
      { numRuns: 1000 },
    );
  });

  it('finds them under a key among any others', () => {
    fc.assert(
      fc.property(values, fc.dictionary(fc.string().filter((key) => key.length > 9), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }), places, (array, others, at) => {
        const { found, scanner } = scan(cut(JSON.stringify({ ...others, rows: array }), at));
        scanner.end();
        expect(found.map(({ text }) => JSON.parse(text) as unknown)).toEqual(JSON.parse(JSON.stringify(array)));
      }),
      { numRuns: 1000 },
    );
  });

  it('never throws but for a document that is not complete, and finds the same however it is cut', () => {
    const any = fc.string({ unit: fc.constantFrom('{', '}', '[', ']', '"', ':', ',', 'a', '\\', '1', ' ', '\n', '"data"', '"x"'), maxLength: 40 });
    fc.assert(
      fc.property(any, places, (text, at) => {
        const [whole, pieces] = [scan([text]), scan(cut(text, at))];
        expect(pieces.found).toEqual(whole.found);
        expect(pieces.scanner.failure()?.message).toBe(whole.scanner.failure()?.message);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('Python’s literals', () => {
  it.each<[string, unknown]>([
    ["[{'role': 'user', 'content': 'It\\'s \"so\"\\n\\u00e9 \\x41'}]", [{ role: 'user', content: 'It\'s "so"\né A' }]],
    ['[None, True, False, -1.5e3, .5, nan]', [null, true, false, -1500, 0.5, null]],
    ["array([{'a': 1}\n       {'a': 2}], dtype=object)", [{ a: 1 }, { a: 2 }]],
    ["('a', 'b',)", ['a', 'b']],
    ['{}', {}],
    ["'\\U0001F642'", '🙂'],
  ])('%s', (text, value) => {
    expect(parsePythonLiteral(text)).toEqual(value);
  });

  it.each(["[", "['a", "[1] x", "{'a' 1}", "{'a'", 'array([1]', "'\\x4'", "'\\UFFFFFFFF'", 'import os', '', '['.repeat(100_000)])('nothing of %j', (text) => {
    expect(parsePythonLiteral(text)).toBeUndefined();
  });

  it('gives own keys only, whatever they are called', () => {
    const value = parsePythonLiteral("{'__proto__': {'polluted': 1}}") as object;
    expect(Object.hasOwn(value, '__proto__')).toBe(true);
    expect(value).not.toHaveProperty('polluted');
  });

  it('never throws', () => {
    const any = fc.string({ unit: fc.constantFrom('[', ']', '{', '}', '(', ')', "'", '"', ':', ',', '\\', 'x', 'u', 'a', '1', '-', '.', ' ', 'None', 'array('), maxLength: 30 });
    fc.assert(fc.property(any, (text) => void parsePythonLiteral(text)), { numRuns: 3000 });
  });
});
