// Each objective's derivatives against finite differences of its loss, found by the page itself while it is open.
import { useEffect, useState } from 'react';
import { Button } from '../../components/Button';
import { formatCompact, formatError } from '../../components/format';
import { t } from '../../components/text';
import { objectives } from '../../engine/objectives';
import { checkObjective, TOLERANCE, type ObjectiveCheck } from './selfCheck';
import styles from './checks.module.css';

export interface ObjectiveChecks {
  readonly checks: readonly ObjectiveCheck[];
  readonly done: boolean;
  readonly again: () => void;
}

/** Checks the objectives one in each task, so that the page stays free; each round with other numbers. */
export function useObjectiveChecks(): ObjectiveChecks {
  const [round, setRound] = useState(0);
  const [found, setFound] = useState<{ readonly round: number; readonly checks: readonly ObjectiveCheck[] }>({ round, checks: [] });
  useEffect(() => {
    const queue = Object.keys(objectives);
    const checks: ObjectiveCheck[] = [];
    let timer: ReturnType<typeof setTimeout>;
    const next = (): void => {
      const id = queue.shift();
      if (id === undefined) return;
      checks.push(checkObjective(id, 11 + round));
      setFound({ round, checks: [...checks] });
      timer = setTimeout(next, 0);
    };
    timer = setTimeout(next, 0);
    return () => clearTimeout(timer);
  }, [round]);
  const checks = found.round === round ? found.checks : [];
  return { checks, done: checks.length === Object.keys(objectives).length, again: () => setRound((n) => n + 1) };
}

export function ObjectivesSection({ checks, done, again }: ObjectiveChecks) {
  const passed = checks.filter((check) => check.passed).length;
  return (
    <section className={styles.panel} aria-labelledby="checks-objectives">
      <div className={styles.head}>
        <h3 id="checks-objectives">{t('Objectives')}</h3>
        <span className={styles.note} role="status">
          {done ? t('{passed} of {count} passed', { passed, count: checks.length }) : t('checking …')}
        </span>
        <Button kind="quiet" isDisabled={!done} onPress={again}>
          {t('Check again')}
        </Button>
      </div>
      <p className={styles.note}>
        {t('Each objective is compiled here and its derivatives are compared with finite differences of its loss; they may differ by {tolerance}.', {
          tolerance: formatCompact(TOLERANCE),
        })}
      </p>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t('Objective')}</th>
            <th scope="col">{t('Largest difference')}</th>
            <th scope="col">{t('Result')}</th>
          </tr>
        </thead>
        <tbody>
          {checks.map((check) => (
            <tr key={check.id}>
              <th scope="row">{check.name}</th>
              <td>{check.failure ?? formatError(check.difference)}</td>
              <td className={check.passed ? undefined : styles.bad}>{check.passed ? t('passed') : t('failed')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
