// Imports in a real browser, whose streams are other than Node's: unpacking, decoding, cancelling, turning the event loop.
import { parquetWriteBuffer } from 'hyparquet-writer';
import { expect, it } from 'vitest';
import { importPairs, type ImportOptions } from '../../src/preferences/import';
import { levenshtein, plainLevenshtein } from '../../src/preferences/levenshtein';
import type { PreferencePair } from '../../src/preferences/pair';

const lines = Array.from({ length: 3000 }, (_, i) => JSON.stringify({ prompt: `Question ${i}`, chosen: `Answer ${i * 7919} 가`, rejected: `No ${i * 104_729}` })).join('\n');

async function gzip(text: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer());
}

async function run(bytes: Uint8Array<ArrayBuffer> | Blob, options: Partial<ImportOptions> = {}) {
  const pairs: PreferencePair[] = [];
  const report = await importPairs({ name: 'x', bytes }, { seed: 1, heldOutShare: 0, ...options, onPairs: (chunk) => void pairs.push(...chunk.map(({ pair }) => pair)) });
  return { report, pairs };
}

it('reads plain text and gzip alike, from bytes and from a file', async () => {
  const packed = await gzip(lines);
  for (const bytes of [new TextEncoder().encode(lines), packed, new Blob([packed])]) {
    const { report, pairs } = await run(bytes);
    expect(report).toMatchObject({ rows: 3000, ok: 3000 });
    expect(pairs[2999]).toMatchObject({ prompt: 'Question 2999', chosen: `Answer ${2999 * 7919} 가` });
  }
});

it('keeps the rows before the place where gzip breaks off or is damaged', async () => {
  const packed = await gzip(lines);
  for (const share of [0.5, 0.9, 0.999]) {
    const { report } = await run(packed.slice(0, Math.floor(packed.length * share)));
    expect(report.incomplete?.template).toMatch(/breaks off/);
    expect(report.rows).toBe(report.ok + report.rejected);
    expect(report.ok).toBeGreaterThan(3000 * share - 1200);
  }
  const damaged = packed.slice();
  damaged.fill(0xff, packed.length / 2, packed.length / 2 + 64);
  expect((await run(damaged)).report.incomplete).toBeDefined();
});

it('reads UTF-16, and Parquet by a chunk of its own', async () => {
  const units = new Uint16Array(`\ufeff${lines}`.length);
  for (let i = 0; i < units.length; i++) units[i] = `\ufeff${lines}`.charCodeAt(i);
  expect((await run(new Uint8Array(units.buffer))).report).toMatchObject({ encoding: 'utf-16le', ok: 3000 });
  const columnData = ['prompt', 'chosen', 'rejected'].map((name) => ({ name, data: Array.from({ length: 100 }, (_, i) => `${name} ${i}`) }));
  expect((await run(new Blob([parquetWriteBuffer({ columnData, codec: 'SNAPPY' })]))).report).toMatchObject({ format: 'parquet', ok: 100 });
});

it('hears a cancel from a timer while it works', async () => {
  const text = Array.from({ length: 20_000 }, (_, i) => JSON.stringify({ prompt: `Q${i}`, chosen: `${i} `.repeat(200), rejected: `${i * 7} `.repeat(200) })).join('\n');
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error('enough')), 30);
  await expect(run(new TextEncoder().encode(text), { signal: controller.signal })).rejects.toThrow('enough');
});

it('counts edits in WebAssembly as in JavaScript', () => {
  const [a, b] = ['The quick brown fox. 🙂 '.repeat(40), 'A quicker brown ox! 가나다 '.repeat(41)];
  expect(levenshtein(a, b)).toBe(plainLevenshtein(a, b));
});
