// A run's metrics in columns: for each figure and policy, the steps and the values side by side. Filled by the runs
// store as rows arrive, read by the charts. It changes in place; whoever draws it is told by the store's version.
import type { MetricsRow, PairSums } from '../lab/protocol';

export interface Column {
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

export interface RowTable {
  /** Adds rows; a step that is already there is replaced, so a resumed run may tell its last steps again. */
  add(rows: readonly MetricsRow[]): void;
  column(metric: string, policy: number): Column | undefined;
  /** Every figure that has a value, e.g. `eval_logps/chosen`. */
  metrics(): string[];
  /** Grows with every value of the figure that is added or dropped, so that a chart knows whether to look again. */
  version(metric: string): number;
  /** Each held-out pair's log-probabilities at an evaluation, and the steps at which a policy has them, rising. */
  pairs(step: number, policy: number): PairSums | undefined;
  pairSteps(policy: number): number[];
  /** The steps at which a policy has what each token comes to, rising. */
  tokenSteps(policy: number): number[];
  /** The last step of any row; -1 before the first. */
  lastStep(): number;
  /** The policy's value at the last step that has one. */
  latest(metric: string, policy: number): number | undefined;
  /** Forgets everything after a step. */
  truncate(step: number): void;
}

interface Growing {
  steps: number[];
  values: number[];
}

export function createRowTable(rows: readonly MetricsRow[] = []): RowTable {
  const columns = new Map<string, Map<number, Growing>>();
  const versions = new Map<string, number>();
  /** By policy, then by step. */
  const pairs = new Map<number, Map<number, PairSums>>();

  const put = (metric: string, policy: number, step: number, value: number): void => {
    let byPolicy = columns.get(metric);
    if (byPolicy === undefined) columns.set(metric, (byPolicy = new Map()));
    let column = byPolicy.get(policy);
    if (column === undefined) byPolicy.set(policy, (column = { steps: [], values: [] }));
    versions.set(metric, (versions.get(metric) ?? 0) + 1);
    const { steps, values } = column;
    if (steps.length === 0 || steps.at(-1)! < step) {
      steps.push(step);
      values.push(value);
      return;
    }
    // Late or repeated rows are rare: walk back from the end.
    let at = steps.length - 1;
    while (at > 0 && steps[at - 1]! >= step) at -= 1;
    if (steps[at] === step) values[at] = value;
    else {
      steps.splice(at, 0, step);
      values.splice(at, 0, value);
    }
  };

  const table: RowTable = {
    add(added) {
      for (const row of added) {
        for (const metric of Object.keys(row.values)) put(metric, row.policy, row.step, row.values[metric]!);
        if (row.pairs === undefined) continue;
        const bySteps = pairs.get(row.policy) ?? new Map<number, PairSums>();
        pairs.set(row.policy, bySteps.set(row.step, row.pairs));
      }
    },
    column: (metric, policy) => columns.get(metric)?.get(policy),
    metrics: () => [...columns.keys()],
    version: (metric) => versions.get(metric) ?? 0,
    pairs: (step, policy) => pairs.get(policy)?.get(step),
    pairSteps: (policy) => [...(pairs.get(policy)?.keys() ?? [])].sort((a, b) => a - b),
    tokenSteps: (policy) => table.pairSteps(policy).filter((step) => table.pairs(step, policy)!.chosenTokens !== undefined),
    lastStep() {
      let last = -1;
      for (const byPolicy of columns.values()) {
        for (const column of byPolicy.values()) last = Math.max(last, column.steps.at(-1) ?? -1);
      }
      return last;
    },
    latest(metric, policy) {
      return columns.get(metric)?.get(policy)?.values.at(-1);
    },
    truncate(step) {
      for (const bySteps of pairs.values()) {
        for (const later of [...bySteps.keys()].filter((one) => one > step)) bySteps.delete(later);
      }
      for (const [metric, byPolicy] of columns) {
        versions.set(metric, (versions.get(metric) ?? 0) + 1);
        for (const column of byPolicy.values()) {
          while (column.steps.length > 0 && column.steps.at(-1)! > step) {
            column.steps.pop();
            column.values.pop();
          }
        }
      }
    },
  };
  table.add(rows);
  return table;
}
