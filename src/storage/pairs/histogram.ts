// How the values of a column are spread: edges that people can read, and counts between them.
import type { Histogram } from './filter';

/** Bars that a histogram has about. */
const BARS = 24;

/** A column's edges and the bar of each row, worked out once for all filters. */
export interface Bins {
  readonly edges: readonly number[];
  /** Bar of each row; `bars` for a row without a value. */
  readonly bars: Uint8Array;
}

/** The next of 1, 2, 5, 10, 20, 50 … that is not below `step`. */
function niceStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const factor = [1, 2, 5].find((one) => one * power >= step * (1 - 1e-9)) ?? 10;
  // Dividing keeps 0.05 from becoming 0.05000000000000001.
  return power < 1 ? factor / Math.round(1 / power) : factor * power;
}

/**
 * Edges for values of one or several columns: multiples of a round step from the lowest value on. A few values far above
 * (or below) the rest share a bar that is open to that side, so that one long text does not squeeze all others into one bar.
 * @param whole the values are whole numbers, and so are the edges.
 */
export function edgesOf(columns: readonly ArrayLike<number>[], whole: boolean): number[] {
  const values = Float32Array.from(columns.flatMap((column) => Array.from(column)).filter((value) => Number.isFinite(value))).sort();
  if (values.length === 0) return [0, 1];
  const [lowest, highest] = [values[0]!, values.at(-1)!];
  const at = (share: number): number => values[Math.round(share * (values.length - 1))]!;
  const [low, high] = [at(0.005), at(0.995)];
  // The tails have bars of their own only where they reach far beyond the rest.
  const spread = high - low;
  const from = low - lowest > spread ? low : lowest;
  const to = highest - high > spread ? high : highest;
  // No finer than single precision can tell edges apart.
  const finest = Math.max(Math.abs(from), Math.abs(to)) * 1e-5 || 1e-30;
  const step = whole ? Math.max(1, niceStep(Math.max(to - from, 1) / BARS)) : niceStep(Math.max((to - from) / BARS, finest));
  const first = Math.floor(from / step + 1e-9);
  const edges: number[] = [];
  for (let i = first; edges.length < 2 || edges.at(-1)! <= to; i++) {
    const edge = i * step;
    edges.push(step < 1 ? Number(edge.toPrecision(12)) : edge);
    if (edges.length > 250) break;
  }
  if (lowest < edges[0]!) edges.unshift(-Infinity);
  if (highest >= edges.at(-1)!) edges.push(Infinity);
  return edges;
}

/** Puts each value into its bar. */
export function binColumn(values: ArrayLike<number>, count: number, edges: readonly number[]): Bins {
  const bars = new Uint8Array(count);
  const none = edges.length - 1;
  // As values are, so that a value on an edge falls into the bar above it.
  const rounded = Float32Array.from(edges);
  for (let row = 0; row < count; row++) {
    const value = values[row]!;
    if (Number.isNaN(value) || value < rounded[0]! || value > rounded[none]!) {
      bars[row] = none;
      continue;
    }
    let [low, high] = [0, none];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (value >= rounded[middle]!) low = middle;
      else high = middle;
    }
    bars[row] = low;
  }
  return { edges, bars };
}

/** Counts the rows whose mark is 0 or `own`. */
export function countBars({ edges, bars }: Bins, marks: Uint8Array, own: number): Histogram {
  const counts = new Uint32Array(edges.length);
  for (let row = 0; row < marks.length; row++) {
    const mark = marks[row]!;
    if (mark === 0 || mark === own) counts[bars[row]!] = counts[bars[row]!]! + 1;
  }
  const all = Array.from(counts);
  return { edges, counts: all.slice(0, -1), missing: all.at(-1)! };
}
