// A dataset's pairs as columns of numbers, one place for each row: what the engine of queries works on. In the database
// they lie in blocks of BLOCK_ROWS, so that a change rewrites little.
import type { PairSource, Split } from '../../preferences/pair';
import { sourceNames, storedNumbers, type PairFacts, type StoredNumber } from './facts';
import type { Column } from './filter';

export const BLOCK_ROWS = 1024;

export interface Columns {
  /** Rows ever given, those of deleted pairs included; arrays may be longer. */
  count: number;
  /** 1 unless the pair was deleted. */
  alive: Uint8Array;
  /** 1 if held out. */
  heldOut: Uint8Array;
  source: Uint8Array;
  /** 1 if the sides of the stored texts are the other way round by now. */
  swapped: Uint8Array;
  /** Number of the list of tags. */
  tags: Uint32Array;
  /** Two words for each row. */
  id: Uint32Array;
  prompt: Uint32Array;
  readonly numbers: Record<StoredNumber, Float32Array>;
  /** Columns that were added later, NaN where nothing is known. */
  readonly added: Map<Column, Float32Array>;
}

/** A stretch of columns as it is stored; numbers column by column in the order of `storedNumbers`. */
export interface ColumnBlock {
  readonly dataset: string;
  readonly block: number;
  readonly count: number;
  readonly alive: Uint8Array;
  readonly heldOut: Uint8Array;
  readonly source: Uint8Array;
  readonly swapped: Uint8Array;
  readonly tags: Uint32Array;
  readonly id: Uint32Array;
  readonly prompt: Uint32Array;
  readonly numbers: Float32Array;
}

/** What a row has beside its measures. */
export interface RowState {
  readonly split: Split;
  readonly source: PairSource;
  readonly tags: number;
}

export function createColumns(capacity = BLOCK_ROWS): Columns {
  const empty = (): Float32Array => new Float32Array(capacity).fill(NaN);
  return {
    count: 0,
    alive: new Uint8Array(capacity),
    heldOut: new Uint8Array(capacity),
    source: new Uint8Array(capacity),
    swapped: new Uint8Array(capacity),
    tags: new Uint32Array(capacity),
    id: new Uint32Array(capacity * 2),
    prompt: new Uint32Array(capacity * 2),
    numbers: Object.fromEntries(storedNumbers.map((name) => [name, empty()])) as Record<StoredNumber, Float32Array>,
    added: new Map(),
  };
}

const bytesNamed = ['alive', 'heldOut', 'source', 'swapped'] as const;

/** Makes room for so many rows, in steps that double. */
export function reserve(columns: Columns, rows: number): void {
  const capacity = columns.alive.length;
  if (rows <= capacity) return;
  const wanted = Math.max(rows, capacity * 2);
  const longer = <T extends Uint8Array | Uint32Array | Float32Array>(make: (length: number) => T, old: T, width = 1): T => {
    const array = make(wanted * width);
    array.set(old);
    return array;
  };
  for (const name of bytesNamed) columns[name] = longer((n) => new Uint8Array(n), columns[name]);
  for (const name of ['id', 'prompt'] as const) columns[name] = longer((n) => new Uint32Array(n), columns[name], 2);
  columns.tags = longer((n) => new Uint32Array(n), columns.tags);
  const numbers = (old: Float32Array): Float32Array => longer((n) => new Float32Array(n).fill(NaN), old);
  for (const name of storedNumbers) columns.numbers[name] = numbers(columns.numbers[name]);
  for (const [name, old] of columns.added) columns.added.set(name, numbers(old));
}

/** Makes a column that has no value yet, if it is not there. */
export function addColumn(columns: Columns, column: Column): Float32Array {
  const known = columns.added.get(column);
  if (known) return known;
  const values = new Float32Array(columns.alive.length).fill(NaN);
  columns.added.set(column, values);
  return values;
}

/** Puts a pair's facts into its row, which is alive and the right way round from then on. */
export function setFacts(columns: Columns, row: number, facts: PairFacts): void {
  columns.alive[row] = 1;
  columns.swapped[row] = 0;
  columns.id.set(facts.id, row * 2);
  columns.prompt.set(facts.prompt, row * 2);
  for (const name of storedNumbers) columns.numbers[name][row] = facts.numbers[name];
}

export function setState(columns: Columns, row: number, { split, source, tags }: RowState): void {
  columns.heldOut[row] = split === 'heldOut' ? 1 : 0;
  columns.source[row] = Math.max(0, sourceNames.indexOf(source));
  columns.tags[row] = tags;
}

/** Adds a row and gives its number. */
export function appendRow(columns: Columns, facts: PairFacts, state: RowState): number {
  const row = columns.count;
  reserve(columns, row + 1);
  columns.count = row + 1;
  setFacts(columns, row, facts);
  setState(columns, row, state);
  return row;
}

export const splitAt = (columns: Columns, row: number): Split => (columns.heldOut[row] === 1 ? 'heldOut' : 'train');
export const sourceAt = (columns: Columns, row: number): PairSource => sourceNames[columns.source[row]!] ?? 'imported';

/** Turns the sides of a row round: what is measured of one is the other's from then on. */
export function swapRow(columns: Columns, row: number): void {
  const { chosenLength, rejectedLength, scoreMargin } = columns.numbers;
  columns.swapped[row] = 1 - columns.swapped[row]!;
  [chosenLength[row], rejectedLength[row]] = [rejectedLength[row]!, chosenLength[row]!];
  scoreMargin[row] = -scoreMargin[row]!;
}

/** A block as it is stored, in arrays of its own. */
export function packBlock(columns: Columns, dataset: string, block: number): ColumnBlock {
  const from = block * BLOCK_ROWS;
  const to = Math.min(columns.count, from + BLOCK_ROWS);
  const count = to - from;
  const numbers = new Float32Array(count * storedNumbers.length);
  storedNumbers.forEach((name, i) => numbers.set(columns.numbers[name].subarray(from, to), i * count));
  return {
    dataset, block, count,
    alive: columns.alive.slice(from, to),
    heldOut: columns.heldOut.slice(from, to),
    source: columns.source.slice(from, to),
    swapped: columns.swapped.slice(from, to),
    tags: columns.tags.slice(from, to),
    id: columns.id.slice(from * 2, to * 2),
    prompt: columns.prompt.slice(from * 2, to * 2),
    numbers,
  };
}

export function unpackBlock(columns: Columns, block: ColumnBlock): void {
  const from = block.block * BLOCK_ROWS;
  reserve(columns, from + block.count);
  columns.count = Math.max(columns.count, from + block.count);
  for (const name of bytesNamed) columns[name].set(block[name], from);
  columns.tags.set(block.tags, from);
  columns.id.set(block.id, from * 2);
  columns.prompt.set(block.prompt, from * 2);
  const stored = Math.round(block.numbers.length / Math.max(1, block.count));
  storedNumbers.forEach((name, i) => {
    // A block of an earlier version may lack the last columns.
    if (i < stored) columns.numbers[name].set(block.numbers.subarray(i * block.count, (i + 1) * block.count), from);
  });
}

/** One number of a row; NaN where there is none. */
export function valueAt(columns: Columns, column: Column, row: number): number {
  if (column === 'lengthDifference') return columns.numbers.chosenLength[row]! - columns.numbers.rejectedLength[row]!;
  return (columns.numbers[column as StoredNumber] ?? columns.added.get(column))?.[row] ?? NaN;
}

/** A whole column, as long as the dataset has rows or longer; undefined if it was never added. */
export function columnOf(columns: Columns, column: Column): Float32Array | undefined {
  if (column === 'lengthDifference') {
    const { chosenLength, rejectedLength } = columns.numbers;
    return chosenLength.slice(0, columns.count).map((length, row) => length - rejectedLength[row]!);
  }
  return Object.hasOwn(columns.numbers, column) ? columns.numbers[column as StoredNumber] : columns.added.get(column);
}
