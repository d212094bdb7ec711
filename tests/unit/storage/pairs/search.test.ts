// Full-text search, near-duplicates, leaks and comparisons through the data core, against plain loops over the pairs.
import 'fake-indexeddb/auto';
import { Dexie } from 'dexie';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/engine/random';
import type { PreferencePair } from '../../../../src/preferences/pair';
import * as storage from '../../../../src/storage';
import { DATABASE_NAME } from '../../../../src/storage/database';
import { createDataCore, type DataCore } from '../../../../src/storage/pairs/core';
import type { Filter } from '../../../../src/storage/pairs/filter';
import type { QueryAnswer } from '../../../../src/storage/pairs/protocol';
import { somePairs } from './somePairs';

let core: DataCore;

beforeEach(async () => {
  await storage.closeDatabase();
  await Dexie.delete(DATABASE_NAME);
  core = createDataCore();
});

const make = async (pairs: readonly PreferencePair[]): Promise<string> => (await core.ask({ type: 'create', name: 'Mine', pairs })).id;
const rowsOf = async (dataset: string, filter: Filter): Promise<number[]> => [...(await core.ask({ type: 'query', dataset, filter })).rows];
const textsOf = ({ prompt, chosen, rejected, rationale = '' }: PreferencePair): string[] => [prompt, chosen, rejected, rationale];
const plain = (text: string): string => text.normalize('NFKC').toLowerCase().replaceAll('ς', 'σ');

describe('a full-text search', () => {
  it('finds exactly the pairs in which the text stands, whatever its case and composition', async () => {
    const pairs = somePairs(300);
    const id = await make(pairs);
    const part = fc.tuple(fc.nat(299), fc.nat(3), fc.nat(60), fc.integer({ min: 1, max: 9 })).map(([row, field, from, length]) => {
      const text = textsOf(pairs[row]!)[field]!;
      return text.slice(from % Math.max(1, text.length), (from % Math.max(1, text.length)) + length);
    });
    const query = fc.oneof(part, fc.constantFrom('BAKERY', 'straße', '사과', '사과'.normalize('NFD'), '나', '👩', '👩‍🌾', 'CAFE\u0301', 'οδος', 'ΟΔΟΣ', 'the mill', 'zzz', '  ', '.'));
    await fc.assert(
      fc.asyncProperty(query.filter((text) => text !== ''), async (text) => {
        const expected = pairs.flatMap((pair, row) => (textsOf(pair).some((one) => plain(one).includes(plain(text))) ? [row] : []));
        expect(await rowsOf(id, { text })).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  it('goes together with every other part of a filter, and its facets are those of the pairs found', async () => {
    const pairs = somePairs(300);
    const id = await make(pairs);
    const filter: Filter = { text: '사과', splits: ['heldOut'], tags: { any: ['good'] } };
    const found = (pair: PreferencePair): boolean => textsOf(pair).some((text) => text.includes('사과'));
    const answer = await core.ask({ type: 'query', dataset: id, filter, facets: true });
    expect([...answer.rows]).toEqual(
      pairs.flatMap((pair, row) => (found(pair) && pair.split === 'heldOut' && pair.tags?.includes('good') ? [row] : [])),
    );
    const tagged = pairs.filter((pair) => found(pair) && pair.tags?.includes('good'));
    expect(answer.facets!.splits).toEqual({
      train: tagged.filter((pair) => pair.split === 'train').length,
      heldOut: tagged.filter((pair) => pair.split === 'heldOut').length,
    });
    expect(answer).toMatchObject({ complete: true, searched: 1, total: 300 });
  });

  it('tells what it has found so far, and never a pair that is not one', async () => {
    // Long texts make many chunks, which are read a batch after the other.
    const pairs = somePairs(2000).map((pair, i) => ({ ...pair, chosen: `${'blah '.repeat(500)}${i % 7 === 0 ? 'needle' : 'noodle'} ${i}` }));
    const id = await make(pairs);
    const told: QueryAnswer[] = [];
    const slow = { onProgress: (answer: QueryAnswer) => told.push(answer) };
    // Two letters rule nothing out.
    const answer = await core.ask({ type: 'query', dataset: id, filter: { text: 'ee' }, window: { from: 0, to: 5 } }, slow);
    expect(answer.count).toBe(Math.ceil(2000 / 7));
    expect([...answer.rows]).toEqual([0, 7, 14, 21, 28]);
    for (const { complete, count, rows, searched } of told) {
      expect([complete, count <= answer.count, searched < 1]).toEqual([false, true, true]);
      expect(Array.from(rows).every((row) => row % 7 === 0)).toBe(true);
    }
  });

  it('can be cancelled, and goes on where it was the next time', async () => {
    const id = await make(somePairs(2000).map((pair, i) => ({ ...pair, chosen: `${'blah '.repeat(500)}${i}` })));
    const controller = new AbortController();
    controller.abort();
    await expect(core.ask({ type: 'query', dataset: id, filter: { text: 'ah' } }, { signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' });
    expect(await rowsOf(id, { text: 'ah' })).toHaveLength(2000);
  });

  it('hears of every change of the texts', async () => {
    const id = await make(somePairs(50));
    expect(await rowsOf(id, { text: 'unheard' })).toEqual([]);
    await core.ask({ type: 'edit', dataset: id, row: 7, change: { rationale: 'Unheard of' } });
    expect(await rowsOf(id, { text: 'unheard' })).toEqual([7]);
    await core.ask({ type: 'remove', dataset: id, selection: { filter: { text: 'unheard' } } });
    expect(await rowsOf(id, { text: 'unheard' })).toEqual([]);
    await core.ask({ type: 'undo', dataset: id });
    expect(await rowsOf(id, { text: 'unheard' })).toEqual([7]);
    const { added } = await core.ask({ type: 'duplicate', dataset: id, selection: { rows: [7] } });
    expect(await rowsOf(id, { text: 'UNHEARD of' })).toEqual([7, added![0]]);
  });
});

describe('a query', () => {
  it('sorts, samples and gives a window', async () => {
    const pairs = somePairs(100);
    const id = await make(pairs);
    const all = await core.ask({ type: 'query', dataset: id, filter: {}, sort: { by: 'levenshtein' } });
    const window = await core.ask({ type: 'query', dataset: id, filter: {}, sort: { by: 'levenshtein' }, window: { from: 10, to: 20 } });
    expect([...window.rows]).toEqual([...all.rows.slice(10, 20)]);
    expect([window.from, window.count]).toEqual([10, 100]);
    const sample = await core.ask({ type: 'query', dataset: id, filter: { splits: ['train'] }, sample: { size: 10, seed: 1 }, facets: true });
    expect(sample.count).toBe(10);
    expect(sample.facets!.splits).toEqual({ train: 10, heldOut: 0 });
    const picked = { filter: { splits: ['train'] }, sample: { size: 10, seed: 1 } } as const;
    const { changed } = await core.ask({ type: 'tag', dataset: id, selection: picked, add: ['sample'] });
    expect(changed).toBe(10);
    expect(await rowsOf(id, { tags: { all: ['sample'] } })).toEqual([...sample.rows].sort((a, b) => a - b));
  });
});

describe('near-duplicates', () => {
  const random = createRandom(5);
  const word = (): string => Array.from({ length: 3 + random.below(6) }, () => String.fromCharCode(97 + random.below(26))).join('');
  const words = (n: number): string[] => Array.from({ length: n }, word);
  const pair = (id: number, chosen: readonly string[]): PreferencePair => ({
    id: `p${id}`, prompt: `prompt ${chosen[0]}`, chosen: chosen.join(' '), rejected: `no ${chosen.slice(0, 30).join(' ')}`, split: 'train', source: 'imported',
  });

  it('are found among many that are not, and grouped', async () => {
    const originals = Array.from({ length: 400 }, () => words(80));
    const changed = (list: readonly string[], n: number): string[] => list.map((one, i) => (i > 40 && i <= 40 + n ? word() : one));
    const pairs = originals.map((list, i) => pair(i, list));
    // A copy, two slight changes of one original, and a change too large to count.
    pairs.push(pair(400, originals[3]!), pair(401, changed(originals[10]!, 2)), pair(402, changed(originals[10]!, 3)), pair(403, changed(originals[20]!, 35)));
    const id = await make(pairs);
    const { groups, pairs: count } = await core.ask({ type: 'nearDuplicates', dataset: id });
    expect(groups.map(({ rows }) => rows)).toEqual([[3, 400], [10, 401, 402]]);
    expect(groups[0]!.similarity).toBe(1);
    expect(groups[1]!.similarity).toBeGreaterThan(0.8);
    expect(count).toBe(5);
    expect(await rowsOf(id, { flags: { nearDuplicate: true } })).toEqual([3, 10, 400, 401, 402]);
    const { facets } = await core.ask({ type: 'query', dataset: id, filter: { flags: { nearDuplicate: true } }, facets: true });
    expect(facets!.flags.nearDuplicate).toBe(5);
    // Tags change nothing about it, texts do.
    await core.ask({ type: 'tag', dataset: id, selection: { rows: [3] }, add: ['twin'] });
    expect(await rowsOf(id, { flags: { nearDuplicate: true }, tags: { all: ['twin'] } })).toEqual([3]);
    await core.ask({ type: 'edit', dataset: id, row: 400, change: { chosen: words(80).join(' ') } });
    const after = await core.ask({ type: 'query', dataset: id, filter: {}, facets: true });
    expect(after.facets!.flags.nearDuplicate).toBeUndefined();
    expect((await core.ask({ type: 'nearDuplicates', dataset: id })).groups.map(({ rows }) => rows)).toEqual([[10, 401, 402]]);
  });

  it('of a thousand copies are one group', async () => {
    const list = words(50);
    const id = await make(Array.from({ length: 1000 }, (_, i) => pair(i, list)));
    const { groups } = await core.ask({ type: 'nearDuplicates', dataset: id });
    expect(groups.map(({ rows }) => rows.length)).toEqual([1000]);
  });
});

describe('two datasets', () => {
  it('are compared by histograms with the same edges', async () => {
    const [a, b] = [await make(somePairs(80, 1)), await make(somePairs(120, 2).map((pair) => ({ ...pair, chosen: pair.chosen.repeat(3) })))];
    const { columns, first, second, sharedPrompts } = await core.ask({ type: 'compare', first: a, second: b });
    expect(columns).toContain('levenshtein');
    for (const column of columns) {
      const [x, y] = [first.histograms[column]!, second.histograms[column]!];
      expect(x.edges).toEqual(y.edges);
      const sum = (counts: readonly number[]): number => counts.reduce((total, one) => total + one, 0);
      expect([sum(x.counts) + x.missing, sum(y.counts) + y.missing]).toEqual([80, 120]);
    }
    expect(sharedPrompts).toBeGreaterThan(0);
  });
});

describe('the leak check', () => {
  it('finds nothing after a split by prompt', async () => {
    const id = await make(somePairs(300));
    expect((await core.ask({ type: 'leaks', dataset: id })).prompts).toBeGreaterThan(0);
    await core.ask({ type: 'resplit', dataset: id, heldOutShare: 0.3, seed: 1 });
    expect(await core.ask({ type: 'leaks', dataset: id })).toEqual({ prompts: 0, trainPairs: 0, heldOutPairs: 0, examples: [] });
    const { info } = await core.ask({ type: 'open', dataset: id });
    expect(info.heldOutPairs).toBeGreaterThan(0);
  });
});
