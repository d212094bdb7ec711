// Which model all policies start from and are measured against: the one that ships or, for a second round, a policy of a run.
import { PolicySelect } from '../../../components/PolicySelect';
import { t } from '../../../components/text';
import { useRuns } from '../../../stores/hooks';
import { ownModel, parseOwnModel } from '../../../stores/ownModels';
import styles from './experiment.module.css';

export function StartFrom({ model, onChange }: { readonly model: string; readonly onChange: (model: string) => void }) {
  const runs = useRuns((state) => state.runs);
  const own = parseOwnModel(model);
  const run = runs.find(({ id }) => id === own?.runId);
  // Nothing to choose from before the first run.
  if (own === undefined && runs.every(({ checkpointStep }) => checkpointStep === undefined)) return null;
  return (
    <>
      <PolicySelect
        label={t('Start from')}
        runs={runs}
        value={own}
        onChange={(next) => {
          const step = runs.find(({ id }) => id === next?.runId)?.checkpointStep;
          onChange(next === undefined || step === undefined ? 'town' : ownModel({ ...next, step }));
        }}
      />
      {own !== undefined && run?.checkpointStep !== own.step && (
        <p className={styles.problem}>{t('The policy that this recipe starts from is no longer stored: its run was deleted here, or has gone on since. Nothing was changed; choose another model to start from.')}</p>
      )}
    </>
  );
}
