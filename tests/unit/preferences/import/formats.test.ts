import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { SchemaElement } from 'hyparquet';
import { parquetWriteBuffer, type ColumnSource } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { faults, fixture, importAll, inconsistencies, warnings } from '../../../support/importing';

const rows = [
  { prompt: 'Where is “Ada”?', chosen: 'At the bakery 🥐.', rejected: 'Nowhere.' },
  { prompt: '몇 시예요?', chosen: '세 시예요, 아마도.', rejected: '몰라요.' },
];
const expected = rows.map((row) => expect.objectContaining(row) as unknown);
const lines = rows.map((row) => JSON.stringify(row)).join('\n');
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function utf16(text: string, littleEndian: boolean, mark: boolean): Uint8Array {
  const units = mark ? `\ufeff${text}` : text;
  const bytes = new DataView(new ArrayBuffer(units.length * 2));
  for (let i = 0; i < units.length; i++) bytes.setUint16(i * 2, units.charCodeAt(i), littleEndian);
  return new Uint8Array(bytes.buffer);
}

/** The bytes in pieces of so many, as a stream. */
function streamOf(bytes: Uint8Array, piece: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull: (controller) => {
      if (at >= bytes.length) controller.close();
      else controller.enqueue(bytes.slice(at, (at += piece)));
    },
  });
}

function parquet(columns: ColumnSource[], options: object = {}): Uint8Array {
  return new Uint8Array(parquetWriteBuffer({ columnData: columns, ...options }));
}
const columnsOf = (data: readonly Record<string, unknown>[]): ColumnSource[] => Object.keys(data[0]!).map((name) => ({ name, data: data.map((row) => row[name]) }));

describe('encodings', () => {
  it.each([
    ['UTF-8', utf8(lines), 'utf-8'],
    ['UTF-8 with a byte order mark', utf8(`\ufeff${lines}`), 'utf-8'],
    ['UTF-16 LE with a mark', utf16(lines, true, true), 'utf-16le'],
    ['UTF-16 BE with a mark', utf16(lines, false, true), 'utf-16be'],
    ['UTF-16 LE without one', utf16(lines, true, false), 'utf-16le'],
    ['UTF-16 BE without one', utf16(lines, false, false), 'utf-16be'],
  ])('%s, plain and as gzip', async (_, bytes, encoding) => {
    for (const [compressed, given] of [[false, bytes], [true, new Uint8Array(gzipSync(bytes))]] as const) {
      const { report, pairs } = await importAll(given);
      expect(report).toMatchObject({ format: 'jsonl', encoding, compressed, rows: 2, ok: 2 });
      expect(pairs).toEqual(expected);
    }
  });

  it('a byte order mark is no part of the first column’s name', async () => {
    const { pairs } = await importAll('\ufeffprompt,chosen,rejected\nQ,A,B\n');
    expect(pairs).toMatchObject([{ prompt: 'Q' }]);
  });

  it('characters that come in two pieces stay whole', async () => {
    for (const piece of [1, 2, 3, 7]) {
      expect((await importAll(streamOf(utf8(lines), piece))).pairs).toEqual(expected);
      expect((await importAll(streamOf(utf16(lines, true, true), piece))).pairs).toEqual(expected);
    }
  });

  it('bytes that are no UTF-8 are replaced, and lone surrogates kept, with a warning for each pair', async () => {
    const latin = Uint8Array.from('{"prompt":"Caf\u00e9?","chosen":"A","rejected":"B"}\n', (char) => char.charCodeAt(0));
    const all = await importAll(latin);
    expect(all.pairs[0]!.prompt).toBe('Caf\ufffd?');
    expect(warnings(all)).toEqual({ badCharacters: 1 });

    const lone = await importAll(String.raw`{"prompt":"Q","chosen":"\ud83d x","rejected":"\ude00 x"}`);
    expect(lone.pairs[0]).toMatchObject({ chosen: '\ud83d x', rejected: '\ude00 x' });
    expect(warnings(lone)).toEqual({ badCharacters: 1 });
  });

  it.each([
    ['UTF-32', Uint8Array.from([0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0]), /UTF-32/],
    ['a ZIP archive', Uint8Array.from([0x50, 0x4b, 3, 4, 20, 0, 0, 0]), /ZIP or Excel/],
    ['Zstandard', Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0, 1, 2, 3]), /Zstandard/],
    ['an image', Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0, 0, 0, 0, 13]), /no text/],
    ['nothing', new Uint8Array(), /is empty/],
    ['blanks', utf8(' \n\n\t '), /only blanks/],
    ['blanks as gzip', new Uint8Array(gzipSync('  \n ')), /only blanks/],
    ['nothing as gzip', new Uint8Array(gzipSync('')), /only blanks/],
  ])('says in a sentence why it can not read %s', async (_, bytes, message) => {
    await expect(importAll(bytes)).rejects.toMatchObject({ name: 'UserError', message: expect.stringMatching(message) as unknown });
  });
});

describe('JSON', () => {
  it.each<[string, string, string]>([
    ['one object a line', lines, 'jsonl'],
    ['with Windows line ends and blank lines', `\r\n${lines.replace('\n', '\r\n\r\n')}\r\n`, 'jsonl'],
    ['files put one behind the other, each with its mark', `\ufeff${lines.replace('\n', '\n\ufeff')}`, 'jsonl'],
    ['an array', JSON.stringify(rows), 'json'],
    ['an array over many lines', JSON.stringify(rows, null, 2), 'json'],
    ['rows under data', JSON.stringify({ data: rows }), 'json'],
    ['rows under rows, after other keys', JSON.stringify({ version: { a: ['}', { b: 1 }] }, name: 'x"]', rows }), 'json'],
    ['rows under train inside of data, on many lines', JSON.stringify({ data: { train: rows } }, null, 1), 'json'],
    ['two splits', JSON.stringify({ train: [rows[0]], test: [rows[1]] }), 'json'],
    ['columns', JSON.stringify({ prompt: rows.map((r) => r.prompt), chosen: rows.map((r) => r.chosen), rejected: rows.map((r) => r.rejected) }), 'json'],
    ['columns by index', JSON.stringify({ prompt: { 0: rows[0]!.prompt, 1: rows[1]!.prompt }, chosen: { 0: rows[0]!.chosen, 1: rows[1]!.chosen }, rejected: { 0: rows[0]!.rejected, 1: rows[1]!.rejected } }), 'json'],
    ['names beside lists of cells', JSON.stringify({ columns: ['prompt', 'chosen', 'rejected'], index: [0, 1], data: rows.map((row) => Object.values(row)) }), 'json'],
    ['objects one after another on many lines', rows.map((row) => JSON.stringify(row, null, 2)).join('\n'), 'json'],
    ['an answer of the dataset viewer', JSON.stringify({ features: [{ name: 'prompt' }], rows: rows.map((row, row_idx) => ({ row_idx, row, truncated_cells: [] })), num_rows_total: 2 }), 'json'],
    ['rows that the viewer wraps, a line each', rows.map((row, row_idx) => JSON.stringify({ row_idx, row, truncated_cells: [] })).join('\n'), 'jsonl'],
  ])('%s', async (_, text, format) => {
    for (const piece of [1 << 20, 5, 1]) {
      const { report, pairs } = await importAll(streamOf(utf8(text), piece));
      expect(report.format).toBe(format);
      expect(pairs).toEqual(expected);
      expect(report).toMatchObject({ rows: 2, ok: 2, rejected: 0 });
    }
  });

  it('a single row is a row, in whichever form', async () => {
    const message = (role: string, content: string) => ({ role, content });
    const row = { chosen: [message('user', 'Q'), message('assistant', 'A')], rejected: [message('user', 'Q'), message('assistant', 'B')] };
    for (const text of [JSON.stringify(row), JSON.stringify(row, null, 2), JSON.stringify([row])]) {
      expect((await importAll(text)).pairs).toMatchObject([{ prompt: 'Q', chosen: 'A', rejected: 'B' }]);
    }
  });

  it('a first row longer than what formats are told by is still a row', async () => {
    const long = 'very '.repeat(40_000);
    const { report, pairs } = await importAll(`${JSON.stringify({ prompt: 'Q', chosen: long, rejected: 'B' })}\n${lines}`);
    expect(report).toMatchObject({ format: 'jsonl', rows: 3, ok: 3 });
    expect(pairs[0]!.chosen).toBe(long);
    expect((await importAll(JSON.stringify({ data: [{ prompt: 'Q', chosen: long, rejected: 'B' }] }))).report).toMatchObject({ format: 'json', ok: 1 });
  });

  it('Python’s NaN and Infinity are nothing, and stay text inside of texts', async () => {
    const { pairs } = await importAll('{"prompt":"Is NaN a number?","chosen":"No, -Infinity \\" NaN","rejected":"Yes","score_chosen":NaN,"score_rejected":-Infinity}');
    expect(pairs).toMatchObject([{ prompt: 'Is NaN a number?', chosen: 'No, -Infinity " NaN' }]);
    expect(pairs[0]).not.toHaveProperty('scores');
  });

  it('rows that are none are rejected where they stand', async () => {
    const all = await importAll(`${lines}\n{"prompt": \n[1]\n7\nnull\n"x"\n${lines.split('\n')[0]}`);
    expect(all.report).toMatchObject({ rows: 8, ok: 2, rejected: 6 });
    expect(all.rejections.map(({ row, line, code }) => [row, line, code])).toEqual([
      [3, 3, 'brokenJson'], [4, 4, 'notARow'], [5, 5, 'notARow'], [6, 6, 'notARow'], [7, 7, 'notARow'], [8, 8, 'duplicate'],
    ]);
    expect(all.rejections[0]!.excerpt).toBe('{"prompt": ');
    expect(all.rejections[5]!.problem.values).toEqual({ row: 1 });
  });

  it('a broken first line does not hide that the others are rows', async () => {
    const all = await importAll(`{"prompt": "x\n${lines}\n`);
    expect(all.report).toMatchObject({ format: 'jsonl', rows: 3, ok: 2, rejected: 1 });
    expect((await importAll(`# exported today\n${lines}\n`)).report).toMatchObject({ format: 'jsonl', ok: 2, rejected: 1 });
  });

  it('line numbers are right in an array over many lines', async () => {
    const text = JSON.stringify([...rows, { prompt: 'Q', chosen: 'A', rejected: 'A' }], null, 2);
    for (const piece of [1 << 20, 3]) {
      const all = await importAll(streamOf(utf8(text), piece));
      expect(all.rejections.map(({ line }) => line)).toEqual([text.split('\n').findIndex((line) => line.includes('"Q"'))]);
    }
  });

  it('what breaks off or is damaged gives the rows before, and says so', async () => {
    const text = JSON.stringify(rows);
    const cut = await importAll(text.slice(0, -20));
    expect(cut.report).toMatchObject({ rows: 1, ok: 1, incomplete: { template: expect.stringContaining('breaks off') as unknown } });
    expect(cut.report).not.toHaveProperty('sha256');
    const damaged = await importAll(`[${JSON.stringify(rows[0])}, {"prompt": "x"], ${JSON.stringify(rows[1])}]`);
    expect(damaged.report).toMatchObject({ rows: 1, ok: 1, incomplete: { template: expect.stringContaining('damaged') as unknown, values: { line: 1 } } });
  });
});

describe('CSV and TSV', () => {
  it('cells with quotes, commas and line breaks', async () => {
    const { report, pairs } = await importAll(fixture('quoted.csv'));
    expect(report).toMatchObject({ format: 'csv', rows: 3, ok: 3 });
    expect(pairs).toMatchObject([
      { prompt: 'What is said, and by whom?', chosen: '"Bread," says Ada.\nNothing more.', rejected: 'Something, by somebody.', extra: { note: 'plain' } },
      { prompt: 'Two plus two?', chosen: 'Four.', rejected: 'Five, "surely".' },
      { prompt: 'a\nb', chosen: 'c', rejected: 'd', extra: { note: 'e, f' } },
    ]);
  });

  it('tabs, with quotes that are no quotes', async () => {
    const { report, pairs } = await importAll(fixture('plain.tsv'));
    expect(report.format).toBe('tsv');
    expect(pairs).toMatchObject([{ chosen: 'Here, "there" too.' }, { chosen: 'Now.' }]);
  });

  it('message lists as Python prints them, as pandas writes them into cells', async () => {
    const { report, pairs } = await importAll(fixture('messages-pandas.csv'));
    expect(report).toMatchObject({ rows: 1, ok: 1, mapping: { layout: 'messages' } });
    expect(pairs).toMatchObject([{ prompt: 'Name a tree.', chosen: 'An oak, the king\'s.', rejected: 'A "rose".\nOr so.' }]);
  });

  it.each([[';'], ['|'], ['\t'], [',']])('rows parted by “%s”', async (delimiter) => {
    const text = [['prompt', 'chosen', 'rejected'], ['Q, or; not', 'A', 'B'], ['R', 'C', 'D']].map((cells) => cells.map((cell) => (/[,;]/.test(cell) ? `"${cell}"` : cell)).join(delimiter)).join('\n');
    expect((await importAll(text)).pairs).toMatchObject([{ prompt: 'Q, or; not' }, { prompt: 'R' }]);
  });

  it.each([['\r\n'], ['\n'], ['\r']])('lines that end with %j', async (end) => {
    const all = await importAll(['prompt,chosen,rejected', 'Q,A,B', '"R",C,"D"', 'S,T,T', ''].join(end));
    expect(all.pairs).toMatchObject([{ rejected: 'B' }, { rejected: 'D' }]);
    expect(all.rejections).toMatchObject([{ row: 3, line: 4 }]);
  });

  it('ragged rows: too many cells are rejected, too few count as empty', async () => {
    const all = await importAll('prompt,chosen,rejected,note\nQ,A,B,x,y\nR,C,D\nS,E\n\nT,F,G,z\n');
    expect(all.report).toMatchObject({ rows: 4, ok: 2, rejected: 2 });
    expect(faults(all)).toEqual(['1: brokenRow', '3: missing']);
    expect(all.rejections.map(({ line }) => line)).toEqual([2, 4]);
    expect(warnings(all)).toEqual({ ragged: 1 });
  });

  it('a quote that is never closed costs its own line', async () => {
    const all = await importAll('prompt,chosen,rejected\nQ,A,B\n"R,C,D\nS,E,F\nT,G "loud" one,H\n');
    expect(faults(all)).toEqual(['2: brokenRow']);
    expect(all.pairs.map(({ prompt }) => prompt)).toEqual(['Q', 'S', 'T']);
  });

  it('columns named twice, not at all, or like parts of JavaScript', async () => {
    const { pairs } = await importAll('prompt,chosen,rejected,__proto__,hasOwnProperty,,note,note\nQ,A,B,p,h,e,1,2\n');
    expect(Object.entries(pairs[0]!.extra!)).toEqual([['__proto__', 'p'], ['hasOwnProperty', 'h'], ['column 6', 'e'], ['note', '1'], ['note 2', '2']]);
    expect(Object.getPrototypeOf(pairs[0]!.extra)).toBe(Object.prototype);
  });
});

describe('gzip', () => {
  const many = Array.from({ length: 2000 }, (_, i) => JSON.stringify({ prompt: `Question ${i}`, chosen: `Answer ${i * 7919}`, rejected: `No ${i * 104_729}` })).join('\n');
  const packed = new Uint8Array(gzipSync(many));

  it.each([0.3, 0.6, 0.95, 0.999])('cut off at %f of its length gives the rows until there', async (share) => {
    const all = await importAll(packed.slice(0, Math.floor(packed.length * share)));
    expect(inconsistencies(all)).toEqual([]);
    expect(all.report.incomplete?.template).toMatch(/breaks off/);
    // Deflate's blocks hold some tens of kilobytes of text; no more than one of them is lost.
    expect(all.report.ok).toBeGreaterThan(2000 * share - 800);
    expect(all.report.ok).toBeLessThanOrEqual(2000);
  });

  it('damaged in the middle gives the rows before', async () => {
    const damaged = packed.slice();
    damaged.fill(0xff, packed.length / 2, packed.length / 2 + 64);
    const all = await importAll(damaged);
    expect(inconsistencies(all)).toEqual([]);
    expect(all.report.incomplete?.template).toMatch(/gzip/);
  });

  it('cut off before the first row is an error', async () => {
    await expect(importAll(packed.slice(0, 12))).rejects.toMatchObject({ name: 'UserError' });
  });

  it('holds any of the formats', async () => {
    for (const [text, format] of [[JSON.stringify(rows), 'json'], ['prompt\tchosen\trejected\nQ\tA\tB\n', 'tsv']] as const) {
      expect((await importAll(new Uint8Array(gzipSync(text)))).report).toMatchObject({ format, compressed: true });
    }
    const inner = new Uint8Array(gzipSync(parquet(columnsOf(rows))));
    expect((await importAll(inner)).report).toMatchObject({ format: 'parquet', compressed: true, rows: 2, ok: 2 });
  });
});

describe('Parquet', () => {
  const conversations = rows.map(({ prompt, chosen, rejected }, i) => ({
    prompt,
    chosen: [{ role: 'user', content: prompt }, { role: 'assistant', content: chosen }],
    rejected: [{ role: 'user', content: prompt }, { role: 'assistant', content: rejected }],
    score_chosen: 5 + i,
    big: 9_007_199_254_740_993n,
    bytes: Uint8Array.of(1, 2, 255),
  }));

  it.each(['UNCOMPRESSED', 'SNAPPY'] as const)('strings, with %s, from bytes, a Blob and a stream', async (codec) => {
    const bytes = parquet(columnsOf(rows), { codec });
    for (const given of [bytes, new Blob([bytes as BlobPart]), streamOf(bytes, 100)]) {
      const { report, pairs } = await importAll(given);
      expect(report).toMatchObject({ format: 'parquet', compressed: false, rows: 2, ok: 2 });
      expect(report).not.toHaveProperty('encoding');
      expect(report.sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(pairs).toEqual(expected);
    }
  });

  /** A Zstandard frame of one block that is stored as it is (RFC 8878): magic, a single segment with its size in four bytes, the block. */
  function storedZstd(bytes: Uint8Array): Uint8Array {
    const out = new Uint8Array(12 + bytes.length);
    const view = new DataView(out.buffer);
    view.setUint32(0, 0xfd2fb528, true);
    out[4] = 0xa0;
    view.setUint32(5, bytes.length, true);
    out.set([1 | ((bytes.length << 3) & 0xff), (bytes.length >> 5) & 0xff, (bytes.length >> 13) & 0xff], 9);
    out.set(bytes, 12);
    return out;
  }

  it.each(['GZIP', 'ZSTD'] as const)('strings, with %s', async (codec) => {
    const compressors = { GZIP: (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes)), ZSTD: storedZstd };
    const { report, pairs } = await importAll(parquet(columnsOf(rows), { codec, compressors }));
    expect(report).toMatchObject({ rows: 2, ok: 2 });
    expect(pairs).toEqual(expected);
  });

  it('lists of structs, as datasets of conversations have them', async () => {
    const side = (name: string): SchemaElement[] => [
      { name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      { name: 'element', repetition_type: 'OPTIONAL', num_children: 2 },
      { name: 'content', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL', converted_type: 'UTF8' },
      { name: 'role', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL', converted_type: 'UTF8' },
    ];
    const schema: SchemaElement[] = [{ name: 'root', num_children: 2 }, ...side('chosen'), ...side('rejected')];
    const bytes = parquet(['chosen', 'rejected'].map((name) => ({ name, data: conversations.map((row) => row[name as 'chosen']) })), { schema });
    const { report, pairs } = await importAll(bytes);
    expect(report).toMatchObject({ rows: 2, ok: 2, mapping: { layout: 'messages' } });
    expect(pairs).toEqual(expected);
  });

  it('message lists, numbers, big integers and bytes', async () => {
    const columns: ColumnSource[] = [
      { name: 'prompt', data: conversations.map((row) => row.prompt) },
      { name: 'chosen', data: conversations.map((row) => row.chosen), type: 'JSON' },
      { name: 'rejected', data: conversations.map((row) => row.rejected), type: 'JSON' },
      { name: 'score_chosen', data: conversations.map((row) => row.score_chosen) },
      { name: 'big', data: conversations.map((row) => row.big), type: 'INT64' },
      { name: 'bytes', data: conversations.map((row) => row.bytes), type: 'BYTE_ARRAY' },
    ];
    const { report, pairs } = await importAll(parquet(columns));
    expect(report).toMatchObject({ rows: 2, ok: 2, mapping: { layout: 'messages' } });
    expect(pairs).toMatchObject(rows.map((row, i) => ({ ...row, scores: { chosen: 5 + i }, extra: { big: '9007199254740993' } })));
  });

  it('many row groups, in order', async () => {
    const many = Array.from({ length: 1000 }, (_, i) => ({ prompt: `Q${i}`, chosen: `A${i}`, rejected: `B${i}` }));
    const { report, pairs } = await importAll(parquet(columnsOf(many), { rowGroupSize: 64 }));
    expect(report.ok).toBe(1000);
    expect(pairs.map(({ prompt }) => prompt)).toEqual(many.map(({ prompt }) => prompt));
  });

  it('a damaged row group costs itself and what comes after it', async () => {
    const many = Array.from({ length: 1000 }, (_, i) => ({ prompt: `Question ${i}`, chosen: `Answer ${i}`, rejected: `Bnswer ${i}` }));
    const bytes = parquet(columnsOf(many), { rowGroupSize: 100 });
    bytes.fill(0xff, bytes.length * 0.5, bytes.length * 0.55);
    const all = await importAll(bytes);
    expect(inconsistencies(all)).toEqual([]);
    expect(all.report.incomplete?.template).toMatch(/damaged after row/);
    expect(all.report.rows % 100).toBe(0);
    expect(all.report.rows).toBeGreaterThan(0);
    expect(all.report.rows).toBeLessThan(1000);
  });

  it('cut off anywhere is a sentence and no crash', async () => {
    const bytes = parquet(columnsOf(rows));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 4, max: bytes.length - 1 }), async (length) => {
        await expect(importAll(bytes.slice(0, length))).rejects.toMatchObject({ name: 'UserError', message: expect.stringMatching(/damaged or not complete/) as unknown });
      }),
      { numRuns: 60 },
    );
  });
});
