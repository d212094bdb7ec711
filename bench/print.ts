// One line for each timed case; used by both ways of running the benchmark.
import type { CaseResult } from './cases';

export function printResult({ name, policies, pairs, median, fastest, slowest, steps, firstLoss }: CaseResult): void {
  const ms = (value: number) => `${value.toFixed(value < 100 ? 1 : 0)} ms`;
  console.log(
    [
      name.padEnd(14),
      `${ms(median).padStart(9)} a step`,
      `${ms(median / policies).padStart(9)} a policy`,
      `(${ms(fastest)} to ${ms(slowest)} over ${steps} steps of ${pairs} pairs; first loss ${firstLoss.toFixed(6)})`,
    ].join('  '),
  );
}
