// The page's client on the real server of the data worker; only the thread between them is missing.
import 'fake-indexeddb/auto';
import { Dexie } from 'dexie';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../../../src/engine/errors';
import * as storage from '../../../../src/storage';
import { DATABASE_NAME } from '../../../../src/storage/database';
import { createDataClient, type WorkerLike } from '../../../../src/storage/pairs/client';
import type { DataEvent, ToWorker } from '../../../../src/storage/pairs/protocol';
import { createDataServer } from '../../../../src/storage/pairs/server';
import { somePairs } from './somePairs';

/** Messages arrive as copies, one after the other. */
function startThread() {
  const target = new EventTarget();
  let gone = false;
  const server = createDataServer((event: DataEvent) => {
    const data = structuredClone(event);
    queueMicrotask(() => gone || target.dispatchEvent(Object.assign(new Event('message'), { data })));
  });
  return {
    addEventListener: target.addEventListener.bind(target) as WorkerLike['addEventListener'],
    postMessage: (message: ToWorker) => {
      const data = structuredClone(message);
      queueMicrotask(() => gone || server.hear(data));
    },
    terminate: () => {
      gone = true;
      server.dispose();
    },
    die: () => target.dispatchEvent(Object.assign(new Event('error'), { message: 'out of memory' })),
  };
}

let threads: ReturnType<typeof startThread>[];
const start = () => createDataClient(() => {
  const thread = startThread();
  threads.push(thread);
  return thread as unknown as WorkerLike;
});
let client: ReturnType<typeof start>;

beforeEach(async () => {
  await storage.closeDatabase();
  await Dexie.delete(DATABASE_NAME);
  threads = [];
  client = start();
});

afterEach(() => {
  client.dispose();
  for (const thread of threads) thread.terminate();
});

const lines = (count: number): Blob =>
  new Blob(Array.from({ length: count }, (_, i) => `{"prompt":"Prompt ${i}","chosen":"yes ${i}","rejected":"no ${i}"}\n`));

describe('the client of the data worker', () => {
  it('starts the worker with the first request, and hands on answers, progress and changes', async () => {
    expect(threads).toHaveLength(0);
    const changes: unknown[] = [];
    client.onChange((change) => changes.push(change));
    const told: number[] = [];
    const source = { kind: 'blob', name: 'a.jsonl', blob: lines(3000) } as const;
    const { dataset } = await client.ask({ type: 'import', source }, { onProgress: ({ rows }) => told.push(rows) });
    expect(dataset!.pairs).toBe(3000);
    expect(threads).toHaveLength(1);
    expect(told.length).toBeGreaterThan(0);
    const { rows } = await client.ask({ type: 'query', dataset: dataset!.id, filter: { text: 'YES 2999' } });
    const [found] = await client.ask({ type: 'pairs', dataset: dataset!.id, rows });
    expect(found!.pair.rejected).toBe('no 2999');
    await client.ask({ type: 'swap', dataset: dataset!.id, selection: { rows } });
    expect(changes).toEqual([{ dataset: dataset!.id }, { dataset: dataset!.id, revision: 2 }]);
  });

  it('cancels a request', async () => {
    const controller = new AbortController();
    const source = { kind: 'blob', name: 'a.jsonl', blob: lines(20_000) } as const;
    const importing = client.ask({ type: 'import', source }, { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(importing).rejects.toMatchObject({ name: 'AbortError' });
    expect(await client.ask({ type: 'listDatasets' })).toEqual([]);
    await expect(client.ask({ type: 'listDatasets' }, { signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('tells the page when a newer version of the lab takes the worker’s storage over', async () => {
    await client.ask({ type: 'create', name: 'Mine', pairs: somePairs(3) });
    let told = 0;
    const unhear = client.onOvertaken(() => told++);
    const newer = new Dexie(DATABASE_NAME);
    newer.version(99).stores({ datasets: 'id' });
    await newer.open();
    await vi.waitFor(() => expect(told).toBe(1));
    unhear();
    await expect(client.ask({ type: 'create', name: 'Late', pairs: somePairs(3) })).rejects.toThrow(/Another tab has taken over/);
    newer.close();
  });

  it('hands on a sentence as one that can be translated', async () => {
    const failed = client.ask({ type: 'open', dataset: 'gone' });
    await expect(failed).rejects.toBeInstanceOf(UserError);
    await expect(failed).rejects.toMatchObject({ template: expect.stringContaining('“{id}”') as string, values: { id: 'gone' } });
  });

  it('fails what is under way when the worker dies, and starts another for the next request', async () => {
    const { id } = await client.ask({ type: 'create', name: 'Mine', pairs: somePairs(3) });
    const lost = client.ask({ type: 'open', dataset: id });
    threads[0]!.die();
    await expect(lost).rejects.toThrow(/died \(out of memory\)/);
    expect((await client.ask({ type: 'open', dataset: id })).info.pairs).toBe(3);
    expect(threads).toHaveLength(2);
  });

  it('hears of changes in other tabs', async () => {
    const other = start();
    await other.ask({ type: 'listDatasets' });
    const heard: unknown[] = [];
    other.onChange((change) => heard.push(change));
    const { id } = await client.ask({ type: 'create', name: 'Mine' });
    await vi.waitFor(() => expect(heard).toEqual([{ dataset: id }]));
    other.dispose();
  });

  it('gives up what is under way when it is disposed of', async () => {
    const asked = client.ask({ type: 'listDatasets' });
    client.dispose();
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
  });
});
