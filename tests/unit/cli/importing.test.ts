import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PreferencePair } from '../../../src/preferences/pair';
import { fixture, importAll } from '../../support/importing';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const fixtures = join(root, 'tests/fixtures/pairs');
let folder: string;

function lab(args: string[], input?: string | Uint8Array): { status: number | null; out: string; err: string } {
  const run = spawnSync(process.execPath, [join(root, 'scripts/run.mjs'), join(root, 'cli/lab.ts'), ...args], { cwd: folder, encoding: 'utf8', ...(input !== undefined && { input }) });
  return { status: run.status, out: run.stdout, err: run.stderr };
}
const written = (name: string): unknown[] => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as unknown);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('lab inspect', () => {
  it('prints what an import reports, as JSON', async () => {
    const { status, out, err } = lab(['inspect', join(fixtures, 'ultrafeedback.jsonl'), '--json']);
    expect([status, err]).toEqual([0, '']);
    const { report } = await importAll(fixture('ultrafeedback.jsonl'));
    const printed = JSON.parse(out) as Record<string, unknown>;
    expect(printed).toMatchObject({
      format: 'jsonl', rows: 5, ok: 3, rejected: 2, pairs: 3,
      mapping: report.mapping,
      contrastiveness: report.contrastiveness,
      lengths: report.lengths,
      warnings: [{ code: 'wrongTen', count: 1, message: expect.stringMatching(/^1 rows hold an overall score of 10/) as unknown, rows: [2] }],
    });
  });

  it('reads standard input, and prints a summary for people', () => {
    const { status, out } = lab(['inspect', '-'], new Uint8Array(gzipSync(fixture('hh-rlhf.jsonl'))));
    expect(status).toBe(0);
    expect(out).toMatch(/^standard input: JSONL, utf-8, gzip$/m);
    expect(out).toMatch(/Anthropic\/hh-rlhf/);
    expect(out).toMatch(/5 read, 3 ok, 2 rejected; 3 pairs/);
  });

  it('prints what could be read of a file that breaks off, and ends with 2 and one line', () => {
    const whole = gzipSync(Array.from({ length: 3000 }, (_, i) => JSON.stringify({ prompt: `Q${i}`, chosen: `A${i * 7919}`, rejected: `B${i}` })).join('\n'));
    const { status, out, err } = lab(['inspect', '-', '--json'], new Uint8Array(whole.subarray(0, whole.length - 500)));
    expect(status).toBe(2);
    expect((JSON.parse(out) as { ok: number }).ok).toBeGreaterThan(1000);
    expect(err).toMatch(/^The gzip data breaks off[^\n]*\n$/);
  });
});

describe('lab import', () => {
  it('writes message lists for TRL, and the rejected rows with their reasons', () => {
    const { status, out, err } = lab(['import', join(fixtures, 'hh-rlhf.jsonl'), '--out', 'pairs.jsonl', '--rejected', 'rejected.jsonl', '--json']);
    expect([status, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toMatchObject({ rows: 5, ok: 3, rejected: 2, out: 'pairs.jsonl' });
    expect(written('pairs.jsonl')).toHaveLength(3);
    expect(written('pairs.jsonl')[1]).toEqual({
      prompt: [{ role: 'user', content: 'Hello.' }, { role: 'assistant', content: 'Hello!' }, { role: 'user', content: 'Who bakes?' }],
      chosen: [{ role: 'assistant', content: 'Ada does.' }],
      rejected: [{ role: 'assistant', content: 'Somebody.' }],
    });
    expect(written('rejected.jsonl')).toMatchObject([{ row: 4, line: 4, code: 'sameSides', reason: expect.stringMatching(/the same/) as unknown }, { row: 5, code: 'noCommonPrompt' }]);
  });

  it('writes plain strings, or lines that keep everything', async () => {
    lab(['import', join(fixtures, 'trl-standard-explicit.jsonl'), '--out', 'plain.jsonl', '--shape', 'standard']);
    expect(written('plain.jsonl')[0]).toEqual({ prompt: 'The sky is', chosen: ' blue.', rejected: ' green.' });
    lab(['import', join(fixtures, 'shp.jsonl'), '--out', 'lab.jsonl', '--shape', 'lab']);
    const { pairs } = await importAll(fixture('shp.jsonl'), { seed: 0, heldOutShare: 0.1 });
    expect((await importAll(readFileSync(join(folder, 'lab.jsonl')))).pairs).toEqual(pairs satisfies readonly PreferencePair[]);
  });

  it('takes a mapping, and may write over what it reads', () => {
    writeFileSync(join(folder, 'mine.csv'), 'q,w,l\nQ,A,B\n');
    writeFileSync(join(folder, 'mapping.json'), JSON.stringify({ kind: 'paired', prompt: 'q', chosen: 'w', rejected: 'l' }));
    expect(lab(['import', 'mine.csv', '--out', 'mine.csv', '--mapping', 'mapping.json', '--shape', 'standard']).status).toBe(0);
    expect(written('mine.csv')).toEqual([{ prompt: 'Q', chosen: 'A', rejected: 'B' }]);
  });

  it.each<[string, string[], RegExp]>([
    ['no file', ['inspect'], /takes one file/],
    ['a file that is not there', ['inspect', 'nope.jsonl'], /nope\.jsonl could not be read: there is no such file/],
    ['a folder', ['inspect', '.'], /it is a folder/],
    ['columns that are none', ['inspect', 'columns.json'], /The columns are not those of preference data that is known here: a, b\./],
    ['bytes that are nothing', ['inspect', 'bytes.bin', '--json'], /no text and no format/],
    ['nowhere to write to', ['import', 'columns.json'], /--out/],
    ['a folder to write to that is not there', ['import', join(fixtures, 'shp.jsonl'), '--out', 'no/where.jsonl'], /no\/where\.jsonl: there is no such file or folder/],
    ['a shape that is none', ['import', 'columns.json', '--out', 'q', '--shape', 'round'], /not “round”/],
    ['a mapping that is no JSON', ['import', 'columns.json', '--out', 'q', '--mapping', 'bytes.bin'], /bytes\.bin is not valid JSON/],
    ['a mapping that is wrong', ['import', 'columns.json', '--out', 'q', '--mapping', 'columns.json'], /The mapping’s field “.*” is wrong/],
    ['earlier turns where there is no place for them', ['import', join(fixtures, 'hh-rlhf.jsonl'), '--out', 'q', '--shape', 'standard'], /has earlier turns/],
    ['an unknown option', ['inspect', 'columns.json', '--fast'], /--fast/],
  ])('ends with 2 and one line for %s', (_, args, message) => {
    writeFileSync(join(folder, 'columns.json'), '[{"a": 1, "b": 2}]');
    writeFileSync(join(folder, 'bytes.bin'), Uint8Array.from({ length: 500 }, (_, i) => (i * 37) % 7));
    const { status, out, err } = lab(args);
    expect([status, out]).toEqual([2, '']);
    expect(err.trimEnd()).toMatch(message);
    expect(err.trimEnd()).not.toContain('\n');
    expect(existsSync(join(folder, 'q')) || existsSync(join(folder, 'q.part'))).toBe(false);
  });
});
