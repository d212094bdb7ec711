// The data core's changes against the same changes made to plain arrays, through random histories, reloads included.
import 'fake-indexeddb/auto';
import { isDeepStrictEqual } from 'node:util';
import { Dexie } from 'dexie';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { PreferencePair } from '../../../../src/preferences/pair';
import { splitByPrompt } from '../../../../src/preferences/prompt';
import * as storage from '../../../../src/storage';
import { DATABASE_NAME } from '../../../../src/storage/database';
import { createDataCore, type DataCore } from '../../../../src/storage/pairs/core';
import type { Selection } from '../../../../src/storage/pairs/filter';
import { splitRuleOf } from '../../../../src/storage/pairs/splitRule';
import { somePairs } from './somePairs';

let core: DataCore;

beforeEach(async () => {
  await storage.closeDatabase();
  await Dexie.delete(DATABASE_NAME);
  core = createDataCore();
});

const make = async (pairs: readonly PreferencePair[], name = 'Mine'): Promise<string> => (await core.ask({ type: 'create', name, pairs })).id;
const load = (id: string): Promise<PreferencePair[]> => storage.loadPairs(id);
const strip = (pairs: readonly PreferencePair[]): object[] => pairs.map(({ id: _id, ...rest }) => rest);

/** What the columns say of each pair must be what they would say had it been stored just now. */
async function expectMeasured(id: string): Promise<void> {
  const pairs = await load(id);
  const copy = await make(pairs, 'copy');
  const view = async (dataset: string) => {
    const { rows } = await core.ask({ type: 'query', dataset, filter: {} });
    const found = await core.ask({ type: 'pairs', dataset, rows });
    return found.map(({ pair: { id: _id, ...pair }, values }) => ({ pair, values }));
  };
  expect(await view(id)).toEqual(await view(copy));
  const facets = async (dataset: string) => (await core.ask({ type: 'open', dataset })).facets;
  expect(await facets(id)).toEqual(await facets(copy));
  await core.ask({ type: 'purge', dataset: copy });
}

type Op = (model: PreferencePair[], id: string, rows: readonly number[]) => Promise<PreferencePair[]>;

/** Each does a change in the core and gives what the pairs should be then. `rows` are row numbers by place in the model. */
const ops: Record<string, Op> = {
  tag: async (model, id) => {
    await core.ask({ type: 'tag', dataset: id, selection: { filter: { splits: ['train'] } }, add: ['new'], remove: ['good'] });
    return model.map((pair) => {
      if (pair.split !== 'train') return pair;
      const { tags = [], ...rest } = pair;
      return { ...rest, tags: [...new Set([...tags.filter((tag) => tag !== 'good'), 'new'])] };
    });
  },
  untag: async (model, id) => {
    await core.ask({ type: 'tag', dataset: id, selection: { filter: {} }, remove: ['new', 'to check', '확인'] });
    return model.map(({ tags = [], ...rest }) => {
      const left = tags.filter((tag) => !['new', 'to check', '확인'].includes(tag));
      return { ...rest, ...(left.length > 0 && { tags: left }) };
    });
  },
  remove: async (model, id, rows) => {
    const gone = rows.filter((_, place) => place % 3 === 1);
    await core.ask({ type: 'remove', dataset: id, selection: { rows: gone } });
    return model.filter((_, place) => place % 3 !== 1);
  },
  swap: async (model, id) => {
    await core.ask({ type: 'swap', dataset: id, selection: { filter: { tags: { any: ['good', 'new'] } } } });
    return model.map((pair) => {
      if (!pair.tags?.some((tag) => tag === 'good' || tag === 'new')) return pair;
      const { chosen, rejected, scores, ...rest } = pair;
      return { ...rest, chosen: rejected, rejected: chosen, ...(scores && { scores: { chosen: scores.rejected, rejected: scores.chosen } }) } as PreferencePair;
    });
  },
  split: async (model, id, rows) => {
    await core.ask({ type: 'setSplit', dataset: id, selection: { rows: rows.slice(0, 5) }, split: 'heldOut' });
    return model.map((pair, place) => (place < 5 ? { ...pair, split: 'heldOut' as const } : pair));
  },
  resplit: async (model, id) => {
    await core.ask({ type: 'resplit', dataset: id, heldOutShare: 0.4, seed: 9 });
    return model.map((pair) => ({ ...pair, split: splitByPrompt(pair.prompt, 0.4, 9) }));
  },
  edit: async (model, id, rows) => {
    if (rows.length < 3) return model;
    const change = { chosen: `${model[2]!.chosen} 그리고 🎉`, rationale: '', tags: ['edited'], scores: { chosen: 9 } };
    await core.ask({ type: 'edit', dataset: id, row: rows[2]!, change });
    return model.map((pair, place) => {
      if (place !== 2) return pair;
      const { rationale: _rationale, ...rest } = pair;
      return { ...rest, ...change, rationale: undefined } as unknown as PreferencePair;
    }).map(({ rationale, ...rest }) => ({ ...rest, ...(rationale !== undefined && { rationale }) }));
  },
  duplicate: async (model, id, rows) => {
    await core.ask({ type: 'duplicate', dataset: id, selection: { rows: rows.slice(0, 2) } });
    return [...model, ...model.slice(0, 2)];
  },
  add: async (model, id) => {
    const pair = { prompt: 'A new one', chosen: 'yes', rejected: 'no', split: 'train', source: 'written' } as const;
    await core.ask({ type: 'add', dataset: id, pairs: [pair, { ...pair, rejected: 'perhaps' }] });
    return [...model, { ...pair, id: '' }, { ...pair, id: '', rejected: 'perhaps' }];
  },
};

describe('random histories', () => {
  it('leave what the same changes leave in a plain array, with undo, redo and reloads between', async () => {
    const step = fc.constantFrom(...Object.keys(ops), 'undo', 'undo', 'redo', 'reload');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), fc.nat(100), async (steps, seed) => {
        const first = somePairs(14, seed);
        const id = await make(first);
        // States before and after; a new change forgets what could have been redone.
        const past: PreferencePair[][] = [];
        const future: PreferencePair[][] = [];
        let model: PreferencePair[] = first;
        for (const name of steps) {
          if (name === 'reload') {
            await storage.closeDatabase();
            core = createDataCore();
          } else if (name === 'undo') {
            if (past.length === 0) continue;
            await core.ask({ type: 'undo', dataset: id });
            future.push(model);
            model = past.pop()!;
          } else if (name === 'redo') {
            if (future.length === 0) {
              await expect(core.ask({ type: 'redo', dataset: id })).rejects.toThrow(/nothing to do again/);
              continue;
            }
            await core.ask({ type: 'redo', dataset: id });
            past.push(model);
            model = future.pop()!;
          } else {
            const { rows } = await core.ask({ type: 'query', dataset: id, filter: {} });
            const next = await ops[name]!(model, id, Array.from(rows));
            // What changes nothing can not be undone.
            if (!isDeepStrictEqual(next, model)) {
              past.push(model);
              future.length = 0;
            }
            model = next;
          }
          const pairs = await load(id);
          expect(strip(pairs)).toEqual(strip(model));
          expect(new Set(pairs.map((pair) => pair.id)).size).toBe(pairs.length);
          const info = (await core.ask({ type: 'listDatasets' })).find((one) => one.id === id)!;
          const heldOut = model.filter((pair) => pair.split === 'heldOut').length;
          expect(info).toMatchObject({ pairs: model.length, heldOutPairs: heldOut, trainPairs: model.length - heldOut });
          expect(info.redo !== undefined).toBe(future.length > 0);
        }
        await expectMeasured(id);
        await core.ask({ type: 'purge', dataset: id });
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});

describe('single pairs', () => {
  it('keep their row while others come and go, and a row is never given twice', async () => {
    const pairs = somePairs(5);
    const id = await make(pairs);
    await core.ask({ type: 'remove', dataset: id, selection: { rows: [4, 1] } });
    const { added } = await core.ask({ type: 'duplicate', dataset: id, selection: { rows: [2] } });
    expect([...added!]).toEqual([5]);
    const found = await core.ask({ type: 'pairs', dataset: id, rows: [5, 3, 1, 99] });
    expect(found.map(({ row }) => row)).toEqual([5, 3]);
    expect(found[1]!.pair).toEqual(pairs[3]);
    expect(strip([found[0]!.pair])).toEqual(strip([pairs[2]!]));
  });

  it('that are gone can not be edited, and that is said', async () => {
    const id = await make(somePairs(3));
    await core.ask({ type: 'remove', dataset: id, selection: { rows: [1] } });
    for (const row of [1, 3, 1e6]) {
      await expect(core.ask({ type: 'edit', dataset: id, row, change: { prompt: 'x' } })).rejects.toThrow(/no longer in the dataset/);
    }
  });

  it('are measured anew when they are edited', async () => {
    const id = await make(somePairs(3));
    const { row } = await core.ask({ type: 'edit', dataset: id, row: 1, change: { prompt: 'Wie?', chosen: 'one two three', rejected: 'one two 👩‍🌾' } });
    // The farmer is three code points: woman, joiner, ear of rice.
    expect(row.values).toMatchObject({ promptLength: 4, chosenLength: 13, rejectedLength: 11, lengthDifference: 2, wordJaccard: Number(Math.fround(2 / 3).toPrecision(7)), levenshtein: 5 });
  });

  it('that are edited into what they are already leave nothing to undo', async () => {
    const id = await make(somePairs(3));
    const { info } = await core.ask({ type: 'edit', dataset: id, row: 1, change: { prompt: somePairs(3)[1]!.prompt } });
    expect(info.undo).toEqual({ template: 'Make the dataset', values: {} });
    expect(info.revision).toBe(1);
  });

  it('may be unfinished, which is flagged, and are not trained on then', async () => {
    const pairs = somePairs(4);
    const id = await make(pairs);
    await core.ask({ type: 'edit', dataset: id, row: 2, change: { chosen: pairs[2]!.rejected } });
    await core.ask({ type: 'edit', dataset: id, row: 0, change: { prompt: '' } });
    const { rows, count } = await core.ask({ type: 'query', dataset: id, filter: { flags: { unfinished: true } } });
    expect([count, ...rows]).toEqual([2, 0, 2]);
    expect((await load(id)).map((pair) => pair.id)).toEqual(['p1', 'p3']);
  });
});

describe('moving pairs', () => {
  const filter: Selection = { filter: { splits: ['heldOut'] } };

  it('takes them from one dataset to the other, and one undo brings them back', async () => {
    const [first, second] = [somePairs(20, 1), somePairs(10, 2)];
    const [a, b] = [await make(first, 'a'), await make(second, 'b')];
    const held = first.filter((pair) => pair.split === 'heldOut');
    const { changed, target } = await core.ask({ type: 'move', dataset: a, selection: filter, to: b });
    expect([changed, target.pairs]).toEqual([held.length, 10 + held.length]);
    expect(await load(a)).toEqual(first.filter((pair) => pair.split === 'train'));
    expect(strip(await load(b))).toEqual(strip([...second, ...held]));
    // Both datasets call their pairs p0, p1, …
    expect(new Set((await load(b)).map((pair) => pair.id)).size).toBe(10 + held.length);
    await core.ask({ type: 'undo', dataset: a });
    expect(await load(a)).toEqual(first);
    expect(await load(b)).toEqual(second);
    await core.ask({ type: 'redo', dataset: a });
    expect(await load(b)).toHaveLength(10 + held.length);
  });

  it('as a copy leaves the first dataset as it is', async () => {
    const [a, b] = [await make(somePairs(20), 'a'), await make([], 'b')];
    await core.ask({ type: 'move', dataset: a, selection: filter, to: b, copy: true });
    expect(await load(a)).toEqual(somePairs(20));
    expect(await load(b)).toEqual(somePairs(20).filter((pair) => pair.split === 'heldOut'));
  });

  it('can be undone when the other dataset is gone by then', async () => {
    const [a, b] = [await make(somePairs(20), 'a'), await make([], 'b')];
    await core.ask({ type: 'move', dataset: a, selection: filter, to: b });
    await core.ask({ type: 'purge', dataset: b });
    await core.ask({ type: 'undo', dataset: a });
    expect(await load(a)).toEqual(somePairs(20));
  });

  it('into the same dataset is refused', async () => {
    const a = await make(somePairs(2));
    await expect(core.ask({ type: 'move', dataset: a, selection: filter, to: a })).rejects.toThrow(/in that dataset already/);
  });
});

describe('a dataset', () => {
  it('is renamed and deleted, and both can be undone, after a reload too', async () => {
    const id = await make(somePairs(3), 'Old');
    expect(await core.ask({ type: 'rename', dataset: id, name: 'New' })).toMatchObject({ name: 'New', undo: { template: 'Rename the dataset' } });
    const gone = await core.ask({ type: 'deleteDataset', dataset: id });
    expect(gone.deletedAt).toBeGreaterThan(0);
    expect(await storage.listDatasets()).toEqual([]);
    await expect(core.ask({ type: 'open', dataset: id })).rejects.toThrow(/no longer stored/);
    await expect(load(id)).rejects.toThrow(/no longer stored/);
    await storage.closeDatabase();
    core = createDataCore();
    await core.ask({ type: 'undo', dataset: id });
    expect((await core.ask({ type: 'undo', dataset: id })).info.name).toBe('Old');
    expect(await load(id)).toEqual(somePairs(3));
  });

  it('remembers by which rule it was split last, through undo and redo', async () => {
    const source = { kind: 'text', name: 'a.jsonl', text: Array.from({ length: 40 }, (_, i) => `{"prompt":"P${i}","chosen":"yes","rejected":"no"}`).join('\n') } as const;
    const { id } = (await core.ask({ type: 'import', source, heldOutShare: 0.25, seed: 7 })).dataset!;
    const rule = async () => splitRuleOf((await core.ask({ type: 'open', dataset: id })).info.provenance);
    expect(await rule()).toEqual({ heldOutShare: 0.25, seed: 7 });
    const { info } = await core.ask({ type: 'resplit', dataset: id, heldOutShare: 0.5, seed: 3 });
    expect(info.undo).toMatchObject({ values: { percent: 50, seed: 3 } });
    expect(await rule()).toEqual({ heldOutShare: 0.5, seed: 3 });
    await core.ask({ type: 'undo', dataset: id });
    expect(await rule()).toEqual({ heldOutShare: 0.25, seed: 7 });
    await core.ask({ type: 'redo', dataset: id });
    expect(await rule()).toEqual({ heldOutShare: 0.5, seed: 3 });
    await core.ask({ type: 'setSplit', dataset: id, selection: { rows: [0, 1] }, split: 'train' });
    await core.ask({ type: 'setSplit', dataset: id, selection: { rows: [0, 1] }, split: 'heldOut' });
    expect(await rule()).toBeUndefined();
    await core.ask({ type: 'undo', dataset: id });
    await core.ask({ type: 'undo', dataset: id });
    const told = { ...source, name: 'b.jsonl', text: '{"prompt":"P","chosen":"yes","rejected":"no","split":"test"}' };
    const { provenance } = (await core.ask({ type: 'import', source: told })).dataset!;
    expect(splitRuleOf(provenance)).toBeUndefined();
    const written = await make(somePairs(20), 'Written');
    await core.ask({ type: 'resplit', dataset: written, heldOutShare: 0.5, seed: 1 });
    await core.ask({ type: 'undo', dataset: written });
    expect((await core.ask({ type: 'open', dataset: written })).info.provenance).toEqual({});
  });

  it('that was made can be unmade by one undo, and made again', async () => {
    const id = await make(somePairs(3));
    await core.ask({ type: 'undo', dataset: id });
    expect(await storage.listDatasets()).toEqual([]);
    await core.ask({ type: 'redo', dataset: id });
    expect(await load(id)).toEqual(somePairs(3));
  });

  it('that was deleted is swept away a day later, and no sooner', async () => {
    const id = await make(somePairs(3));
    await core.ask({ type: 'deleteDataset', dataset: id });
    const hours = (n: number): DataCore => createDataCore({ now: () => Date.now() + n * 3_600_000 });
    await hours(23).sweep();
    expect(await core.ask({ type: 'listDatasets' })).toHaveLength(1);
    await hours(25).sweep();
    expect(await core.ask({ type: 'listDatasets' })).toEqual([]);
  });

  it('keeps a column that was measured elsewhere until the pair it is about changes', async () => {
    const id = await make(somePairs(6));
    const values = Float32Array.of(0.5, -1, 3);
    await core.ask({ type: 'setColumn', dataset: id, column: 'added:margin', label: 'Margin', rows: Uint32Array.of(0, 2, 5), values });
    await storage.closeDatabase();
    core = createDataCore();
    expect((await core.ask({ type: 'open', dataset: id })).columns).toContainEqual({ column: 'added:margin', label: 'Margin', min: -1, max: 3 });
    const sorted = await core.ask({ type: 'query', dataset: id, filter: { ranges: { 'added:margin': { from: -5 } } }, sort: { by: 'added:margin', descending: true } });
    expect([...sorted.rows]).toEqual([5, 0, 2]);
    await core.ask({ type: 'edit', dataset: id, row: 5, change: { tags: ['only a tag'] } });
    await core.ask({ type: 'edit', dataset: id, row: 0, change: { chosen: 'something else' } });
    const left = await core.ask({ type: 'query', dataset: id, filter: { ranges: { 'added:margin': { from: -5 } } } });
    expect([...left.rows]).toEqual([2, 5]);
    await core.ask({ type: 'dropColumn', dataset: id, column: 'added:margin' });
    expect((await core.ask({ type: 'open', dataset: id })).columns.map(({ column }) => column)).not.toContain('added:margin');
  });
});

describe('two tabs', () => {
  it('never overwrite each other: a change is made on what the other has left', async () => {
    const id = await make(somePairs(30));
    const other = createDataCore();
    await other.ask({ type: 'open', dataset: id });
    await core.ask({ type: 'remove', dataset: id, selection: { rows: [0, 1, 2] } });
    await other.ask({ type: 'tag', dataset: id, selection: { filter: {} }, add: ['theirs'] });
    await core.ask({ type: 'add', dataset: id, pairs: [{ prompt: 'p', chosen: 'c', rejected: 'r', split: 'train', source: 'written' }] });
    await Promise.all([
      core.ask({ type: 'tag', dataset: id, selection: { filter: {} }, add: ['mine'] }),
      other.ask({ type: 'setSplit', dataset: id, selection: { filter: {} }, split: 'heldOut' }),
    ]);
    const pairs = await load(id);
    expect(pairs).toHaveLength(28);
    expect(pairs.every((pair) => pair.split === 'heldOut' && pair.tags!.includes('mine'))).toBe(true);
    expect(pairs.filter((pair) => pair.tags!.includes('theirs'))).toHaveLength(27);
  });

  it('hear of what was changed', async () => {
    const heard: string[] = [];
    core = createDataCore({ changed: (dataset, revision) => heard.push(`${dataset} ${revision}`) });
    const id = await make(somePairs(3));
    await core.ask({ type: 'swap', dataset: id, selection: { rows: [0] } });
    expect(heard).toEqual([`${id} undefined`, `${id} 2`]);
  });
});

describe('the journal', () => {
  it('keeps the last hundred changes, and lets the texts go that nothing can bring back', async () => {
    const id = await make(somePairs(200));
    await core.ask({ type: 'remove', dataset: id, selection: { rows: [7, 8] } });
    for (let i = 0; i < 100; i++) await core.ask({ type: 'tag', dataset: id, selection: { rows: [10 + i] }, add: [`t${i}`] });
    await core.sweep();
    await storage.closeDatabase();
    core = createDataCore();
    let undone = 0;
    for (; undone < 150; undone++) {
      try {
        await core.ask({ type: 'undo', dataset: id });
      } catch {
        break;
      }
    }
    expect(undone).toBe(100);
    expect(await load(id)).toEqual(somePairs(200).filter((_, i) => i !== 7 && i !== 8));
    const db = new Dexie(DATABASE_NAME);
    await db.open();
    const chunks = (await db.table('pairChunks').toArray()) as { first: number; bodies: (object | null)[] }[];
    expect(chunks.flatMap(({ first, bodies }) => bodies.flatMap((body, i) => (body === null ? [first + i] : [])))).toEqual([7, 8]);
    db.close();
  });
});
