// Figure 4: what each objective does to held-out winners and losers on each dataset, side by side on shared axes.
import { useMemo, useState } from 'react';
import { Button } from '../../components/Button';
import { Chart } from '../../components/chart/Chart';
import { ChartFigure } from '../../components/chart/ChartFigure';
import { looksOf, seriesColor } from '../../components/chart/palette';
import { Check, Segments } from '../../components/Check';
import { kindTitle } from '../../components/datasetKinds';
import { t } from '../../components/text';
import { gridMeasures, gridOf, type GridMeasure, type GridPanel } from '../../lab/study/grid';
import { recipeOf } from '../../lab/study/plan';
import type { Round, StudyDocument, StudyPlan } from '../../lab/study/types';
import { replaceRecipe } from '../../stores/experiment';
import { gridSeries, gridTable, membersOf, sharedDomain } from './gridSeries';
import { roundName } from './words';
import styles from './paper.module.css';

/** Those of the paper's own figure. */
const FIRST_SHOWN = ['dpo', 'apo_zero', 'apo_down'];

function measureName(measure: GridMeasure): string {
  switch (measure) {
    case 'logps':
      return t('Log-likelihood');
    case 'change':
      return t('Change');
    case 'rewards':
      return t('Reward');
  }
}

function measureUnit(measure: GridMeasure): string {
  switch (measure) {
    case 'logps':
      return t('held-out log-likelihood, nats per answer');
    case 'change':
      return t('held-out change against the reference, nats');
    case 'rewards':
      return t('held-out reward, β times the change');
  }
}

/** A cell of the first round begins at the model that ships, so anybody can train it alone. */
function openInCompare(plan: StudyPlan, { kind, round }: GridPanel): void {
  replaceRecipe(recipeOf(plan, { kind, round, seed: plan.seeds[0]! }));
  window.location.hash = '#/compare';
}

export function GridCard({ document }: { readonly document: StudyDocument }) {
  const [measure, setMeasure] = useState<GridMeasure>('logps');
  const [wanted, setRound] = useState<Round>(1);
  const rounds = useMemo(() => [...new Set(document.cells.map(({ round }) => round))].sort(), [document]);
  const round = rounds.includes(wanted) ? wanted : rounds[0]!;
  const panels = useMemo(() => gridOf(document, round, measure), [document, round, measure]);
  const members = useMemo(() => (panels[0] ? membersOf(panels[0]) : []), [panels]);
  const looks = looksOf(members.map(({ objective }) => objective));
  // Places of members that were switched on or off by hand.
  const [switched, setSwitched] = useState<ReadonlyMap<number, boolean>>(new Map());
  const shown = useMemo(() => {
    const first = members.filter(({ objective }) => FIRST_SHOWN.includes(objective));
    const start = new Set((first.length > 0 ? first : members).map(({ place }) => place));
    return new Set(members.map(({ place }) => place).filter((place) => switched.get(place) ?? start.has(place)));
  }, [members, switched]);
  const domain = useMemo(() => sharedDomain(panels, shown), [panels, shown]);
  const drawn = useMemo(() => panels.map((panel) => ({ panel, series: gridSeries(panel, shown) })), [panels, shown]);
  const steps = document.plan.schedule.steps;
  const unit = measureUnit(measure);
  return (
    <section className={styles.card} aria-labelledby="paper-grid">
      <div className={styles.cardHead}>
        <h3 id="paper-grid">{t('Figure 4: winners and losers on held-out pairs')}</h3>
        <Segments label={t('Quantity')} value={measure} onChange={setMeasure} options={gridMeasures.map((id) => ({ id, name: measureName(id) }))} />
        {rounds.length > 1 && (
          <Segments
            label={t('Round')}
            value={String(round)}
            onChange={(next) => setRound(next === '2' ? 2 : 1)}
            options={rounds.map((one) => ({ id: String(one), name: roundName(one) }))}
          />
        )}
      </div>
      <div className={styles.legend} role="group" aria-label={t('Objectives')}>
        {members.map(({ place, label }) => (
          <Check key={place} isSelected={shown.has(place)} onChange={(on) => setSwitched(new Map([...switched, [place, on]]))}>
            <i className={styles.swatch} style={{ background: seriesColor(looks[place]!) }} aria-hidden="true" />
            {label}
          </Check>
        ))}
        <span className={styles.keys}>
          <LineKey name={t('winners')} />
          <LineKey name={t('losers')} dashed />
          <LineKey name={t('reference')} reference />
          {document.plan.seeds.length > 1 && <span>{t('band: lowest to highest seed')}</span>}
        </span>
      </div>
      <div className={styles.panels}>
        {drawn.map(({ panel, series }) => (
          <div key={panel.kind} className={styles.gridPanel}>
            <ChartFigure size="free" title={kindTitle(panel.kind)} table={() => gridTable(unit, series, panel)}>
              <div className={styles.gridPlot}>
                <Chart
                  name={`${kindTitle(panel.kind)}: ${unit}`}
                  series={series}
                  steps={steps}
                  domain={domain}
                  group={`paper ${round}`}
                  reference={panel.reference.chosen}
                  {...(panel.reference.rejected !== panel.reference.chosen && { loserReference: panel.reference.rejected })}
                />
              </div>
            </ChartFigure>
            {round === 1 && (
              <Button kind="quiet" aria-label={t('Open in Compare: {dataset}', { dataset: kindTitle(panel.kind) })} onPress={() => openInCompare(document.plan, panel)}>
                {t('Open in Compare')}
              </Button>
            )}
          </div>
        ))}
      </div>
      <p className={styles.note}>
        {unit}. {t('Horizontal: training step')}.{' '}
        {round === 2 && t('The second round’s reference is the policy that the first round made, so all begin there.')}
      </p>
    </section>
  );
}

function LineKey({ name, dashed = false, reference = false }: { readonly name: string; readonly dashed?: boolean; readonly reference?: boolean }) {
  return (
    <span>
      <svg width="22" height="8" aria-hidden="true">
        <line x1="0" x2="22" y1="4" y2="4" stroke={reference ? 'var(--reference)' : 'var(--ink)'} strokeWidth={reference ? 1.25 : 2} strokeDasharray={dashed ? '6 4' : undefined} />
      </svg>
      {name}
    </span>
  );
}
