// Whose answers are meant: those of the model that ships, or of a policy of a run.
import { Select } from '../../../components/Select';
import { t } from '../../../components/text';
import { policiesOf } from '../../../lab/recipe';
import { useRuns } from '../../../stores/hooks';
import type { MakingChoice } from '../../../stores/making';
import { findRun } from '../../../stores/runs';
import styles from './making.module.css';

const SHIPPED = 'town';
/** Runs that are offered, the newest. */
const MOST = 20;

type From = MakingChoice['from'];

export interface ModelChoiceProps {
  /** Absent for the model that ships. */
  readonly from: From;
  readonly onChange: (from: From) => void;
  readonly note?: string;
}

export function ModelChoice({ from, onChange, note }: ModelChoiceProps) {
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
        onChange={(id) => onChange(id === SHIPPED ? undefined : { runId: id, policy: 0 })}
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
          onChange={(policy) => onChange({ ...from, policy: Number(policy) })}
          options={policies.map(({ index, label, seed }) => ({ id: String(index), name: t('{name}, seed {seed}', { name: label, seed }) }))}
        />
      )}
      {note !== undefined && <p className={styles.note}>{note}</p>}
    </div>
  );
}
