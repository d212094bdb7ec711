// Edit distance of two texts, fast enough for whole datasets. Used by the measures of contrastiveness.
import { openBlockRunner, type BlockRunner } from './levenshteinBlock';

/** The two texts as numbers from 0 to alphabet - 1, the longer one as rows. */
interface Table {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  readonly alphabet: number;
}

let runner: BlockRunner | null | undefined;

/**
 * Levenshtein distance in code points, by Myers' bit-parallel algorithm in blocks of rows (G. Myers, A fast
 * bit-vector algorithm for approximate string matching, J. ACM 46(3), 1999; in the form of H. Hyyrö, 2003).
 * What both texts begin and end with is set aside first; time is the product of what is left of both, over 64.
 */
export function levenshtein(first: string, second: string): number {
  const table = tabulate(first, second);
  if (table.columns.length === 0) return table.rows.length;
  runner = runner === undefined ? openBlockRunner() : runner;
  return runner ? distanceInWasm(table, runner) : distanceInJs(table);
}

/** The same in plain JavaScript, for where there is no WebAssembly. */
export function plainLevenshtein(first: string, second: string): number {
  const table = tabulate(first, second);
  return table.columns.length === 0 ? table.rows.length : distanceInJs(table);
}

/** Blocks of 32 rows. */
function distanceInJs({ rows, columns, alphabet }: Table): number {
  // delta[j]: how the distance changes from column j - 1 to j at the lower edge of the blocks done so far.
  const delta = new Int8Array(columns.length).fill(1);
  // For each character, the rows of the block that it stands in.
  const where = new Int32Array(alphabet);
  let sum = 0;
  for (let top = 0; top < rows.length; top += 32) {
    const height = Math.min(32, rows.length - top);
    for (let i = 0; i < height; i++) where[rows[top + i]!] = where[rows[top + i]!]! | (1 << i);
    // Bits of rows where the distance rises or falls by one against the row above.
    let rises = -1;
    let falls = 0;
    sum = 0;
    for (let j = 0; j < columns.length; j++) {
      const carried = delta[j]!;
      let equal = where[columns[j]!]!;
      const xv = equal | falls;
      // -1, 0 or 1: the sign bit tells a fall, and the sign bit of its negative a rise.
      equal |= carried >>> 31;
      // The sum may pass 32 bits; the bitwise operation takes it modulo 2³², as the algorithm wants.
      const xh = (((equal & rises) + rises) ^ rises) | equal;
      let up = falls | ~(xh | rises);
      let down = rises & xh;
      const change = ((up >>> (height - 1)) & 1) - ((down >>> (height - 1)) & 1);
      up = (up << 1) | (-carried >>> 31);
      down = (down << 1) | (carried >>> 31);
      rises = down | ~(xv | up);
      falls = up & xv;
      delta[j] = change;
      sum += change;
    }
    for (let i = 0; i < height; i++) where[rows[top + i]!] = 0;
  }
  return rows.length + sum;
}

/** Blocks of 64 rows, the columns of each in WebAssembly. Its memory holds `where`, the columns and the deltas. */
function distanceInWasm({ rows, columns, alphabet }: Table, { memory, block }: BlockRunner): number {
  const columnsAt = alphabet * 8;
  const deltasAt = columnsAt + columns.length * 4;
  const missing = deltasAt + columns.length - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / 65536));
  const where = new Int32Array(memory.buffer, 0, alphabet * 2).fill(0);
  new Int32Array(memory.buffer, columnsAt, columns.length).set(columns);
  new Int8Array(memory.buffer, deltasAt, columns.length).fill(1);
  let sum = 0;
  for (let top = 0; top < rows.length; top += 64) {
    const height = Math.min(64, rows.length - top);
    for (let i = 0; i < height; i++) {
      const half = rows[top + i]! * 2 + (i >> 5);
      where[half] = where[half]! | (1 << (i & 31));
    }
    sum = block(0, columnsAt, deltasAt, deltasAt, BigInt(height - 1));
    for (let i = 0; i < height; i++) where[rows[top + i]! * 2 + (i >> 5)] = 0;
  }
  return rows.length + sum;
}

/** A common beginning and a common end cost nothing; the rest becomes numbers, equal for equal code points. */
function tabulate(first: string, second: string): Table {
  const { start, firstEnd, secondEnd } = differingPart(first, second);
  const met: number[] = [];
  const beyond = new Map<number, number>();
  const a = characters(first, start, firstEnd, met, beyond);
  const b = characters(second, start, secondEnd, met, beyond);
  for (const point of met) if (point <= 0xffff) numbers[point] = 0;
  // The longer text along the bits, so that there are fewer columns to carry over from block to block.
  return a.length < b.length ? { rows: b, columns: a, alphabet: met.length } : { rows: a, columns: b, alphabet: met.length };
}

/** Where two texts begin and cease to differ, in code units and never inside a surrogate pair. */
export function differingPart(first: string, second: string): { start: number; firstEnd: number; secondEnd: number } {
  let firstEnd = first.length;
  let secondEnd = second.length;
  const shorter = Math.min(firstEnd, secondEnd);
  let start = 0;
  while (start < shorter && first.charCodeAt(start) === second.charCodeAt(start)) start += 1;
  if (start > 0 && isHighSurrogate(first.charCodeAt(start - 1))) start -= 1;
  while (firstEnd > start && secondEnd > start && first.charCodeAt(firstEnd - 1) === second.charCodeAt(secondEnd - 1)) {
    firstEnd -= 1;
    secondEnd -= 1;
  }
  if (firstEnd < first.length && isLowSurrogate(first.charCodeAt(firstEnd))) {
    firstEnd += 1;
    secondEnd += 1;
  }
  return { start, firstEnd, secondEnd };
}

const isHighSurrogate = (unit: number): boolean => (unit & 0xfc00) === 0xd800;
const isLowSurrogate = (unit: number): boolean => (unit & 0xfc00) === 0xdc00;

/**
 * For each code unit the number it has in the texts at hand, counted from 1; all zero between calls. A table for all of
 * them is several times faster than a map, and too large to be made for every pair.
 */
const numbers = new Int32Array(0x1_0000);

/** The code points of a part of a text as numbers from 0; new ones are entered in `met`, and in `beyond` if above 0xFFFF. */
function characters(text: string, from: number, to: number, met: number[], beyond: Map<number, number>): Int32Array {
  const out = new Int32Array(to - from);
  let length = 0;
  for (let i = from; i < to; i++) {
    let point = text.charCodeAt(i);
    let number: number;
    if ((point & 0xf800) === 0xd800 && (point = text.codePointAt(i)!) > 0xffff) {
      i += 1;
      number = beyond.get(point) ?? 0;
      if (number === 0) beyond.set(point, (number = met.push(point)));
    } else {
      number = numbers[point]!;
      if (number === 0) numbers[point] = number = met.push(point);
    }
    out[length++] = number - 1;
  }
  return out.subarray(0, length);
}
