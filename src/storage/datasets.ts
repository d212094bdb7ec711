// Datasets of preference pairs as a whole: for training, which reads all pairs of one, and for whoever makes a small one.
// The shipped ones are not stored here. What the page of datasets does goes through the data worker (pairs/).
import { UserError } from '../engine/errors';
import type { PreferencePair } from '../preferences/pair';
import { withDatabase } from './database';
import { pairAt } from './pairs/chunks';
import { createColumns, unpackBlock } from './pairs/columns';
import { unfinished } from './pairs/loaded';
import { countPairs, createPacker } from './pairs/packer';
import type { StoredDataset } from './pairs/records';
import { createTagSets } from './pairs/tagSets';
import { clearDataset, isListed, ofDataset, textTables } from './pairs/tables';
import { newHead, putPacked } from './pairs/upgrade';

/** Stores a dataset and all its pairs, in place of one of the same id. */
export function saveDataset(
  dataset: Omit<StoredDataset, 'pairs' | 'trainPairs' | 'heldOutPairs'>,
  pairs: readonly PreferencePair[],
): Promise<StoredDataset> {
  const packer = createPacker(dataset.id);
  for (const pair of pairs) packer.add(pair);
  const packed = packer.take(true);
  const { columns, tagSets } = packer;
  return withDatabase((db) =>
    db.transaction('rw', [db.datasets, ...textTables(db)], async (transaction) => {
      const before = await db.datasets.get(dataset.id);
      await clearDataset(db, dataset.id);
      const head = newHead(dataset, columns.count, countPairs(columns), tagSets.lists);
      // Whoever has the one before open must notice.
      await db.datasets.put({ ...head, revision: (before?.revision ?? 0) + 1 });
      await putPacked(transaction, packed);
      return storedDataset(head);
    }),
  );
}

/** All datasets, the newest first. */
export function listDatasets(): Promise<StoredDataset[]> {
  return withDatabase(async (db) => (await db.datasets.orderBy('createdAt').reverse().toArray()).filter(isListed).map(storedDataset));
}

/** A head without what only the data worker needs. */
function storedDataset({ id, name, createdAt, pairs, trainPairs, heldOutPairs, provenance }: StoredDataset): StoredDataset {
  return { id, name, createdAt, pairs, trainPairs, heldOutPairs, provenance };
}

/**
 * A dataset's pairs in their order. Those that are not finished, as an editor keeps them while somebody writes, are left
 * out: an empty prompt or side, or two sides that are the same.
 * @throws UserError if the dataset is no longer there.
 */
export function loadPairs(id: string): Promise<PreferencePair[]> {
  return withDatabase((db) =>
    db.transaction('r', db.datasets, db.pairChunks, db.columns, async () => {
      const head = await db.datasets.get(id);
      if (head === undefined || !isListed(head)) {
        throw new UserError('The dataset “{id}” is no longer stored; it was deleted, perhaps in another tab. Choose another dataset.', { id });
      }
      const columns = createColumns();
      for (const block of await ofDataset(db.columns, id).toArray()) unpackBlock(columns, block);
      const tagSets = createTagSets(head.tagLists);
      const incomplete = unfinished(columns);
      const isUsed = (row: number): boolean => columns.alive[row] === 1 && incomplete[row] === 0;
      const chunks = await ofDataset(db.pairChunks, id).toArray();
      return chunks.flatMap(({ first, bodies }) =>
        bodies.flatMap((body, i) => (body !== null && isUsed(first + i) ? [pairAt(body, columns, tagSets, first + i)] : [])),
      );
    }),
  );
}

/** Deletes a dataset with its pairs, for good. Runs that used it keep their metrics. */
export function deleteDataset(id: string): Promise<void> {
  return withDatabase((db) =>
    db.transaction('rw', [db.datasets, ...textTables(db)], async () => {
      await db.datasets.delete(id);
      await clearDataset(db, id);
    }),
  );
}
