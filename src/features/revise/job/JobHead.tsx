// How far a job has come, and what can be done with it as a whole.
import { useState } from 'react';
import { Button } from '../../../components/Button';
import { formatCount, formatDuration, formatFixed } from '../../../components/format';
import { Progress } from '../../../components/Progress';
import { t } from '../../../components/text';
import type { JobOverview } from '../../../reviser/jobs';
import { PLACES } from '../../../reviser/places';
import { costOf } from '../../../reviser/prices';
import { templateVersion } from '../../../reviser/prompts/template';
import { useReviseJobs, useReviserKey } from '../../../stores/reviseHooks';
import { report } from '../../../stores/notices';
import { makeDataset } from '../../../stores/reviewActions';
import type { ReviewItem } from '../../../stores/reviewing';
import { goOn, pauseJob } from '../../../stores/reviseJobs';
import { hasKeyFor } from '../../../stores/reviserKey';
import { datasetLink, goTo } from '../../../components/links';
import { reviseLink } from '../links';
import { KeyField } from '../setup/KeyField';
import { jobTitle, stateOfJob } from './words';
import styles from './job.module.css';

/** The APIs that answer nobody without a key. */
const wantsKey = (baseUrl: string): boolean => PLACES.some((place) => place.needsKey && URL.canParse(baseUrl) && new URL(place.baseUrl).origin === new URL(baseUrl).origin);

function Spent({ job }: { readonly job: JobOverview }) {
  const { limits, settings } = job;
  const running = useReviseJobs((state) => state.running[job.id]);
  const spent = running?.tokens ?? job.spent;
  const tokens = spent.input + spent.output;
  if (tokens === 0 || job.provider.kind === 'offline') return null;
  const money = running?.money ?? (limits.price && costOf(spent, { ...limits.price, model: settings.model }));
  return (
    <span>
      {t('{tokens} tokens spent', { tokens: formatCount(tokens) })}
      {money !== undefined && <>, {t('about {money} US dollars', { money: formatFixed(money, money < 1 ? 3 : 2) })}</>}
    </span>
  );
}

export function JobHead({ job, items }: { readonly job: JobOverview; readonly items: readonly ReviewItem[] }) {
  const { baseUrl } = job.provider;
  const running = useReviseJobs((state) => state.running[job.id]);
  const problem = useReviseJobs((state) => state.stopped[job.id]);
  const state = useReviseJobs((jobs) => stateOfJob(job, jobs));
  useReviserKey();
  const [making, setMaking] = useState(false);
  const count = (...states: ReviewItem['state'][]): number => items.filter((item) => states.includes(item.state)).length;
  const [waiting, failed, taken] = [count('waiting'), count('failed'), count('accepted', 'edited')];
  const answered = items.length - waiting;
  const asking = running !== undefined && running.state !== 'paused';
  const make = (): void => {
    setMaking(true);
    makeDataset(jobTitle(job))
      .then((id) => id !== undefined && goTo(datasetLink(id)), report)
      .finally(() => setMaking(false));
  };
  return (
    <div className={styles.head}>
      <div className={styles.bar}>
        <nav aria-label={t('Where you are')} className={styles.crumbs}>
          <a href={reviseLink}>{t('Revise')}</a>
          <span aria-hidden="true">›</span>
          <h2>{jobTitle(job)}</h2>
        </nav>
        <span className={styles.note}>
          {job.settings.model}
          {baseUrl !== '' && <> · {baseUrl}</>} · <code>{templateVersion(job.template)}</code>
        </span>
        <div className={styles.tools}>
          {asking ? (
            <Button isDisabled={running.state !== 'running'} onPress={() => pauseJob(job.id)}>
              {t('Pause')}
            </Button>
          ) : (
            waiting > 0 && (
              <Button kind={answered === 0 ? 'primary' : 'plain'} onPress={() => void goOn(job.id).catch(report)}>
                {t('Go on')}
              </Button>
            )
          )}
          {failed > 0 && running === undefined && (
            <Button onPress={() => void goOn(job.id, ['failed']).catch(report)}>{t('Ask the {count} that failed again', { count: failed })}</Button>
          )}
          <Button kind={taken > 0 && waiting === 0 ? 'primary' : 'plain'} isDisabled={taken === 0 || making} onPress={make}>
            {t('Make a dataset of {count, plural, one {# pair} other {# pairs}}', { count: taken })}
          </Button>
        </div>
      </div>
      <Progress label={t('Answered')} value={answered} max={items.length} />
      <p className={styles.progress} role="status">
        <span>{t('{done} of {total} answered', { done: formatCount(answered), total: formatCount(items.length) })}</span>
        <span>{state}</span>
        {asking && running.leftMs !== undefined && <span>{t('about {time} left', { time: formatDuration(running.leftMs) })}</span>}
        {running !== undefined && running.retries > 0 && <span>{t('{count, plural, one {# request} other {# requests}} repeated', { count: running.retries })}</span>}
        <Spent job={job} />
      </p>
      {problem !== undefined && (
        <p className={styles.problem} role="alert">
          {t(problem.template, problem.values)}
        </p>
      )}
      {baseUrl !== '' && waiting + failed > 0 && !asking && !hasKeyFor(baseUrl) && <KeyField address={baseUrl} needed={wantsKey(baseUrl)} />}
    </div>
  );
}
