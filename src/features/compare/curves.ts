// From rows to lines: what the policies of one member did, seeds drawn together, in the colour of their objective.
// Used by every chart of the workbench.
import { indexAt, type Series } from '../../components/chart/series';
import { looksOf, type Look } from '../../components/chart/palette';
import { t } from '../../components/text';
import type { Member, Recipe } from '../../lab/recipe';
import { policiesOf } from '../../lab/recipe';
import { objectives } from '../../engine/objectives';
import type { Column } from '../../stores/rowTable';
import type { Run } from '../../stores/runs';
import { formatCompact } from '../../components/format';
import { engineWords } from './engineWords';
import { runName } from './runName';

export interface Aggregate {
  readonly steps: number[];
  readonly mean: number[];
  readonly low: number[];
  readonly high: number[];
}

/** Mean, lowest and highest of several columns at every step that any of them has; values that are no numbers are left out. */
export function aggregate(columns: readonly Column[]): Aggregate {
  const out: Aggregate = { steps: [], mean: [], low: [], high: [] };
  const at = columns.map(() => 0);
  for (;;) {
    let step = Infinity;
    columns.forEach((column, c) => {
      const next = column.steps[at[c]!];
      if (next !== undefined && next < step) step = next;
    });
    if (step === Infinity) return out;
    let sum = 0;
    let count = 0;
    let low = Infinity;
    let high = -Infinity;
    columns.forEach((column, c) => {
      if (column.steps[at[c]!] !== step) return;
      const value = column.values[at[c]!]!;
      at[c]! += 1;
      if (!Number.isFinite(value)) return;
      sum += value;
      count += 1;
      if (value < low) low = value;
      if (value > high) high = value;
    });
    if (count === 0) continue;
    out.steps.push(step);
    out.mean.push(sum / count);
    out.low.push(low);
    out.high.push(high);
  }
}

/** An objective's name as people say it. */
export function objectiveName(id: string): string {
  return objectives[id]?.name ?? t('Custom');
}

/** What each member is called; where two would have one name, what differs between them is added. */
export function memberLabels(cohort: readonly Member[]): string[] {
  const plain = cohort.map((member) => member.label ?? objectiveName(member.objective));
  return cohort.map((member, i) => {
    const twins = cohort.filter((_, j) => plain[j] === plain[i]);
    if (twins.length === 1) return plain[i]!;
    const parts: string[] = [];
    if (twins.some((twin) => twin.beta !== member.beta)) parts.push(`β ${formatCompact(member.beta)}`);
    if (twins.some((twin) => twin.learningRate !== member.learningRate)) parts.push(`lr ${formatCompact(member.learningRate)}`);
    const names = new Set(twins.flatMap((twin) => Object.keys(twin.hyper)));
    for (const name of names) {
      if (twins.some((twin) => twin.hyper[name] !== member.hyper[name])) {
        parts.push(`${name} ${formatCompact(member.hyper[name])}`);
      }
    }
    const place = cohort.slice(0, i + 1).filter((_, j) => plain[j] === plain[i]).length;
    return `${plain[i]} ${parts.length > 0 ? parts.join(' ') : `#${place}`}`;
  });
}

/** One run with the looks of its members, as the charts draw it. */
export interface Drawn {
  readonly run: Run;
  readonly past: boolean;
  readonly labels: readonly string[];
  readonly looks: readonly Look[];
}

/** The current run and those behind it; one objective has one colour through all of them. */
export function drawnRuns(current: Run | undefined, behind: readonly Run[]): Drawn[] {
  const runs = [...(current === undefined ? [] : [current]), ...behind];
  const ids = [...new Set(runs.flatMap((run) => run.recipe.cohort.map((member) => member.objective)))];
  const colors = new Map(looksOf(ids).map((look, i) => [ids[i]!, look.color]));
  return runs.map((run) => ({
    run,
    past: run !== current,
    labels: memberLabels(run.recipe.cohort),
    looks: looksOf(run.recipe.cohort.map((member) => member.objective)).map((look, i) => ({
      ...look,
      color: colors.get(run.recipe.cohort[i]!.objective) ?? look.color,
    })),
  }));
}

/** Each policy's name: its member's, with the seed where there are several. */
export function policyNames(recipe: Recipe): string[] {
  const labels = memberLabels(recipe.cohort);
  return policiesOf(recipe).map(({ memberIndex, seed }) =>
    recipe.seeds.length > 1 ? t('{name}, seed {seed}', { name: labels[memberIndex]!, seed }) : labels[memberIndex]!,
  );
}

export interface LineOptions {
  readonly dashed?: boolean;
  /** Subtracted from every value, e.g. the reference's own figure. */
  readonly minus?: (run: Run) => number | undefined;
  /** Added to the label, where one chart shows winner and loser. */
  readonly suffix?: string;
}

function policiesByMember(recipe: Recipe): number[][] {
  const out: number[][] = recipe.cohort.map(() => []);
  for (const policy of policiesOf(recipe)) out[policy.memberIndex]!.push(policy.index);
  return out;
}

/** One line for each member of the run: the mean over its seeds, with their band where there are several. */
export function linesOf({ run, past, labels, looks }: Drawn, metric: string, options: LineOptions = {}): Series[] {
  const { table } = run;
  if (table === undefined) return [];
  const minus = options.minus?.(run) ?? 0;
  const shift = (values: number[]): number[] => (minus === 0 ? values : values.map((value) => value - minus));
  return policiesByMember(run.recipe).map((policies, m) => {
    const columns = policies.flatMap((policy) => table.column(metric, policy) ?? []);
    const { steps, mean, low, high } = aggregate(columns);
    const name = past ? `${labels[m]!} · ${runName(run.name)}` : labels[m]!;
    const stops = run.stops
      .filter((stop) => policies.includes(stop.policy) && indexAt(steps, stop.step) >= 0)
      .map(({ step, reason }) => ({ step, reason: engineWords(reason) }));
    return {
      id: `${run.id} ${m} ${metric}`,
      label: options.suffix === undefined ? name : `${name} ${options.suffix}`,
      color: looks[m]!.color,
      tone: looks[m]!.tone,
      marker: looks[m]!.marker,
      dashed: options.dashed ?? false,
      past,
      steps,
      mean: shift(mean),
      ...(columns.length > 1 ? { low: shift(low), high: shift(high) } : {}),
      stops,
    };
  });
}

/** The last step at which a column holds a number; -1 where it holds none. */
function lastNumber(column: Column | undefined): number {
  let at = (column?.values.length ?? 0) - 1;
  while (at >= 0 && !Number.isFinite(column!.values[at])) at -= 1;
  return column?.steps[at] ?? -1;
}

/**
 * Each member's mean over seeds where its line ends: at the last step that all of its policies have which were not
 * stopped; undefined before the first. A stopped policy's last figure is of an earlier step and no part of that mean.
 */
export function latestOf(run: Run, metric: string): (number | undefined)[] {
  const { table } = run;
  const stopped = new Set(run.stops.map((stop) => stop.policy));
  return policiesByMember(run.recipe).map((policies) => {
    if (table === undefined) return undefined;
    const running = policies.filter((policy) => !stopped.has(policy));
    const ends = policies.map((policy) => lastNumber(table.column(metric, policy)));
    const shared = Math.min(...ends.filter((_, i) => running.includes(policies[i]!)));
    const { steps, mean } = aggregate(policies.flatMap((policy) => table.column(metric, policy) ?? []));
    // Where every policy was stopped the line ends with the one that got furthest.
    return mean[steps.indexOf(running.length === 0 ? Math.max(...ends) : shared)];
  });
}
