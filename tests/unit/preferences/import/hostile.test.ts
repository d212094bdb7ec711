import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../../src/engine/errors';
import { importPairs, mappingSchema, MAX_EXTRA, MAX_TEXT, previewPairs, type Mapping } from '../../../../src/preferences/import';
import { faults, fixture, importAll, inconsistencies, warnings } from '../../../support/importing';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const paired: Mapping = { kind: 'paired', prompt: 'prompt', chosen: 'chosen', rejected: 'rejected', layout: 'text' };

/** Imports and checks the promises; an input that can not be read at all has to end in a sentence. */
async function survives(bytes: Uint8Array, mapping?: Mapping): Promise<void> {
  try {
    expect(inconsistencies(await importAll(bytes, mapping ? { mapping } : {}))).toEqual([]);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.message).not.toMatch(/\{\w+\}$/);
  }
}

describe('hostile input never ends in anything but a report or a sentence, and every row is counted', () => {
  it('any bytes', async () => {
    const heads = fc.constantFrom([], [0xff, 0xfe], [0xfe, 0xff], [0xef, 0xbb, 0xbf], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3], [0x50, 0x41, 0x52, 0x31], [0x7b], [0x5b]);
    await fc.assert(
      fc.asyncProperty(heads, fc.uint8Array({ maxLength: 300 }), fc.boolean(), (head, rest, mapped) => survives(Uint8Array.from([...head, ...rest]), mapped ? paired : undefined)),
      { numRuns: 400 },
    );
  });

  it('any text', async () => {
    const unit = fc.constantFrom('{', '}', '[', ']', '"', "'", ',', ':', '\n', '\r', '\t', ' ', '\\', 'a', '1', 'é', '🙂', '\u2028', 'prompt', 'chosen', 'rejected', '"prompt":', 'NaN', 'null', '\n\nHuman: ', '\n\nAssistant: ');
    await fc.assert(
      fc.asyncProperty(fc.string({ unit, maxLength: 80 }), fc.boolean(), (text, mapped) => survives(utf8(text), mapped ? paired : undefined)),
      { numRuns: 800 },
    );
  });

  it('any JSON under the columns’ names, for every kind of mapping', async () => {
    const turn = fc.record({ role: fc.constantFrom('user', 'assistant', 'system', 'tool'), content: fc.oneof(fc.string(), fc.jsonValue({ maxDepth: 1 })) });
    const cell = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.array(turn, { maxLength: 3 }), fc.constantFrom('same', true, false, 1, 0, '[{"role":"user"', "[{'role': 'user', 'content': 'x'}]"));
    const names = ['prompt', 'chosen', 'rejected', 'label', 'completions', 'labels', 'scores', 'system', 'history', 'tags', 'extra', '__proto__', 'constructor', 'a.b'];
    const row = fc.array(fc.tuple(fc.constantFrom(...names), cell), { maxLength: 8 }).map((entries) => Object.fromEntries(entries));
    const beside = { system: 'system', history: 'history', rationale: 'extra', tags: ['tags', '__proto__'], split: 'label', skip: { column: 'label', values: ['tie'] } };
    const mappings = [
      paired,
      { kind: 'paired', chosen: 'chosen', rejected: 'rejected', layout: 'transcript', scoreChosen: 'scores', scoreRejected: 'a.b', ...beside },
      { kind: 'paired', chosen: 'chosen.0.content', rejected: '__proto__.x', layout: 'messages' },
      { kind: 'compared', prompt: 'prompt', first: 'chosen', second: 'rejected', label: 'label', firstWins: ['1'], secondWins: ['0'], ...beside },
      { kind: 'unpaired', prompt: 'prompt', completion: 'chosen', label: 'label', ...beside },
      { kind: 'stepwise', prompt: 'prompt', completions: 'completions', labels: 'labels' },
      { kind: 'rated', prompt: 'prompt', completions: 'completions', scores: 'scores' },
      { kind: 'rated', prompt: 'prompt', completions: 'completions', response: 'content', score: 'role', input: 'extra' },
      { kind: 'lab' },
    ].map((mapping) => mappingSchema.parse(mapping));
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 8 }), fc.constantFrom(...mappings), (rows, mapping) => survives(utf8(JSON.stringify(rows)), mapping)),
      { numRuns: 1500 },
    );
  });

  it('fixtures with bytes changed, left out and put in', async () => {
    const names = ['hh-rlhf.jsonl', 'ultrafeedback.jsonl', 'kto-mix-14k.jsonl', 'quoted.csv', 'messages-pandas.csv', 'plain.tsv', 'shp.jsonl'];
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom('set', 'cut', 'insert')), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), edits, async (name, changes) => {
        let bytes = Array.from(fixture(name));
        for (const [at, value, how] of changes) {
          const place = at % bytes.length;
          if (how === 'cut') bytes = [...bytes.slice(0, place), ...bytes.slice(place + 1 + (value % 20))];
          else bytes.splice(place, how === 'set' ? 1 : 0, value);
          if (bytes.length === 0) break;
        }
        await survives(Uint8Array.from(bytes));
      }),
      { numRuns: 400 },
    );
  });

  it('gzip cut off anywhere, or with a byte changed', async () => {
    const lines = Array.from({ length: 300 }, (_, i) => JSON.stringify({ prompt: `Q${i}`, chosen: `A${i * 31}`, rejected: `B${i}` })).join('\n');
    const packed = new Uint8Array(gzipSync(lines));
    await fc.assert(
      fc.asyncProperty(fc.nat(packed.length - 1), fc.nat(packed.length - 1), fc.nat(255), async (length, place, value) => {
        await survives(packed.slice(0, length));
        const changed = packed.slice();
        changed[place] = value;
        await survives(changed);
      }),
      { numRuns: 60 },
    );
  });

  it('Parquet cut off anywhere, or with bytes changed', async () => {
    const names = ['prompt', 'chosen', 'rejected'];
    const columnData = names.map((name) => ({ name, data: Array.from({ length: 50 }, (_, i) => `${name} ${i}`) }));
    const bytes = new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 10 }));
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), async (length, changes) => {
        await survives(bytes.slice(0, length));
        const changed = bytes.slice();
        for (const [place, value] of changes) changed[place] = value;
        await survives(changed);
      }),
      { numRuns: 150 },
    );
  });

  // With its data damaged, too: hyparquet reads columns side by side, and the error of one that it lost sight of would be nobody's.
  it('Parquet with damaged data and any one byte of its index changed', async () => {
    const columnData = ['prompt', 'chosen', 'rejected'].map((name) => ({ name, data: Array.from({ length: 4 }, (_, i) => `${name} ${i}`) }));
    const bytes = new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 2 }));
    // The last four bytes are a mark, the four before them the length of the index.
    const index = new DataView(bytes.buffer).getUint32(bytes.length - 8, true);
    expect(index).toBeGreaterThan(100);
    bytes.fill(0xff, 4, bytes.length - 8 - index);
    for (let place = bytes.length - 8 - index; place < bytes.length; place++) {
      for (const change of [0x01, 0x20, 0x80]) {
        const changed = bytes.slice();
        changed[place]! ^= change;
        await survives(changed);
      }
    }
  });

  it('ragged CSV', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', '""', ' ', '\n', ',', '가'), maxLength: 6 });
    const text = fc.array(fc.array(cell, { maxLength: 6 }).map((cells) => cells.join(',')), { maxLength: 12 }).map((rows) => `prompt,chosen,rejected\n${rows.join('\n')}`);
    await fc.assert(fc.asyncProperty(text, (csv) => survives(utf8(csv))), { numRuns: 500 });
  });
});

describe('large and deep', () => {
  it('cells of 10 MB are rejected with the limit, and those below it taken without measuring them to death', async () => {
    const huge = 'x'.repeat(10_000_000);
    const large = Array.from({ length: 150_000 }, (_, i) => (i * 7919) % 1000).join(' ');
    const other = Array.from({ length: 150_000 }, (_, i) => (i * 104_729) % 1000).join(' ');
    const all = await importAll([{ prompt: 'Q', chosen: huge, rejected: 'B' }, { prompt: 'Q', chosen: large, rejected: other }, { prompt: 'Q', chosen: 'A', rejected: 'B' }].map((row) => JSON.stringify(row)).join('\n'));
    expect(inconsistencies(all)).toEqual([]);
    expect(all.rejections).toMatchObject([{ row: 1, code: 'tooLong', problem: { values: { limit: MAX_TEXT } } }]);
    expect(all.rejections[0]!.excerpt.length).toBeLessThan(11_000);
    expect(all.imported[0]!.measures!.levenshtein).toBeNull();
    expect(warnings(all)).toEqual({ notMeasured: 1 });
    expect(all.report.contrastiveness).toMatchObject({ levenshtein: 1 });
  });

  it('a line that is longer than any row goes by without being held', async () => {
    const piece = utf8('x'.repeat(1 << 20));
    const pieces = [utf8('{"prompt":"Q","chosen":"A","rejected":"B"}\n{"prompt":"'), ...Array.from({ length: 40 }, () => piece), utf8('"}\n{"prompt":"R","chosen":"A","rejected":"B"}\n')];
    let at = 0;
    const stream = new ReadableStream<Uint8Array>({ pull: (controller) => (at < pieces.length ? controller.enqueue(pieces[at++]!) : controller.close()) }, { highWaterMark: 0 });
    const all = await importAll(stream);
    expect(faults(all)).toEqual(['2: tooLong']);
    expect(all.report).toMatchObject({ rows: 3, ok: 2 });
    // The same inside of an array.
    const array = await importAll(`[{"prompt":"Q","chosen":"A","rejected":"B"},{"prompt":"${'x'.repeat(33_000_000)}"},{"prompt":"R","chosen":"A","rejected":"B"}]`);
    expect(faults(array)).toEqual(['2: tooLong']);
  });

  it('nesting of any depth', async () => {
    const depth = 200_000;
    const deep = `${'['.repeat(depth)}${']'.repeat(depth)}`;
    const all = await importAll(`{"prompt":"Q","chosen":"A","rejected":"B","extra":${deep}}\n{"prompt":"R","chosen":${deep},"rejected":"B"}\n${deep}\n`);
    expect(all.report).toMatchObject({ rows: 3, ok: 1, rejected: 2 });
    expect(warnings(all)).toEqual({ extraDropped: 1 });
    expect((await importAll(`[{"prompt":"Q","chosen":"A","rejected":"B"}, ${deep}]`)).report).toMatchObject({ rows: 2, ok: 1 });
  });

  it('unknown columns are kept up to a limit for each row, small ones beside large ones', async () => {
    const row = { prompt: 'Q', chosen: 'A', rejected: 'B', large: 'x'.repeat(MAX_EXTRA), small: { a: [1, null] }, none: null, empty: '' };
    const all = await importAll(JSON.stringify(row));
    expect(all.pairs[0]!.extra).toEqual({ small: { a: [1, null] } });
    expect(warnings(all)).toEqual({ extraDropped: 1 });
  });

  it('keys that mean something to JavaScript mean nothing here', async () => {
    const all = await importAll('{"prompt":"Q","chosen":"A","rejected":"B","__proto__":{"polluted":true},"hasOwnProperty":1,"constructor":{"prototype":{"polluted":true}},"toString":"x"}');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(Object.keys(all.pairs[0]!.extra!)).toEqual(['__proto__', 'hasOwnProperty', 'constructor', 'toString']);
    expect(Object.getPrototypeOf(all.pairs[0]!.extra)).toBe(Object.prototype);
    await expect(importAll('{"__proto__":1}')).rejects.toThrow(/__proto__/);
    const mapped = await importAll('{"a":1,"prompt":"Q"}', { mapping: { ...paired, chosen: '__proto__', rejected: 'constructor.name' } });
    expect(faults(mapped)).toEqual(['1: missing']);
  });

  it('a mapping that is made of nonsense is refused with the field’s name', async () => {
    const { parseMapping } = await import('../../../../src/preferences/import');
    expect(() => parseMapping({ kind: 'paired', chosen: 1, rejected: 'b' })).toThrow(/“chosen”/);
    expect(() => parseMapping(null)).toThrow(UserError);
    expect(() => parseMapping({ kind: 'paired', chosen: 'a', rejected: 'b', winner: 'a' })).toThrow(UserError);
    expect(() => parseMapping({ kind: 'magic' })).toThrow(/“kind”/);
  });
});

describe('a preview of anything', () => {
  it('never fails but with a sentence', async () => {
    const unit = fc.constantFrom('{', '}', '[', ']', '"', ',', ':', '\n', 'a', 'prompt', 'chosen', 'rejected', '"x"');
    await fc.assert(
      fc.asyncProperty(fc.string({ unit, maxLength: 60 }), async (text) => {
        try {
          await previewPairs({ name: 'x', bytes: utf8(text) }, { seed: 1, heldOutShare: 0 });
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
        }
      }),
      { numRuns: 300 },
    );
  });
});

it('the source’s own failure is a sentence, with the rows until there', async () => {
  let pulls = 0;
  const failing = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        if (pulls++ < 3) controller.enqueue(utf8(`${JSON.stringify({ prompt: `Q${pulls}`, chosen: 'A'.repeat(70_000), rejected: 'B' })}\n`));
        else throw new Error('the disk is gone');
      },
    },
    { highWaterMark: 0 },
  );
  const all = await importAll(failing);
  expect(all.report).toMatchObject({ rows: 3, ok: 3, incomplete: { values: { reason: 'the disk is gone' } } });
  await expect(importPairs({ name: 'x', bytes: new ReadableStream({ pull: () => Promise.reject(new Error('no')) }) }, { seed: 1, heldOutShare: 0 })).rejects.toThrow(/could not be read/);
});
