// From the first version of the database, which kept a record for each pair, to chunks, columns and sketches.
import type { Transaction } from 'dexie';
import type { PreferencePair } from '../../preferences/pair';
import { countPairs, createPacker, type Packed } from './packer';
import type { DatasetRecord, StoredDataset } from './records';

/** A pair as the first version stored it. */
interface FirstPair {
  readonly dataset: string;
  readonly index: number;
  readonly pair: PreferencePair;
}

/** Pairs read at a time. */
const BATCH = 500;

/** Runs within the transaction that changes the schema: it happens whole or not at all. */
export async function upgradePairs(transaction: Transaction): Promise<void> {
  const heads = transaction.table<StoredDataset, string>('datasets');
  for (const head of await heads.toArray()) {
    const packer = createPacker(head.id);
    const old = transaction.table<FirstPair, [string, number]>('pairs');
    for (let from = 0; ; ) {
      const batch = await old.where('[dataset+index]').between([head.id, from], [head.id, Infinity]).limit(BATCH).toArray();
      for (const { pair } of batch) packer.add(pair);
      await putPacked(transaction, packer.take(batch.length < BATCH));
      if (batch.length < BATCH) break;
      from = batch.at(-1)!.index + 1;
    }
    await heads.put(newHead(head, packer.columns.count, countPairs(packer.columns), packer.tagSets.lists));
  }
}

/** The head of a dataset that was just written whole. */
export function newHead(
  { id, name, createdAt, provenance }: Pick<StoredDataset, 'id' | 'name' | 'createdAt' | 'provenance'>,
  rows: number,
  counts: ReturnType<typeof countPairs>,
  tagLists: DatasetRecord['tagLists'],
): DatasetRecord {
  return { id, name, createdAt, provenance, ...counts, changedAt: createdAt, revision: 1, rows, tagLists: [...tagLists], added: [], done: [], undone: [] };
}

/** Stores packed records within a transaction that has their tables. */
export async function putPacked(transaction: Pick<Transaction, 'table'>, { chunks, columns, sketches }: Packed): Promise<void> {
  await transaction.table('pairChunks').bulkPut(chunks);
  await transaction.table('columns').bulkPut(columns);
  await transaction.table('sketches').bulkPut(sketches);
}
