import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { contrastiveness } from '../../../../src/preferences/contrastiveness';
import { importPairs, previewPairs, type ImportOptions, type ImportProgress } from '../../../../src/preferences/import';
import type { PreferencePair } from '../../../../src/preferences/pair';
import { splitByPrompt } from '../../../../src/preferences/prompt';
import { createPartners } from '../../../../src/preferences/import/partners';
import { faults, fixture, importAll, inconsistencies, warnings } from '../../../support/importing';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const row = (i: number) => ({ prompt: `Question ${i}?`, chosen: `The answer is ${i}.`, rejected: `I do not know ${i * 3}.` });
const many = (count: number): string => Array.from({ length: count }, (_, i) => JSON.stringify(row(i))).join('\n');

describe('importing', () => {
  it('counts, measures and hashes', async () => {
    const text = many(500);
    const all = await importAll(text);
    expect(inconsistencies(all)).toEqual([]);
    expect(all.report).toMatchObject({ name: 'the test', rows: 500, ok: 500, rejected: 0, pairs: 500, reasons: {}, warnings: [] });
    expect(all.report.sha256).toBe(createHash('sha256').update(text).digest('hex'));

    const measured = all.pairs.map((pair) => contrastiveness(pair));
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    expect(all.imported.map(({ measures }) => measures)).toEqual(measured.map(({ wordJaccard, levenshtein }) => ({ jaccard: wordJaccard, levenshtein })));
    expect(all.report.contrastiveness.jaccard).toBeCloseTo(mean(measured.map((one) => one.wordJaccard)), 12);
    expect(all.report.contrastiveness.levenshtein).toBeCloseTo(mean(measured.map((one) => one.levenshtein)), 12);

    const lengths = all.pairs.map(({ chosen }) => chosen.length).sort((a, b) => a - b);
    expect(all.report.lengths!.chosen).toEqual({ min: lengths[0], median: lengths[249], mean: mean(lengths), p95: lengths[474], max: lengths[499] });
  });

  it('hands over in order, in chunks, and waits for whoever takes them', async () => {
    const sizes: number[] = [];
    let open = 0;
    const rows: number[] = [];
    await importPairs({ name: 'x', bytes: utf8(many(1000)) }, {
      seed: 1,
      heldOutShare: 0,
      onPairs: async (chunk) => {
        open += 1;
        expect(open).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 2));
        sizes.push(chunk.length);
        rows.push(...chunk.map((one) => one.row));
        open -= 1;
      },
    });
    expect(Math.max(...sizes)).toBeLessThanOrEqual(512);
    expect(sizes.length).toBeGreaterThan(1);
    expect(rows).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1));
  });

  it('tells its progress up to the end', async () => {
    const told: ImportProgress[] = [];
    const bytes = utf8(many(3000));
    await importAll(bytes, { onProgress: (progress) => told.push(progress) });
    expect(told.length).toBeGreaterThan(3);
    expect(told.map(({ rows }) => rows)).toEqual(told.map(({ rows }) => rows).sort((a, b) => a - b));
    expect(told.at(-1)).toEqual({ bytes: bytes.length, totalBytes: bytes.length, rows: 3000, ok: 3000, rejected: 0, pairs: 3000 });
  });

  it('stops when it is told to, with the reason, and lets go of the source', async () => {
    const controller = new AbortController();
    let cancelled: unknown;
    const endless = new ReadableStream<Uint8Array>({ pull: (stream) => stream.enqueue(utf8(`${many(100)}\n`)), cancel: (reason) => void (cancelled = reason ?? 'released') });
    const work = importPairs({ name: 'x', bytes: endless }, {
      seed: 1,
      heldOutShare: 0,
      signal: controller.signal,
      onRejected: () => controller.abort(new Error('enough')),
    });
    await expect(work).rejects.toThrow('enough');
    expect(cancelled).toBeDefined();
  });

  it.each<[string, Uint8Array, Partial<ImportOptions>]>([
    ['it can not be read at all', Uint8Array.of(0x50, 0x4b, 3, 4), {}],
    ['its columns are not known', utf8('{"a": 1}\n{"a": 2}\n'), {}],
    ['it is gzip that is none', Uint8Array.of(0x1f, 0x8b, 1, 2, 3, 4), {}],
    ['enough rows were read', utf8(`${many(200)}\n`), { maxRows: 5 }],
  ])('lets go of the source when %s', async (_, piece, options) => {
    let cancelled = 0;
    const endless = new ReadableStream<Uint8Array>({ pull: (stream) => stream.enqueue(piece), cancel: () => void (cancelled += 1) });
    await importAll(endless, options).catch((error: unknown) => expect(error).toMatchObject({ name: 'UserError' }));
    expect(cancelled).toBe(1);
  });

  it('stops while a source says nothing at all', async () => {
    const controller = new AbortController();
    const silent = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => undefined) });
    const work = importPairs({ name: 'x', bytes: silent }, { seed: 1, heldOutShare: 0, signal: controller.signal });
    setTimeout(() => controller.abort(new Error('too slow')), 5);
    await expect(work).rejects.toThrow('too slow');
  });

  it('lets the event loop turn while it works', async () => {
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    await importAll(Array.from({ length: 3000 }, (_, i) => JSON.stringify({ prompt: `Q${i}`, chosen: `${i} `.repeat(150), rejected: `${i * 7} `.repeat(150) })).join('\n'));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });

  it('gives the reason of whoever takes the pairs and fails', async () => {
    await expect(importPairs({ name: 'x', bytes: utf8(many(3)) }, { seed: 1, heldOutShare: 0, onPairs: () => Promise.reject(new Error('the disk is full')) })).rejects.toThrow('the disk is full');
  });

  it('stops after so many rows, and then claims no hash of what it has not read', async () => {
    const all = await importAll(many(1000), { maxRows: 10 });
    expect(all.report).toMatchObject({ rows: 10, ok: 10 });
    expect(all.report).not.toHaveProperty('sha256');
  });

  it('splits by prompt, by the seed, so that no prompt stands on both sides', async () => {
    const text = Array.from({ length: 400 }, (_, i) => JSON.stringify({ ...row(i), prompt: `${i % 2 === 0 ? 'Question' : ' question '} ${Math.floor(i / 2)}?` })).join('\n');
    const { pairs } = await importAll(text, { seed: 7, heldOutShare: 0.3 });
    expect(pairs.map(({ split }) => split)).toEqual(pairs.map(({ prompt }) => splitByPrompt(prompt, 0.3, 7)));
    for (let i = 0; i < 400; i += 2) expect(pairs[i]!.split).toBe(pairs[i + 1]!.split);
    const other = (await importAll(text, { seed: 8, heldOutShare: 0.3 })).pairs;
    expect(other.map(({ split }) => split)).not.toEqual(pairs.map(({ split }) => split));
  });

  it('rejects a pair that it has seen, naming the row, but not one with another history', async () => {
    const pair = { prompt: 'Q', chosen: 'A', rejected: 'B' };
    const all = await importAll([pair, pair, { ...pair, system: 'Be brief.' }, { ...pair, prompt: 'Q ' }, { ...pair, system: 'Be brief.' }].map((one) => JSON.stringify(one)).join('\n'));
    expect(all.rejections.map(({ row, code, problem }) => [row, code, problem.values['row']])).toEqual([[2, 'duplicate', 1], [5, 'duplicate', 3]]);
    expect(new Set(all.pairs.map(({ id }) => id)).size).toBe(3);
    // The same content has the same id in another import.
    expect((await importAll(JSON.stringify(pair))).pairs[0]!.id).toBe(all.pairs[0]!.id);
  });

  it('says what is wrong with each side', async () => {
    const rows = [
      { prompt: 'Q', chosen: 'A', rejected: 'B' }, { prompt: ' \n', chosen: 'A', rejected: 'B' }, { prompt: 'Q', chosen: '', rejected: 'B' }, { prompt: 'Q', chosen: 'A', rejected: ' ' },
      { prompt: 'Q', chosen: 'A', rejected: 'A\n' }, { chosen: 'A', rejected: 'B' }, { prompt: 'Q', chosen: { a: 1 }, rejected: 'B' }, { prompt: 'Q', chosen: [{ role: 'cook', content: 'A' }], rejected: 'B' }, { prompt: 'Q', chosen: null, rejected: 'B' },
    ];
    const all = await importAll(JSON.stringify(rows));
    expect(faults(all)).toEqual(['2: emptyPrompt', '3: emptySide', '4: emptySide', '5: sameSides', '6: missing', '7: notText', '8: notText', '9: missing']);
    expect(all.rejections[1]!.problem.template).toMatch(/chosen side/);
    expect(all.rejections[2]!.problem.template).toMatch(/rejected side/);
    expect(all.report.reasons).toEqual({ emptyPrompt: 1, emptySide: 2, sameSides: 1, missing: 2, notText: 2 });
  });

  it('keeps pairs that are longer than the context, and warns', async () => {
    const within = (tokens: number) => ({ tokens, fits: ({ prompt, chosen }: PreferencePair) => prompt.length + chosen.length <= tokens });
    const all = await importAll(many(20), { context: within(24) });
    // “Question 10?” and “The answer is 10.” have two characters more than those of one digit.
    expect(warnings(all)).toEqual({ overContext: 20 });
    expect(all.report.context).toEqual({ tokens: 24, over: 20 });
    expect(warnings(await importAll(many(20), { context: within(28) }))).toEqual({ overContext: 10 });
    expect((await importAll(many(20), { context: within(100) })).report.context).toEqual({ tokens: 100, over: 0 });
    expect((await importAll(many(20))).report).not.toHaveProperty('context');
  });

  it('warns of cells that the dataset viewer cut off', async () => {
    const text = [0, 1].map((i) => JSON.stringify({ row_idx: i, row: row(i), truncated_cells: i === 1 ? ['chosen'] : [] })).join('\n');
    const all = await importAll(text);
    expect(all.report.warnings).toMatchObject([{ code: 'truncatedCells', count: 1, rows: [2] }]);
  });

  it('leaves measures out where nobody wants them', async () => {
    const all = await importAll(many(3), { measure: false });
    expect(all.imported[0]).not.toHaveProperty('measures');
    expect(all.report.contrastiveness).toEqual({ jaccard: null, levenshtein: null });
  });
});

describe('a mapping that overrides', () => {
  it('may turn the sides, reach inwards, and name columns with dots in them', async () => {
    const text = JSON.stringify([{ q: { text: 'Q' }, 'a.b': 'dotted', replies: [{ text: 'first' }, { text: 'second' }], who: 'x' }]);
    const all = await importAll(text, { mapping: { kind: 'paired', prompt: 'q.text', chosen: 'replies.1.text', rejected: 'a.b', layout: 'text', tags: ['who'] } });
    expect(all.pairs).toMatchObject([{ prompt: 'Q', chosen: 'second', rejected: 'dotted', tags: ['x'] }]);
    expect(all.pairs[0]).not.toHaveProperty('extra');
    expect(all.report).not.toHaveProperty('recognition');
  });

  it('skips, tags, splits and explains by columns', async () => {
    const rows = [
      { ...row(1), kind: 'a, b; a', part: 'TEST', why: 'Because.', use: 'no' },
      { ...row(2), kind: ['c'], part: 'train', why: ' ', use: 'yes' },
      { ...row(3), kind: '', part: 'elsewhere', why: null, use: true },
    ];
    const all = await importAll(JSON.stringify(rows), {
      heldOutShare: 1,
      mapping: { kind: 'paired', prompt: 'prompt', chosen: 'chosen', rejected: 'rejected', layout: 'text', tags: ['kind'], split: 'part', rationale: 'why', skip: { column: 'use', values: ['yes'] } },
    });
    expect(faults(all)).toEqual(['2: skipped']);
    expect(all.pairs).toMatchObject([{ tags: ['a', 'b'], split: 'heldOut', rationale: 'Because.' }, { split: 'heldOut' }]);
    expect(all.pairs[1]).not.toHaveProperty('tags');
    expect(all.pairs[1]).not.toHaveProperty('rationale');
  });

  it('puts an implicit prompt in place of a column', async () => {
    const all = await importAll(JSON.stringify([{ prompt: 'ignored', chosen: 'We say yes.', rejected: 'We say no.' }]), { mapping: { kind: 'paired', chosen: 'chosen', rejected: 'rejected', layout: 'text' } });
    expect(all.pairs).toMatchObject([{ prompt: 'We say', chosen: ' yes.', rejected: ' no.' }]);
  });
});

describe('unpaired rows', () => {
  const rows = (entries: readonly (readonly [string, string, unknown])[]): string => entries.map(([prompt, completion, label]) => JSON.stringify({ prompt, completion, label })).join('\n');

  it('pair up across the file, whatever spells the labels', async () => {
    const all = await importAll(rows([['Q', 'A', 'good'], ['R', 'C', 0], ['Q', 'B', 'Bad'], ['R', 'D', '1'], ['S', 'E', true]]), { mapping: { kind: 'unpaired', prompt: 'prompt', completion: 'completion', label: 'label' } });
    expect(all.pairs).toMatchObject([{ prompt: 'Q', chosen: 'A', rejected: 'B' }, { prompt: 'R', chosen: 'D', rejected: 'C' }]);
    expect(all.imported.map(({ row }) => row)).toEqual([3, 4]);
    expect(all.report).toMatchObject({ rows: 5, ok: 4, rejected: 1, pairs: 2 });
  });

  it('that make a pair which can not be kept are both rejected, with their lines', async () => {
    const all = await importAll(rows([['Q', 'A', true], ['Q', 'A', false], ['Q', 'A', true], ['Q', 'B', false], ['Q', 'A', true], ['Q', 'B', false], ['Q', 'C', 'maybe']]), { mapping: { kind: 'unpaired', prompt: 'prompt', completion: 'completion', label: 'label' } });
    expect(inconsistencies(all)).toEqual([]);
    expect(all.rejections.map(({ line, code }) => [line, code])).toEqual([[1, 'sameSides'], [2, 'sameSides'], [5, 'duplicate'], [6, 'duplicate'], [7, 'noLabel']]);
    expect(all.rejections[0]!.excerpt).toContain('"A"');
  });

  it('wait only as long as there is room for them', () => {
    const partners = createPartners<number>(1000);
    for (let i = 0; i < 10; i++) expect(partners.match([`Q${i}`], true, i, 200)).toBeNull();
    expect(partners.evicted().map(({ row }) => row)).toEqual([0, 1, 2, 3, 4]);
    expect(partners.evicted()).toEqual([]);
    expect(partners.match(['Q9'], false, 10, 200)).toEqual([9, 10]);
    expect(partners.match(['Q0'], false, 11, 200)).toBeNull();
    expect(partners.rest().map(({ row }) => row)).toEqual([5, 6, 7, 8, 11]);
  });
});

describe('previewing', () => {
  it('shows the first pairs, the columns and the mapping', async () => {
    const preview = await previewPairs({ name: 'x', bytes: fixture('ultrafeedback_binarized.jsonl') }, { seed: 1, heldOutShare: 0, rows: 1 });
    expect(preview).toMatchObject({ format: 'jsonl', compressed: false, mapping: { kind: 'paired' }, recognition: { confidence: 'named' }, pairs: [{ pair: { prompt: 'Name a tree.' }, row: 1 }], rejections: [] });
    expect(preview.columns.map(({ name, holds }) => [name, holds])).toEqual([
      ['prompt', 'text'], ['prompt_id', 'text'], ['chosen', 'messages'], ['rejected', 'messages'], ['messages', 'messages'], ['score_chosen', 'number'], ['score_rejected', 'number'],
    ]);
    expect(preview.columns[0]!.example).toBe('Name a tree.');
  });

  it('shows the columns of what it does not recognise, so that a person can say what they are', async () => {
    const text = '{"q": "Q", "w": "A", "l": "B", "n": {"a": [1, true]}}';
    const preview = await previewPairs({ name: 'x', bytes: utf8(text) }, { seed: 1, heldOutShare: 0 });
    expect(preview.mapping).toBeUndefined();
    expect(preview.unrecognised?.values).toEqual({ columns: 'q, w, l, n' });
    expect(preview.columns).toContainEqual({ name: 'n', holds: 'object', example: '{"a":[1,true]}' });
    const mapped = await previewPairs({ name: 'x', bytes: utf8(text) }, { seed: 1, heldOutShare: 0, mapping: { kind: 'paired', prompt: 'q', chosen: 'w', rejected: 'l', layout: 'text' } });
    expect(mapped.pairs).toMatchObject([{ pair: { prompt: 'Q', chosen: 'A', rejected: 'B' } }]);
  });
});
