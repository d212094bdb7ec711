// The jobs there are, the newest first: how far each has come, and the way to it.
import { useState } from 'react';
import { Confirm } from '../../../components/Confirm';
import { formatCount, formatDate } from '../../../components/format';
import { MenuButton } from '../../../components/Menu';
import { t, useLocale } from '../../../components/text';
import { useReviseJobs } from '../../../stores/reviseHooks';
import type { JobOverview } from '../../../reviser/jobs';
import { deleteJob } from '../../../stores/reviseJobs';
import { goTo } from '../../../components/links';
import { jobLink } from '../links';
import { jobTitle, stateOfJob } from './words';
import styles from './job.module.css';

function JobRow({ job, onDelete }: { readonly job: JobOverview; readonly onDelete: () => void }) {
  const locale = useLocale();
  const { counts } = job;
  const state = useReviseJobs((jobs) => stateOfJob(job, jobs));
  const total = counts.waiting + counts.done + counts.flagged + counts.failed;
  return (
    <tr>
      <th scope="row">
        <a href={jobLink(job.id)}>{jobTitle(job)}</a>
        <span className={styles.about}>{job.settings.model}</span>
      </th>
      <td>
        {formatCount(total - counts.waiting)} / {formatCount(total)}
      </td>
      <td>{formatCount(counts.flagged)}</td>
      <td>{formatCount(counts.failed)}</td>
      <td className={styles.hideNarrow}>{state}</td>
      <td className={styles.hideNarrow}>{formatDate(job.createdAt, locale)}</td>
      <td>
        <MenuButton
          plain
          label={t('Actions for “{name}”', { name: jobTitle(job) })}
          items={[
            { id: 'open', name: t('Open') },
            { id: 'delete', name: t('Delete') },
          ]}
          onAction={(id) => (id === 'open' ? goTo(jobLink(job.id)) : onDelete())}
        >
          ⋯
        </MenuButton>
      </td>
    </tr>
  );
}

export function JobsList() {
  const jobs = useReviseJobs((state) => state.jobs);
  const [deleting, setDeleting] = useState<JobOverview | undefined>(undefined);
  if (jobs.length === 0) return null;
  return (
    <section className={styles.jobs} aria-labelledby="revise-jobs">
      <table>
        <caption id="revise-jobs">{t('Jobs')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('What')}</th>
            <th scope="col">{t('Answered')}</th>
            <th scope="col">{t('Flagged')}</th>
            <th scope="col">{t('Failed')}</th>
            <th scope="col" className={styles.hideNarrow}>
              {t('State')}
            </th>
            <th scope="col" className={styles.hideNarrow}>
              {t('Begun')}
            </th>
            <td />
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <JobRow key={job.id} job={job} onDelete={() => setDeleting(job)} />
          ))}
        </tbody>
      </table>
      <Confirm
        title={t('Delete the job')}
        action={t('Delete')}
        isOpen={deleting !== undefined}
        onClose={() => setDeleting(undefined)}
        onConfirm={() => void deleteJob(deleting!.id)}
      >
        <p>{t('Its revisions and your decisions on them are deleted. Datasets that were made of it stay.')}</p>
      </Confirm>
    </section>
  );
}
