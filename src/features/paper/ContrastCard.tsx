// Table 1: how contrastive each dataset is, with intervals, how its pairs are spread, and pairs at the quantiles.
import { useState } from 'react';
import { kindSentence, kindTitle } from '../../components/datasetKinds';
import { DiffText } from '../../components/diff/DiffText';
import { wordDiff } from '../../components/diff/wordDiff';
import { Disclosure } from '../../components/Disclosure';
import { formatCompact, formatFixed } from '../../components/format';
import { Select } from '../../components/Select';
import { t } from '../../components/text';
import type { ContrastMeasure, ContrastRow } from '../../lab/study/facts';
import type { DatasetFacts } from '../../lab/study/types';
import { spreadMeasures, type SpreadMeasure, type Spreads, type StudyView } from '../../stores/studyView';
import { Range } from './Range';
import { datasetIn } from './words';
import styles from './paper.module.css';

const columns: readonly ContrastMeasure[] = ['wordJaccard', 'tokenJaccard', 'levenshtein', 'lengthDifference', 'winnerGold', 'loserGold'];

function measureTitle(measure: ContrastMeasure): string {
  switch (measure) {
    case 'wordJaccard':
      return t('Jaccard of words');
    case 'tokenJaccard':
      return t('Jaccard of tokens');
    case 'levenshtein':
      return t('Levenshtein, characters');
    case 'lengthDifference':
      return t('Winner longer by, words');
    case 'winnerGold':
      return t('Winner’s gold score');
    case 'loserGold':
      return t('Loser’s gold score');
  }
}

const digitsOf = (measure: ContrastMeasure): number => (measure === 'levenshtein' || measure === 'lengthDifference' ? 1 : 3);

export function ContrastCard({ view }: { readonly view: StudyView }) {
  const { contrast, document, spreads } = view;
  const [measure, setMeasure] = useState<SpreadMeasure>('wordJaccard');
  const several = contrast.some(({ round }) => round === 2);
  return (
    <section className={styles.card} aria-labelledby="paper-contrast">
      <h3 id="paper-contrast">{t('Table 1: how contrastive the datasets are')}</h3>
      <div className={styles.scroll} tabIndex={0} role="group" aria-label={t('Table 1')}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t('Dataset')}</th>
              {several && <th scope="col">{t('Round')}</th>}
              <th scope="col">{t('Pairs')}</th>
              {columns.map((column) => (
                <th scope="col" key={column}>
                  {measureTitle(column)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {contrast.map((row) => (
              <tr key={`${row.round} ${row.kind}`}>
                <th scope="row">{kindTitle(row.kind)}</th>
                {several && <td>{row.round}</td>}
                <td>{row.pairs}</td>
                {columns.map((column) => (
                  <td key={column}>
                    <Range value={row.measures[column]} digits={digitsOf(column)} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className={styles.note}>
        {t('Means over all pairs and seeds, with the 95 % interval of a bootstrap over both. The more two sides are alike, the more their difference is what makes one better.')}
      </p>
      <div className={styles.cardHead}>
        <h4>{t('How the pairs are spread')}</h4>
        <Select label={t('Measure')} hideLabel value={measure} onChange={setMeasure} options={spreadMeasures.map((id) => ({ id, name: measureTitle(id) }))} />
      </div>
      <SpreadStrips spreads={spreads[measure]} contrast={contrast} measure={measure} />
      <Disclosure title={t('Pairs at the quantiles of likeness')}>
        <Examples datasets={document.datasets.filter(({ seed }) => seed === document.plan.seeds[0])} />
      </Disclosure>
    </section>
  );
}

function SpreadStrips({ spreads: { edges, spreads }, contrast, measure }: {
  readonly spreads: Spreads; readonly contrast: readonly ContrastRow[]; readonly measure: SpreadMeasure;
}) {
  const [low, high] = [edges[0]!, edges.at(-1)!];
  const bars = edges.length - 1;
  return (
    <div className={styles.spreads}>
      {spreads.map(({ round, kind, counts }) => {
        const most = Math.max(1, ...counts);
        const mean = contrast.find((row) => row.round === round && row.kind === kind)?.measures[measure].mean;
        const name = datasetIn(kind, round);
        return (
          <div key={`${round} ${kind}`} className={styles.spread}>
            <span>{name}</span>
            <svg
              viewBox={`0 0 ${bars} 20`}
              preserveAspectRatio="none"
              role="img"
              aria-label={t('{dataset}: {measure} from {low} to {high}, mean {mean}', {
                dataset: name, measure: measureTitle(measure), low: formatCompact(low, 3), high: formatCompact(high, 3), mean: formatFixed(mean, digitsOf(measure)),
              })}
            >
              {counts.map((count, i) => count > 0 && <rect key={i} x={i + 0.06} width={0.88} y={20 - (19 * count) / most} height={(19 * count) / most} />)}
              {mean !== undefined && high > low && (
                <line x1={((mean - low) / (high - low)) * bars} x2={((mean - low) / (high - low)) * bars} y1={0} y2={20} vectorEffect="non-scaling-stroke" />
              )}
            </svg>
          </div>
        );
      })}
      <div className={styles.spread} aria-hidden="true">
        <span />
        <span className={styles.ends}>
          <span>{formatCompact(low, 3)}</span>
          <span>{measureTitle(measure)}</span>
          <span>{formatCompact(high, 3)}</span>
        </span>
      </div>
    </div>
  );
}

function Examples({ datasets }: { readonly datasets: readonly DatasetFacts[] }) {
  return (
    <div className={styles.examples}>
      {datasets.map(({ kind, round, examples }) => (
        <div key={`${round} ${kind}`} className={styles.example}>
          <h4>{datasetIn(kind, round)}</h4>
          <p className={styles.note}>{kindSentence(kind)}</p>
          {examples.map((example) => (
            <Example key={example.quantile} {...example} />
          ))}
        </div>
      ))}
    </div>
  );
}

function Example({ quantile, prompt, chosen, rejected, wordJaccard }: DatasetFacts['examples'][number]) {
  const diff = wordDiff(chosen, rejected);
  return (
    <dl className={styles.pair}>
      <dt>{t('{percent} % of the pairs are less alike: Jaccard of words {value}', { percent: formatFixed(100 * quantile, 0), value: formatFixed(wordJaccard, 2) })}</dt>
      <dd>{prompt}</dd>
      <dt>{t('Winner')}</dt>
      <dd>
        <DiffText parts={diff.chosen} side="chosen" />
      </dd>
      <dt>{t('Loser')}</dt>
      <dd>
        <DiffText parts={diff.rejected} side="rejected" />
      </dd>
    </dl>
  );
}
