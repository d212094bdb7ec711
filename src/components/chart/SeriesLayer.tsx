// Draws bands, lines, markers, stops and line-end labels inside a recharts chart, from the chart's own scales.
// One layer for all series costs a tenth of one recharts element each, which is what keeps the page free while it trains.
import { usePlotArea, useXAxisScale, useYAxisScale } from 'recharts';
import { seriesColor, type Look } from './palette';
import type { Marker, Series } from './series';
import { StopMarks } from './StopMarks';
import styles from './chart.module.css';

type Scale = (value: number) => number | undefined;

function linePath(steps: readonly number[], values: readonly number[], x: Scale, y: Scale): string {
  let path = '';
  let pen = 'M';
  steps.forEach((step, i) => {
    const px = x(step);
    const py = Number.isFinite(values[i]) ? y(values[i]!) : undefined;
    if (px === undefined || py === undefined) {
      pen = 'M';
      return;
    }
    path += `${pen}${px.toFixed(1)},${py.toFixed(1)}`;
    pen = 'L';
  });
  return path;
}

function bandPath(series: Series, x: Scale, y: Scale): string {
  const { steps, low, high } = series;
  if (low === undefined || high === undefined) return '';
  const up: string[] = [];
  const down: string[] = [];
  steps.forEach((step, i) => {
    const px = x(step);
    const top = Number.isFinite(high[i]) ? y(high[i]!) : undefined;
    const bottom = Number.isFinite(low[i]) ? y(low[i]!) : undefined;
    if (px === undefined || top === undefined || bottom === undefined) return;
    up.push(`${px.toFixed(1)},${top.toFixed(1)}`);
    down.push(`${px.toFixed(1)},${bottom.toFixed(1)}`);
  });
  return up.length < 2 ? '' : `M${up.join('L')}L${down.reverse().join('L')}Z`;
}

const shapes: Readonly<Record<Marker, string>> = {
  circle: 'M-3,0A3,3 0 1 0 3,0A3,3 0 1 0 -3,0Z',
  square: 'M-2.7,-2.7H2.7V2.7H-2.7Z',
  triangle: 'M0,-3.6L3.4,2.6H-3.4Z',
  diamond: 'M0,-3.9L3.9,0L0,3.9L-3.9,0Z',
  cross: 'M-3.4,-1.2H-1.2V-3.4H1.2V-1.2H3.4V1.2H1.2V3.4H-1.2V1.2H-3.4Z',
  star: 'M0,-4L1.2,-1.2L4,0L1.2,1.2L0,4L-1.2,1.2L-4,0L-1.2,-1.2Z',
};

/** A marker by itself, for legends. */
export function MarkerGlyph({ look }: { readonly look: Look }) {
  return (
    <svg className={styles.glyph} viewBox="-5 -5 10 10" aria-hidden="true">
      <path d={shapes[look.marker]} fill={seriesColor(look)} />
    </svg>
  );
}

/** A line's name: where the line ends, and where its name finds room. */
export interface LabelPlace {
  readonly id: string;
  readonly text: string;
  /** A CSS colour. */
  readonly color: string;
  readonly fromX: number;
  readonly fromY: number;
  y: number;
}

/** Between two names, in pixels at a rem of 16. */
const LABEL_GAP = 13;

/** Moves labels apart until none overlaps, each as near to its line's end as the others allow. */
export function spreadLabels(places: LabelPlace[], gap: number, top: number, bottom: number): void {
  places.sort((a, b) => a.y - b.y);
  let floor = top;
  for (const place of places) {
    place.y = Math.max(place.y, floor);
    floor = place.y + gap;
  }
  let ceiling = bottom;
  for (let i = places.length - 1; i >= 0; i--) {
    const place = places[i]!;
    place.y = Math.min(place.y, ceiling);
    ceiling = place.y - gap;
  }
}

export interface SeriesLayerProps {
  readonly series: readonly Series[];
  /** Markers at the points; for figures measured now and then, not at every step. */
  readonly markers: boolean;
  /** Names at the lines' ends. */
  readonly labels: boolean;
  /** The reference's constant figure, drawn under everything. */
  readonly reference?: number;
  readonly loserReference?: number;
  readonly referenceLabel: string;
  /** Id of the line to bring out; the others fade. */
  readonly highlight?: string;
  /** Pixels in a rem, which the theme sets. */
  readonly rem: number;
}

export function SeriesLayer({ rem, series, markers, labels, reference, loserReference, referenceLabel, highlight }: SeriesLayerProps) {
  const xScale = useXAxisScale();
  const yScale = useYAxisScale();
  const area = usePlotArea();
  if (xScale === undefined || yScale === undefined || area === undefined) return null;
  const x: Scale = (value) => xScale(value);
  const y: Scale = (value) => yScale(value);
  const right = area.x + area.width;
  const textScale = rem / 16;
  const loserReferenceY = loserReference === undefined ? undefined : y(loserReference);
  const referenceY = reference === undefined ? undefined : y(reference);
  // The newest lines lie on top, the highlighted one above them all.
  const order = [...series].sort(
    (a, b) => Number(b.past) - Number(a.past) || Number(a.id === highlight) - Number(b.id === highlight),
  );
  const marked = series.some((one) => one.pointsOnly) ? (one: Series): boolean => one.pointsOnly === true : () => markers;
  const faded = (one: Series): boolean => highlight !== undefined && one.id !== highlight;

  const places: LabelPlace[] = [];
  if (labels) {
    for (const one of series) {
      if (one.past || one.pointsOnly) continue;
      const last = one.mean.findLastIndex((value) => Number.isFinite(value));
      // Beyond its last point a line may go on to the cross of a stop.
      const atX = last < 0 ? undefined : x(Math.max(one.steps[last]!, ...one.stops.map((stop) => stop.step)));
      const atY = last < 0 ? undefined : y(one.mean[last]!);
      if (atX === undefined || atY === undefined) continue;
      places.push({ id: one.id, text: one.label, color: seriesColor(one), fromX: atX, fromY: atY, y: atY });
    }
    // The reference's name stands at the right, where the lines' names do once they have arrived there.
    const arrived = places.some((place) => place.fromX > right - 48);
    if (referenceY !== undefined && arrived) {
      places.push({ id: '', text: referenceLabel, color: 'var(--reference)', fromX: right, fromY: referenceY, y: referenceY });
    }
    const gap = LABEL_GAP * textScale;
    spreadLabels(places, gap, area.y + 5, area.y + area.height - 3);
    if (referenceY !== undefined && !arrived) {
      places.push({ id: '', text: referenceLabel, color: 'var(--reference)', fromX: right, fromY: referenceY, y: referenceY });
    }
  }

  return (
    <g>
      {referenceY !== undefined && (
        <g>
          <line x1={area.x} x2={right} y1={referenceY} y2={referenceY} className={styles.reference} />
        </g>
      )}
      {loserReferenceY !== undefined && <line x1={area.x} x2={right} y1={loserReferenceY} y2={loserReferenceY} className={styles.reference} data-dashed="" />}
      {order.map((one) => (
        <path
          key={`${one.id} band`}
          d={bandPath(one, x, y)}
          fill={seriesColor(one)}
          fillOpacity={faded(one) ? 0.03 : one.past ? 0.07 : 0.15}
        />
      ))}
      {order.map((one) => (
        <g key={one.id} opacity={faded(one) ? 0.18 : one.past ? 0.42 : 1} data-series={one.id}>
          {!one.pointsOnly && (
            <path
              d={linePath(one.steps, one.mean, x, y)}
              className={styles.line}
              stroke={seriesColor(one)}
              {...(one.past ? { 'data-past': '' } : {})}
              {...(one.dashed ? { 'data-dashed': '' } : {})}
            />
          )}
          {marked(one) &&
            !one.past &&
            one.steps.length <= 40 &&
            one.steps.map((step, i) => {
              const px = x(step);
              const py = Number.isFinite(one.mean[i]) ? y(one.mean[i]!) : undefined;
              return px === undefined || py === undefined ? null : (
                <path
                  key={step}
                  d={shapes[one.marker]}
                  transform={`translate(${px.toFixed(1)},${py.toFixed(1)}) scale(${(textScale * textScale).toFixed(2)})`}
                  className={styles.marker}
                  fill={seriesColor(one)}
                />
              );
            })}
        </g>
      ))}
      {order.map((one) => (
        <g key={`${one.id} stops`} opacity={faded(one) ? 0.18 : one.past ? 0.42 : 1}>
          <StopMarks series={one} x={x} y={y} scale={textScale} />
        </g>
      ))}
      {places.map((place) => (
        <g key={place.id} opacity={highlight !== undefined && place.id !== highlight ? 0.3 : 1}>
          <path
            d={`M${place.fromX + 6},${place.fromY.toFixed(1)}L${place.fromX + 14},${place.y.toFixed(1)}`}
            stroke={place.color}
            className={styles.leader}
          />
          <text
            x={place.fromX + 18}
            y={place.y}
            dy="0.34em"
            className={place.id === '' ? styles.referenceLabel : styles.endLabel}
          >
            {place.text}
          </text>
        </g>
      ))}
    </g>
  );
}
