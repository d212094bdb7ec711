// What the pages of jobs call a job and its state, in the reader's language.
import { t } from '../../../components/text';
import type { JobOverview } from '../../../reviser/jobs';
import type { JobsState } from '../../../stores/reviseJobs';
import { shippedTitle } from '../../../components/shippedTitle';

export function jobTitle({ kind, name, dataset }: Pick<JobOverview, 'kind' | 'name' | 'dataset'>): string {
  const title = dataset === name && (name === 'clair' || name === 'off_policy') ? shippedTitle(name) : name;
  return kind === 'revise' ? t('Revision of “{name}”', { name: title }) : t('Judging of “{name}”', { name: title });
}

export function stateOfJob({ id, counts }: Pick<JobOverview, 'id' | 'counts'>, { running, stopped }: Pick<JobsState, 'running' | 'stopped'>): string {
  const progress = running[id];
  if (progress !== undefined) return progress.state === 'paused' ? t('Paused') : progress.state === 'stopping' ? t('Stopping …') : t('Asking …');
  if (stopped[id] !== undefined) return t('Stopped');
  if (counts.waiting > 0) return t('Paused');
  return counts.failed > 0 ? t('Answered, {count} failed', { count: counts.failed }) : t('Answered');
}
