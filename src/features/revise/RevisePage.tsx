// Turning losers into minimally improved winners, and answers into judged pairs: setting up a job, following and reviewing it.
import { useEffect } from 'react';
import { listDatasets } from '../../stores/datasets';
import { listJobs } from '../../stores/reviseJobs';
import { restoreSetup, setupStore } from '../../stores/reviseSetup';
import { report } from '../../stores/notices';
import { JobPage } from './job/JobPage';
import { revisePlaceOf } from './links';
import { SetupPage } from './setup/SetupPage';

export function RevisePage({ path }: { readonly path: readonly string[] }) {
  useEffect(() => {
    if (!setupStore.getState().restored) restoreSetup().catch(report);
    void listDatasets();
    void listJobs();
  }, []);
  const place = revisePlaceOf(path);
  if (place.page === 'job') return <JobPage key={place.id} id={place.id} />;
  return <SetupPage dataset={'dataset' in place ? place.dataset : undefined} row={'row' in place ? place.row : undefined} />;
}
