// What the judge of a made dataset prefers, what policies that were trained on it have made of that, and the runs that tell.
import { useEffect } from 'react';
import { Button } from '../../../components/Button';
import { madeTitle } from '../../../components/datasetKinds';
import { t } from '../../../components/text';
import { hasFaults } from '../../../lab/making/spec';
import { useJudgeBias, useRuns } from '../../../stores/hooks';
import { leaveBias, openBias, trainOnJudged, type Judged } from '../../../stores/judgeBias';
import { report } from '../../../stores/notices';
import { datasetLink, goTo, listLink } from '../links';
import { InPairs } from './InPairs';
import { InPolicies } from './InPolicies';
import { AnotherJudge, judgeText, modelText } from './MadeNote';
import styles from './making.module.css';

function TrainOn({ judged }: { readonly judged: Judged }) {
  const { info, made } = judged;
  const busy = useRuns((state) => state.activeId !== undefined);
  const start = (fair: boolean): void => {
    trainOnJudged(judged, { faulty: info.name, ...(fair && { fair: t('{name}, judged without faults', { name: madeTitle({ ...made, tuning: false }) }) }) }).catch(report);
    goTo('#/compare');
  };
  return (
    <section className={styles.card} aria-labelledby="judge-train">
      <h3 id="judge-train">{t('Train on it')}</h3>
      <p className={styles.note}>{t('With the objectives and the schedule that are set up under Compare, from the model that the dataset was made of: {model}.', { model: modelText(made) })}</p>
      <div className={styles.buttons}>
        <Button kind="primary" isDisabled={busy} onPress={() => start(false)}>
          {t('Train on it')}
        </Button>
        {hasFaults(made.judge) && (
          <Button isDisabled={busy} onPress={() => start(true)}>
            {t('Train on it, then on the same answers judged without faults')}
          </Button>
        )}
        <AnotherJudge id={info.id} kind={made.kind} />
      </div>
      {busy && <p className={styles.note}>{t('A run is being trained; wait for its end, or stop it under Compare.')}</p>}
    </section>
  );
}

export function JudgePage({ id }: { readonly id: string }) {
  const { judged, bias, problem } = useJudgeBias((state) => state);
  useEffect(() => {
    void openBias(id);
    return leaveBias;
  }, [id]);
  return (
    <div className={styles.page}>
      <nav aria-label={t('Where you are')} className={styles.crumbs}>
        <a href={listLink}>{t('Datasets')}</a>
        <span aria-hidden="true">›</span>
        {judged !== undefined && (
          <>
            <a href={datasetLink(id)}>{judged.info.name}</a>
            <span aria-hidden="true">›</span>
          </>
        )}
        <h2>{t('What the judge prefers')}</h2>
      </nav>
      {problem !== undefined && (
        <p className={styles.problem} role="alert">
          {t(problem.template, problem.values)}
        </p>
      )}
      {judged !== undefined && problem === undefined && (
        <>
          <p className={styles.intro}>
            {t('A judge’s taste is a bias in its pairs, and a policy that is trained on them may take it over. Both are measured here: the taste in the pairs, and the change in the policies’ answers to prompts that no pair has.')}{' '}
            {t('The judge of this dataset: {judge}.', { judge: judgeText(judged.made) })}
          </p>
          {bias === undefined ? <p className={styles.note} role="status">{t('Reading the pairs …')}</p> : <InPairs bias={bias} />}
          <TrainOn judged={judged} />
          {bias !== undefined && <InPolicies judged={judged} bias={bias} />}
        </>
      )}
    </div>
  );
}
