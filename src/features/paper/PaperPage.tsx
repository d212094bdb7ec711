// The paper, re-enacted: the study that ships or one made here, as findings, Figure 4, Table 1, results and the adviser's record.
import { useDeferredValue, useEffect } from 'react';
import { InTurn } from '../../components/InTurn';
import { t, useLocale } from '../../components/text';
import { openStudies, refreshStudies } from '../../stores/study';
import { useStudy } from '../../stores/studyHooks';
import { AdviserCard } from './AdviserCard';
import { ContrastCard } from './ContrastCard';
import { FindingsCard } from './FindingsCard';
import { GridCard } from './GridCard';
import { ResultsCard } from './ResultsCard';
import { RunCard } from './RunCard';
import { StudyHead } from './StudyHead';
import styles from './paper.module.css';

export function PaperPage() {
  useEffect(() => {
    void openStudies();
    // Another tab may have made one, or ended one.
    const seen = (): void => {
      if (document.visibilityState === 'visible') void refreshStudies();
    };
    document.addEventListener('visibilitychange', seen);
    return () => document.removeEventListener('visibilitychange', seen);
  }, []);
  const locale = useLocale();
  return (
    <div key={locale} className={styles.page}>
      <h2 className="visually-hidden">{t('Paper')}</h2>
      <div className={styles.top}>
        <StudyHead />
        <RunCard />
      </div>
      <Figures />
    </div>
  );
}

function Figures() {
  // Figures that grow while a queue works are drawn anew in pieces, so that the page can answer between them.
  const view = useDeferredValue(useStudy((state) => state.view?.view));
  const problem = useStudy((state) => state.viewProblem);
  const waiting = useStudy((state) => !state.listed || state.looking);
  const underWay = useStudy((state) => state.running !== undefined && typeof state.shown === 'object' && state.shown.own === state.running.id);
  const own = useStudy((state) => typeof state.shown === 'object');
  if (problem !== undefined) {
    return (
      <p className={styles.empty} role="alert">
        {t(problem.template, problem.values)}
      </p>
    );
  }
  if (view === undefined) {
    const words = underWay
      ? t('Findings, figures and tables come as soon as the first cell is done, and grow with each that follows.')
      : waiting
        ? t('Working the figures out …')
        : own
          ? t('This re-enactment has no finished cell yet. Go on with it, and its figures come here.')
          : t('No study ships with this copy of the lab. Run one here; the quick one shows the way.');
    return <p className={styles.empty}>{words}</p>;
  }
  return (
    <>
      <InTurn>
        <FindingsCard findings={view.findings} />
      </InTurn>
      <InTurn>
        <GridCard document={view.document} />
      </InTurn>
      <InTurn>
        <ContrastCard view={view} />
      </InTurn>
      <InTurn>
        <ResultsCard results={view.results} document={view.document} />
      </InTurn>
      <InTurn>
        <AdviserCard record={view.adviser} />
      </InTurn>
    </>
  );
}
