// The head of a section whose figures are found on request: its title, how it stands, the button that asks or cancels,
// how far it has come, and why the last one came to nothing.
import { Button } from '../../components/Button';
import { Progress } from '../../components/Progress';
import { t } from '../../components/text';
import { cancelExam, examine, type ExamName } from '../../stores/checks';
import { useChecks, useDevice, useRuns } from '../../stores/hooks';
import styles from './checks.module.css';

export interface ExamHeadProps {
  readonly exam: ExamName;
  /** Of the heading. */
  readonly id: string;
  readonly title: string;
  /** What the button says. */
  readonly ask: string;
  /** What was found, in a few words; nothing before anything was. */
  readonly standing?: string | undefined;
  /** What is being done now, in a few words. */
  readonly progress?: string;
}

export function ExamHead({ exam, id, title, ask, standing, progress }: ExamHeadProps) {
  const pending = useChecks((state) => state.pending);
  const problem = useChecks((state) => state.problems[exam]);
  const open = useDevice().status === 'open';
  const busy = useRuns((state) => state.activeId !== undefined);
  const mine = pending?.exam === exam;
  return (
    <>
      <div className={styles.head}>
        <h3 id={id}>{title}</h3>
        <span className={styles.note} role="status">
          {mine ? (exam === 'benchmark' ? t('measuring …') : t('checking …')) : busy ? t('not while a run is under way') : standing}
        </span>
        {mine ? (
          <Button kind="quiet" aria-label={`${t('Cancel')}: ${title}`} onPress={cancelExam}>
            {t('Cancel')}
          </Button>
        ) : (
          <Button
            kind="quiet"
            aria-label={`${ask}: ${title}`}
            isDisabled={!open || busy || pending !== undefined}
            onPress={() => examine(exam)}
          >
            {ask}
          </Button>
        )}
      </div>
      {mine && <Progress label={title} value={Math.round(100 * pending.share)} max={100} />}
      {mine && progress !== undefined && <p className={styles.note}>{progress}</p>}
      {problem !== undefined && (
        <p className={styles.bad} role="alert">
          {t(problem.template, problem.values)}
        </p>
      )}
    </>
  );
}
