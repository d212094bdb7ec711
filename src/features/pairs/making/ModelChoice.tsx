// Whose answers are meant: those of the model that ships, or of a policy of a run.
import { PolicySelect } from '../../../components/PolicySelect';
import { t } from '../../../components/text';
import { useRuns } from '../../../stores/hooks';
import type { MakingChoice } from '../../../stores/making';
import styles from './making.module.css';

type From = MakingChoice['from'];

export interface ModelChoiceProps {
  /** Absent for the model that ships. */
  readonly from: From;
  readonly onChange: (from: From) => void;
  readonly note?: string;
}

export function ModelChoice({ from, onChange, note }: ModelChoiceProps) {
  const runs = useRuns((state) => state.runs);
  return (
    <div className={styles.stack}>
      <PolicySelect label={t('Whose answers')} runs={runs} value={from} onChange={onChange} />
      {note !== undefined && <p className={styles.note}>{note}</p>}
    </div>
  );
}
