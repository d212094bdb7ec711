// Axes with round numbers, and one domain for charts that are compared. Used by LineChart and by the features.
import type { Series } from './series';

export type Domain = readonly [low: number, high: number];

/** A round distance between ticks (1, 2 or 5 times a power of ten) that gives about `count` of them. */
export function tickStep(span: number, count: number): number {
  const raw = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  const ratio = raw / power;
  return (ratio >= 7.5 ? 10 : ratio >= 3.5 ? 5 : ratio >= 1.5 ? 2 : 1) * power;
}

/** Round ticks from the first at or below the domain's start to the first at or above its end. */
export function niceTicks([low, high]: Domain, count = 5): number[] {
  if (!(high > low)) return [low];
  const step = tickStep(high - low, count);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  // Multiplying whole numbers keeps 0.30000000000000004 off the axis.
  const decimals = Math.max(0, -Math.floor(Math.log10(step)));
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toFixed(decimals)));
}

/** The range of everything drawn, bands and given lines included; `fallback` when nothing is. */
export function domainOf(series: readonly Series[], lines: readonly number[] = [], fallback: Domain = [0, 1]): Domain {
  let low = Infinity;
  let high = -Infinity;
  const take = (value: number): void => {
    if (!Number.isFinite(value)) return;
    if (value < low) low = value;
    if (value > high) high = value;
  };
  for (const line of lines) take(line);
  for (const one of series) {
    one.mean.forEach(take);
    one.low?.forEach(take);
    one.high?.forEach(take);
  }
  if (!(low <= high)) return fallback;
  if (low === high) return [low - 1, high + 1];
  return [low, high];
}
