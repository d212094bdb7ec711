// The compare workbench: the experiment at the left, the curves in the middle, what the models say and the runs at the right.
import { useState } from 'react';
import { t } from '../../components/text';
import { Curves } from './Curves';
import { ExperimentPanel } from './experiment/ExperimentPanel';
import { RunBar } from './RunBar';
import { RunList } from './RunList';
import { SamplePanel } from './SamplePanel';
import { Strip } from './Strip';
import { Summary } from './Summary';
import { TokenSplit } from './TokenSplit';
import styles from './compare.module.css';

export function Workbench() {
  // Pointing at a member brings out its line in every chart.
  const [highlight, setHighlight] = useState<number | undefined>(undefined);
  const lit = highlight === undefined ? {} : { highlight };
  return (
    <div className={styles.workbench}>
      <section className={styles.left} aria-label={t('Experiment')}>
        <ExperimentPanel onPoint={setHighlight} />
      </section>
      <section className={styles.middle} aria-label={t('Curves')}>
        <RunBar />
        <Summary />
        <Curves {...lit} />
        <TokenSplit />
        <Strip {...lit} />
      </section>
      <section className={styles.right} aria-label={t('Samples and runs')}>
        <SamplePanel />
        <RunList />
      </section>
    </div>
  );
}
