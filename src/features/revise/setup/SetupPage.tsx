// What to revise or judge, whom to ask and in which words; and the jobs there are.
import { useEffect } from 'react';
import { t } from '../../../components/text';
import type { Row } from '../../../storage/pairs/protocol';
import { isFiltered, viewStore } from '../../../stores/datasetView';
import { setupStore, chooseDataset, type Scope } from '../../../stores/reviseSetup';
import { JobsList } from '../job/JobsList';
import { ConnectionCard } from './ConnectionCard';
import { LimitsCard } from './LimitsCard';
import { PromptCard } from './PromptCard';
import { SourceCard } from './SourceCard';
import { StartBar } from './StartBar';
import styles from './setup.module.css';

/** The filter that is on screen for this dataset, if any. */
function scopeOf(dataset: string, row: Row | undefined): Scope {
  if (row !== undefined) return { kind: 'pair', row };
  const view = viewStore.getState();
  if (view.name !== dataset || !isFiltered(view)) return { kind: 'all' };
  return { kind: 'view', filter: view.filter, count: view.rows.length, ...(view.sample && { sample: view.sample }) };
}

export function SetupPage({ dataset, row }: { readonly dataset: string | undefined; readonly row: Row | undefined }) {
  useEffect(() => {
    if (dataset !== undefined) chooseDataset(dataset, scopeOf(dataset, row));
    // Without one in the address, what was chosen by a link before is no longer meant.
    else if (setupStore.getState().scope.kind === 'pair') chooseDataset(setupStore.getState().dataset);
  }, [dataset, row]);
  return (
    <div className={styles.page}>
      <h2 className={styles.title}>{t('Revise and judge')}</h2>
      <p className={styles.intro}>
        {t('A reviser changes an answer as little as it can to make it better, so that the two sides of a pair differ only where it matters. You look at each revision before it becomes part of a dataset.')}
      </p>
      <JobsList />
      <div className={styles.columns}>
        <div className={styles.column}>
          <SourceCard />
          <ConnectionCard />
          <LimitsCard />
        </div>
        <div className={styles.column}>
          <PromptCard />
          <StartBar />
        </div>
      </div>
    </div>
  );
}
