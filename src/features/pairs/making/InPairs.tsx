// The judge's taste as its pairs show it: winners beside losers, with intervals.
import { formatChange, formatFixed } from '../../../components/format';
import { t } from '../../../components/text';
import { traits, type JudgeBias, type Trait } from '../../../lab/study/bias';
import type { Interval } from '../../../lab/study/statistics';
import styles from './making.module.css';

export const traitName = (trait: Trait): string => (trait === 'words' ? t('Words') : t('Opens with a courtesy, %'));

/** A trait in its own unit: words, or per cent. */
const inUnit = (trait: Trait, value: number): number => (trait === 'words' ? value : value * 100);

export function Difference({ trait, value }: { readonly trait: Trait; readonly value: Interval }) {
  const show = (one: number): string => formatChange(inUnit(trait, one), 1);
  return (
    <>
      {show(value.mean)}
      <span className={styles.interval}>{t('{low} to {high}', { low: show(value.low), high: show(value.high) })}</span>
    </>
  );
}

export const formatTrait = (trait: Trait, value: number): string => formatFixed(inUnit(trait, value), 1);

const percent = (share: number): string => formatFixed(share * 100, 1);

export function InPairs({ bias }: { readonly bias: JudgeBias }) {
  return (
    <section className={styles.card} aria-labelledby="judge-pairs">
      <h3 id="judge-pairs">{t('In its pairs')}</h3>
      <div className={styles.tables} tabIndex={0} role="group" aria-labelledby="judge-pairs">
        <table className={styles.table}>
          <caption>{t('Means over {count, plural, one {# pair} other {# pairs}}, differences with 95 % bootstrap intervals', { count: bias.pairs })}</caption>
          <thead>
            <tr>
              <th scope="col">{t('Trait')}</th>
              <th scope="col">{t('Winners')}</th>
              <th scope="col">{t('Losers')}</th>
              <th scope="col">{t('Difference')}</th>
              <th scope="col">{t('By gold score alone')}</th>
            </tr>
          </thead>
          <tbody>
            {traits.map((trait) => (
              <tr key={trait}>
                <th scope="row">{traitName(trait)}</th>
                <td>{formatTrait(trait, bias[trait].winners)}</td>
                <td>{formatTrait(trait, bias[trait].losers)}</td>
                <td>
                  <Difference trait={trait} value={bias[trait].difference} />
                </td>
                <td>{formatChange(inUnit(trait, bias[trait].fair), 1)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p>
        {bias.first === undefined
          ? t('Which answer was shown first was not kept with these pairs, so nothing can be said of a taste for position.')
          : t('The winner was shown first in {share} % of {count, plural, one {# pair} other {# pairs}} (95 % interval {low} to {high} %); without a taste for position it is half.', {
              share: percent(bias.first.mean), low: percent(bias.first.low), high: percent(bias.first.high), count: bias.first.pairs,
            })}{' '}
        {t('In {share} % of the pairs the winner has the lower gold score.', { share: percent(bias.erred) })}
      </p>
      <p className={styles.note}>
        {t('“By gold score alone” is the difference had a judge without faults chosen among the same answers, and no side in a tie.')}
        {bias.unknown > 0 && ` ${t('{count, plural, one {# pair asks what the town does not know, and is left out.} other {# pairs ask what the town does not know, and are left out.}}', { count: bias.unknown })}`}
      </p>
    </section>
  );
}
