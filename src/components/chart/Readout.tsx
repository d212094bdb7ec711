// The exact numbers under a chart's cursor, from the full series and not from the thinned lines. Used by LineChart.
// Where several seeds stand behind a line it gives their mean; the data table has the lowest and the highest too.
import { formatFixed } from '../format';
import { t } from '../text';
import { seriesColor } from './palette';
import { MarkerGlyph } from './SeriesLayer';
import { nearestIndex, type Series } from './series';
import styles from './chart.module.css';

export interface ReadoutProps {
  readonly step: number;
  readonly series: readonly Series[];
  readonly reference?: number;
  readonly digits: number;
}

export function Readout({ step, series, reference, digits }: ReadoutProps) {
  const lines = series.flatMap((one) => {
    const index = nearestIndex(one.steps, step);
    return index < 0 ? [] : [{ one, index, value: one.mean[index]! }];
  });
  lines.sort((a, b) => b.value - a.value);
  const at = lines.find((line) => line.one.steps[line.index] === step) ?? lines[0];
  const shownStep = at === undefined ? step : at.one.steps[at.index]!;
  return (
    <div className={styles.readout}>
      <div className={styles.readoutStep}>{t('Step {step}', { step: shownStep })}</div>
      <table>
        <tbody>
          {lines.map(({ one, value }) => (
            <tr key={one.id}>
              <td>
                {one.pointsOnly ? (
                  <MarkerGlyph look={one} />
                ) : (
                  <svg width="18" height="8" aria-hidden="true">
                    <line
                      x1="0"
                      x2="18"
                      y1="4"
                      y2="4"
                      stroke={seriesColor(one)}
                      strokeWidth="2.5"
                      strokeDasharray={one.dashed ? '5 3' : undefined}
                      opacity={one.past ? 0.5 : 1}
                    />
                  </svg>
                )}
              </td>
              <th scope="row">{one.label}</th>
              <td>{formatFixed(value, digits)}</td>
            </tr>
          ))}
          {reference !== undefined && (
            <tr>
              <td>
                <svg width="18" height="8" aria-hidden="true">
                  <line x1="0" x2="18" y1="4" y2="4" stroke="var(--reference)" strokeWidth="1.5" />
                </svg>
              </td>
              <th scope="row">{t('reference')}</th>
              <td>{formatFixed(reference, digits)}</td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}
