// The tables that datasets lie in, and what is done to all of them alike.
import { Dexie, type Collection, type Table } from 'dexie';
import type { LabDatabase } from '../database';
import type { DatasetRecord } from './records';

/** The tables that hold what belongs to a dataset, beside its head. */
export const textTables = (db: LabDatabase): Table[] => [db.pairChunks, db.columns, db.sketches, db.addedColumns, db.journal];

/** Everything of one dataset in a table, in order; the table's key begins with the dataset. */
export function ofDataset<T, K>(table: Table<T, K>, id: string): Collection<T, K> {
  return table.where(':id').between([id, Dexie.minKey], [id, Dexie.maxKey]);
}

/** Deletes everything but the head, within a transaction that has all tables. */
export async function clearDataset(db: LabDatabase, id: string): Promise<void> {
  for (const table of textTables(db)) await ofDataset(table, id).delete();
}

/** False while an import is being written, and after a deletion that can be taken back. */
export const isListed = ({ stagedAt, deletedAt }: DatasetRecord): boolean => stagedAt === undefined && deletedAt === undefined;
