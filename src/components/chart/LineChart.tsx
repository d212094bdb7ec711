// A line chart over training steps: recharts' axes, grid and cursor around our own series layer. Used by every curve
// of the workbench. Nothing is animated; the caller decides how often new rows arrive.
import { useMemo } from 'react';
import { CartesianGrid, ComposedChart, Line, Tooltip, XAxis, YAxis } from 'recharts';
import { formatCompact } from '../format';
import { t } from '../text';
import { decimate } from './decimate';
import { Readout } from './Readout';
import { domainOf, niceTicks, type Domain } from './scale';
import type { Series } from './series';
import { SeriesLayer } from './SeriesLayer';
import { useRem } from './useRem';
import styles from './chart.module.css';

export interface LineChartProps {
  /** What the chart shows, for those who cannot see it. */
  readonly name: string;
  readonly series: readonly Series[];
  /** The last step the axis shows. */
  readonly steps: number;
  /** Given where charts are compared, so that both have one axis. */
  readonly domain?: Domain;
  readonly reference?: number;
  readonly referenceLabel?: string;
  /** Big charts name lines at their ends and carry markers; small ones do not. */
  readonly big?: boolean;
  readonly highlight?: string;
  /** Charts with the same group move one cursor. */
  readonly group?: string;
  /** Nothing is known yet: the reference is drawn at no particular height, and the axis has no numbers. */
  readonly sketch?: boolean;
  /** Decimals in the readout. */
  readonly digits?: number;
  readonly formatTick?: (value: number) => string;
}

const NO_TICKS: readonly number[] = [];

export function LineChart(props: LineChartProps) {
  const { name, series, steps, big = false, highlight, group, digits = 2, sketch = false } = props;
  const rem = useRem();
  const thin = useMemo(() => series.map((one) => decimate(one)), [series]);
  const rows = useMemo(() => {
    const all = new Set<number>([0, steps]);
    for (const one of thin) for (const step of one.steps) all.add(step);
    return [...all].sort((a, b) => a - b).map((step) => ({ step, probe: 0 }));
  }, [thin, steps]);
  const empty = series.every((one) => one.steps.length === 0) && props.reference === undefined;
  const reference = props.reference ?? (empty && sketch ? 0.62 : undefined);
  const range = props.domain ?? domainOf(thin, reference === undefined ? [] : [reference]);
  const ticks = empty ? NO_TICKS : niceTicks(range, big ? 5 : 3);
  const domain: [number, number] = empty ? [0, 1] : [ticks[0]!, ticks.at(-1)!];
  const stepTicks = niceTicks([0, steps], big ? 5 : 2).filter((tick) => tick <= steps && Number.isInteger(tick));

  return (
    <ComposedChart
      responsive
      className={styles.chart}
      style={{ width: '100%', height: '100%' }}
      data={rows}
      margin={big ? { top: 8, right: 5.6 * rem, bottom: 2, left: 0 } : { top: 6, right: 8, bottom: 0, left: 0 }}
      title={name}
      {...(group === undefined ? {} : { syncId: group, syncMethod: 'value' as const })}
    >
      <CartesianGrid vertical={false} stroke="var(--grid)" />
      <XAxis
        dataKey="step"
        type="number"
        domain={[0, steps]}
        ticks={stepTicks}
        tickLine={false}
        axisLine={{ stroke: 'var(--line-strong)' }}
        tick={{ fill: 'var(--ink-2)' }}
        height={1.4 * rem}
        interval="preserveStartEnd"
        allowDataOverflow
      />
      <YAxis
        domain={domain}
        ticks={[...ticks]}
        width={2.6 * rem}
        tickLine={false}
        axisLine={false}
        tick={{ fill: 'var(--ink-2)' }}
        tickFormatter={props.formatTick ?? ((value: number) => formatCompact(value, 3))}
        interval={0}
        allowDataOverflow
      />
      {/* recharts' cursor follows data points; this invisible line gives it one at every step that is drawn. */}
      <Line dataKey="probe" stroke="none" dot={false} activeDot={false} isAnimationActive={false} legendType="none" />
      <SeriesLayer
        series={thin}
        rem={rem}
        markers={big}
        labels={big}
        referenceLabel={props.referenceLabel ?? t('reference')}
        {...(reference === undefined ? {} : { reference })}
        {...(highlight === undefined ? {} : { highlight })}
      />
      <Tooltip
        isAnimationActive={false}
        cursor={{ stroke: 'var(--line-strong)', strokeDasharray: '2 2' }}
        allowEscapeViewBox={{ x: true, y: true }}
        wrapperStyle={{ zIndex: 20, outline: 'none' }}
        offset={14}
        content={({ active, label }) =>
          active && !empty ? (
            <Readout step={Number(label)} series={series} digits={digits} {...(reference === undefined ? {} : { reference })} />
          ) : null
        }
      />
    </ComposedChart>
  );
}
