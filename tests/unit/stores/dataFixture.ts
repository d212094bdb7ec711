// The real data core on a database in memory, in place of the worker, for the tests of what the page knows of datasets.
import 'fake-indexeddb/auto';
import { closeDatabase, DATABASE_NAME } from '../../../src/storage/database';
import { createDataCore } from '../../../src/storage/pairs/core';
import type { DataClient, RequestType } from '../../../src/storage/pairs/protocol';
import type { PreferencePair } from '../../../src/preferences/pair';
import { datasetsStore, emptyDatasets } from '../../../src/stores/datasets';
import { closeView, dataChanged } from '../../../src/stores/datasetView';
import { provideServices, services } from '../../../src/stores/services';
import { freshStores } from './fixture';

export interface DataFixture {
  readonly data: DataClient;
  /** The types of what was asked, in order; `persist` where the browser was asked to keep the storage. */
  readonly asked: (RequestType | 'persist')[];
}

/** Fresh stores on an empty database; `fetch` stands for the network. */
export async function freshData(fetch?: typeof globalThis.fetch): Promise<DataFixture> {
  freshStores();
  closeView();
  datasetsStore.setState(emptyDatasets, true);
  await closeDatabase();
  await new Promise<void>((resolve, reject) => {
    const deleting = indexedDB.deleteDatabase(DATABASE_NAME);
    deleting.onsuccess = () => resolve();
    deleting.onerror = () => reject(deleting.error!);
  });
  const asked: DataFixture['asked'] = [];
  const core = createDataCore({ changed: (dataset, revision) => dataChanged({ dataset, ...(revision !== undefined && { revision }) }), ...(fetch && { fetch }) });
  const data: DataClient = {
    ask: (request, options) => {
      asked.push(request.type);
      return core.ask(request, options);
    },
    onChange: () => () => undefined,
    onOvertaken: () => () => undefined,
    persist: async () => {
      asked.push('persist');
      return true;
    },
    dispose: () => undefined,
  };
  provideServices({ ...services(), data });
  return { data, asked };
}

export function somePair(i: number, change: Partial<PreferencePair> = {}): PreferencePair {
  return {
    id: `pair-${i}`,
    prompt: `Question number ${i}?`,
    chosen: `Answer ${i}, ${'well '.repeat(i % 7)}said.`,
    rejected: `Answer ${i}, badly said.`,
    split: i % 4 === 0 ? 'heldOut' : 'train',
    source: 'imported',
    ...change,
  };
}

/** Waits until something holds. */
export async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('It never came to be.');
}
