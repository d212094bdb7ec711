// The two charts everything is about: held-out log-likelihood of winners and of losers, on one axis, against the reference.
import { useState } from 'react';
import { Button } from '../../components/Button';
import { ChartFigure } from '../../components/chart/ChartFigure';
import { Chart } from '../../components/chart/Chart';
import { domainOf, type Domain } from '../../components/chart/scale';
import type { Series } from '../../components/chart/series';
import { Check, Segments } from '../../components/Check';
import { t } from '../../components/text';
import { useExperiment, useSettings } from '../../stores/hooks';
import type { Run } from '../../stores/runs';
import { changeSettings } from '../../stores/settings';
import { linesOf, type Drawn } from './curves';
import { keepsPairs, MovedPairs } from './MovedPairs';
import { seriesTable } from './seriesTable';
import { useDrawn } from './useDrawn';
import styles from './compare.module.css';

const sides = [
  { id: 'chosen', metric: 'eval_logps/chosen', dashed: false },
  { id: 'rejected', metric: 'eval_logps/rejected', dashed: true },
] as const;
const metrics = sides.map((side) => side.metric);

function referenceOf(run: Run | undefined, metric: string): number | undefined {
  return run?.start?.reference[metric];
}

/** The reference line's place: its own figure, or zero where changes are drawn. Runs on other data have other references. */
function lines(drawn: readonly Drawn[], metric: string, dashed: boolean, change: boolean): Series[] {
  return drawn.flatMap((one) =>
    linesOf(one, metric, { dashed, ...(change ? { minus: (run: Run) => referenceOf(run, metric) } : {}) }),
  );
}

export function Curves({ highlight }: { readonly highlight?: number }) {
  const recipeSteps = useExperiment((state) => state.recipe.schedule.steps);
  const sharedAxis = useSettings((state) => state.sharedAxis);
  const quantity = useSettings((state) => state.quantity);
  const { drawn, steps, recorded } = useDrawn(recipeSteps, metrics);
  const change = quantity === 'change';
  const current = drawn.find((one) => !one.past);
  // The step whose pairs are looked at.
  const [picked, setPicked] = useState<number | undefined>(undefined);
  const run = current !== undefined && !recorded && keepsPairs(current.run) ? current.run : undefined;

  const charts = sides.map((side) => {
    const series = lines(drawn, side.metric, side.dashed, change);
    const own = referenceOf(current?.run, side.metric);
    const reference = change ? (own === undefined ? undefined : 0) : own;
    return { ...side, series, reference };
  });
  const shared: Domain = domainOf(
    charts.flatMap((chart) => chart.series),
    charts.flatMap((chart) => chart.reference ?? []),
  );
  const waiting = charts.every((chart) => chart.series.every((one) => one.steps.length === 0));
  const titles = { chosen: t('Winners'), rejected: t('Losers') };
  const unit = change ? t('held-out change against the reference, nats') : t('held-out log-likelihood, nats per answer');
  const messages = {
    chosen: t('Each objective draws its winners’ log-likelihood here, a solid line against the reference.'),
    rejected: t('And here its losers’, dashed, on the same axis.'),
  };

  return (
    <div className={styles.panel}>
      <div className={styles.curves}>
        {charts.map(({ id, metric, series, reference }) => (
          <ChartFigure
            key={id}
            size="big"
            title={titles[id]}
            unit={recorded ? `${t('recorded')} · ${unit}` : unit}
            faded={recorded}
            table={() => seriesTable(unit, series, 4, reference)}
            message={waiting ? messages[id] : undefined}
          >
            <Chart
              big
              name={`${titles[id]}: ${unit}`}
              series={series}
              steps={steps}
              group="compare"
              digits={3}
              {...(sharedAxis ? { domain: shared } : {})}
              {...(reference === undefined ? {} : { reference })}
              sketch={waiting}
              {...(run !== undefined && { onPick: setPicked })}
              {...(highlight === undefined || current === undefined
                ? {}
                : { highlight: `${current.run.id} ${highlight} ${metric}` })}
            />
          </ChartFigure>
        ))}
      </div>
      <div className={styles.curveOptions}>
        <Segments
          label={t('Quantity')}
          value={quantity}
          onChange={(next) => changeSettings({ quantity: next })}
          options={[
            { id: 'absolute', name: t('Log-likelihood') },
            { id: 'change', name: t('Change from reference') },
          ]}
        />
        <Check isSelected={sharedAxis} onChange={(next) => changeSettings({ sharedAxis: next })}>
          {t('One axis for both')}
        </Check>
        {run !== undefined && (
          <Button kind="quiet" onPress={() => setPicked(run.step)}>
            {t('Pairs behind a point')}
          </Button>
        )}
        <span className={styles.axisNote}>{t('Horizontal: training step')}</span>
      </div>
      {run !== undefined && picked !== undefined && <MovedPairs key={`${run.id} ${picked}`} run={run} step={picked} onClose={() => setPicked(undefined)} />}
    </div>
  );
}
