// Pairs beyond the model's context: counted by the import with the rule of training, and flagged for as long as that holds.
import 'fake-indexeddb/auto';
import { Dexie } from 'dexie';
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/engine/random';
import { loadTokenizer } from '../../../../src/engine/tokenizer/tokenizer';
import { fitPair } from '../../../../src/lab/datasets';
import { toLabRow } from '../../../../src/preferences/labFormat';
import type { PreferencePair } from '../../../../src/preferences/pair';
import * as storage from '../../../../src/storage';
import { DATABASE_NAME } from '../../../../src/storage/database';
import { createDataCore, type DataCore } from '../../../../src/storage/pairs/core';
import type { ImportSource, ModelReading } from '../../../../src/storage/pairs/protocol';

const tokenizer: unknown = JSON.parse(readFileSync('public/models/town/tokenizer.json', 'utf8'));
const town: ModelReading = { name: 'town', tokenizer, tokens: 128 };
const read = loadTokenizer(tokenizer);

/** Pairs of words, numbers, Korean and emoji, with and without turns before, from far within to far beyond 128 tokens. */
function randomPairs(count: number, seed: number): PreferencePair[] {
  const random = createRandom(seed);
  const words = ['the ', 'baker ', 'in ', 'town? ', '17 ', '사과 ', '🌳', '\n', 'counterrevolutionary ', 'é', '<|end|>'];
  const text = (most: number): string => Array.from({ length: 1 + random.below(most) }, () => words[random.below(words.length)]!).join('');
  return Array.from({ length: count }, (_, i) => ({
    id: `p${i}`, prompt: `${text(20)}${i}`, chosen: `${text(45)}.`, rejected: `${text(45)}!`, split: i % 5 === 0 ? 'heldOut' : 'train', source: 'imported',
    ...(i % 7 === 0 && { history: [{ role: 'user', content: 'Before. '.repeat(200) }, { role: 'assistant', content: 'Yes.' }] }),
  }));
}

const lines = (pairs: readonly PreferencePair[]): ImportSource => ({ kind: 'text', name: 'mine.jsonl', text: pairs.map((pair) => `${JSON.stringify(toLabRow(pair))}\n`).join('') });
const tooLong = (pairs: readonly PreferencePair[]): string[] => pairs.filter((pair) => fitPair(pair, read, 128, undefined) === null).map(({ id }) => id);

let core: DataCore;

async function flagged(dataset: string): Promise<string[]> {
  const { rows } = await core.ask({ type: 'query', dataset, filter: { flags: { overContext: true } } });
  return (await core.ask({ type: 'pairs', dataset, rows })).map(({ pair }) => pair.id);
}

beforeEach(async () => {
  await storage.closeDatabase();
  await Dexie.delete(DATABASE_NAME);
  core = createDataCore();
});

describe('an import for a model', () => {
  const pairs = randomPairs(3000, 1);

  it('warns of exactly the pairs that training would not take whole, keeps them, and says so where the dataset comes from', async () => {
    const long = tooLong(pairs);
    expect(long.length).toBeGreaterThan(500);
    expect(long.length).toBeLessThan(2500);
    const { dataset, report } = await core.ask({ type: 'import', source: lines(pairs), model: town });
    expect(report).toMatchObject({ ok: 3000, rejected: 0, pairs: 3000, context: { tokens: 128, over: long.length } });
    expect(report.warnings).toMatchObject([{ code: 'overContext', count: long.length }]);
    expect(dataset!.provenance['context']).toBe(`${long.length} of 3000 pairs longer than 128 tokens (town)`);
    expect(await flagged(dataset!.id)).toEqual(long);
  });

  it('keeps its flags over a reload, and shows them as no histogram', async () => {
    const { dataset } = await core.ask({ type: 'import', source: lines(pairs), model: town });
    await storage.closeDatabase();
    core = createDataCore();
    const opened = await core.ask({ type: 'open', dataset: dataset!.id });
    expect(opened.facets.flags.overContext).toBe(tooLong(pairs).length);
    expect(opened.columns.map(({ column }) => column)).not.toContain('added:overContext');
    expect(opened.facets.histograms).not.toHaveProperty('added:overContext');
  });

  it('counts nothing where no model is named', async () => {
    const { dataset, report } = await core.ask({ type: 'import', source: lines(pairs.slice(0, 100)) });
    expect(report).not.toHaveProperty('context');
    expect(dataset!.provenance).not.toHaveProperty('context');
    expect((await core.ask({ type: 'open', dataset: dataset!.id })).facets.flags).not.toHaveProperty('overContext');
  });

  it('flags what it adds to a dataset that was never counted, and copies and moves carry their flags', async () => {
    const [first, second] = [pairs.slice(0, 100), pairs.slice(100, 1300)];
    const { dataset } = await core.ask({ type: 'import', source: lines(first) });
    const id = dataset!.id;
    await core.ask({ type: 'import', source: lines(second), model: town, into: id });
    expect(await flagged(id)).toEqual(tooLong(second));
    const other = await core.ask({ type: 'create', name: 'Other' });
    await core.ask({ type: 'move', dataset: id, selection: { filter: { splits: ['heldOut'] } }, to: other.id });
    core = createDataCore();
    expect(await flagged(id)).toEqual(tooLong(second.filter(({ split }) => split === 'train')));
    expect(await flagged(other.id)).toEqual(tooLong(second.filter(({ split }) => split === 'heldOut')));
  });

  it('says nothing of a pair whose texts were edited, and stands by one whose sides were swapped or tags changed', async () => {
    const { dataset } = await core.ask({ type: 'import', source: lines(pairs.slice(0, 200)), model: town });
    const id = dataset!.id;
    const long = tooLong(pairs.slice(0, 200));
    const { rows } = await core.ask({ type: 'query', dataset: id, filter: { flags: { overContext: true } } });
    await core.ask({ type: 'edit', dataset: id, row: rows[0]!, change: { chosen: 'Short.' } });
    await core.ask({ type: 'swap', dataset: id, selection: { rows: [rows[1]!] } });
    await core.ask({ type: 'edit', dataset: id, row: rows[2]!, change: { tags: ['seen'] } });
    expect(await flagged(id)).toEqual(long.slice(1));
    core = createDataCore();
    expect(await flagged(id)).toEqual(long.slice(1));
  });

  it('is archived and restored with its flags', async () => {
    const { dataset } = await core.ask({ type: 'import', source: lines(pairs.slice(0, 1500)), model: town });
    const { blob } = await core.ask({ type: 'archive' });
    await core.ask({ type: 'purge', dataset: dataset!.id });
    const { datasets } = await core.ask({ type: 'restore', blob, conflicts: 'skip' });
    expect(await flagged(datasets[0]!.id)).toEqual(tooLong(pairs.slice(0, 1500)));
  });
});
