// Imports: whole or not at all, whatever happens on the way.
import 'fake-indexeddb/auto';
import { Dexie } from 'dexie';
import { IDBObjectStore } from 'fake-indexeddb';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { toLabRow } from '../../../../src/preferences/labFormat';
import type { PreferencePair } from '../../../../src/preferences/pair';
import * as storage from '../../../../src/storage';
import { DATABASE_NAME } from '../../../../src/storage/database';
import { createDataCore, type DataCore } from '../../../../src/storage/pairs/core';
import type { ImportProgress, ImportSource } from '../../../../src/storage/pairs/protocol';
import { somePairs } from './somePairs';

let core: DataCore;

beforeEach(async () => {
  await storage.closeDatabase();
  await Dexie.delete(DATABASE_NAME);
  core = createDataCore();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** Distinct pairs, since an import leaves out exact duplicates. */
const distinct = (count: number, seed = 1): PreferencePair[] => somePairs(count, seed).map((pair, i) => ({ ...pair, prompt: `${pair.prompt} ${i}` }));
const lines = (pairs: readonly PreferencePair[]): string => pairs.map((pair) => `${JSON.stringify(toLabRow(pair))}\n`).join('');
const text = (content: string): ImportSource => ({ kind: 'text', name: 'mine.jsonl', text: content });
const file = (content: string): ImportSource => ({ kind: 'blob', name: 'folder/mine.jsonl.gz', blob: new Blob([gzipSync(content)]) });

async function everything(): Promise<Record<string, number>> {
  const db = new Dexie(DATABASE_NAME);
  await db.open();
  const counts = await Promise.all(db.tables.map(async (table) => [table.name, await table.count()] as const));
  db.close();
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

describe('an import', () => {
  it('stores every pair as it was, tells how far it is, and keeps where it came from', async () => {
    const pairs = distinct(3000);
    const told: ImportProgress[] = [];
    const answer = await core.ask({ type: 'import', source: file(lines(pairs)) }, { onProgress: (progress) => told.push(progress) });
    expect(answer).toMatchObject({ first: true, report: { rows: 3000, ok: 3000, rejected: 0, pairs: 3000 }, dataset: { name: 'mine', pairs: 3000 } });
    expect(answer.rejectedRows).toBeUndefined();
    expect(await storage.loadPairs(answer.dataset!.id)).toEqual(pairs);
    expect(told.at(-1)).toMatchObject({ stage: 'finishing', pairs: 3000 });
    expect(answer.dataset!.provenance).toMatchObject({ file: 'folder/mine.jsonl.gz', format: 'jsonl, utf-8, gzip', rows: '3000 = 3000 ok + 0 rejected' });
    expect(answer.dataset!.provenance['sha256']).toMatch(/^[0-9a-f]{64}$/);
    expect((await core.ask({ type: 'import', source: text(lines(pairs)), name: 'Other' })).first).toBe(false);
  });

  it('is taken back by one undo and done again by one redo, after a reload too', async () => {
    const { dataset } = await core.ask({ type: 'import', source: text(lines(distinct(300))) });
    expect(dataset!.undo).toEqual({ template: 'Import {count, plural, one {# pair} other {# pairs}}', values: { count: 300 } });
    await core.ask({ type: 'undo', dataset: dataset!.id });
    expect(await storage.listDatasets()).toEqual([]);
    await storage.closeDatabase();
    core = createDataCore();
    await core.ask({ type: 'redo', dataset: dataset!.id });
    expect(await storage.loadPairs(dataset!.id)).toEqual(distinct(300));
  });

  it('gives the rejected rows as lines with their numbers and reasons', async () => {
    const source = text(`{"prompt":"p","chosen":"a","rejected":"b"}\n{"prompt":"p","chosen":"","rejected":"b"}\nno json\n`);
    const { report, rejectedRows, dataset } = await core.ask({ type: 'import', source });
    expect(report).toMatchObject({ rows: 3, ok: 1, rejected: 2 });
    expect(dataset!.pairs).toBe(1);
    const rows = (await rejectedRows!.text()).trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(rows.map(({ row, line, code }) => [row, line, code])).toEqual([[2, 2, 'emptySide'], [3, 3, 'brokenJson']]);
    expect(rows.every(({ reason, excerpt }) => typeof reason === 'string' && typeof excerpt === 'string')).toBe(true);
  });

  it('of rows that are all wrong stores nothing', async () => {
    const { dataset, report } = await core.ask({ type: 'import', source: text('{"prompt":"p","chosen":"a","rejected":"a"}\n') });
    expect(dataset).toBeUndefined();
    expect(report.rejected).toBe(1);
    expect(await everything()).toEqual({});
  });

  it('into a dataset adds to it, with one undo, and with ids of their own', async () => {
    const [first, second] = [distinct(100, 1), distinct(150, 2)];
    const { dataset } = await core.ask({ type: 'import', source: text(lines(first)) });
    const id = dataset!.id;
    const answer = await core.ask({ type: 'import', source: text(lines(second)), into: id });
    expect(answer).toMatchObject({ first: false, dataset: { id, pairs: 250 } });
    const pairs = await storage.loadPairs(id);
    expect(pairs.slice(0, 100)).toEqual(first);
    expect(pairs.slice(100).map(({ id: _id, ...pair }) => pair)).toEqual(second.map(({ id: _id, ...pair }) => pair));
    expect(new Set(pairs.map((pair) => pair.id)).size).toBe(250);
    await core.ask({ type: 'undo', dataset: id });
    expect(await storage.loadPairs(id)).toEqual(first);
    expect(await core.ask({ type: 'listDatasets' })).toHaveLength(1);
  });

  it('previews its first rows without storing anything', async () => {
    const preview = await core.ask({ type: 'preview', source: file(lines(distinct(500))), rows: 3 });
    expect(preview.pairs.map(({ pair }) => pair)).toEqual(distinct(500).slice(0, 3));
    expect(preview.mapping).toEqual({ kind: 'lab' });
    await core.ask({ type: 'listDatasets' });
    expect(await everything()).toEqual({});
  });
});

describe('an import that does not come to its end', () => {
  const many = lines(distinct(6000));

  it('leaves nothing when it is cancelled', async () => {
    const controller = new AbortController();
    const importing = core.ask({ type: 'import', source: text(many) }, { signal: controller.signal, onProgress: ({ pairs }) => pairs > 2000 && controller.abort() });
    await expect(importing).rejects.toMatchObject({ name: 'AbortError' });
    expect(await everything()).toEqual({});
  });

  it('leaves nothing when the disk is full, and says so', async () => {
    const put = IDBObjectStore.prototype.put;
    let chunks = 0;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...args) {
      if (this.name === 'pairChunks' && ++chunks > 70) throw new DOMException('full', 'QuotaExceededError');
      return put.apply(this, args);
    });
    await expect(core.ask({ type: 'import', source: text(many) })).rejects.toThrow(/storage is full/);
    expect(chunks).toBeGreaterThan(70);
    vi.restoreAllMocks();
    expect(await everything()).toEqual({});
    expect((await core.ask({ type: 'import', source: text(many) })).dataset!.pairs).toBe(6000);
  });

  /** Never gives its last bytes: the tab is gone. */
  const broken = (): ImportSource => {
    const most = new TextEncoder().encode(many).slice(0, -1000);
    const stream = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(most) });
    const blob = new Blob();
    blob.stream = () => stream as ReturnType<Blob['stream']>;
    blob.slice = () => blob;
    return { kind: 'blob', name: 'most.jsonl', blob };
  };

  async function crash(): Promise<void> {
    const reached = new Promise<void>((resolve) => {
      void core.ask({ type: 'import', source: broken() }, { onProgress: ({ pairs }) => pairs > 5000 && resolve() }).catch(() => undefined);
    });
    await reached;
    // What was handed over is still being written.
    await vi.waitFor(async () => expect((await everything())['pairChunks']).toBeGreaterThan(60));
  }

  it('is never seen, and is swept away once nobody writes to it any more', async () => {
    await crash();
    const later = (seconds: number): DataCore => createDataCore({ now: () => Date.now() + seconds * 1000 });
    expect(await storage.listDatasets()).toEqual([]);
    expect(await core.ask({ type: 'listDatasets' })).toEqual([]);
    const [staged] = (await (await openTable('datasets')).toArray()) as { id: string }[];
    await expect(core.ask({ type: 'open', dataset: staged!.id })).rejects.toThrow(/no longer stored/);
    // It may be another tab's.
    await later(60).sweep();
    expect((await everything())['pairChunks']).toBeGreaterThan(0);
    await later(180).sweep();
    expect(await everything()).toEqual({});
  });

  it('is swept away at once where the browser’s locks tell that its tab is gone', async () => {
    const held = new Set<string>();
    const request = async (name: string, ...rest: [unknown, unknown?]): Promise<unknown> => {
      const work = rest.at(-1) as (lock: object | null) => unknown;
      if (held.has(name)) return work(null);
      held.add(name);
      try {
        return await work({ name });
      } finally {
        held.delete(name);
      }
    };
    vi.stubGlobal('navigator', { locks: { request } });
    await crash();
    await core.sweep();
    expect((await everything())['pairChunks']).toBeGreaterThan(0);
    held.clear();
    await core.sweep();
    expect(await everything()).toEqual({});
  });
});

async function openTable(name: string) {
  const db = new Dexie(DATABASE_NAME);
  await db.open();
  return db.table(name);
}

describe('an export', () => {
  it('and an import of it are each other’s inverse', async () => {
    const pairs = distinct(700);
    const { dataset } = await core.ask({ type: 'import', source: text(lines(pairs)) });
    for (const format of ['jsonl', 'csv'] as const) {
      const { blob, name, pairs: count } = await core.ask({ type: 'export', dataset: dataset!.id, choice: { shape: 'lab', format } });
      expect([name, count]).toEqual([`mine.${format}`, 700]);
      const again = await core.ask({ type: 'import', source: { kind: 'blob', name, blob } });
      expect(await storage.loadPairs(again.dataset!.id)).toEqual(pairs);
    }
  });

  it('of a filtered and sorted view holds that view', async () => {
    const pairs = distinct(200);
    const { dataset } = await core.ask({ type: 'import', source: text(lines(pairs)) });
    const choice = { shape: 'conversational', format: 'jsonl' } as const;
    const { blob } = await core.ask({
      type: 'export', dataset: dataset!.id, selection: { filter: { splits: ['heldOut'] } }, sort: { by: 'promptLength', descending: true }, choice,
    });
    const prompts = (await blob.text()).trimEnd().split('\n').map((line) => (JSON.parse(line) as { prompt: { content: string }[] }).prompt.at(-1)!.content);
    const expected = pairs.filter((pair) => pair.split === 'heldOut').map((pair) => pair.prompt);
    expect([...prompts].sort()).toEqual([...expected].sort());
    const sizes = prompts.map((prompt) => [...prompt].length);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
  });
});
