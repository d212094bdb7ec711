// A mean with its interval under it, small. Used by every table of the page.
import { formatFixed } from '../../components/format';
import type { Interval } from '../../lab/study/statistics';
import styles from './paper.module.css';

export function Range({ value: { mean, low, high }, digits }: { readonly value: Interval; readonly digits: number }) {
  if (!Number.isFinite(mean)) return <>–</>;
  return (
    <span className={styles.range}>
      {formatFixed(mean, digits)}
      {high > low && (
        <small>
          {formatFixed(low, digits)} … {formatFixed(high, digits)}
        </small>
      )}
    </span>
  );
}
