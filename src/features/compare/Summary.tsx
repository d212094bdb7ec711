// What the run on screen shows, in sentences computed from its rows; before the first run, what to look out for.
import { t } from '../../components/text';
import { useRuns } from '../../stores/hooks';
import { useDrawn } from './useDrawn';
import { outcomeOf } from './outcome';
import styles from './compare.module.css';

export function Summary() {
  const { drawn, recorded } = useDrawn(0, ['eval_logps/chosen', 'eval_logps/rejected']);
  // "Stand" becomes "end" when the run is over.
  useRuns((state) => state.activeId);
  const run = drawn.find((one) => !one.past)?.run;
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
      <p>
        {recorded && <b>{t('A recorded run. Press Train to see it happen here.')} </b>}
        {sentences.join(' ')}
      </p>
      {warnings.map((warning, i) => (
        <p key={i} className={styles.note}>
          {t(warning.template, warning.values)}
        </p>
      ))}
    </div>
  );
}
