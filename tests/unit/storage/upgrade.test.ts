import 'fake-indexeddb/auto';
import { Dexie } from 'dexie';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { IDBObjectStore } from 'fake-indexeddb';
import { recipeSchema } from '../../../src/lab/recipe';
import { quickPlan } from '../../../src/lab/study/plan';
import * as storage from '../../../src/storage';
import { DATABASE_NAME } from '../../../src/storage/database';
import { createStudy, loadStudy } from '../../../src/storage/studies';
import { countPairs, createPacker } from '../../../src/storage/pairs/packer';
import { newHead, putPacked } from '../../../src/storage/pairs/upgrade';
import { loserPairs, someJob, someReply } from '../reviser/someJobs';
import { somePairs } from './pairs/somePairs';

/** The schema of version 1 as it was released; never to be changed. */
const firstSchema = {
  runs: 'id, createdAt',
  metrics: '[run+chunk]',
  checkpoints: 'run',
  tensors: '[run+name]',
  datasets: 'id, createdAt',
  pairs: '[dataset+index]',
  settings: 'key',
};

const run = {
  id: 'r', name: 'r', createdAt: 3, recipe: recipeSchema.parse({ version: 1, cohort: [{ objective: 'dpo' }] }), state: 'finished', step: 2,
  elapsedMs: 10, start: { dataHash: 'ab' }, stops: [], checkpointStep: 2,
};
const rows = [{ step: 1, policy: 0, values: { loss: 0.5 } }];
const tensor = { shape: [2], data: Float32Array.of(1, -2) };
const first = somePairs(1203, 1);
const second = somePairs(3, 2);
const head = (id: string, createdAt: number, pairs: readonly { split: string }[]) => {
  const heldOutPairs = pairs.filter(({ split }) => split === 'heldOut').length;
  return { id, name: `Name of ${id}`, createdAt, pairs: pairs.length, trainPairs: pairs.length - heldOutPairs, heldOutPairs, provenance: { file: 'a.jsonl' } };
};

async function fillFirstVersion(): Promise<void> {
  const db = new Dexie(DATABASE_NAME);
  db.version(1).stores(firstSchema);
  await db.table('runs').add(run);
  await db.table('metrics').add({ run: 'r', chunk: 0, rows });
  await db.table('checkpoints').add({ run: 'r', checkpoint: { step: 2, stopped: [], numTokens: [20] } });
  await db.table('tensors').add({ run: 'r', name: 'w', ...tensor });
  await db.table('datasets').bulkAdd([head('one', 5, first), head('two', 6, second), head('none', 4, [])]);
  await db.table('pairs').bulkAdd(first.map((pair, index) => ({ dataset: 'one', index, pair })));
  // Gaps between the numbers do no harm.
  await db.table('pairs').bulkAdd(second.map((pair, index) => ({ dataset: 'two', index: index * 7, pair })));
  await db.table('settings').add({ key: 'recipe', value: { seeds: [1] } });
  db.close();
}

/** What version 2 had more, and less, as it was released; never to be changed. */
const secondSchema = {
  pairs: null,
  pairChunks: '[dataset+first]',
  columns: '[dataset+block]',
  sketches: '[dataset+block]',
  addedColumns: '[dataset+column+block]',
  journal: '[dataset+at]',
};

/** What version 3 had more, as it was released; never to be changed. */
const thirdSchema = { jobs: 'id, createdAt', jobItems: '[job+index], [job+status+index], *replies', replies: 'hash, job' };

async function fillSecondVersion(version = 2): Promise<void> {
  const db = new Dexie(DATABASE_NAME);
  db.version(1).stores(firstSchema);
  db.version(2).stores(secondSchema);
  if (version === 3) db.version(3).stores(thirdSchema);
  await db.table('runs').add(run);
  await db.table('metrics').add({ run: 'r', chunk: 0, rows });
  await db.table('checkpoints').add({ run: 'r', checkpoint: { step: 2, stopped: [], numTokens: [20] } });
  await db.table('tensors').add({ run: 'r', name: 'w', ...tensor });
  for (const [id, createdAt, pairs] of [['one', 5, first], ['two', 6, second], ['none', 4, []]] as const) {
    const packer = createPacker(id);
    for (const pair of pairs) packer.add(pair);
    await putPacked(db, packer.take(true));
    await db.table('datasets').add(newHead(head(id, createdAt, pairs), packer.columns.count, countPairs(packer.columns), packer.tagSets.lists));
  }
  await db.table('settings').add({ key: 'recipe', value: { seeds: [1] } });
  db.close();
}

beforeEach(async () => {
  await storage.closeDatabase();
  await Dexie.delete(DATABASE_NAME);
});

describe.each([['first', fillFirstVersion], ['second', () => fillSecondVersion()], ['third', () => fillSecondVersion(3)]])('a database of the %s version', (_, fill) => {
  beforeEach(fill);

  it('opens with everything that was in it', async () => {
    expect(await storage.loadRun('r')).toEqual({ run, rows });
    expect(await storage.loadCheckpoint('r')).toEqual({ step: 2, stopped: [], numTokens: [20], tensors: { w: tensor } });
    expect(await storage.loadSetting('recipe')).toEqual({ seeds: [1] });
    expect(await storage.listDatasets()).toMatchObject([head('two', 6, second), head('one', 5, first), head('none', 4, [])]);
    expect(await storage.loadPairs('one')).toEqual(first);
    expect(await storage.loadPairs('two')).toEqual(second);
    expect(await storage.loadPairs('none')).toEqual([]);
  });

  it('takes jobs and replies from then on', async () => {
    await storage.jobStore.createJob(someJob('a'), loserPairs(2));
    await storage.replyStore('a').put(someReply('x'));
    await storage.closeDatabase();
    expect((await storage.jobStore.loadItems('a')).map(({ pair }) => pair)).toEqual(loserPairs(2));
    expect(await storage.replyStore('a').get(someReply('x').hash)).toEqual(someReply('x'));
    expect(await storage.loadPairs('one')).toEqual(first);
  });

  it('takes re-enactments from then on', async () => {
    const study = { id: 's', createdAt: 1, plan: quickPlan, lab: '0', runtime: 'Node', done: 0, elapsedMs: 0, trainMs: 0, adapters: [] };
    await createStudy(study);
    await storage.closeDatabase();
    expect(await loadStudy('s')).toEqual({ study, records: [] });
  });
});

describe('an upgrade from the first version', () => {
  beforeEach(fillFirstVersion);

  it('that can not be finished leaves everything as it was, and is done the next time', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const put = IDBObjectStore.prototype.put;
    const broken = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...args) {
      if (this.name === 'sketches') throw new DOMException('full', 'QuotaExceededError');
      return put.apply(this, args);
    });
    await expect(storage.listDatasets()).rejects.toThrow(/storage is full/);
    broken.mockRestore();
    expect(await storage.loadPairs('one')).toEqual(first);
    expect(await storage.loadRun('r')).toEqual({ run, rows });
  });
});
