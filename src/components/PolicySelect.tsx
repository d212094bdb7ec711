// The choice of a model: the one that ships, or a policy of a run that is stored. Used where a dataset is made of a model's
// answers and where an experiment starts from one.
import { policiesOf, type Recipe } from '../lab/recipe';
import { Select } from './Select';
import { t } from './text';

export interface PolicyRun {
  readonly id: string;
  readonly name: string;
  readonly recipe: Recipe;
  /** Step of the parameters that are stored; absent where there are none. */
  readonly checkpointStep?: number;
}

export interface ChosenPolicy {
  readonly runId: string;
  readonly policy: number;
}

export interface PolicySelectProps {
  readonly label: string;
  /** The newest first. */
  readonly runs: readonly PolicyRun[];
  /** Absent for the model that ships. */
  readonly value: ChosenPolicy | undefined;
  readonly onChange: (value: ChosenPolicy | undefined) => void;
}

const SHIPPED = 'town';
/** Runs that are offered. */
const MOST = 20;

export function PolicySelect({ label, runs, value, onChange }: PolicySelectProps) {
  const chosen = runs.find(({ id }) => id === value?.runId);
  const others = runs.filter((run) => run.checkpointStep !== undefined && run !== chosen).slice(0, MOST);
  const policies = chosen === undefined ? [] : policiesOf(chosen.recipe);
  return (
    <>
      <Select
        label={label}
        value={value?.runId ?? SHIPPED}
        onChange={(id) => onChange(id === SHIPPED ? undefined : { runId: id, policy: 0 })}
        options={[
          { id: SHIPPED, name: t('The model that ships') },
          ...(value !== undefined && chosen === undefined ? [{ id: value.runId, name: t('A policy that is not stored here') }] : []),
          ...(chosen === undefined ? others : [chosen, ...others]).map(({ id, name, recipe, checkpointStep = 0 }) => ({
            id,
            name,
            description: t('{count, plural, one {# policy} other {# policies}}, trained for {steps, plural, one {# step} other {# steps}}', {
              count: policiesOf(recipe).length, steps: checkpointStep,
            }),
          })),
        ]}
      />
      {value !== undefined && policies.length > 1 && (
        <Select
          label={t('Policy')}
          value={String(value.policy)}
          onChange={(policy) => onChange({ ...value, policy: Number(policy) })}
          options={policies.map(({ index, label: name, seed }) => ({ id: String(index), name: t('{name}, seed {seed}', { name, seed }) }))}
        />
      )}
    </>
  );
}
