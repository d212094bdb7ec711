// Crosses on a line at the steps where policies behind it were stopped. Drawn above all lines by SeriesLayer.
import { t } from '../text';
import { seriesColor } from './palette';
import { placeAt, type Series } from './series';
import styles from './chart.module.css';

export interface StopMarksProps {
  readonly series: Series;
  readonly x: (value: number) => number | undefined;
  readonly y: (value: number) => number | undefined;
  /** How much larger than usual the theme's type is. */
  readonly scale: number;
}

export function StopMarks({ series, x, y, scale }: StopMarksProps) {
  return series.stops.map((stop) => {
    const place = placeAt(series, stop.step);
    const [px, py] = place === undefined ? [] : [x(stop.step), y(place.value)];
    if (px === undefined || py === undefined) return null;
    const lineEnd = place?.after === undefined ? undefined : x(place.after);
    return (
      <g key={`${stop.step} ${stop.reason}`} transform={`translate(${px.toFixed(1)},${py.toFixed(1)})`}>
        <title>{t('Step {step}: {reason}', { step: stop.step, reason: stop.reason })}</title>
        {lineEnd !== undefined && <path d={`M${(lineEnd - px).toFixed(1)},0H0`} className={styles.stopLead} stroke={seriesColor(series)} />}
        <path d="M-5,-5L5,5M-5,5L5,-5" transform={`scale(${scale.toFixed(2)})`} className={styles.stop} stroke={seriesColor(series)} />
      </g>
    );
  });
}
