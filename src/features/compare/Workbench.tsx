// The compare workbench: the experiment at the left, the curves in the middle, what the models say and the runs at the right.
import { useState } from 'react';
import { InTurn, loadedInTurn } from '../../components/InTurn';
import { t } from '../../components/text';
import { useExperiment, useRuns } from '../../stores/hooks';
import { Curves } from './Curves';
import { RunBar } from './RunBar';
import { RunList } from './RunList';
import { StoppedPolicies } from './Stopped';
import { Strip } from './Strip';
import { Summary } from './Summary';
import { TokenSplit } from './TokenSplit';
import { Where } from './where/Where';
import styles from './compare.module.css';

const ExperimentPanel = loadedInTurn(async () => (await import('./experiment/ExperimentPanel')).ExperimentPanel);
const SamplePanel = loadedInTurn(async () => (await import('./SamplePanel')).SamplePanel);

export function Workbench() {
  // Pointing at a member brings out its line in every chart.
  const [highlight, setHighlight] = useState<number | undefined>(undefined);
  const edited = useExperiment((state) => state.recipe.cohort);
  const drawn = useRuns((state) => state.runs.find((run) => run.id === state.currentId)?.recipe.cohort);
  // The run on screen may be of another cohort than the one being set up.
  const same = highlight !== undefined && drawn?.[highlight]?.objective === edited[highlight]?.objective;
  const lit = same ? { highlight } : {};
  return (
    <div className={styles.workbench}>
      <section className={styles.left} aria-label={t('Experiment')}>
        <ExperimentPanel onPoint={setHighlight} />
      </section>
      <section className={styles.middle} aria-label={t('Curves')}>
        <RunBar />
        <Summary />
        <StoppedPolicies />
        <Curves {...lit} />
        <TokenSplit />
        <Where />
        <Strip {...lit} />
      </section>
      <section className={styles.right} aria-label={t('Samples and runs')}>
        <SamplePanel />
        <InTurn>
          <RunList />
        </InTurn>
      </section>
    </div>
  );
}
