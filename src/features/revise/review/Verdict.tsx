// What a judge said of the two sides of a pair, asked once in each order.
import { useMemo } from 'react';
import { DiffText } from '../../../components/diff/DiffText';
import { wordDiff } from '../../../components/diff/wordDiff';
import { formatFixed } from '../../../components/format';
import { t } from '../../../components/text';
import type { PreferencePair } from '../../../preferences/pair';
import type { JudgedItem } from '../../../stores/reviewing';
import styles from './review.module.css';

function sentenceFor({ winner, positionBias }: JudgedItem): string {
  if (winner === null) return t('The judge gave no clear verdict.');
  if (positionBias) return t('The judge preferred whichever came first or second: a tie, by position.');
  if (winner === 'tie') return t('The judge preferred neither: a tie.');
  return winner === 'a' ? t('The judge agrees with the dataset: the chosen side is better.') : t('The judge disagrees with the dataset: the rejected side is better.');
}

export function Verdict({ pair, verdict }: { readonly pair: PreferencePair; readonly verdict: JudgedItem | undefined }) {
  const diff = useMemo(() => wordDiff(pair.chosen, pair.rejected), [pair]);
  return (
    <>
      {verdict !== undefined && (
        <p className={styles.verdict} data-winner={verdict.winner ?? 'none'}>
          {sentenceFor(verdict)}
          {verdict.soft !== undefined && <> {t('Probability that the chosen side is better: {share}.', { share: formatFixed(verdict.soft, 2) })}</>}
          {verdict.scores?.a !== undefined && verdict.scores.b !== undefined && (
            <> {t('Marks: {a} for the chosen side, {b} for the rejected one.', { a: verdict.scores.a, b: verdict.scores.b })}</>
          )}
        </p>
      )}
      <div className={styles.sides} data-columns={2}>
        {(['chosen', 'rejected'] as const).map((side) => (
          <div key={side} className={styles.side} data-side={side}>
            <h3>{side === 'chosen' ? t('Chosen') : t('Rejected')}</h3>
            <p>
              <DiffText parts={diff[side]} side={side} />
            </p>
          </div>
        ))}
      </div>
    </>
  );
}
