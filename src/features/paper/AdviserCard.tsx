// The adviser's record: which variant of APO it called for in each cell, and what the benchmark then said. Wrong calls first.
import { kindTitle } from '../../components/datasetKinds';
import { t } from '../../components/text';
import type { AdviserCall, Call } from '../../lab/study/adviser';
import { objectiveName } from '../../lab/study/plan';
import { Mark, type Sign } from './Mark';
import { Range } from './Range';
import styles from './paper.module.css';

type Outcome = AdviserCall['outcome'];

const order: readonly Outcome[] = ['wrong', 'right', 'undecided'];
const signs: Readonly<Record<Outcome, Sign>> = { wrong: 'cross', right: 'tick', undecided: 'dash' };

function outcomeName(outcome: Outcome): string {
  switch (outcome) {
    case 'wrong':
      return t('wrong');
    case 'right':
      return t('right');
    case 'undecided':
      return t('undecided');
  }
}

const callName = (call: Call): string => (call === 'neither' ? t('neither') : objectiveName(call));

export function AdviserCard({ record }: { readonly record: readonly AdviserCall[] }) {
  const rows = order.flatMap((outcome) => record.filter((call) => call.outcome === outcome));
  const count = (outcome: Outcome): number => record.filter((call) => call.outcome === outcome).length;
  return (
    <section className={styles.card} aria-labelledby="paper-adviser">
      <h3 id="paper-adviser">{t('Which variant? The adviser’s record')}</h3>
      <p className={styles.note}>
        {t('The paper’s rule, applied to each dataset before training: winners better than the model’s own answers call for APO-zero, worse ones for APO-down. Held against the benchmark: the gold score that APO-zero reached less that of APO-down.')}
      </p>
      {rows.length === 0 ? (
        <p className={styles.note}>{t('No cell has trained both APO-zero and APO-down, so there is nothing to hold the advice against.')}</p>
      ) : (
        <>
          <p>{t('{right} right, {wrong} wrong, {undecided} undecided.', { right: count('right'), wrong: count('wrong'), undecided: count('undecided') })}</p>
          <div className={styles.scroll} tabIndex={0} role="group" aria-label={t('The adviser’s record')}>
            <table className={styles.table}>
              <thead>
                <tr>
                  <th scope="col">{t('Dataset')}</th>
                  <th scope="col">{t('Round')}</th>
                  <th scope="col">{t('Seed')}</th>
                  <th scope="col" data-text="">
                    {t('Outcome')}
                  </th>
                  <th scope="col" data-text="">
                    {t('Advice')}
                  </th>
                  <th scope="col">{t('Winners less own answers')}</th>
                  <th scope="col">{t('APO-zero less APO-down')}</th>
                  <th scope="col" data-text="">
                    {t('Why')}
                  </th>
                </tr>
              </thead>
              <tbody>
                {rows.map(({ round, kind, seed, advice, zeroOverDown, outcome }) => (
                  <tr key={`${round} ${kind} ${seed}`}>
                    <th scope="row">{kindTitle(kind)}</th>
                    <td>{round}</td>
                    <td>{seed}</td>
                    <td className={styles.word}>
                      <Mark sign={signs[outcome]} /> {outcomeName(outcome)}
                    </td>
                    <td className={styles.word}>{callName(advice.advice)}</td>
                    <td>
                      <Range value={advice.winnerOverOwn} digits={3} />
                    </td>
                    <td>
                      <Range value={zeroOverDown} digits={3} />
                    </td>
                    <td className={styles.why}>{advice.reasons[0] && t(advice.reasons[0].template, advice.reasons[0].values)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </section>
  );
}
