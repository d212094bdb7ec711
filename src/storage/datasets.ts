// Datasets of preference pairs that a person has imported, written or made. The shipped ones are not stored here.
import { Dexie } from 'dexie';
import { UserError } from '../engine/errors';
import type { PreferencePair } from '../preferences/pair';
import { withDatabase, type LabDatabase, type StoredDataset } from './database';

function pairsOf(db: LabDatabase, id: string) {
  return db.pairs.where('[dataset+index]').between([id, Dexie.minKey], [id, Dexie.maxKey]);
}

/** Stores a dataset and all its pairs, in place of one of the same id. */
export function saveDataset(
  dataset: Omit<StoredDataset, 'pairs' | 'trainPairs' | 'heldOutPairs'>,
  pairs: readonly PreferencePair[],
): Promise<StoredDataset> {
  const heldOutPairs = pairs.filter((pair) => pair.split === 'heldOut').length;
  const stored: StoredDataset = { ...dataset, pairs: pairs.length, trainPairs: pairs.length - heldOutPairs, heldOutPairs };
  return withDatabase((db) =>
    db.transaction('rw', db.datasets, db.pairs, async () => {
      await db.datasets.put(stored);
      await pairsOf(db, dataset.id).delete();
      await db.pairs.bulkAdd(pairs.map((pair, index) => ({ dataset: dataset.id, index, pair })));
      return stored;
    }),
  );
}

/** All datasets, the newest first. */
export function listDatasets(): Promise<StoredDataset[]> {
  return withDatabase((db) => db.datasets.orderBy('createdAt').reverse().toArray());
}

/**
 * A dataset's pairs in their order.
 * @throws UserError if the dataset is no longer there.
 */
export function loadPairs(id: string): Promise<PreferencePair[]> {
  return withDatabase((db) =>
    db.transaction('r', db.datasets, db.pairs, async () => {
      if (!(await db.datasets.get(id))) {
        throw new UserError('The dataset “{id}” is no longer stored; it was deleted, perhaps in another tab. Choose another dataset.', { id });
      }
      return (await pairsOf(db, id).toArray()).map(({ pair }) => pair);
    }),
  );
}

/** Deletes a dataset with its pairs. Runs that used it keep their metrics. */
export function deleteDataset(id: string): Promise<void> {
  return withDatabase((db) =>
    db.transaction('rw', db.datasets, db.pairs, async () => {
      await db.datasets.delete(id);
      await pairsOf(db, id).delete();
    }),
  );
}
