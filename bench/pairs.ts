// The benchmark of the store for pairs, in Chromium: `npm run bench:pairs` opens its page and prints what it gives. Times are
// what a page waits for an answer of the data worker; a task is a stretch in which the main thread heard nothing else.
import { fetchAssets } from '../src/lab/assets';
import { createDataClient } from '../src/storage/pairs/client';
import type { Filter, QueryAnswer } from '../src/storage/pairs/protocol';
import { fetchReading } from '../src/stores/tokenizer';
import { writePairs } from './pairsText';

interface Memory {
  measureUserAgentSpecificMemory?(): Promise<{ readonly bytes: number }>;
}

const parameters = new URLSearchParams(location.search);
const count = Number(parameters.get('pairs') ?? 100_000);
const client = createDataClient();

/** One measure, as soon as it is known. */
const print = (name: string, value: number): void => console.log(JSON.stringify([name, value]));

/**
 * Given by the script that opens the page, where they can be told: seconds that all of Chromium's processes have computed,
 * and the most memory that the page's own has had so far, worker and all that the engine has not given back included.
 */
declare global {
  var processorSeconds: (() => Promise<number | null>) | undefined;
  var peakMegabytes: (() => Promise<number | null>) | undefined;
}

const tasks: number[] = [];
new PerformanceObserver((list) => tasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: 'longtask' });

async function timed<T>(name: string, work: () => Promise<T>): Promise<T> {
  tasks.length = 0;
  const before = await globalThis.processorSeconds?.();
  const start = performance.now();
  const answer = await work();
  print(`${name} (ms)`, Math.round(performance.now() - start));
  const after = await globalThis.processorSeconds?.();
  // Tells more than the clock on a machine that others use, but only of what takes long.
  if (before != null && after != null && after - before > 1) print(`${name}: processor time (s)`, Number((after - before).toFixed(1)));
  // The observer hears of a task after it.
  await new Promise((resolve) => setTimeout(resolve, 50));
  if (tasks.length > 0) print(`${name}: longest task (ms)`, Math.round(Math.max(...tasks)));
  return answer;
}

async function memory(name: string): Promise<void> {
  const peak = await globalThis.peakMegabytes?.();
  if (peak != null) print(`${name}: peak of the process (MB)`, peak);
  const measure = (performance as Memory).measureUserAgentSpecificMemory;
  if (measure === undefined) return;
  const { bytes } = await measure.call(performance);
  print(`${name}: memory (MB)`, Math.round(bytes / 1e6));
}

async function run(): Promise<void> {
  const blob = await writePairs(count);
  print('file (MB)', Math.round(blob.size / 1e6));
  await memory('before');

  // As the page asks: contrastiveness is measured, and the pairs beyond the model's context are counted.
  const model = await fetchReading('town', fetchAssets(new URL('..', document.baseURI).href));
  const imported = await timed('import', () => client.ask({ type: 'import', source: { kind: 'blob', name: 'bench.jsonl', blob }, model }));
  print('pairs beyond the context', imported.report.context?.over ?? 0);
  const dataset = imported.dataset!.id;
  print('pairs', imported.dataset!.pairs);
  await memory('after the import');

  await timed('list', () => client.ask({ type: 'listDatasets' }));
  // As after a reload: another worker, which has nothing in memory.
  client.dispose();
  await timed('open', () => client.ask({ type: 'open', dataset }));
  const all = await timed('all rows', () => client.ask({ type: 'query', dataset, filter: {} }));
  await timed('first 50 pairs', () => client.ask({ type: 'pairs', dataset, rows: all.rows.slice(0, 50) }));
  await timed('50 pairs anywhere', () => client.ask({ type: 'pairs', dataset, rows: all.rows.filter((_, i) => i % Math.floor(count / 50) === 7) }));

  const ask = (filter: Filter, more: object = {}): Promise<QueryAnswer> => client.ask({ type: 'query', dataset, filter, facets: true, ...more });
  await timed('filter by a range', () => ask({ ranges: { chosenLength: { from: 1000, below: 1100 } } }));
  await timed('filter by range, split and Jaccard', () =>
    ask({ ranges: { chosenLength: { from: 900 }, wordJaccard: { below: 0.2 } }, splits: ['train'], sources: ['imported'] }),
  );
  await timed('sort', () => ask({}, { sort: { by: 'levenshtein' } }));
  await timed('sort again, other way', () => ask({ splits: ['train'] }, { sort: { by: 'levenshtein', descending: true } }));

  for (const [name, text] of [['rare word', 'zyzzyva'], ['word of one pair in a hundred', 'quokka'], ['common word', 'the'], ['two letters', 'qu']] as const) {
    const begun = performance.now();
    let first: number | undefined;
    const found = await timed(`search, ${name}`, () =>
      client.ask({ type: 'query', dataset, filter: { text }, facets: true }, {
        onProgress: ({ count: so }) => {
          if (so > 0) first ??= performance.now() - begun;
        },
      }),
    );
    print(`search, ${name}: found`, found.count);
    if (first !== undefined) print(`search, ${name}: first shown (ms)`, Math.round(first));
  }
  await timed('search within a filter, kept', () => ask({ text: 'quokka', ranges: { chosenLength: { from: 1000 } } }));

  await memory('after the searches');
  await timed('edit a pair', () => client.ask({ type: 'edit', dataset, row: 500, change: { rationale: 'Because.' } }));
  await timed('tag all', () => client.ask({ type: 'tag', dataset, selection: { filter: {} }, add: ['tag'] }));
  await timed('delete half', () => client.ask({ type: 'remove', dataset, selection: { filter: { ranges: { wordJaccard: { below: 0.2 } } } } }));
  await timed('undo', () => client.ask({ type: 'undo', dataset }));
  await timed('split anew', () => client.ask({ type: 'resplit', dataset, heldOutShare: 0.2, seed: 3 }));
  const { pairs } = await timed('near-duplicates', () => client.ask({ type: 'nearDuplicates', dataset }));
  print('near-duplicates: found', pairs);
  await timed('leaks', () => client.ask({ type: 'leaks', dataset }));
  const exported = await timed('export', () => client.ask({ type: 'export', dataset, choice: { shape: 'lab', format: 'jsonl' } }));
  print('export (MB)', Math.round(exported.blob.size / 1e6));
  await memory('at the end');
  const { usage } = await client.ask({ type: 'storageUse' });
  if (usage !== undefined) print('storage (MB)', Math.round(usage / 1e6));
}

run().then(
  () => {
    document.title = 'finished';
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.stack : String(error));
    document.title = 'failed';
  },
);
