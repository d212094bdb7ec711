// A line chart over training steps: recharts' axes, grid and cursor around our own series layer. Used by every curve
// of the workbench. Nothing is animated; the caller decides how often new rows arrive.
import { useMemo } from 'react';
import { CartesianGrid, LineChart as Frame, Tooltip, XAxis, YAxis } from 'recharts';
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
  /** Where winners and losers share a chart, the losers' own reference, drawn dashed. */
  readonly loserReference?: number;
  /** Big charts name lines at their ends and carry markers; small ones do not. */
  readonly big?: boolean;
  /** Room for the names at the lines' ends, in rem. */
  readonly labelRoom?: number;
  readonly highlight?: string;
  /** Charts with the same group move one cursor. */
  readonly group?: string;
  /** Nothing is known yet: the reference is drawn at no particular height, and the axis has no numbers. */
  readonly sketch?: boolean;
  /** Decimals in the readout. */
  readonly digits?: number;
  /** Hears of the step that is pressed. */
  readonly onPick?: (step: number) => void;
}

const SKETCH_AXIS: readonly number[] = [0, 1];
const FULL = { width: '100%', height: '100%' };
const TICK = { fill: 'var(--ink-2)' };
const AXIS_LINE = { stroke: 'var(--line-strong)' };
const CURSOR = { stroke: 'var(--line-strong)', strokeDasharray: '2 2' };
/** Readouts of big charts stay beside their lines; those of small ones are wider than the chart. */
const ESCAPE_BIG = { x: false, y: true };
const ESCAPE_SMALL = { x: true, y: true };
/** recharts hides the readout of a chart without lines of its own; ours shows nothing while it is not wanted. */
const ABOVE = { zIndex: 20, outline: 'none', visibility: 'visible' as const };

/** Few characters: an axis has little room. */
function formatTick(value: number): string {
  if (value === 0 || Math.abs(value) >= 1e-3) return formatCompact(value, 3);
  return value.toExponential(1).replace('.0e', 'e').replaceAll('-', '\u2212');
}

export function LineChart(props: LineChartProps) {
  const { name, series, steps, loserReference, big = false, labelRoom = 5.6, highlight, group, digits = 2, sketch = false } = props;
  const rem = useRem();
  const thin = useMemo(() => series.map((one) => decimate(one)), [series]);
  const empty = series.every((one) => one.steps.length === 0) && props.reference === undefined;
  const reference = props.reference ?? (empty && sketch ? 0.62 : undefined);
  const range = props.domain ?? domainOf(thin, [reference, loserReference].filter((line) => line !== undefined));
  const axis = empty ? SKETCH_AXIS : niceTicks(range, big ? 5 : 3);

  // recharts works everything out anew for every new array, so arrays live as long as their contents.
  const stepsKey = [...new Set([0, steps, ...thin.flatMap((one) => one.steps)])].sort((a, b) => a - b).join();
  const rows = useMemo(() => stepsKey.split(',').map((step) => ({ step: Number(step) })), [stepsKey]);
  const axisKey = axis.join();
  const yAxis = useMemo(() => {
    const ticks = axisKey.split(',').map(Number);
    return { ticks: empty ? [] : ticks, domain: [ticks[0]!, ticks.at(-1)!] as [number, number] };
  }, [axisKey, empty]);
  const xAxis = useMemo(
    () => ({
      ticks: niceTicks([0, steps], big ? 5 : 2).filter((tick) => tick <= steps && Number.isInteger(tick)),
      domain: [0, steps] as [number, number],
    }),
    [steps, big],
  );
  const margin = useMemo(
    () => (big ? { top: 8, right: labelRoom * rem, bottom: 2, left: 0 } : { top: 6, right: 8, bottom: 0, left: 0 }),
    [big, labelRoom, rem],
  );

  return (
    <Frame
      responsive
      className={styles.chart}
      style={FULL}
      data={rows}
      margin={margin}
      title={name}
      {...(props.onPick !== undefined && {
        onClick: ({ activeLabel }: { readonly activeLabel?: string | number | undefined }) => {
          if (activeLabel !== undefined && !empty) props.onPick!(Number(activeLabel));
        },
      })}
      {...(group === undefined ? {} : { syncId: group, syncMethod: 'value' as const })}
    >
      <CartesianGrid vertical={false} stroke="var(--grid)" />
      <XAxis
        dataKey="step"
        type="number"
        domain={xAxis.domain}
        ticks={xAxis.ticks}
        tickLine={false}
        axisLine={AXIS_LINE}
        tick={TICK}
        height={1.4 * rem}
        interval="preserveStartEnd"
        allowDataOverflow
      />
      <YAxis
        domain={yAxis.domain}
        ticks={yAxis.ticks}
        width={2.6 * rem}
        tickLine={false}
        axisLine={false}
        tick={TICK}
        tickFormatter={formatTick}
        interval={0}
        allowDataOverflow
      />
      <SeriesLayer
        series={thin}
        rem={rem}
        markers={big}
        labels={big}
        referenceLabel={props.referenceLabel ?? t('reference')}
        {...(reference === undefined ? {} : { reference })}
        {...(loserReference === undefined ? {} : { loserReference })}
        {...(highlight === undefined ? {} : { highlight })}
      />
      <Tooltip
        isAnimationActive={false}
        cursor={CURSOR}
        allowEscapeViewBox={big ? ESCAPE_BIG : ESCAPE_SMALL}
        wrapperStyle={ABOVE}
        offset={14}
        content={({ active, label }) =>
          active && !empty ? (
            <Readout step={Number(label)} series={series} digits={digits} {...(reference === undefined ? {} : { reference })} />
          ) : null
        }
      />
    </Frame>
  );
}
