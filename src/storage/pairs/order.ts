// Orders of rows, and random samples of them. Pure; used by queries and exports.
import { hashWords } from '../../engine/random';
import { columnOf, type Columns } from './columns';
import { sourceNames } from './facts';
import type { Sample, Sort } from './filter';

/** What rows are ordered by; undefined for the dataset's own order. */
function keysOf(columns: Columns, by: Sort['by']): ArrayLike<number> | undefined {
  if (by === 'row') return undefined;
  if (by === 'split') return columns.heldOut;
  if (by === 'source') {
    const places = sourceNames.map((name) => [...sourceNames].sort().indexOf(name));
    return columns.source.slice(0, columns.count).map((source) => places[source]!);
  }
  return columnOf(columns, by) ?? new Float32Array(columns.count).fill(NaN);
}

/** All rows of a dataset in an order: rows without a value last, equal ones as the dataset has them. */
export function orderRows(columns: Columns, { by, descending = false }: Sort): Uint32Array {
  const rows = Uint32Array.from({ length: columns.count }, (_, row) => row);
  const keys = keysOf(columns, by);
  if (keys === undefined) return descending ? rows.reverse() : rows;
  const sign = descending ? -1 : 1;
  return rows.sort((a, b) => {
    const [x, y] = [keys[a]!, keys[b]!];
    if (x === y) return a - b;
    if (Number.isNaN(x)) return Number.isNaN(y) ? a - b : 1;
    if (Number.isNaN(y)) return -1;
    return x < y ? -sign : sign;
  });
}

/** The rows that have a mark of 0, in the order of `order`. */
export function passingInOrder(order: Uint32Array, marks: Uint8Array): Uint32Array {
  return order.filter((row) => marks[row] === 0);
}

/**
 * So many of the rows, each equally likely, in the order in which they came. Which ones follows from each row's number
 * and the seed alone, so that a sample of a narrower filter keeps what it shares with that of a wider one.
 */
export function sampleRows(rows: Uint32Array, { size, seed }: Sample): Uint32Array {
  if (rows.length <= size) return rows;
  const lots = Uint32Array.from(rows, (row) => hashWords(seed, row));
  const places = Uint32Array.from(rows, (_, place) => place).sort((a, b) => lots[a]! - lots[b]! || a - b);
  return places.slice(0, Math.max(0, size)).sort().map((place) => rows[place]!);
}
