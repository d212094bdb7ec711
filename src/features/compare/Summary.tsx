// What the run on screen shows, in sentences computed from its rows; before the first run, what to look out for.
import { t } from '../../components/text';
import { useFrame } from '../../stores/frames';
import { useCurrentRun } from '../../stores/hooks';
import { outcomeOf } from './outcome';
import styles from './compare.module.css';

export function Summary() {
  useFrame();
  const run = useCurrentRun();
  const sentences = run === undefined ? [] : outcomeOf(run);
  if (sentences.length === 0) {
    return (
      <p className={styles.summary}>
        {t('Watch the winners. Every objective here widens the margin between winner and loser; not every one keeps the winners likely while it does.')}
      </p>
    );
  }
  const warnings = run?.start?.warnings ?? [];
  return (
    <div className={styles.summary}>
      <p>{sentences.join(' ')}</p>
      {warnings.map((warning, i) => (
        <p key={i} className={styles.note}>
          {t(warning.template, warning.values)}
        </p>
      ))}
    </div>
  );
}
