// The datasets of preference pairs: those a person keeps in this browser, and those that ship. What is on the screen of
// one dataset is in datasetView.ts.
import { createStore } from 'zustand/vanilla';
import { fetchAssets, type ShippedDataset } from '../lab/assets';
import { loadShippedPairs } from '../lab/datasets';
import { sha256 } from '../lab/sha256';
import type { DatasetInfo, StorageUse } from '../storage/pairs/protocol';
import { dismissNotice, notify, report, sentence } from './notices';
import { services } from './services';

export interface DatasetsState {
  /** A person's own, the newest first. */
  readonly datasets: readonly DatasetInfo[];
  /** Deleted ones that can still be brought back. */
  readonly deleted: readonly DatasetInfo[];
  /** Where the pages' copies of shipped datasets lie. */
  readonly copies: Readonly<Partial<Record<ShippedDataset, DatasetInfo>>>;
  /** False until they have been listed. */
  readonly listed: boolean;
  readonly use?: StorageUse;
}

export const emptyDatasets: DatasetsState = { datasets: [], deleted: [], copies: {}, listed: false };

export const datasetsStore = createStore<DatasetsState>()(() => emptyDatasets);

/** The provenance of a shipped dataset's copy names it by this key. */
const SHIPPED = 'shipped';
/** And the hash of the file that it was made of by this one. */
const CONTENTS = 'contents';

export const isShippedCopy = ({ provenance }: DatasetInfo): boolean => Object.hasOwn(provenance, SHIPPED);

export function findDataset(id: string): DatasetInfo | undefined {
  const { datasets, deleted, copies } = datasetsStore.getState();
  return [...datasets, ...deleted, ...Object.values(copies)].find((one) => one.id === id);
}

/** Lists what is stored; a failure is told once and leaves the list as it was. */
export async function listDatasets(): Promise<void> {
  try {
    const all = await services().data.ask({ type: 'listDatasets' });
    const newest = [...all].sort((a, b) => b.createdAt - a.createdAt);
    const own = newest.filter((one) => !isShippedCopy(one));
    datasetsStore.setState({
      datasets: own.filter((one) => one.deletedAt === undefined),
      deleted: own.filter((one) => one.deletedAt !== undefined),
      // The oldest of several that two tabs made at once.
      copies: Object.fromEntries(newest.filter((one) => isShippedCopy(one) && one.deletedAt === undefined).map((one) => [one.provenance[SHIPPED], one])),
      listed: true,
    });
  } catch (error) {
    datasetsStore.setState({ listed: true });
    report(error);
  }
}

export async function measureStorage(): Promise<void> {
  try {
    datasetsStore.setState({ use: await services().data.ask({ type: 'storageUse' }) });
  } catch (error) {
    report(error);
  }
}

/** Puts what a change has answered into the list. */
export function infoArrived(info: DatasetInfo): void {
  const replace = (list: readonly DatasetInfo[]): readonly DatasetInfo[] => list.map((one) => (one.id === info.id ? info : one));
  datasetsStore.setState(({ datasets, deleted }) => ({ datasets: replace(datasets), deleted: replace(deleted) }));
}

const copying = new Map<ShippedDataset, Promise<DatasetInfo>>();

async function copyShipped(name: ShippedDataset): Promise<DatasetInfo> {
  if (!datasetsStore.getState().listed) await listDatasets();
  const known = datasetsStore.getState().copies[name];
  const load = fetchAssets(document.baseURI);
  let contents = '';
  const pairs = await loadShippedPairs(async (path) => {
    const bytes = await load(path);
    contents = sha256(bytes);
    return bytes;
  }, name).catch((error: unknown) => {
    // Without a network the copy that is here serves.
    if (known === undefined) throw error;
    return undefined;
  });
  if (known !== undefined && (pairs === undefined || known.provenance[CONTENTS] === contents)) return known;
  const { data } = services();
  // A release has brought other pairs.
  if (known !== undefined) await data.ask<'deleteDataset' | 'purge'>({ type: 'purge', dataset: known.id });
  const made = await data.ask({ type: 'create', name, pairs: pairs!, provenance: { [SHIPPED]: name, [CONTENTS]: contents } });
  datasetsStore.setState(({ copies }) => ({ copies: { ...copies, [name]: made } }));
  return made;
}

/**
 * A shipped dataset as a stored one, so that it can be searched and filtered like any other. The copy is made when it is
 * first asked for, and made anew when a release has brought other pairs.
 * @throws UserError if the file cannot be had and there is no copy yet.
 */
export function openShipped(name: ShippedDataset): Promise<DatasetInfo> {
  const known = copying.get(name);
  if (known !== undefined) return known;
  const made = copyShipped(name).finally(() => copying.delete(name));
  copying.set(name, made);
  return made;
}

/** Makes an empty dataset and gives its id. */
export async function createDataset(name: string): Promise<string> {
  const info = await services().data.ask({ type: 'create', name: name.trim().slice(0, 120) });
  await listDatasets();
  return info.id;
}

export async function renameDataset(id: string, name: string): Promise<void> {
  const plain = name.trim().slice(0, 120);
  if (plain === '' || plain === findDataset(id)?.name) return;
  try {
    infoArrived(await services().data.ask({ type: 'rename', dataset: id, name: plain }));
  } catch (error) {
    report(error);
  }
}

/** Deletes a dataset; it can be brought back for a day. */
export async function removeDataset(id: string): Promise<void> {
  const name = findDataset(id)?.name ?? id;
  try {
    await services().data.ask<'deleteDataset' | 'purge'>({ type: 'deleteDataset', dataset: id });
    await listDatasets();
    const notice = notify('plain', sentence('“{name}” is deleted. For a day it can be brought back from the list of datasets.', { name }), () => {
      dismissNotice(notice);
      void bringBack(id);
    });
  } catch (error) {
    report(error);
  }
}

/** Brings back a dataset that was deleted, or whose making was undone. */
export async function bringBack(id: string): Promise<void> {
  const type = findDataset(id)?.undo === undefined ? 'redo' : 'undo';
  try {
    await services().data.ask<'undo' | 'redo'>({ type, dataset: id });
    await listDatasets();
  } catch (error) {
    report(error);
  }
}

/** Deletes a dataset for good. */
export async function purgeDataset(id: string): Promise<void> {
  try {
    await services().data.ask<'deleteDataset' | 'purge'>({ type: 'purge', dataset: id });
    await listDatasets();
    await measureStorage();
  } catch (error) {
    report(error);
  }
}
