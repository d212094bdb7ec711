// The data worker without the worker: answers requests about stored datasets. Tests in Node ask it as the page does.
import { contentId } from '../../engine/random';
import { inspectArchive, restoreArchive } from '../archive/restore';
import { writeArchive } from '../archive/write';
import { withDatabase } from '../database';
import * as changes from './changes';
import { exportDataset } from './exporting';
import { createHolder, type Holder } from './holder';
import { importDataset, preview, publish } from './importing';
import { labels } from './labels';
import { findDuplicates } from './likeness';
import { sketchesOf } from './loaded';
import { createPacker } from './packer';
import type { Answer, Progress, RequestOf, RequestType } from './protocol';
import { compareDatasets, infoOf, leaks, openedDataset, query, storedRows } from './queries';
import { addColumn, BLOCK_ROWS } from './columns';
import { newDatasetId, dropDataset } from './staging';
import { sweep } from './sweep';

export interface CoreOptions {
  /** Hears of every change that this core makes; an absent revision stands for a change of the list. */
  readonly changed?: (dataset: string, revision?: number) => void;
  readonly now?: () => number;
  readonly fetch?: typeof fetch;
}

export interface AskOptions<T extends RequestType> {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress<T>) => void;
}

export interface DataCore {
  /** @throws UserError for what a person can do something about; the signal's reason after it was aborted. */
  ask<T extends RequestType>(request: RequestOf<T>, options?: AskOptions<T>): Promise<Answer<T>>;
  /** Clears away what earlier visits left behind. */
  sweep(): Promise<void>;
  /** Another tab has changed a dataset. */
  forget(dataset: string): void;
}

/** Pairs at a threshold of similarity from here on are called near-duplicates. */
const THRESHOLD = 0.8;

interface Context {
  readonly holder: Holder;
  readonly changed: (dataset: string, revision?: number) => void;
  readonly now: () => number;
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
}

type Handler<T extends RequestType> = (request: RequestOf<T>, context: Context, tell: (progress: Progress<T>) => void) => Promise<Answer<T>>;

const handlers: { readonly [T in RequestType]: Handler<T> } = {
  listDatasets: () =>
    withDatabase(async (db) =>
      (await db.datasets.orderBy('createdAt').reverse().toArray()).filter((head) => head.stagedAt === undefined).map(infoOf),
    ),
  preview: (request, context) => preview(request, context),
  import: async (request, { holder, changed, ...context }, tell) => {
    const answer = await importDataset(holder, request, { ...context, tell });
    if (answer.dataset) changed(answer.dataset.id);
    return answer;
  },
  create: async ({ name, pairs = [], provenance = {} }, { now, changed }) => {
    const id = newDatasetId();
    const packer = createPacker(id);
    const taken = new Set<string>();
    for (const pair of pairs) {
      const fresh = taken.has(pair.id) ? { ...pair, id: contentId([pair.id, String(taken.size)]) } : pair;
      taken.add(fresh.id);
      packer.add(fresh);
    }
    const head = await publish({ id, name, createdAt: now(), provenance }, packer, packer.take(true), labels.create());
    changed(id);
    return infoOf(head);
  },
  open: ({ dataset }, { holder }) =>
    holder.read(dataset, (db, data) => {
      // The first search will want them; whoever needs them reports what goes wrong.
      void sketchesOf(db, data).catch(() => undefined);
      return openedDataset(data);
    }),
  query: (request, { holder, signal }, tell) => holder.read(request.dataset, (db, data) => query(db, data, request, tell, signal)),
  pairs: ({ dataset, rows }, { holder }) => holder.read(dataset, (db, data) => storedRows(db, data, rows)),
  edit: (request, { holder }) => changes.editPair(holder, request),
  add: (request, { holder }) => changes.addPairs(holder, request),
  duplicate: (request, { holder }) => changes.duplicatePairs(holder, request),
  swap: (request, { holder }) => changes.swapPairs(holder, request),
  remove: (request, { holder }) => changes.removePairs(holder, request),
  tag: (request, { holder }) => changes.tagPairs(holder, request),
  move: (request, { holder }, tell) => changes.movePairs(holder, request, (done, total) => tell({ done, total })),
  setSplit: (request, { holder }) => changes.setSplit(holder, request),
  resplit: (request, { holder }, tell) => changes.resplit(holder, request, (done, total) => tell({ done, total })),
  setColumn,
  dropColumn: async ({ dataset, column }, { holder }) => {
    const draft = await holder.change([dataset], async ([draft]) => {
      draft!.data.columns.added.delete(column);
      draft!.dropped.add(column);
      draft!.head = { ...draft!.head, added: draft!.head.added.filter((one) => one.column !== column) };
      return { result: draft! };
    });
    return infoOf(draft.head);
  },
  undo: (request, { holder }) => changes.travel(holder, request),
  redo: (request, { holder }) => changes.travel(holder, request),
  rename: ({ dataset, name }, { holder }) => changes.changeHead(holder, dataset, labels.rename(), { name }),
  deleteDataset: ({ dataset }, { holder }) => changes.changeHead(holder, dataset, labels.delete(), { deleted: true }),
  purge: async ({ dataset }, { holder, changed }) => {
    await dropDataset(dataset);
    holder.forget(dataset);
    changed(dataset);
    return null;
  },
  compare: async ({ first, second }, { holder }) => holder.read(first, (_, a) => holder.read(second, (_db, b) => compareDatasets(a, b))),
  nearDuplicates: ({ dataset, threshold = THRESHOLD }, { holder, signal }, tell) =>
    holder.read(dataset, async (db, data) => {
      const { revision } = data.head;
      const groups = await findDuplicates(db, data, threshold, (done, total) => tell({ done, total }), signal);
      const alike = new Uint8Array(data.columns.count);
      let pairs = 0;
      for (const { rows } of groups) {
        pairs += rows.length;
        for (const row of rows) alike[row] = 1;
      }
      if (data.head.revision === revision) data.memo.flags.nearDuplicate = alike;
      return { groups, pairs };
    }),
  leaks: ({ dataset }, { holder }) => holder.read(dataset, (_, data) => leaks(data)),
  export: (request, { holder, signal }, tell) => holder.read(request.dataset, (db, data) => exportDataset(db, data, request, tell, signal)),
  archive: (request, { now, signal }, tell) => writeArchive(request, now(), tell, signal),
  inspectArchive: ({ blob }, { signal }, tell) => inspectArchive(blob, tell, signal),
  restore: async ({ blob, conflicts }, { now, signal, changed }, tell) => {
    const restored = await restoreArchive(blob, conflicts, now, tell, signal);
    for (const { id } of restored.datasets) changed(id);
    return restored;
  },
  storageUse: async () => {
    const storage = typeof navigator === 'undefined' ? undefined : navigator.storage;
    const { usage, quota } = (await storage?.estimate?.().catch(() => undefined)) ?? {};
    const persisted = await storage?.persisted?.().catch(() => undefined);
    return { ...(usage !== undefined && { usage }), ...(quota !== undefined && { quota }), ...(persisted !== undefined && { persisted }) };
  },
};

async function setColumn({ dataset, column, label, rows, values }: RequestOf<'setColumn'>, { holder }: Context): Promise<Answer<'setColumn'>> {
  const draft = await holder.change([dataset], async ([draft]) => {
    const { columns } = draft!.data;
    const target = addColumn(columns, column);
    const blocks = new Set<number>();
    rows.forEach((row, i) => {
      if (row >= columns.count) return;
      target[row] = values[i]!;
      blocks.add(Math.floor(row / BLOCK_ROWS));
    });
    draft!.added.set(column, blocks);
    const others = draft!.head.added.filter((one) => one.column !== column);
    draft!.head = { ...draft!.head, added: [...others, { column, label }] };
    return { result: draft! };
  });
  return infoOf(draft.head);
}

export function createDataCore(options: CoreOptions = {}): DataCore {
  const { changed = () => undefined, now = Date.now, fetch = globalThis.fetch } = options;
  const holder = createHolder(changed, now);
  const never = new AbortController().signal;
  return {
    async ask<T extends RequestType>(request: RequestOf<T>, { signal = never, onProgress }: AskOptions<T> = {}) {
      signal.throwIfAborted();
      const handler = handlers[request.type] as unknown as Handler<T>;
      return handler(request, { holder, changed, now, fetch, signal }, onProgress ?? (() => undefined));
    },
    sweep: () => sweep(now()),
    forget: (dataset) => holder.forget(dataset),
  };
}
