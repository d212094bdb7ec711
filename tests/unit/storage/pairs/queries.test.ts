// The engine of queries against the same questions asked of plain objects.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PreferencePair } from '../../../../src/preferences/pair';
import { normalisePrompt } from '../../../../src/preferences/prompt';
import { appendRow, createColumns, swapRow, valueAt } from '../../../../src/storage/pairs/columns';
import { binDataset, countFacets } from '../../../../src/storage/pairs/facets';
import { factsOf } from '../../../../src/storage/pairs/facts';
import type { Column, Filter, Range } from '../../../../src/storage/pairs/filter';
import { edgesOf } from '../../../../src/storage/pairs/histogram';
import { orderRows, passingInOrder, sampleRows } from '../../../../src/storage/pairs/order';
import { applyFilter, passingRows, type Searched } from '../../../../src/storage/pairs/passing';
import { leakReport, promptsInCommon, sharedPrompts } from '../../../../src/storage/pairs/sharedPrompts';
import { createTagSets } from '../../../../src/storage/pairs/tagSets';
import { somePairs } from './somePairs';

function columnsFrom(pairs: readonly PreferencePair[], dead: ReadonlySet<number> = new Set()): Searched {
  const columns = createColumns(4);
  const tagSets = createTagSets();
  for (const pair of pairs) {
    const row = appendRow(columns, factsOf(pair), { split: pair.split, source: pair.source, tags: tagSets.idOf(pair.tags ?? []) });
    if (dead.has(row)) columns.alive[row] = 0;
  }
  return { columns, tagSets, flags: { sharedPrompt: sharedPrompts(columns) } };
}

/** Code points, by the iterator of strings. */
const length = (text: string): number => [...text].length;

/** What a column should hold, from the pair itself. */
const values: Partial<Record<Column, (pair: PreferencePair) => number>> = {
  promptLength: (pair) => length(pair.prompt),
  chosenLength: (pair) => length(pair.chosen),
  rejectedLength: (pair) => length(pair.rejected),
  lengthDifference: (pair) => length(pair.chosen) - length(pair.rejected),
  scoreMargin: (pair) => (pair.scores === undefined ? NaN : pair.scores.chosen! - pair.scores.rejected!),
};
const numeric = Object.keys(values) as Column[];

function holds(pair: PreferencePair, filter: Filter): boolean {
  const inRange = (Object.entries(filter.ranges ?? {}) as [string, Range][]).every(([column, range]) => {
    // A range that says nothing is none.
    if (range.from === undefined && range.below === undefined) return true;
    const value = values[column as Column]!(pair);
    return !Number.isNaN(value) && value >= (range.from ?? -Infinity) && value < (range.below ?? Infinity);
  });
  const tags = pair.tags ?? [];
  return (
    inRange &&
    (filter.splits?.includes(pair.split) ?? true) &&
    (filter.sources?.includes(pair.source) ?? true) &&
    (filter.tags?.all ?? []).every((tag) => tags.includes(tag)) &&
    (filter.tags?.any === undefined || filter.tags.any.length === 0 || filter.tags.any.some((tag) => tags.includes(tag))) &&
    !(filter.tags?.none ?? []).some((tag) => tags.includes(tag))
  );
}

const tag = fc.subarray(['good', 'to check', '확인', 'unknown']);
const range = fc.record({ from: fc.integer({ min: -5, max: 60 }), below: fc.integer({ min: -5, max: 60 }) }, { requiredKeys: [] });
const filters: fc.Arbitrary<Filter> = fc.record(
  {
    ranges: fc.dictionary(fc.constantFrom(...numeric), range, { noNullPrototype: true }),
    splits: fc.subarray(['train', 'heldOut'] as const),
    sources: fc.subarray(['imported', 'written', 'clair', 'stronger'] as const),
    tags: fc.record({ all: tag, any: tag, none: tag }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);
const datasets = fc.record({ seed: fc.nat(1000), count: fc.nat(60), dead: fc.array(fc.nat(59)) });

describe('a filter', () => {
  it('lets through exactly the pairs that hold to all of it', () => {
    fc.assert(
      fc.property(datasets, filters, ({ seed, count, dead }, filter) => {
        const pairs = somePairs(count, seed);
        const gone = new Set(dead);
        const expected = pairs.flatMap((pair, row) => (!gone.has(row) && holds(pair, filter) ? [row] : []));
        expect([...passingRows(applyFilter(columnsFrom(pairs, gone), filter))]).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('finds the pairs of one prompt, of given ids and of given rows', () => {
    const pairs = somePairs(60);
    pairs.push({ ...pairs[7]!, id: 'other', prompt: `  ${pairs[7]!.prompt.toUpperCase()}\n` });
    const searched = columnsFrom(pairs);
    const rows = (filter: Filter): number[] => [...passingRows(applyFilter(searched, filter))];
    const same = pairs.flatMap((pair, row) => (normalisePrompt(pair.prompt) === normalisePrompt(pairs[7]!.prompt) ? [row] : []));
    expect(same.length).toBeGreaterThan(1);
    expect(rows({ samePromptAs: 7 })).toEqual(same);
    expect(rows({ ids: ['p12', 'other', 'nobody', '__proto__'] })).toEqual([12, 60]);
    expect(rows({ rows: [5, 3, 999] })).toEqual([3, 5]);
    expect(rows({ rows: [] })).toEqual([]);
  });

  it('takes a bound as the column keeps its values, in single precision', () => {
    const words = (n: number): string => Array.from({ length: n }, (_, i) => `w${i}`).join(' ');
    // Seven words of ten: a Jaccard similarity of 0.7, which single precision puts a little below.
    const searched = columnsFrom([{ ...somePairs(1)[0]!, chosen: words(10), rejected: words(7) }]);
    expect(searched.columns.numbers.wordJaccard[0]).toBe(Math.fround(0.7));
    expect(passingRows(applyFilter(searched, { ranges: { wordJaccard: { from: 0.7 } } }))).toHaveLength(1);
    expect(passingRows(applyFilter(searched, { ranges: { wordJaccard: { below: 0.7 } } }))).toHaveLength(0);
  });

  it('on a column that nobody has added lets nothing through', () => {
    expect(passingRows(applyFilter(columnsFrom(somePairs(5)), { ranges: { 'added:none': { from: 0 } } }))).toHaveLength(0);
  });
});

describe('facets', () => {
  it('count every bar with all other parts of the filter, and without their own', () => {
    fc.assert(
      fc.property(datasets, filters, ({ seed, count, dead }, filter) => {
        const pairs = somePairs(count, seed);
        const gone = new Set(dead);
        const searched = columnsFrom(pairs, gone);
        const facets = countFacets(searched, applyFilter(searched, filter), binDataset(searched.columns));
        const living = pairs.filter((_, row) => !gone.has(row));

        for (const column of numeric) {
          const others = { ...filter, ranges: { ...filter.ranges } };
          Reflect.deleteProperty(others.ranges, column);
          const shown = living.filter((pair) => holds(pair, others)).map((pair) => values[column]!(pair));
          const histogram = facets.histograms[column];
          if (histogram === undefined) {
            expect(living.every((pair) => Number.isNaN(values[column]!(pair)))).toBe(true);
            continue;
          }
          const { edges, counts, missing } = histogram;
          expect(missing).toBe(shown.filter((value) => Number.isNaN(value)).length);
          expect(counts).toEqual(edges.slice(1).map((below, i) => shown.filter((value) => value >= edges[i]! && value < below).length));
        }
        const { splits: _splits, ...withoutSplits } = filter;
        const { sources: _sources, ...withoutSources } = filter;
        const { tags: _tags, ...withoutTags } = filter;
        const tally = <T>(kept: Filter, kindsOf: (pair: PreferencePair) => readonly T[]): Map<T, number> => {
          const out = new Map<T, number>();
          for (const kind of living.filter((pair) => holds(pair, kept)).flatMap(kindsOf)) out.set(kind, (out.get(kind) ?? 0) + 1);
          return out;
        };
        const bySplit = tally(withoutSplits, (pair) => [pair.split]);
        expect(facets.splits).toEqual({ train: bySplit.get('train') ?? 0, heldOut: bySplit.get('heldOut') ?? 0 });
        expect(facets.sources).toEqual(Object.fromEntries(tally(withoutSources, (pair) => [pair.source])));
        expect(new Map(facets.tags.map(({ tag, count: n }) => [tag, n]))).toEqual(tally(withoutTags, (pair) => pair.tags ?? []));
      }),
      { numRuns: 200 },
    );
  });

  it('hold every value in some bar, between edges that rise', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }), fc.boolean(), (numbers, whole) => {
        const values = Float32Array.from(numbers, (value) => (whole ? Math.round(Math.max(-1e6, Math.min(1e6, value))) : value));
        const edges = edgesOf([values], whole);
        for (let i = 1; i < edges.length; i++) expect(edges[i]!).toBeGreaterThan(edges[i - 1]!);
        expect(Math.min(...values)).toBeGreaterThanOrEqual(Math.fround(edges[0]!));
        expect(Math.max(...values)).toBeLessThanOrEqual(Math.fround(edges.at(-1)!));
        expect(edges.length).toBeLessThan(256);
        if (whole) expect(edges.filter((edge) => Number.isFinite(edge)).every(Number.isInteger)).toBe(true);
      }),
    );
  });

  it('put one far value into an open bar, so that the others keep theirs', () => {
    const lengths = Array.from({ length: 1000 }, (_, i) => 100 + (i % 100));
    const edges = edgesOf([[...lengths, 10_000_000]], true);
    expect(edges.at(-1)).toBe(Infinity);
    expect(edges.length).toBeGreaterThan(10);
    expect(edges.at(-2)).toBeLessThan(300);
  });
});

describe('an order', () => {
  it('is that of the values, with missing ones last and equal ones as they were', () => {
    fc.assert(
      fc.property(datasets, fc.constantFrom(...numeric), fc.boolean(), ({ seed, count }, by, descending) => {
        const pairs = somePairs(count, seed);
        const { columns } = columnsFrom(pairs);
        const order = [...orderRows(columns, { by, descending })];
        const keyed = pairs.map((pair, row) => ({ row, value: values[by]!(pair) }));
        const known = keyed.filter(({ value }) => !Number.isNaN(value)).sort((a, b) => (descending ? b.value - a.value : a.value - b.value));
        expect(order).toEqual([...known, ...keyed.filter(({ value }) => Number.isNaN(value))].map(({ row }) => row));
      }),
    );
  });

  it('of sources is alphabetical', () => {
    const pairs = somePairs(40);
    const order = orderRows(columnsFrom(pairs).columns, { by: 'source' });
    const names = Array.from(order, (row) => pairs[row]!.source);
    expect(names).toEqual([...names].sort());
  });

  it('keeps to the rows that pass', () => {
    const searched = columnsFrom(somePairs(40), new Set([3]));
    const { marks } = applyFilter(searched, { splits: ['heldOut'] });
    const rows = passingInOrder(orderRows(searched.columns, { by: 'row', descending: true }), marks);
    expect([...rows].reverse()).toEqual([...passingRows({ marks, facets: [] })]);
  });
});

describe('a sample', () => {
  const rows = Uint32Array.from({ length: 1000 }, (_, i) => i * 3);

  it('is the same for the same seed, another for another, and in the order given', () => {
    const sample = sampleRows(rows, { size: 100, seed: 5 });
    expect(sample).toHaveLength(100);
    expect([...sample]).toEqual([...sample].sort((a, b) => a - b));
    expect([...sampleRows(rows, { size: 100, seed: 5 })]).toEqual([...sample]);
    expect([...sampleRows(rows, { size: 100, seed: 6 })]).not.toEqual([...sample]);
    expect(sampleRows(rows, { size: 5000, seed: 5 })).toHaveLength(1000);
    expect(sampleRows(rows, { size: 0, seed: 5 })).toHaveLength(0);
  });

  it('takes each row about equally often', () => {
    const times = new Map<number, number>();
    const few = rows.slice(0, 20);
    for (let seed = 0; seed < 2000; seed++) for (const row of sampleRows(few, { size: 5, seed })) times.set(row, (times.get(row) ?? 0) + 1);
    // 500 expected, a standard deviation of 19; the seeds are fixed.
    for (const row of few) expect(Math.abs(times.get(row)! - 500)).toBeLessThan(90);
  });
});

describe('prompts on both sides of the split', () => {
  it('are those that stand there, however they were typed', () => {
    fc.assert(
      fc.property(datasets, ({ seed, count, dead }) => {
        const gone = new Set(dead);
        const pairs = somePairs(count, seed).map((pair, i) => (i % 3 === 0 ? { ...pair, prompt: ` ${pair.prompt.toUpperCase()} ` } : pair));
        const { columns } = columnsFrom(pairs, gone);
        const living = pairs.filter((_, row) => !gone.has(row));
        const prompts = (split: string): Set<string> =>
          new Set(living.filter((pair) => pair.split === split).map((pair) => normalisePrompt(pair.prompt)));
        const heldOut = prompts('heldOut');
        const both = new Set([...prompts('train')].filter((prompt) => heldOut.has(prompt)));
        const shared = sharedPrompts(columns);
        expect(pairs.map((pair, row) => !gone.has(row) && both.has(normalisePrompt(pair.prompt)))).toEqual(Array.from(shared, (one) => one === 1).slice(0, count));
        const report = leakReport(columns, shared);
        expect(report.prompts).toBe(both.size);
        expect(report.trainPairs + report.heldOutPairs).toBe(shared.reduce((sum, one) => sum + one, 0));
        expect(new Set(report.examples.map((row) => normalisePrompt(pairs[row]!.prompt)))).toEqual(both);
      }),
    );
  });

  it('of two datasets in common are counted once each', () => {
    const [first, second] = [somePairs(50, 1), somePairs(50, 2)];
    const keys = (pairs: readonly PreferencePair[]): Set<string> => new Set(pairs.map((pair) => normalisePrompt(pair.prompt)));
    const common = [...keys(first)].filter((key) => keys(second).has(key)).length;
    expect(common).toBeGreaterThan(0);
    expect(promptsInCommon(columnsFrom(first).columns, columnsFrom(second).columns)).toBe(common);
  });
});

describe('a pair whose sides were swapped', () => {
  it('is measured as if it had been written that way round', () => {
    const pair = { ...somePairs(1)[0]!, scores: { chosen: 4, rejected: 1 } };
    const { columns } = columnsFrom([pair]);
    swapRow(columns, 0);
    const { columns: other } = columnsFrom([{ ...pair, chosen: pair.rejected, rejected: pair.chosen, scores: { chosen: 1, rejected: 4 } }]);
    for (const column of [...numeric, 'wordJaccard', 'levenshtein'] as Column[]) expect(valueAt(columns, column, 0)).toBe(valueAt(other, column, 0));
  });
});
