// A chart's lines as a table: a row for each step, a column for each line. Used by every chart of the workbench.
import type { TableContent } from '../../components/DataTable';
import { formatFixed } from '../../components/format';
import { t } from '../../components/text';
import { indexAt, type Series } from '../../components/chart/series';

export function seriesTable(caption: string, series: readonly Series[], digits: number, reference?: number): TableContent {
  const steps = [...new Set(series.flatMap((one) => one.steps))].sort((a, b) => a - b);
  const band = (one: Series): boolean => one.low !== undefined && one.high !== undefined;
  return {
    caption,
    columns: [
      t('Step'),
      ...series.flatMap((one) =>
        band(one) ? [one.label, t('{name}, lowest seed', { name: one.label }), t('{name}, highest seed', { name: one.label })] : [one.label],
      ),
      ...(reference === undefined ? [] : [t('reference')]),
    ],
    rows: steps.map((step) => [
      String(step),
      ...series.flatMap((one) => {
        const index = indexAt(one.steps, step);
        const here = index >= 0 && one.steps[index] === step;
        const cell = (values: readonly number[] | undefined): string => (here ? formatFixed(values?.[index], digits) : '');
        return band(one) ? [cell(one.mean), cell(one.low), cell(one.high)] : [cell(one.mean)];
      }),
      ...(reference === undefined ? [] : [formatFixed(reference, digits)]),
    ]),
  };
}
