// What the run on screen shows, in sentences computed from its rows; before the first run, what to look out for.
import { adapterText } from '../../components/adapterText';
import { t } from '../../components/text';
import { formatCompact } from '../../components/format';
import type { RunDevice, RunOrigin } from '../../lab/protocol';
import type { Recipe } from '../../lab/recipe';
import { runName } from './runName';
import { useRuns } from '../../stores/hooks';
import { useDrawn } from './useDrawn';
import { outcomeOf } from './outcome';
import styles from './compare.module.css';

/** What became of the run's device, in a sentence. */
function deviceChange({ step, device, lost }: RunDevice): string {
  const values = { step, adapter: adapterText(device), ...lost };
  return lost === undefined
    ? t('From step {step} on the run was trained on {adapter}.', values)
    : t('At step {step} the device was lost ({reason}); the run went on from step {from} on {adapter}.', values);
}

/** Where a run began that did not begin at the reference. */
function beginning({ name, label, step, learningRate }: RunOrigin, { cohort }: Recipe): string {
  return t('This run did not begin at the reference: it goes on from {policy} of “{name}” at step {step}, with a learning rate of {rate} in place of {before}.', {
    policy: label, name: runName(name), step, rate: formatCompact(cohort[0]!.learningRate), before: formatCompact(learningRate),
  });
}

export function Summary() {
  const { drawn, recorded } = useDrawn(0, ['eval_logps/chosen', 'eval_logps/rejected']);
  // "Stand" becomes "end" when the run is over.
  useRuns((state) => state.activeId);
  const run = drawn.find((one) => !one.past)?.run;
  const sentences = run === undefined ? [] : outcomeOf(run);
  const devices = run?.devices ?? [];
  const origin = run?.start?.origin;
  if (sentences.length === 0 && devices.length === 0 && origin === undefined) {
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
      {origin !== undefined && <p className={styles.note}>{beginning(origin, run!.recipe)}</p>}
      {devices.map((one, i) => (
        <p key={`device ${i}`} className={styles.note}>
          {deviceChange(one)}
        </p>
      ))}
      {warnings.map((warning, i) => (
        <p key={i} className={styles.note}>
          {t(warning.template, warning.values)}
        </p>
      ))}
    </div>
  );
}
