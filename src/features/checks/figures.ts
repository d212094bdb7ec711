// How the benchmark's figures are set: three digits are more than a repetition would give again.
import { formatCompact, formatFixed } from '../../components/format';

const digits = (value: number): number => (value < 1 ? 3 : value < 10 ? 2 : value < 100 ? 1 : 0);

/** Milliseconds; a dash for what was not measured. */
export function formatMs(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : value < 1000 ? formatFixed(value, digits(value)) : formatCompact(value, 4);
}

/** How many times as much, e.g. `12.3×`. */
export function formatTimes(value: number | null): string {
  return value === null ? '–' : `${formatFixed(value, digits(value))}×`;
}

export function formatRate(perSecond: number): string {
  return formatCompact(perSecond, 3);
}
