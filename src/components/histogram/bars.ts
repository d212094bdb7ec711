// How a histogram is drawn and read: heights, the range a brush stands for, and how its edges are said. Pure.
import { formatCompact } from '../format';

/** Structurally a histogram of the data worker. */
export interface Bars {
  /** One more than there are counts; the first may be −Infinity and the last Infinity. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

export interface BarRange {
  readonly from?: number;
  readonly below?: number;
}

/** Bars from `first` on and before `end`. */
export interface Brush {
  readonly first: number;
  readonly end: number;
}

export const wholeBrush = ({ counts }: Bars): Brush => ({ first: 0, end: counts.length });

/** The bars that a range covers; a bound between two edges takes its bar in. */
export function brushOf(bars: Bars, range: BarRange | undefined): Brush {
  const { edges, counts } = bars;
  const { from = -Infinity, below = Infinity } = range ?? {};
  let [first, end] = [0, counts.length];
  while (first < counts.length - 1 && edges[first + 1]! <= from) first += 1;
  while (end > first + 1 && edges[end - 1]! >= below) end -= 1;
  return { first, end };
}

/** The range that some bars stand for; undefined when that is all of them. */
export function rangeOf(bars: Bars, { first, end }: Brush): BarRange | undefined {
  const { edges, counts } = bars;
  if (first <= 0 && end >= counts.length) return undefined;
  return {
    ...(first > 0 && { from: edges[first]! }),
    ...(end < counts.length && { below: edges[end]! }),
  };
}

/** Heights from 0 to 1. Square roots, and never next to nothing, so that a few pairs beside many can be seen; zero stays zero. */
export function heights(counts: readonly number[]): number[] {
  const most = Math.max(1, ...counts);
  return counts.map((count) => (count === 0 ? 0 : Math.max(0.05, Math.sqrt(count / most))));
}

/** An edge as it is written under the bars. */
export function edgeText(edge: number): string {
  return formatCompact(edge, 3);
}
