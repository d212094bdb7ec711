// What a chart draws: one policy's or one objective's figure over the steps. Made by features, drawn by LineChart.

export type Marker = 'circle' | 'square' | 'triangle' | 'diamond' | 'cross' | 'star';

/** A line with, where several seeds stand behind it, the band from the lowest to the highest of them. */
export interface Series {
  readonly id: string;
  /** What the readout, the data table and the line's end say. */
  readonly label: string;
  /** Index into the theme's `--series-N`. */
  readonly color: number;
  /** Percent of ink in it. */
  readonly tone: number;
  /** Losers are dashed, winners solid. */
  readonly dashed: boolean;
  /** Runs that came before are thinner and paler. */
  readonly past: boolean;
  readonly marker: Marker;
  /** Markers alone, over the plain lines of the chart's other series: the same figures, come by in another way. */
  readonly pointsOnly?: boolean;
  /** Steps in rising order; the other arrays run alongside. */
  readonly steps: readonly number[];
  readonly mean: readonly number[];
  readonly low?: readonly number[];
  readonly high?: readonly number[];
  /** Policies behind this line that were stopped, where and why. */
  readonly stops: readonly SeriesStop[];
}

export interface SeriesStop {
  readonly step: number;
  readonly reason: string;
}

/**
 * Where a line is at a step: on the way between two points or, where there is none later, as high as its last point,
 * whose step `after` then tells. Undefined before the first.
 */
export function placeAt({ steps, mean }: Pick<Series, 'steps' | 'mean'>, step: number): { value: number; after?: number } | undefined {
  const before = indexAt(steps, step);
  if (before < 0) return undefined;
  const value = mean[before]!;
  const next = steps[before + 1];
  if (next === undefined) return steps[before] === step ? { value } : { value, after: steps[before]! };
  return { value: value + ((mean[before + 1]! - value) * (step - steps[before]!)) / (next - steps[before]!) };
}

/** The value at a step, or at the last step before it; undefined before the first. */
export function indexAt(steps: readonly number[], step: number): number {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle]! <= step) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Index of the step nearest to the given one; -1 when there are none. */
export function nearestIndex(steps: readonly number[], step: number): number {
  const before = indexAt(steps, step);
  if (before < 0) return steps.length > 0 ? 0 : -1;
  if (before + 1 >= steps.length) return before;
  return step - steps[before]! <= steps[before + 1]! - step ? before : before + 1;
}
