// What the job that is set up will cost at most, and the button that starts it.
import { useEffect } from 'react';
import { Button } from '../../../components/Button';
import { formatCount, formatFixed } from '../../../components/format';
import { t } from '../../../components/text';
import { useReviseEstimate, useReviserKey, useReviseSetup } from '../../../stores/reviseHooks';
import { wantEstimate } from '../../../stores/reviseEstimate';
import { report } from '../../../stores/notices';
import { startJob } from '../../../stores/reviseJobs';
import { problemOfSetup } from '../../../stores/reviseSetup';
import { goTo } from '../../../components/links';
import { jobLink } from '../links';
import styles from './setup.module.css';

export function StartBar() {
  const setup = useReviseSetup((state) => state);
  const { estimate, problem, pending } = useReviseEstimate((state) => state);
  useReviserKey();
  useEffect(() => wantEstimate(setup), [setup]);
  const wrong = problemOfSetup(setup) ?? problem;
  const start = (): void => {
    startJob(setup).then((id) => goTo(jobLink(id)), report);
  };
  return (
    <section className={styles.card} aria-label={t('Start')}>
      <div className={styles.start}>
        <div className={styles.estimate} role="status">
          {wrong !== undefined ? (
            <p>{t(wrong.template, wrong.values)}</p>
          ) : estimate === undefined ? (
            <p>{t('Counting …')}</p>
          ) : (
            <p>
              {t('{pairs, plural, one {# pair} other {# pairs}}, {requests, plural, one {# request} other {# requests}}: about {input} tokens asked and {output} answered', {
                pairs: estimate.pairs,
                requests: estimate.requests,
                input: formatCount(estimate.input),
                output: formatCount(estimate.output),
              })}
              {estimate.money !== undefined && <>, {t('about {money} US dollars', { money: formatFixed(estimate.money, estimate.money < 1 ? 3 : 2) })}</>}
              {estimate.overBudget && <>. {t('That is more than the limit, so it will stop before the end.')}</>}
            </p>
          )}
        </div>
        <Button kind="primary" isDisabled={wrong !== undefined || pending || estimate === undefined} onPress={start}>
          {t('Start')}
        </Button>
      </div>
    </section>
  );
}
