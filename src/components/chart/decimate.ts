// Thins a series to what a screen can show. Lines keep the points that shape them (largest-triangle-three-buckets),
// bands keep the extremes of every stretch, so that no spike is ever hidden. Used by LineChart before drawing.
import type { Series } from './series';

export const MAX_POINTS = 200;

/**
 * Indices of the points to keep, rising, the first and last among them.
 * Source: S. Steinarsson, "Downsampling Time Series for Visual Representation", University of Iceland 2013, section 4.2.
 */
export function largestTriangles(x: readonly number[], y: readonly number[], most: number): number[] {
  const count = x.length;
  if (count <= most || most < 3) return Array.from({ length: count }, (_, i) => i);
  const kept = [0];
  const width = (count - 2) / (most - 2);
  let last = 0;
  for (let bucket = 0; bucket < most - 2; bucket++) {
    const start = Math.floor(bucket * width) + 1;
    const end = Math.floor((bucket + 1) * width) + 1;
    const nextEnd = Math.min(Math.floor((bucket + 2) * width) + 1, count);
    let sumX = 0;
    let sumY = 0;
    for (let i = end; i < nextEnd; i++) {
      sumX += x[i]!;
      sumY += y[i]!;
    }
    const meanX = sumX / (nextEnd - end);
    const meanY = sumY / (nextEnd - end);
    let best = start;
    let bestArea = -1;
    for (let i = start; i < end; i++) {
      const area = Math.abs((x[last]! - meanX) * (y[i]! - y[last]!) - (x[last]! - x[i]!) * (meanY - y[last]!));
      if (area > bestArea) {
        bestArea = area;
        best = i;
      }
    }
    kept.push(best);
    last = best;
  }
  kept.push(count - 1);
  return kept;
}

/** The series with at most `most` points; the band at each is the extreme over everything it now stands for. */
export function decimate(series: Series, most = MAX_POINTS): Series {
  const { steps, mean, low, high } = series;
  if (steps.length <= most) return series;
  const kept = largestTriangles(steps, mean, most);
  const thin = (values: readonly number[]): number[] => kept.map((i) => values[i]!);
  const extreme = (values: readonly number[], pick: (a: number, b: number) => number): number[] =>
    kept.map((index, k) => {
      // From halfway to the kept point before to halfway to the one after, so that the stretches cover everything.
      const from = k === 0 ? 0 : Math.floor((kept[k - 1]! + index) / 2) + 1;
      const to = k === kept.length - 1 ? values.length - 1 : Math.floor((index + kept[k + 1]!) / 2);
      let out = values[from]!;
      for (let i = from + 1; i <= to; i++) out = pick(out, values[i]!);
      return out;
    });
  return {
    ...series,
    steps: thin(steps),
    mean: thin(mean),
    ...(low === undefined ? {} : { low: extreme(low, Math.min) }),
    ...(high === undefined ? {} : { high: extreme(high, Math.max) }),
  };
}
