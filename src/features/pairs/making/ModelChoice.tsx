// Whose answers a dataset is made of: the model that ships, or a policy of a run.
import { Select } from '../../../components/Select';
import { t } from '../../../components/text';
import { policiesOf } from '../../../lab/recipe';
import { useMaking, useRuns } from '../../../stores/hooks';
import { changeMaking } from '../../../stores/making';
import { findRun } from '../../../stores/runs';
import styles from './making.module.css';

const SHIPPED = 'town';
/** Runs that are offered, the newest. */
const MOST = 20;

export function ModelChoice() {
  const { kind, from } = useMaking((state) => state.choice);
  const runs = useRuns((state) => state.runs);
  const asked = runs.filter((run) => run.checkpointStep !== undefined && run.id !== from?.runId).slice(0, MOST);
  const chosen = findRun(from?.runId);
  const offered = chosen === undefined ? asked : [chosen, ...asked];
  const policies = chosen === undefined ? [] : policiesOf(chosen.recipe);
  return (
    <div className={styles.stack}>
      <Select
        label={t('Whose answers')}
        value={from?.runId ?? SHIPPED}
        onChange={(id) => changeMaking({ from: id === SHIPPED ? undefined : { runId: id, policy: 0 } })}
        options={[
          { id: SHIPPED, name: t('The model that ships') },
          ...offered.map(({ id, name, recipe, checkpointStep = 0 }) => ({
            id,
            name,
            description: t('{count, plural, one {# policy} other {# policies}}, trained for {steps, plural, one {# step} other {# steps}}', {
              count: policiesOf(recipe).length, steps: checkpointStep,
            }),
          })),
        ]}
      />
      {from !== undefined && policies.length > 1 && (
        <Select
          label={t('Policy')}
          value={String(from.policy)}
          onChange={(policy) => changeMaking({ from: { ...from, policy: Number(policy) } })}
          options={policies.map(({ index, label, seed }) => ({ id: String(index), name: t('{name}, seed {seed}', { name: label, seed }) }))}
        />
      )}
      {(kind === 'off_policy' || kind === 'off_policy_weak') && (
        <p className={styles.note}>{t('Neither side is this model’s own; its answers only decide which prompts give a pair, as in every kind.')}</p>
      )}
    </div>
  );
}
