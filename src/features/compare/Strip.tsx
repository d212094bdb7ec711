// The strip of small charts: rewards, margins, accuracy, loss, entropy, gradient norm, for held-out pairs or for the
// batches the policies train on.
import { ChartFigure } from '../../components/chart/ChartFigure';
import { Chart } from '../../components/chart/Chart';
import { Segments } from '../../components/Check';
import { t } from '../../components/text';
import { useExperiment, useSettings } from '../../stores/hooks';
import { changeSettings, type Settings } from '../../stores/settings';
import { linesOf, type Drawn } from './curves';
import { seriesTable } from './seriesTable';
import { useDrawn } from './useDrawn';
import styles from './compare.module.css';

interface SmallChart {
  readonly title: string;
  readonly unit: string;
  /** Winner's metric first where there are two. */
  readonly metrics: readonly string[];
  readonly digits: number;
  /** Where the reference stands, for figures that have one; `own` where the run's start tells. */
  readonly reference?: number | 'own';
  /** Shares, from none to all. */
  readonly share?: boolean;
  /** Of answers that are sampled at evaluations, which not every run does. */
  readonly sampled?: boolean;
  /** Also drawn for held-out pairs, but measured in training. */
  readonly key: string;
}

function chartsFor(strip: Settings['strip']): SmallChart[] {
  const p = strip === 'heldOut' ? 'eval_' : '';
  const rewards = [`${p}rewards/chosen`, `${p}rewards/rejected`];
  const charts: SmallChart[] = [
    { key: 'rewards', title: t('Rewards'), unit: t('β × log-ratio'), metrics: rewards, digits: 3, reference: 0 },
    { key: 'margins', title: t('Margins'), unit: t('winner’s reward − loser’s'), metrics: [`${p}rewards/margins`], digits: 3, reference: 0 },
    { key: 'accuracy', title: t('Accuracy'), unit: t('pairs with a positive margin'), metrics: [`${p}rewards/accuracies`], digits: 3, share: true },
    { key: 'loss', title: t('Loss'), unit: t('each objective’s own'), metrics: [`${p}loss`], digits: 4 },
    { key: 'entropy', title: t('Entropy'), unit: t('nats per token'), metrics: [`${p}entropy`], digits: 4 },
    { key: 'norm', title: t('Gradient norm'), unit: t('before clipping'), metrics: ['grad_norm'], digits: 4 },
  ];
  if (strip === 'heldOut') {
    return [
      ...charts,
      { key: 'length', title: t('Answer length'), unit: t('tokens'), metrics: ['eval_samples/length'], digits: 1, reference: 'own', sampled: true },
      { key: 'ended', title: t('End rate'), unit: t('of answers'), metrics: ['eval_samples/ended'], digits: 2, reference: 'own', share: true, sampled: true },
    ];
  }
  return [
    { key: 'logps', title: t('Log-likelihood'), unit: t('nats per answer'), metrics: ['logps/chosen', 'logps/rejected'], digits: 3 },
    ...charts,
    { key: 'rate', title: t('Learning rate'), unit: t('at each step'), metrics: ['learning_rate'], digits: 6 },
    { key: 'tokens', title: t('Tokens'), unit: t('trained on so far'), metrics: ['num_tokens'], digits: 0 },
  ];
}

interface SmallProps {
  readonly chart: SmallChart;
  readonly recipeSteps: number;
  readonly highlight?: number;
}

function linesFor(drawn: readonly Drawn[], chart: SmallChart) {
  const sides = chart.metrics.length > 1 ? [t('winner'), t('loser')] : [undefined];
  return drawn.flatMap((one) =>
    chart.metrics.flatMap((metric, side) =>
      linesOf(one, metric, { dashed: side === 1, ...(sides[side] === undefined ? {} : { suffix: sides[side] }) }),
    ),
  );
}

/** One small chart; each listens for frames by itself. */
function Small({ chart, recipeSteps, highlight }: SmallProps) {
  const { drawn, steps, recorded } = useDrawn(recipeSteps, chart.metrics);
  const series = linesFor(drawn, chart);
  const current = drawn.find((one) => !one.past);
  const shown = series.some((one) => one.steps.length > 0);
  const lit = highlight === undefined || current === undefined ? undefined : `${current.run.id} ${highlight} `;
  const reference = chart.reference === 'own' ? current?.run.start?.reference[chart.metrics[0]!] : chart.reference;
  const litSeries = lit === undefined ? undefined : series.find((one) => one.id.startsWith(lit));
  if (chart.sampled && !shown && current !== undefined && (recorded || !(current.run.recipe.evaluation.samples > 0))) return null;
  return (
    <ChartFigure
      title={chart.title}
      unit={chart.unit}
      faded={recorded}
      table={() => seriesTable(chart.unit, series, Math.max(4, chart.digits), chart.reference === 'own' ? reference : undefined)}
    >
      <Chart
        name={`${chart.title}: ${chart.unit}`}
        series={series}
        steps={steps}
        digits={chart.digits}
        group="compare"
        {...(shown && reference !== undefined ? { reference, referenceLabel: '' } : {})}
        {...(chart.share ? { domain: [0, 1] as const } : {})}
        {...(litSeries === undefined || chart.metrics.length > 1 ? {} : { highlight: litSeries.id })}
      />
    </ChartFigure>
  );
}

export function Strip({ highlight }: { readonly highlight?: number }) {
  const strip = useSettings((state) => state.strip);
  const recipeSteps = useExperiment((state) => state.recipe.schedule.steps);
  return (
    <div className={styles.panel}>
      <div className={styles.panelHead}>
        <h2>{t('Behind the curves')}</h2>
        <Segments
          label={t('Pairs')}
          value={strip}
          onChange={(next) => changeSettings({ strip: next })}
          options={[
            { id: 'heldOut', name: t('Held-out pairs') },
            { id: 'train', name: t('Training batches') },
          ]}
        />
      </div>
      <div className={styles.strip}>
        {chartsFor(strip).map((chart) => (
          <Small key={`${strip} ${chart.key}`} chart={chart} recipeSteps={recipeSteps} {...(highlight === undefined ? {} : { highlight })} />
        ))}
      </div>
    </div>
  );
}
