import 'fake-indexeddb/auto';
import { Dexie } from 'dexie';
import { IDBObjectStore } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../../src/engine/errors';
import type { MetricsRow, RunCheckpoint, RunStart } from '../../../src/lab/protocol';
import { recipeSchema } from '../../../src/lab/recipe';
import type { PreferencePair } from '../../../src/preferences/pair';
import * as storage from '../../../src/storage';
import { DATABASE_NAME } from '../../../src/storage/database';

const recipe = recipeSchema.parse({ version: 1, cohort: [{ objective: 'dpo' }] });
const start: RunStart = {
  recipe,
  policies: [],
  device: {
    backend: 'cpu', adapter: 'CPU', software: false, vendor: '', architecture: '', description: '',
    features: [], limits: {}, notes: [], versions: {},
  },
  dataHash: 'ab', trainPairs: 2, heldOutPairs: 1, reference: { 'eval_logps/chosen': -6 }, warnings: [],
};

function run(id: string, createdAt = 1): storage.StoredRun {
  return { id, name: id, createdAt, recipe, state: 'training', step: 0, elapsedMs: 0, start, stops: [] };
}

function rows(from: number, to: number): MetricsRow[] {
  return Array.from({ length: to - from }, (_, i) => ({ step: from + i, policy: 0, values: { loss: (from + i) / 7 } }));
}

function checkpoint(step: number): RunCheckpoint {
  return { step, tensors: { 'model.norm.weight': { shape: [1, 2], data: Float32Array.of(step, -0.5) } }, stopped: [], numTokens: [step * 10] };
}

beforeEach(async () => {
  await storage.closeDatabase();
  await Dexie.delete(DATABASE_NAME);
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe('stored runs', () => {
  it('come back after the page was closed, rows and checkpoint with them', async () => {
    await storage.createRun(run('a'));
    await storage.appendRows('a', rows(0, 3));
    await storage.appendRows('a', rows(3, 5));
    await storage.saveCheckpoint('a', checkpoint(4));
    await storage.changeRun('a', { state: 'paused', step: 4, elapsedMs: 900 });
    await storage.closeDatabase();
    expect(await storage.loadRun('a')).toEqual({
      run: { ...run('a'), state: 'paused', step: 4, elapsedMs: 900, checkpointStep: 4 },
      rows: rows(0, 5),
    });
    expect(await storage.loadRows('a')).toEqual(rows(0, 5));
    expect(await storage.loadCheckpoint('a')).toEqual(checkpoint(4));
  });

  it('keep thousands of rows in order, whatever the size of the pieces they came in', async () => {
    await storage.createRun(run('a'));
    await storage.createRun(run('b'));
    for (const [from, to] of [[0, 700], [700, 701], [701, 2500], [2500, 2500]] as const) {
      await storage.appendRows('a', rows(from, to));
      await storage.appendRows('b', rows(from, from + 1));
    }
    expect(await storage.loadRows('a')).toEqual(rows(0, 2500));
    expect((await storage.loadRows('b')).map((row) => row.step)).toEqual([0, 700, 701, 2500]);
  });

  it('rewrite little of what lies there when rows come with what each token is', async () => {
    const heavy = Array.from({ length: 60 }, (_, step): MetricsRow => ({
      step, policy: 0, values: { eval_loss: 1 },
      pairs: { chosen: [-step], rejected: [0], chosenTokens: new Float32Array(8000).fill(-step), rejectedTokens: new Float32Array(8000) },
    }));
    await storage.createRun(run('a'));
    const put = vi.spyOn(IDBObjectStore.prototype, 'put');
    for (const row of heavy) await storage.appendRows('a', [row]);
    const written = put.mock.calls.flatMap(([value]: unknown[]) => (value as { rows?: MetricsRow[] }).rows ?? []);
    // Each row of 63 weighs as much as 63 plain ones, of which a record holds 512.
    expect(written.length / heavy.length).toBeLessThan(6);
    put.mockRestore();
    await storage.dropRowsAfter('a', 39);
    expect(await storage.loadRows('a')).toEqual(heavy.slice(0, 40));
  });

  it('are listed with the newest first', async () => {
    await storage.createRun(run('old', 1));
    await storage.createRun(run('new', 3));
    await storage.createRun(run('middle', 2));
    expect((await storage.listRuns()).map((one) => one.id)).toEqual(['new', 'middle', 'old']);
  });

  it('lose the rows after the step from which they go on, and nothing else', async () => {
    await storage.createRun(run('a'));
    await storage.appendRows('a', rows(0, 1300));
    await storage.dropRowsAfter('a', 400);
    expect(await storage.loadRows('a')).toEqual(rows(0, 401));
    await storage.appendRows('a', rows(401, 900));
    expect(await storage.loadRows('a')).toEqual(rows(0, 900));
  });

  it('keep one checkpoint, the latest', async () => {
    await storage.createRun(run('a'));
    expect(await storage.loadCheckpoint('a')).toBeUndefined();
    await storage.saveCheckpoint('a', checkpoint(10));
    await storage.saveCheckpoint('a', checkpoint(20));
    expect(await storage.loadCheckpoint('a')).toEqual(checkpoint(20));
    expect((await storage.loadRun('a'))?.run.checkpointStep).toBe(20);
  });

  it('keep no tensor of the checkpoint before', async () => {
    await storage.createRun(run('a'));
    const tensor = { shape: [2], data: new Float32Array([1, 2]) };
    await storage.saveCheckpoint('a', { ...checkpoint(1), tensors: { old: tensor, both: tensor } });
    await storage.saveCheckpoint('a', { ...checkpoint(2), tensors: { both: tensor } });
    expect(await storage.loadCheckpoint('a')).toEqual({ ...checkpoint(2), tensors: { both: tensor } });
  });

  it('store only the tensor’s own numbers when it is a view into a larger buffer', async () => {
    await storage.createRun(run('a'));
    const large = new Float32Array(1000).fill(3);
    await storage.saveCheckpoint('a', { ...checkpoint(1), tensors: { x: { shape: [2], data: large.subarray(4, 6) } } });
    const stored = (await storage.loadCheckpoint('a'))!.tensors['x']!.data;
    expect([...stored]).toEqual([3, 3]);
    expect(stored.buffer.byteLength).toBe(8);
  });

  it('go with everything that is theirs and leave the others alone', async () => {
    for (const id of ['a', 'b']) {
      await storage.createRun(run(id));
      await storage.appendRows(id, rows(0, 600));
      await storage.saveCheckpoint(id, checkpoint(1));
    }
    await storage.deleteRun('a');
    expect(await storage.loadRun('a')).toBeUndefined();
    expect(await storage.loadRows('a')).toEqual([]);
    expect(await storage.loadCheckpoint('a')).toBeUndefined();
    expect((await storage.loadRun('b'))?.rows).toHaveLength(600);
    expect((await storage.loadCheckpoint('b'))?.step).toBe(1);
  });

  it('that were deleted take no more rows, states or checkpoints', async () => {
    await expect(storage.appendRows('gone', rows(0, 1))).rejects.toThrow(UserError);
    await expect(storage.changeRun('gone', { step: 1 })).rejects.toThrow(UserError);
    await expect(storage.saveCheckpoint('gone', checkpoint(1))).rejects.toThrow(UserError);
    expect(await storage.loadRows('gone')).toEqual([]);
    expect(await storage.loadCheckpoint('gone')).toBeUndefined();
  });
});

describe('stored datasets', () => {
  const pairs = (count: number): PreferencePair[] =>
    Array.from({ length: count }, (_, i) => ({
      id: `p${i}`, prompt: `Prompt ${i}`, chosen: 'good', rejected: 'bad', split: i % 4 === 0 ? 'heldOut' : 'train', source: 'imported',
    }));
  const dataset = { id: 'd', name: 'Mine', createdAt: 5, provenance: { file: 'pairs.jsonl' } };

  it('come back in order, counted by split', async () => {
    expect(await storage.saveDataset(dataset, pairs(10))).toMatchObject({ pairs: 10, trainPairs: 7, heldOutPairs: 3 });
    await storage.saveDataset({ ...dataset, id: 'd2', createdAt: 9 }, pairs(2));
    await storage.closeDatabase();
    expect(await storage.loadPairs('d')).toEqual(pairs(10));
    expect((await storage.listDatasets()).map((one) => one.id)).toEqual(['d2', 'd']);
  });

  it('are replaced whole and deleted whole', async () => {
    await storage.saveDataset(dataset, pairs(10));
    await storage.saveDataset(dataset, pairs(3));
    expect(await storage.loadPairs('d')).toHaveLength(3);
    await storage.deleteDataset('d');
    expect(await storage.listDatasets()).toEqual([]);
    await expect(storage.loadPairs('d')).rejects.toThrow(/“d” is no longer stored/);
  });
});

describe('settings', () => {
  it('come back by key, as they were', async () => {
    expect(await storage.loadSetting('recipe')).toBeUndefined();
    await storage.saveSetting('recipe', { seeds: [1, 2] });
    await storage.saveSetting('recipe', { seeds: [3] });
    await storage.closeDatabase();
    expect(await storage.loadSetting('recipe')).toEqual({ seeds: [3] });
  });
});

describe('trouble with the browser’s storage', () => {
  it('a full disk is said in a sentence and leaves nothing half-written', async () => {
    await storage.createRun(run('a'));
    await storage.appendRows('a', rows(0, 500));
    const put = IDBObjectStore.prototype.put;
    let puts = 0;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...args) {
      puts += 1;
      if (puts > 1) throw new DOMException('full', 'QuotaExceededError');
      return put.apply(this, args);
    });
    await expect(storage.appendRows('a', rows(500, 1500))).rejects.toThrow(/storage is full/);
    expect(puts).toBe(2);
    vi.restoreAllMocks();
    expect(await storage.loadRows('a')).toEqual(rows(0, 500));
    await storage.appendRows('a', rows(500, 1500));
    expect(await storage.loadRows('a')).toEqual(rows(0, 1500));
  });

  it('a newer version’s database is left alone', async () => {
    const newer = new Dexie(DATABASE_NAME);
    newer.version(99).stores({ future: 'id' });
    await newer.open();
    newer.close();
    await expect(storage.listRuns()).rejects.toThrow(/newer version of the lab/);
    await expect(storage.listRuns()).rejects.toThrow(UserError);
  });

  it('an older tab that does not let go is named instead of waited for', async () => {
    // Version 0.1 of the raw API lies below Dexie’s version 1, which is 10 there.
    const old = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(DATABASE_NAME, 1);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(new Error('no database'));
    });
    await expect(storage.listRuns()).rejects.toThrow(/Another tab holds an older version/);
    old.close();
    expect(await storage.listRuns()).toEqual([]);
  });

  it('a tab that is overtaken by a newer one stops writing and says so', async () => {
    await storage.createRun(run('a'));
    let told = 0;
    const unhear = storage.onOvertaken(() => told++);
    const newer = new Dexie(DATABASE_NAME);
    newer.version(99).stores({ runs: 'id, createdAt' });
    await newer.open();
    // At once, before anything is asked of the storage.
    expect(told).toBe(1);
    unhear();
    await expect(storage.changeRun('a', { step: 5 })).rejects.toThrow(/Another tab has taken over/);
    newer.close();
  });

  it('storage that is deleted is not taken for a newer tab', async () => {
    await storage.createRun(run('a'));
    let told = 0;
    const unhear = storage.onOvertaken(() => told++);
    await Dexie.delete(DATABASE_NAME);
    unhear();
    expect(told).toBe(0);
    await expect(storage.listRuns()).rejects.toThrow(UserError);
  });
});
