// Measures the pairs on screen by the models on the device and keeps the numbers as columns of the dataset, so that they
// can be filtered and sorted by like any other: reward margins, and how far each side has moved from the reference.
import { createStore } from 'zustand/vanilla';
import { UserError } from '../engine/errors';
import type { PairScores } from '../lab/protocol';
import { policiesOf, type Policy, type Recipe } from '../lab/recipe';
import type { AddedColumn } from '../storage/pairs/filter';
import type { Row } from '../storage/pairs/protocol';
import { changeFilter, duringChange, openView, query, refreshView, sortBy, viewedId, viewStore } from './datasetView';
import { report } from './notices';
import { findRun } from './runs';
import { loadCurrent } from './samples';
import { askScores, type Scored } from './scoring';
import { services } from './services';
import { storedId } from './storedPairs';

/** What is measured of a pair under a policy, in nats or, for the margin, in rewards. */
export const quantities = ['margin', 'chosenMoved', 'rejectedMoved'] as const;
export type Quantity = (typeof quantities)[number];

export interface MeasuringState {
  /** Absent while nothing is measured. */
  readonly progress?: { readonly done: number; readonly total: number };
}

export const measuringStore = createStore<MeasuringState>()(() => ({}));

/** Pairs that are fetched and scored at a time. */
const PART = 128;

let current: AbortController | undefined;

export function cancelMeasuring(): void {
  current?.abort();
}

type Sides = NonNullable<PairScores['pairs'][number]>;

/**
 * One number of a pair. The reward margin is beta times the difference of the log-ratios of chosen and rejected, as TRL's
 * `rewards/margins` is for a single pair.
 */
export function measureOf(quantity: Quantity, beta: number, own: Sides, reference: Sides): number {
  const chosen = own.chosen.sum - reference.chosen.sum;
  const rejected = own.rejected.sum - reference.rejected.sum;
  return quantity === 'margin' ? beta * (chosen - rejected) : quantity === 'chosenMoved' ? chosen : rejected;
}

interface Column {
  readonly column: AddedColumn;
  readonly label: string;
  readonly value: (pair: number, scores: readonly PairScores[]) => number;
}

export interface Wanted {
  readonly quantities: readonly Quantity[];
  /** What a column is called, in the reader's language. */
  readonly labelOf: (quantity: Quantity, policy: string, step: number) => string;
}

function columnsFor({ runId, step, scores }: Scored, { quantities: wanted, labelOf }: Wanted, recipe: Recipe): Column[] {
  const policies = policiesOf(recipe);
  return scores.flatMap(({ policy }) => {
    const settings: Policy | undefined = policies[policy];
    if (policy < 0 || settings === undefined) return [];
    return wanted.map((quantity): Column => ({
      column: `added:${quantity}/${runId ?? ''}/${policy}`,
      label: labelOf(quantity, settings.label, step ?? 0),
      value: (pair, all) => {
        const own = all.find((one) => one.policy === policy)?.pairs[pair];
        const reference = all.find((one) => one.policy < 0)?.pairs[pair];
        return own && reference ? measureOf(quantity, settings.member.beta, own, reference) : NaN;
      },
    }));
  });
}

/**
 * Measures all pairs that pass the filter by the policies on the device. What was measured before it was cancelled is kept.
 * @returns the columns, the first policy's first; empty if it came to nothing, which was told then.
 */
export async function measureView(wanted: Wanted): Promise<readonly AddedColumn[]> {
  const dataset = viewedId();
  if (dataset === undefined || current !== undefined) return [];
  const mine = new AbortController();
  current = mine;
  const rows = viewStore.getState().rows.slice();
  const done: Row[] = [];
  let columns: Column[] = [];
  const values = new Map<AddedColumn, number[]>();
  measuringStore.setState({ progress: { done: 0, total: rows.length } });
  try {
    await loadCurrent();
    for (let from = 0; from < rows.length && !mine.signal.aborted; from += PART) {
      const stored = await services().data.ask({ type: 'pairs', dataset, rows: rows.subarray(from, from + PART) }, { signal: mine.signal });
      const scored = await askScores(stored.map(({ pair }) => pair), { signal: mine.signal });
      const run = findRun(scored.runId);
      if (run === undefined) throw new UserError('No policies are on the device, so there is nothing to measure by. Train a run or open a finished one, and measure again.');
      columns = columnsFor(scored, wanted, run.recipe);
      for (const { column, value } of columns) {
        const list = values.get(column) ?? [];
        stored.forEach((_, i) => list.push(value(i, scored.scores)));
        values.set(column, list);
      }
      done.push(...stored.map(({ row }) => row));
      measuringStore.setState({ progress: { done: done.length, total: rows.length } });
    }
  } catch (error) {
    if (!mine.signal.aborted) report(error);
  }
  try {
    if (done.length > 0) await keep(dataset, done, columns, values);
    return done.length > 0 ? columns.map(({ column }) => column) : [];
  } catch (error) {
    report(error);
    return [];
  } finally {
    current = undefined;
    measuringStore.setState({}, true);
  }
}

async function keep(dataset: string, done: readonly Row[], columns: readonly Column[], values: ReadonlyMap<AddedColumn, readonly number[]>): Promise<void> {
  const rows = Uint32Array.from(done);
  await duringChange(async () => {
    for (const { column, label } of columns) {
      // A run may have trained on while it was asked; a column that is shorter than the others is not whole.
      const numbers = values.get(column) ?? [];
      if (numbers.length === rows.length) {
        await services().data.ask({ type: 'setColumn', dataset, column, label, rows, values: Float32Array.from(numbers) });
      }
    }
  });
  if (viewedId() === dataset) await refreshView();
}

/** Takes the columns away that models have measured. */
export async function forgetMeasures(): Promise<void> {
  const { dataset } = viewStore.getState();
  if (dataset === undefined) return;
  try {
    await duringChange(async () => {
      for (const { column } of dataset.columns) {
        if (column.startsWith('added:')) await services().data.ask({ type: 'dropColumn', dataset: dataset.info.id, column: column as AddedColumn });
      }
    });
    viewStore.setState(({ filter, sort }) => {
      const ranges = Object.fromEntries(Object.entries(filter.ranges ?? {}).filter(([name]) => !name.startsWith('added:')));
      return { filter: { ...filter, ranges }, sort: sort.by.startsWith('added:') ? { by: 'row' } : sort };
    });
    await refreshView();
  } catch (error) {
    report(error);
  }
}

/** The held-out pairs of a run's dataset, those first whose rejected side its first policy has moved furthest. */
export async function measureMoved(recipe: Recipe, labelOf: Wanted['labelOf']): Promise<void> {
  const { dataset } = recipe.data;
  await openView(storedId(dataset) ?? dataset);
  if (viewedId() === undefined) return;
  changeFilter({ splits: ['heldOut'] });
  await query();
  const columns = await measureView({ quantities: ['chosenMoved', 'rejectedMoved'], labelOf });
  const by = columns.find((column) => column.startsWith('added:rejectedMoved'));
  if (by !== undefined) sortBy({ by });
}
