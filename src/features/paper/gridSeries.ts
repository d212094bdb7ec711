// From the grid's panels to the lines that charts draw, with one range for all of them, and to the table of their numbers.
import { looksOf } from '../../components/chart/palette';
import { domainOf, type Domain } from '../../components/chart/scale';
import { indexAt, type Series } from '../../components/chart/series';
import type { TableContent } from '../../components/DataTable';
import { formatFixed } from '../../components/format';
import { t } from '../../components/text';
import type { GridLine, GridPanel } from '../../lab/study/grid';

/** One line of the plan: an objective, by its place among the members. */
export interface GridMember {
  readonly place: number;
  readonly objective: string;
  readonly label: string;
}

const sides = 2;

/** The members of a panel, which has a line for each side of each. */
export const membersOf = ({ lines }: GridPanel): GridMember[] =>
  lines.filter((_, i) => i % sides === 0).map(({ objective, label }, place) => ({ place, objective, label }));

const sideName = (line: GridLine): string =>
  line.side === 'chosen' ? t('{objective}, winners', { objective: line.label }) : t('{objective}, losers', { objective: line.label });

/** The lines of the members that are shown; one objective has one colour in all panels. */
export function gridSeries({ kind, round, lines }: GridPanel, shown: ReadonlySet<number>): Series[] {
  const looks = looksOf(lines.filter((_, i) => i % sides === 0).map(({ objective }) => objective));
  return lines.flatMap((line, i): Series[] => {
    const place = Math.floor(i / sides);
    if (!shown.has(place)) return [];
    const look = looks[place]!;
    const banded = line.mean.some((mean, at) => line.low[at] !== mean || line.high[at] !== mean);
    return [
      {
        id: `${round} ${kind} ${i}`, label: sideName(line), color: look.color, tone: look.tone, marker: look.marker,
        dashed: line.side === 'rejected', past: false, steps: line.steps, mean: line.mean,
        ...(banded && { low: line.low, high: line.high }),
        stops: [],
      },
    ];
  });
}

/** One range for panels that are compared. */
export function sharedDomain(panels: readonly GridPanel[], shown: ReadonlySet<number>): Domain {
  return domainOf(
    panels.flatMap((panel) => gridSeries(panel, shown)),
    panels.flatMap(({ reference }) => [reference.chosen, reference.rejected]),
  );
}

/** A row for each step, a column for each line, and the lowest and highest seed where there are several. */
export function gridTable(caption: string, series: readonly Series[], panel: GridPanel): TableContent {
  const steps = [...new Set(series.flatMap((one) => one.steps))].sort((a, b) => a - b);
  const { chosen, rejected } = panel.reference;
  return {
    caption,
    columns: [
      t('Step'),
      ...series.flatMap(({ label, low }) => (low ? [label, t('{name}, lowest seed', { name: label }), t('{name}, highest seed', { name: label })] : [label])),
      t('Reference, winners'),
      t('Reference, losers'),
    ],
    rows: steps.map((step) => [
      String(step),
      ...series.flatMap((one) => {
        const at = indexAt(one.steps, step);
        const cell = (values: readonly number[] | undefined): string => (one.steps[at] === step ? formatFixed(values?.[at], 4) : '');
        return one.low ? [cell(one.mean), cell(one.low), cell(one.high)] : [cell(one.mean)];
      }),
      formatFixed(chosen, 4),
      formatFixed(rejected, 4),
    ]),
  };
}
