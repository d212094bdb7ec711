// Figures that grow with the import: means of the measures, quantiles of the lengths. Four bytes a number.
import type { LengthSummary } from './types';

export interface Mean {
  add(value: number | null): void;
  /** Null without a value. */
  mean(): number | null;
}

export function createMean(): Mean {
  let sum = 0;
  let count = 0;
  return {
    add: (value) => {
      if (value === null) return;
      sum += value;
      count += 1;
    },
    mean: () => (count === 0 ? null : sum / count),
  };
}

export interface Lengths {
  add(length: number): void;
  summary(): LengthSummary | null;
}

export function createLengths(): Lengths {
  let values = new Uint32Array(1024);
  let count = 0;
  let sum = 0;
  return {
    add: (length) => {
      if (count === values.length) {
        const grown = new Uint32Array(count * 2);
        grown.set(values);
        values = grown;
      }
      values[count++] = length;
      sum += length;
    },
    summary: () => {
      if (count === 0) return null;
      const sorted = values.slice(0, count).sort();
      // The nearest rank: a length that some text has.
      const quantile = (share: number): number => sorted[Math.max(0, Math.ceil(share * count) - 1)]!;
      return { min: sorted[0]!, median: quantile(0.5), mean: sum / count, p95: quantile(0.95), max: sorted[count - 1]! };
    },
  };
}
