// How far something has come, as a thin bar. Used by the run bar and the sampler.
import { ProgressBar } from 'react-aria-components';
import styles from './controls.module.css';

export function Progress({ label, value, max }: { readonly label: string; readonly value: number; readonly max: number }) {
  return (
    <ProgressBar aria-label={label} value={value} maxValue={Math.max(1, max)}>
      {({ percentage }) => (
        <div className={styles.progress}>
          <div style={{ width: `${percentage ?? 0}%` }} />
        </div>
      )}
    </ProgressBar>
  );
}
