// An archive restored is what was archived, and a damaged one is refused before anything is written.
import 'fake-indexeddb/auto';
import { Dexie } from 'dexie';
import { IDBObjectStore } from 'fake-indexeddb';
import { spawnSync } from 'node:child_process';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MetricsRow, RunCheckpoint, RunStart } from '../../../../src/lab/protocol';
import { recipeSchema } from '../../../../src/lab/recipe';
import type { PreferencePair } from '../../../../src/preferences/pair';
import * as storage from '../../../../src/storage';
import { fromExactJson, toExactJson } from '../../../../src/storage/archive/exactJson';
import { DATABASE_NAME } from '../../../../src/storage/database';
import { createDataCore, type DataCore } from '../../../../src/storage/pairs/core';
import { askItemAgain } from '../../../../src/reviser/jobs';
import { loserPairs, someJob, someOutcome, someReply } from '../../reviser/someJobs';
import { somePairs } from '../pairs/somePairs';

let core: DataCore;

beforeEach(async () => {
  await clear();
});

afterEach(() => {
  vi.restoreAllMocks();
});

async function clear(): Promise<void> {
  await storage.closeDatabase();
  await Dexie.delete(DATABASE_NAME);
  core = createDataCore();
}

const odd: PreferencePair = {
  id: 'x'.repeat(300), prompt: '', chosen: 'lone \ud800 surrogate', rejected: '\u0000\r\n"</script>', split: 'heldOut', source: 'written',
  history: [{ role: 'system', content: '' }], tags: ['ㄱ', '__proto__'], scores: { rejected: -0.1 },
  extra: { ...(JSON.parse('{"__proto__":1,"hasOwnProperty":[null]}') as object), $number: 'NaN', deep: { n: NaN, z: -0, i: -Infinity, big: 123n } },
};

function run(id: string, dataset: string): storage.StoredRun {
  const recipe = recipeSchema.parse({ version: 1, cohort: [{ objective: 'dpo' }], data: { dataset } });
  const device = { backend: 'cpu', adapter: 'CPU', software: false, vendor: '', architecture: '', description: '', features: [], limits: { max: 2 ** 40 }, notes: [], versions: {} } as const;
  const side = { starts: Uint32Array.of(0, 3), ids: Uint32Array.of(70_000, 2 ** 32 - 1, 3), shared: Uint8Array.of(1, 0, 1), reference: Float32Array.of(-0.1, -0, -1e-42) };
  const start: RunStart = {
    recipe, policies: [], device, dataHash: 'ab', trainPairs: 2, heldOutPairs: 1, reference: { 'eval_logps/chosen': -6.1 }, warnings: [],
    heldOutTokens: { chosen: side, rejected: { ...side, shared: new Uint8Array(3) } },
  };
  return { id, name: `Run ${id}`, createdAt: 7, recipe, state: 'finished', step: 700, elapsedMs: 12.5, start, stops: [{ policy: 0, step: 3, reason: 'NaN' }] };
}

const rows = Array.from({ length: 1300 }, (_, step): MetricsRow => ({
  step, policy: step % 2, values: { loss: step % 5 === 0 ? NaN : step / 7, 'eval_logps/chosen': -Infinity },
  ...(step % 100 === 2 && { pairs: { chosen: [-0.25, step], rejected: [], chosenTokens: Float32Array.from({ length: 3 * step }, (_, t) => -t / 7), rejectedTokens: new Float32Array() } }),
}));
const checkpoint: RunCheckpoint = {
  step: 700, stopped: [], numTokens: [5], tensors: {
    'model.norm.weight': { shape: [2, 3], data: Float32Array.of(1, -0, NaN, Infinity, 1e-42, 0.1) },
    empty: { shape: [0, 4], data: new Float32Array(0) },
  },
};

/** Some of everything, deletions and a journal included. */
async function fill(): Promise<{ id: string; other: string }> {
  const pairs = somePairs(1500);
  const { id } = await core.ask({ type: 'create', name: 'First', pairs: [...pairs, odd], provenance: { file: 'a.jsonl' } });
  await core.ask({ type: 'remove', dataset: id, selection: { rows: [0, 1, 700] } });
  await core.ask({ type: 'swap', dataset: id, selection: { rows: [5, 6] } });
  await core.ask({ type: 'setColumn', dataset: id, column: 'added:margin', label: 'Margin', rows: Uint32Array.of(2, 1499), values: Float32Array.of(1.5, -2) });
  const other = (await core.ask({ type: 'create', name: '둘째', pairs: somePairs(3, 2) })).id;
  const gone = await core.ask({ type: 'create', name: 'Deleted', pairs: somePairs(3, 3) });
  await core.ask({ type: 'deleteDataset', dataset: gone.id });
  for (const [name, dataset] of [['r1', `stored:${id}`], ['r2', 'clair']] as const) {
    await storage.createRun(run(name, dataset));
    await storage.appendRows(name, rows);
  }
  await storage.saveCheckpoint('r1', checkpoint);
  await fillJobs(id);
  return { id, other };
}

/** Two jobs that share a reply, with an item in every state, and a reply whose item was not marked before the page was closed. */
async function fillJobs(dataset: string): Promise<void> {
  await storage.jobStore.createJob(someJob('j1', { createdAt: 3, dataset: `stored:${dataset}`, limits: { concurrency: 2, budgetMoney: 0.5, price: { model: 'm', input: 1, output: 2 } }, mostChange: 0.4 }), [...loserPairs(700), odd]);
  await storage.jobStore.createJob(someJob('j2', { createdAt: 4, kind: 'judge', dataset: 'clair' }), loserPairs(2));
  const [shared, other, unmarked] = [someReply('shared'), someReply('other', 'lone \ud800 </script>'), someReply('unmarked')] as const;
  for (const reply of [shared, unmarked]) await storage.replyStore('j1').put(reply);
  await storage.replyStore('j2').put(other);
  await storage.jobStore.changeItems('j1', [
    { index: 0, change: { status: 'done', outcome: someOutcome('Better.'), replies: [shared.hash], decision: { kind: 'edited', text: 'Best.', time: 77 } } },
    { index: 1, change: { status: 'flagged', outcome: someOutcome(null, ['no_marks', 'refused']), replies: [other.hash] } },
    { index: 2, change: { status: 'failed', failure: { fault: 'cut', template: 'Cut after {seconds} s by {name}.', values: { seconds: 3, name: 'x' } } } },
  ], { input: 100, output: 20.5 });
  const [item] = await storage.jobStore.loadItems('j1', { from: 3, count: 1 });
  await storage.jobStore.changeItems('j1', [{ index: 3, change: askItemAgain({ ...item!, replies: [shared.hash] }, 'Shorter.') }]);
  await storage.jobStore.changeItems('j2', [{ index: 0, change: { status: 'done', replies: [shared.hash], outcome: { kind: 'judgement', winner: 'b', rationale: '', flags: [], source: someOutcome('').source, verdict: { winner: 'b', firstOrder: 'b', secondOrder: 'b', positionBias: null, soft: 0.25, rationale: '', aspects: { clear: 'tie' } } } } }]);
}

/** Everything that a person can see. */
async function seen() {
  const datasets = await storage.listDatasets();
  const runs = await storage.listRuns();
  const byCreation = <T extends { createdAt: number; id: string }>(list: readonly T[]): T[] => [...list].sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
  return {
    datasets: await Promise.all(
      byCreation(datasets).map(async (one) => {
        const { rows: found } = await core.ask({ type: 'query', dataset: one.id, filter: {} });
        const stored = await core.ask({ type: 'pairs', dataset: one.id, rows: found });
        const { columns, facets, tags } = await core.ask({ type: 'open', dataset: one.id });
        return { one, pairs: stored.map(({ pair, values }) => ({ pair, values })), columns, facets, tags };
      }),
    ),
    jobs: await Promise.all(byCreation(await storage.jobStore.listJobs()).map(async (one) => ({ one, items: await storage.jobStore.loadItems(one.id) }))),
    replies: await Promise.all(['shared', 'other', 'unmarked'].map((name) => storage.replyStore('').get(someReply(name).hash))),
    runs: await Promise.all(byCreation(runs).map(async (one) => ({ one: await storage.loadRun(one.id), checkpoint: await storage.loadCheckpoint(one.id) }))),
  };
}

async function everything(): Promise<Record<string, number>> {
  await storage.listRuns(); // Makes the database where nobody has.
  const db = new Dexie(DATABASE_NAME);
  await db.open();
  const counts = await Promise.all(db.tables.map(async (table) => [table.name, await table.count()] as const));
  db.close();
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

const write = async (): Promise<Blob> => (await core.ask({ type: 'archive' })).blob;
const blobOf = (bytes: Buffer): Blob => new Blob([Uint8Array.from(bytes)]);
const restore = (blob: Blob, conflicts: 'skip' | 'keepBoth' = 'skip') => core.ask({ type: 'restore', blob, conflicts });

describe('an archive', () => {
  it('restored into an empty browser gives back everything exactly', async () => {
    const { id } = await fill();
    const before = await seen();
    expect(before.datasets[0]!.pairs).toHaveLength(1498);
    expect(before.datasets[0]!.pairs.at(-1)!.pair).toEqual(odd);
    expect(before.jobs.map(({ items }) => items.length)).toEqual([701, 2]);
    expect(before.replies.map((reply) => reply?.reply.text)).toEqual([expect.any(String), 'lone \ud800 </script>', expect.any(String)]);
    const { blob, name, datasets, runs, jobs } = await core.ask({ type: 'archive' });
    expect([datasets, runs, jobs]).toEqual([2, 2, 2]);
    expect(name).toMatch(/^alignment-lab-\d{4}-\d\d-\d\d\.tar\.gz$/);
    await clear();
    expect(await core.ask({ type: 'inspectArchive', blob })).toMatchObject({
      datasets: [{ id, name: 'First', pairs: 1498, exists: false }, { name: '둘째', pairs: 3, exists: false }],
      runs: [{ id: 'r1', name: 'Run r1', exists: false }, { id: 'r2', exists: false }],
      jobs: [{ id: 'j1', name: 'Job j1', items: 701, exists: false }, { id: 'j2', items: 2, exists: false }],
    });
    expect(await everything()).toEqual({});
    expect(await restore(blob)).toMatchObject({ datasets: [{ id }, { name: '둘째' }], runs: [{ id: 'r1' }, { id: 'r2' }], jobs: [{ id: 'j1' }, { id: 'j2' }], skipped: [] });
    expect(await seen()).toEqual(before);
    expect((await storage.loadCheckpoint('r1'))!.tensors['model.norm.weight']!.data).toEqual(checkpoint.tensors['model.norm.weight']!.data);
    expect(Object.is((await storage.loadCheckpoint('r1'))!.tensors['model.norm.weight']!.data[1], -0)).toBe(true);
    expect((await everything())['settings']).toBeUndefined();
  });

  it('is a tar file to any system, with a manifest whose checksums hold', async () => {
    await fill();
    const bytes = Buffer.from(await (await write()).arrayBuffer());
    const list = spawnSync('tar', ['-tzf', '-'], { input: bytes, encoding: 'utf8' });
    expect(list.stderr).toBe('');
    expect(list.stdout.split('\n')).toEqual(expect.arrayContaining(['runs/0/tensor-00001.f32', 'jobs/0/items-00000.jsonl', 'jobs/1/replies-00000.jsonl']));
    const extract = (path: string): Buffer => spawnSync('tar', ['-xzOf', '-', path], { input: bytes, maxBuffer: 1 << 28 }).stdout;
    const manifest = JSON.parse(extract('manifest.json').toString()) as { files: { path: string; bytes: number; sha256: string }[] };
    expect(manifest.files.length).toBeGreaterThan(10);
    for (const { path, bytes: size, sha256 } of manifest.files) {
      const file = extract(path);
      expect(file).toHaveLength(size);
      expect(spawnSync('sha256sum', { input: file, encoding: 'utf8' }).stdout.slice(0, 64)).toBe(sha256);
    }
  });

  it('holds only what was asked for', async () => {
    const { other } = await fill();
    const { blob } = await core.ask({ type: 'archive', datasets: [other], runs: [], jobs: ['j2'] });
    await clear();
    await restore(blob);
    expect((await storage.listDatasets()).map(({ id }) => id)).toEqual([other]);
    expect(await storage.listRuns()).toEqual([]);
    expect((await storage.jobStore.listJobs()).map(({ id }) => id)).toEqual(['j2']);
    // What it was read from comes along, whoever asked for it first.
    expect(await storage.replyStore('').get(someReply('shared').hash)).toEqual(someReply('shared'));
    expect(await storage.replyStore('').get(someReply('unmarked').hash)).toBeUndefined();
  });

  it('of nothing restores nothing', async () => {
    expect(await restore(await write())).toEqual({ datasets: [], runs: [], jobs: [], skipped: [] });
    expect(await everything()).toEqual({});
  });
});

describe('what is stored already', () => {
  it('is skipped when asked so, and stays as it is', async () => {
    const { id } = await fill();
    const blob = await write();
    await core.ask({ type: 'rename', dataset: id, name: 'Renamed since' });
    const before = await seen();
    const { skipped, datasets, runs, jobs } = await restore(blob, 'skip');
    expect([datasets, runs, jobs, skipped.map(({ kind, name }) => `${kind} ${name}`)]).toEqual([
      [], [], [], ['dataset First', 'dataset 둘째', 'run Run r1', 'run Run r2', 'job Job j1', 'job Job j2'],
    ]);
    expect(await seen()).toEqual(before);
  });

  it('is kept beside what comes back when asked so, and a restored run knows its dataset', async () => {
    await fill();
    const before = await seen();
    const { datasets, runs, jobs } = await restore(await write(), 'keepBoth');
    expect(datasets.map(({ name }) => name)).toEqual(['First (2)', '둘째 (2)']);
    const after = await seen();
    expect(after.datasets).toHaveLength(4);
    expect(after.datasets).toEqual(expect.arrayContaining(before.datasets));
    const again = after.datasets.find(({ one }) => one.id === datasets[0]!.id)!;
    expect(again.pairs).toEqual(before.datasets[0]!.pairs);
    expect(jobs.map(({ name }) => name)).toEqual(['Job j1 (2)', 'Job j2 (2)']);
    const copy = (await storage.jobStore.loadJob(jobs[0]!.id))!;
    expect(copy).toEqual({ ...before.jobs[0]!.one, id: jobs[0]!.id, name: 'Job j1 (2)', dataset: `stored:${datasets[0]!.id}` });
    expect(await storage.jobStore.loadItems(copy.id)).toEqual(before.jobs[0]!.items.map((item) => ({ ...item, job: copy.id })));
    expect(after.replies).toEqual(before.replies);
    const [first, second] = await Promise.all(runs.map(({ id }) => storage.loadRun(id)));
    expect(first!.run.recipe.data.dataset).toBe(`stored:${datasets[0]!.id}`);
    expect(first!.run.start.recipe.data.dataset).toBe(`stored:${datasets[0]!.id}`);
    expect(first!.rows).toEqual(rows);
    expect(second!.run.recipe.data.dataset).toBe('clair');
    expect(await storage.loadCheckpoint(runs[0]!.id)).toEqual(checkpoint);
  });

  it('but deleted does not stand in the way, and can still be brought back', async () => {
    const { other } = await fill();
    const { blob } = await core.ask({ type: 'archive', datasets: [other], runs: [] });
    await core.ask({ type: 'deleteDataset', dataset: other });
    const { datasets } = await restore(blob, 'skip');
    expect(datasets[0]!.name).toBe('둘째');
    expect(await storage.loadPairs(datasets[0]!.id)).toEqual(somePairs(3, 2));
    await core.ask({ type: 'undo', dataset: other });
    expect(await storage.loadPairs(other)).toEqual(somePairs(3, 2));
  });
});

describe('an archive that can not be restored', () => {
  const small = async (): Promise<Buffer> => {
    await core.ask({ type: 'create', name: 'Small', pairs: somePairs(8) });
    await storage.createRun(run('r', 'clair'));
    await storage.appendRows('r', rows.slice(0, 4));
    await storage.saveCheckpoint('r', checkpoint);
    await storage.jobStore.createJob(someJob('j'), loserPairs(3));
    await storage.replyStore('j').put(someReply('x'));
    const bytes = Buffer.from(await (await write()).arrayBuffer());
    await clear();
    return bytes;
  };

  /** Refused with nothing written, or restored whole, because what was damaged held nothing. */
  async function expectAllOrNothing(bytes: Buffer): Promise<'restored' | 'refused'> {
    const outcome = await restore(blobOf(bytes)).then(
      () => 'restored',
      (error: unknown) => (error as Error).name,
    );
    if (outcome === 'restored') {
      expect(await storage.loadPairs((await storage.listDatasets())[0]!.id)).toEqual(somePairs(8));
      expect((await storage.loadRun('r'))!.rows).toEqual(rows.slice(0, 4));
      expect(await storage.loadCheckpoint('r')).toEqual(checkpoint);
      expect((await storage.jobStore.loadItems('j')).map(({ pair }) => pair)).toEqual(loserPairs(3));
      expect(await storage.replyStore('j').get(someReply('x').hash)).toEqual(someReply('x'));
      await clear();
      return 'restored';
    }
    expect(outcome).toBe('UserError');
    expect(await everything()).toEqual({});
    return 'refused';
  }

  it('is refused wherever a byte that matters is another, and leaves nothing', async () => {
    const plain = gunzipSync(await small());
    const outcomes: string[] = [];
    await fc.assert(
      fc.asyncProperty(fc.nat(plain.length - 1), fc.integer({ min: 1, max: 255 }), async (at, other) => {
        const bytes = Buffer.from(plain);
        bytes[at] = bytes[at]! ^ other;
        // Zeros fill up every file's last block.
        outcomes.push(await expectAllOrNothing(gzipSync(bytes)));
      }),
      { numRuns: 250 },
    );
    expect(outcomes).toContain('refused');
  });

  it('is refused wherever it breaks off', async () => {
    const bytes = await small();
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), async (length) => {
        // The last bytes say only that it ends here.
        const outcome = await expectAllOrNothing(bytes.subarray(0, length));
        if (length < bytes.length - 30) expect(outcome).toBe('refused');
      }),
      { numRuns: 60 },
    );
  });

  it('is refused when it is something else, or of a later version', async () => {
    const tar = (manifest: object): Blob => {
      const bytes = Buffer.from(JSON.stringify(manifest));
      const made = spawnSync('python3', ['-c', `
import io, sys, tarfile
data = sys.stdin.buffer.read()
out = tarfile.open(fileobj=sys.stdout.buffer, mode='w|gz', format=tarfile.USTAR_FORMAT)
info = tarfile.TarInfo('manifest.json'); info.size = len(data)
out.addfile(info, io.BytesIO(data)); out.close()`], { input: bytes });
      return blobOf(made.stdout);
    };
    await expect(restore(new Blob(['{"prompt":"no archive"}']))).rejects.toThrow(/damaged/);
    await expect(restore(new Blob([]))).rejects.toThrow(/damaged/);
    await expect(restore(blobOf(gzipSync('no tar file')))).rejects.toThrow(/damaged/);
    await expect(restore(tar({ format: 'something' }))).rejects.toThrow(/no archive of the Alignment Lab/);
    await expect(restore(tar({ format: 'alignment-lab-archive', version: 99 }))).rejects.toThrow(/newer version/);
    await expect(restore(tar({ format: 'alignment-lab-archive', version: 1, created: '', datasets: [], runs: [], files: [{ path: 'x', bytes: 1, sha256: '' }] }))).rejects.toThrow(/damaged/);
    expect(await restore(tar({ format: 'alignment-lab-archive', version: 1, created: '', datasets: [], runs: [], files: [] }))).toMatchObject({ datasets: [] });
  });

  it('because the disk is full, or because it is cancelled, leaves nothing', async () => {
    const blob = blobOf(await small());
    const put = IDBObjectStore.prototype.put;
    const full = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...args) {
      if (this.name === 'tensors') throw new DOMException('full', 'QuotaExceededError');
      return put.apply(this, args);
    });
    await expect(restore(blob)).rejects.toThrow(/storage is full/);
    full.mockRestore();
    expect(await everything()).toEqual({});
    const controller = new AbortController();
    const cancelled = core.ask({ type: 'restore', blob, conflicts: 'skip' }, { signal: controller.signal, onProgress: ({ stage }) => stage === 'writing' && controller.abort() });
    await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' });
    expect(await everything()).toEqual({});
  });

  it('because its tab was closed is swept away later', async () => {
    const blob = blobOf(await small());
    // The last step never happens.
    const frozen = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...args) {
      if (this.name === 'runs') throw new Error('closed');
      return originalPut.apply(this, args);
    });
    const keep = vi.spyOn(IDBObjectStore.prototype, 'delete').mockImplementation(() => {
      throw new Error('closed');
    });
    await expect(restore(blob)).rejects.toThrow('closed');
    frozen.mockRestore();
    keep.mockRestore();
    expect(await storage.listRuns()).toEqual([]);
    expect(await storage.listDatasets()).toEqual([]);
    expect(await storage.jobStore.listJobs()).toEqual([]);
    expect(await everything()).toMatchObject({ tensors: 2, jobItems: 3, replies: 1 });
    await core.sweep();
    expect(await everything()).toMatchObject({ tensors: 2, jobItems: 3, replies: 1 });
    await createDataCore({ now: () => Date.now() + 200_000 }).sweep();
    expect(await everything()).toEqual({});
  });
});

const originalPut = IDBObjectStore.prototype.put;

describe('exact JSON', () => {
  it('gives back whatever was put in', () => {
    const key = fc.oneof(fc.constantFrom('$number', '$integer', '$object', '$float32', '__proto__', 'a'), fc.string());
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.double(), fc.constantFrom(-0, NaN, Infinity, -Infinity, null, true), fc.bigInt(), fc.string({ unit: 'binary' }),
        fc.array(tie('tree'), { maxLength: 3 }), fc.float32Array(), fc.uint32Array(), fc.uint8Array(),
        fc.dictionary(key, tie('tree'), { maxKeys: 3, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        expect(fromExactJson(toExactJson(value))).toEqual(value);
      }),
      { numRuns: 2000 },
    );
  });

  it('writes arrays of numbers as their bytes, of which those that are damaged are refused', () => {
    expect(toExactJson(Float32Array.of(1, -2))).toBe('{"$float32":"AACAPwAAAMA="}');
    for (const text of ['AACAPwA=', '*']) expect(() => fromExactJson(`{"$float32":"${text}"}`)).toThrow(SyntaxError);
  });

  it('is plain JSON for plain data', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => JSON.stringify(value).includes('$') || JSON.stringify(value).includes('-0') || toExactJson(value) === JSON.stringify(value)));
  });
});
