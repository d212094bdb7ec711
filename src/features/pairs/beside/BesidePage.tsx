// Two datasets side by side: how large each is, what they share, and how each measure is spread in both.
import { useEffect, useState } from 'react';
import { ChartFigure } from '../../../components/chart/ChartFigure';
import { formatFixed } from '../../../components/format';
import { edgeText, type Bars } from '../../../components/histogram/bars';
import { Overlay, sharesOf } from '../../../components/histogram/Overlay';
import { t } from '../../../components/text';
import { shippedDatasets, type ShippedDataset } from '../../../lab/assets';
import type { Comparison, DatasetInfo } from '../../../storage/pairs/protocol';
import { openShipped } from '../../../stores/datasets';
import { sentenceOf, type Sentence } from '../../../stores/notices';
import { services } from '../../../stores/services';
import { datasetLink, listLink } from '../links';
import { columnName, datasetTitle, formatCount } from '../words';
import styles from './beside.module.css';

interface Found {
  readonly comparison: Comparison;
  readonly first: DatasetInfo;
  readonly second: DatasetInfo;
}

async function infoOf(name: string): Promise<DatasetInfo> {
  if ((shippedDatasets as readonly string[]).includes(name)) return openShipped(name as ShippedDataset);
  return (await services().data.ask({ type: 'open', dataset: name })).info;
}

async function compare(first: string, second: string): Promise<Found> {
  // One after the other: both may be copies that are still to be made.
  const [a, b] = [await infoOf(first), await infoOf(second)];
  return { first: a, second: b, comparison: await services().data.ask({ type: 'compare', first: a.id, second: b.id }) };
}

function percent(share: number): string {
  return `${formatFixed(share * 100, 1)} %`;
}

/** The middle of the bar in which half of the pairs have been counted. */
function medianOf({ edges, counts }: Bars): string {
  const half = counts.reduce((a, b) => a + b, 0) / 2;
  let seen = 0;
  const bar = counts.findIndex((count) => (seen += count) >= half && count > 0);
  if (bar < 0) return '–';
  const [from, below] = [edges[bar]!, edges[bar + 1]!];
  return Number.isFinite(from) && Number.isFinite(below) ? `${edgeText(from)} – ${edgeText(below)}` : edgeText(Number.isFinite(from) ? from : below);
}

function Metric({ title, first, second, names }: { readonly title: string; readonly first: Bars; readonly second: Bars; readonly names: readonly [string, string] }) {
  const [a, b] = [sharesOf(first), sharesOf(second)];
  const { edges } = first;
  const bar = (i: number): string => `${edgeText(edges[i]!)} – ${edgeText(edges[i + 1]!)}`;
  const finite = edges.filter(Number.isFinite);
  return (
    <div className={styles.metric}>
      <ChartFigure
        size="free"
        title={title}
        table={() => ({
          caption: t('Share of the pairs of each dataset'),
          columns: [title, ...names],
          rows: a.map((share, i) => [bar(i), percent(share), percent(b[i]!)]),
        })}
      >
        <Overlay first={first} second={second} />
        <div className={styles.axis} aria-hidden="true">
          <span>{edgeText(finite[0] ?? 0)}</span>
          <span>
            {edgeText(finite.at(-1) ?? 0)}
            {edges.at(-1) === Infinity ? '+' : ''}
          </span>
        </div>
        <p className={styles.note}>
          {t('Median: {first} against {second}', { first: medianOf(first), second: medianOf(second) })}
        </p>
      </ChartFigure>
    </div>
  );
}

function Size({ name, info, look }: { readonly name: string; readonly info: DatasetInfo; readonly look: 'filled' | 'outline' }) {
  return (
    <div className={styles.dataset}>
      <span className={styles.key} data-look={look} aria-hidden="true" />
      <div>
        <h3>
          <a href={datasetLink(name)}>{datasetTitle(info)}</a>
        </h3>
        <p className={styles.note}>
          {t('{count, plural, one {# pair} other {# pairs}}', { count: info.pairs })}
          {' · '}
          {t('{train} for training, {heldOut} held out', { train: formatCount(info.trainPairs), heldOut: formatCount(info.heldOutPairs) })}
        </p>
      </div>
    </div>
  );
}

export function BesidePage({ first, second }: { readonly first: string; readonly second: string }) {
  const [found, setFound] = useState<Found | undefined>(undefined);
  const [problem, setProblem] = useState<Sentence | undefined>(undefined);
  useEffect(() => {
    let gone = false;
    compare(first, second).then(
      (answer) => {
        if (!gone) setFound(answer);
      },
      (error: unknown) => {
        if (!gone) setProblem(sentenceOf(error));
      },
    );
    return () => {
      gone = true;
    };
  }, [first, second]);
  return (
    <div className={styles.page}>
      <nav aria-label={t('Where you are')} className={styles.crumbs}>
        <a href={listLink}>{t('Datasets')}</a>
        <span aria-hidden="true">›</span>
        <h2>{t('Two datasets side by side')}</h2>
      </nav>
      {problem !== undefined && (
        <p className={styles.problem} role="alert">
          {t(problem.template, problem.values)}
        </p>
      )}
      {found === undefined && problem === undefined && <p className={styles.note}>{t('Comparing …')}</p>}
      {found !== undefined && (
        <>
          <div className={styles.datasets}>
            <Size name={first} info={found.first} look="filled" />
            <Size name={second} info={found.second} look="outline" />
            <p className={styles.note}>
              {t('{count, plural, =0 {No prompt stands in both.} one {# prompt stands in both.} other {# prompts stand in both.}}', {
                count: found.comparison.sharedPrompts,
              })}
            </p>
          </div>
          <div className={styles.metrics}>
            {found.comparison.columns.map((column) => {
              const a = found.comparison.first.histograms[column];
              const b = found.comparison.second.histograms[column];
              if (a === undefined || b === undefined) return null;
              return <Metric key={column} title={columnName(column)} first={a} second={b} names={[datasetTitle(found.first), datasetTitle(found.second)]} />;
            })}
          </div>
        </>
      )}
    </div>
  );
}
