// What the current models think of original and revision: how likely each is, and how far training has moved each from
// the reference.
import { useEffect } from 'react';
import { Button } from '../../../components/Button';
import { looksOf, seriesColor } from '../../../components/chart/palette';
import { formatChange, formatFixed } from '../../../components/format';
import { t } from '../../../components/text';
import { useOpinion, useRuns } from '../../../stores/hooks';
import { askOpinion, askPoliciesToo, forgetOpinion, runToLoad } from '../../../stores/opinions';
import styles from './review.module.css';

/** The models are asked when a pair has been looked at for so long, not while one leafs through. */
const SETTLE_MS = 400;

export interface ShiftProps {
  readonly task: string;
  readonly original: string;
  readonly revision: string;
}

export function Shift({ task, original, revision }: ShiftProps) {
  const { scores, run, problem, pending, pair } = useOpinion((state) => state);
  // Looked at again whenever what could be loaded changes.
  useRuns((state) => `${state.currentId ?? ''} ${state.loadedId ?? ''} ${state.activeId ?? ''}`);
  const whole = task.trim() !== '' && original.trim() !== '' && revision.trim() !== '' && original !== revision;
  useEffect(() => {
    if (!whole) return;
    const timer = setTimeout(() => void askOpinion({ prompt: task, chosen: revision, rejected: original }), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [whole, task, original, revision]);
  useEffect(() => forgetOpinion, []);
  if (!whole) return null;
  const stale = pair === undefined || pair.prompt !== task || pair.chosen !== revision || pair.rejected !== original;
  const looks = looksOf(run?.policies.map(({ member }) => member.objective) ?? []);
  const reference = scores?.[0]?.pairs[0];
  const policies = (scores?.length ?? 0) > 1;
  const other = runToLoad();
  return (
    <section className={styles.shift} aria-labelledby="shift-title" aria-busy={pending}>
      <div className={styles.line}>
        <h3 id="shift-title">{t('What the models think')}</h3>
        {other !== undefined && (
          <Button kind="quiet" onPress={() => void askPoliciesToo({ prompt: task, chosen: revision, rejected: original })}>
            {t('Ask the policies of “{name}”, too', { name: other.name })}
          </Button>
        )}
      </div>
      {problem !== undefined && <p className={styles.note}>{t(problem.template, problem.values)}</p>}
      {problem === undefined && stale && <p className={styles.note}>{t('Asking the models …')}</p>}
      {!stale && scores !== undefined && (reference === undefined || reference === null) && (
        <p className={styles.note}>{t('The pair is longer than the model’s context, so there is nothing to tell.')}</p>
      )}
      {!stale && scores !== undefined && reference !== undefined && reference !== null && (
        <div className={styles.scroll}>
          <table>
            <caption className="visually-hidden">{t('Log-probabilities of original and revision, in nats')}</caption>
            <thead>
              <tr>
                <td />
                <th scope="col">{t('Original')}</th>
                <th scope="col">{t('Revision')}</th>
                <th scope="col">{t('Revision − original')}</th>
                {policies && (
                  <>
                    <th scope="col">{t('Original, against the reference')}</th>
                    <th scope="col">{t('Revision, against the reference')}</th>
                  </>
                )}
              </tr>
            </thead>
            <tbody>
              {scores.map(({ policy, pairs: [sides] }) => {
                if (sides === undefined || sides === null) return null;
                const look = looks[policy];
                return (
                  <tr key={policy}>
                    <th scope="row">
                      <i style={{ background: look === undefined ? 'var(--reference)' : seriesColor(look) }} aria-hidden="true" />
                      {policy < 0 ? t('Reference') : (run?.policies[policy]?.label ?? t('Policy {number}', { number: policy + 1 }))}
                    </th>
                    <td>{formatFixed(sides.rejected.sum)}</td>
                    <td>{formatFixed(sides.chosen.sum)}</td>
                    <td>{formatChange(sides.chosen.sum - sides.rejected.sum)}</td>
                    {policies && (
                      <>
                        <td>{policy < 0 ? '–' : formatChange(sides.rejected.sum - reference.rejected.sum)}</td>
                        <td>{policy < 0 ? '–' : formatChange(sides.chosen.sum - reference.chosen.sum)}</td>
                      </>
                    )}
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      {run !== undefined && !stale && <p className={styles.note}>{t('“{name}” after step {step}', { name: run.name, step: run.step })}</p>}
    </section>
  );
}
