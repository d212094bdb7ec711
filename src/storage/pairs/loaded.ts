// A dataset as the data worker has it in memory: its head and columns, and what follows from them and is kept until a
// change makes it wrong. Texts stay in the database.
import { UserError } from '../../engine/errors';
import type { LabDatabase } from '../database';
import { addColumn, createColumns, unpackBlock, BLOCK_ROWS, type Columns } from './columns';
import { binDataset } from './facets';
import type { Column, Flag, Sort } from './filter';
import type { Bins } from './histogram';
import { orderRows } from './order';
import { overContext } from './overContext';
import type { DatasetRecord, SketchBlock } from './records';
import { sharedPrompts } from './sharedPrompts';
import { ofDataset } from './tables';
import { createTagSets, type TagSets } from './tagSets';

/** How far a full-text search has come: for each row NOT_READ, HOLDS or LACKS. */
export interface TextSearch {
  readonly folded: string;
  readonly states: Uint8Array;
  /** Rows that the sketches could not rule out, and those of them that have not been read. */
  readonly candidates: number;
  left: number;
}

export interface Loaded {
  head: DatasetRecord;
  readonly columns: Columns;
  readonly tagSets: TagSets;
  /** First rows of the chunks, rising. */
  starts: Uint32Array;
  /** By block; absent until somebody needs them. */
  sketches?: SketchBlock[];
  /** While they are being read. */
  reading?: Promise<SketchBlock[]>;
  readonly memo: Memo;
}

/** What follows from the columns and the texts. */
export interface Memo {
  bins?: ReadonlyMap<Column, Bins>;
  flags: Partial<Record<Flag, Uint8Array>>;
  readonly orders: Map<string, Uint32Array>;
  readonly searches: Map<string, TextSearch>;
}

/** Orders and searches that are kept; each takes up to four bytes a row. */
const MAX_KEPT = 8;

export function datasetGone(id: string): UserError {
  return new UserError('The dataset “{id}” is no longer stored; it was deleted, perhaps in another tab. Choose another dataset.', { id });
}

/**
 * Reads a dataset's head and columns, as of one moment.
 * @param hidden also one that was deleted and can be brought back.
 * @throws UserError if it is not there.
 */
export function loadDataset(db: LabDatabase, id: string, hidden = false): Promise<Loaded> {
  return db.transaction('r', db.datasets, db.columns, db.addedColumns, db.pairChunks, async () => {
    const head = await db.datasets.get(id);
    if (head === undefined || head.stagedAt !== undefined || (head.deletedAt !== undefined && !hidden)) throw datasetGone(id);
    const columns = createColumns(Math.max(1, head.rows));
    for (const block of await ofDataset(db.columns, id).toArray()) unpackBlock(columns, block);
    for (const { column } of head.added) addColumn(columns, column);
    for (const { column, block, values } of await ofDataset(db.addedColumns, id).toArray()) columns.added.get(column)?.set(values, block * BLOCK_ROWS);
    const keys = await ofDataset(db.pairChunks, id).primaryKeys();
    return {
      head,
      columns,
      tagSets: createTagSets(head.tagLists),
      starts: Uint32Array.from(keys, ([, first]) => first),
      memo: { flags: {}, orders: new Map(), searches: new Map() },
    };
  });
}

/** Blocks of sketches read at a time: some megabytes, between which the worker hears of other things. */
const READ_BLOCKS = 8;

/** The sketches of all blocks, read when they are needed first. */
export async function sketchesOf(db: LabDatabase, data: Loaded): Promise<SketchBlock[]> {
  if (data.sketches) return data.sketches;
  const reading = (data.reading ??= readSketches(db, data));
  try {
    return (data.sketches ??= await reading);
  } finally {
    delete data.reading;
  }
}

async function readSketches(db: LabDatabase, { head }: Loaded): Promise<SketchBlock[]> {
  const blocks: SketchBlock[] = [];
  for (let from = 0; from * BLOCK_ROWS < head.rows; from += READ_BLOCKS) {
    const read = await db.sketches.where(':id').between([head.id, from], [head.id, from + READ_BLOCKS]).toArray();
    for (const block of read) blocks[block.block] = block;
  }
  return blocks;
}

export function binsOf({ columns, memo }: Loaded): ReadonlyMap<Column, Bins> {
  return (memo.bins ??= binDataset(columns));
}

export function flagsOf({ columns, memo }: Loaded): Memo['flags'] {
  memo.flags.sharedPrompt ??= sharedPrompts(columns);
  memo.flags.unfinished ??= unfinished(columns);
  const long = memo.flags.overContext ?? overContext(columns);
  if (long) memo.flags.overContext = long;
  return memo.flags;
}

/** 1 for each living row that lacks a text or whose sides are the same. */
export function unfinished({ count, alive, numbers }: Columns): Uint8Array {
  const { promptLength, chosenLength, rejectedLength, levenshtein } = numbers;
  const out = new Uint8Array(count);
  for (let row = 0; row < count; row++) {
    const lacks = promptLength[row] === 0 || chosenLength[row] === 0 || rejectedLength[row] === 0 || levenshtein[row] === 0;
    if (lacks && alive[row] === 1) out[row] = 1;
  }
  return out;
}

export function orderOf({ columns, memo }: Loaded, sort: Sort): Uint32Array {
  return remember(memo.orders, `${sort.by} ${sort.descending === true}`, () => orderRows(columns, sort));
}

/** What is kept under a key, made if need be; the longest unused is forgotten when there are too many. */
export function remember<T>(kept: Map<string, T>, key: string, make: () => T): T {
  const value = kept.get(key) ?? make();
  kept.delete(key);
  kept.set(key, value);
  if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value!);
  return value;
}
