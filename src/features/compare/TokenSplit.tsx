// Where each policy's change comes from: the tokens that winner and loser share, and those that the edit changed.
// Bars in nats per answer against the reference; the numbers stand beside them.
import { Button } from '../../components/Button';
import { ChartFigure } from '../../components/chart/ChartFigure';
import { seriesColor, type Look } from '../../components/chart/palette';
import { formatChange } from '../../components/format';
import { measuredLabel } from '../../components/measuredLabel';
import { t } from '../../components/text';
import { niceTicks } from '../../components/chart/scale';
import { latestOf } from './curves';
import { parseMadeName } from '../../lab/making/spec';
import type { Recipe } from '../../lab/recipe';
import { measureMoved } from '../../stores/measuring';
import { storedId } from '../../stores/storedPairs';
import { useDrawn } from './useDrawn';
import styles from './split.module.css';

const parts = [
  { metric: 'eval_delta/chosen_shared', side: 'chosen', part: 'shared' },
  { metric: 'eval_delta/chosen_edited', side: 'chosen', part: 'edited' },
  { metric: 'eval_delta/rejected_shared', side: 'rejected', part: 'shared' },
  { metric: 'eval_delta/rejected_edited', side: 'rejected', part: 'edited' },
] as const;
const metrics = parts.map((part) => part.metric);

interface BarProps {
  readonly value: number | undefined;
  readonly low: number;
  readonly high: number;
  readonly look: Look;
  readonly edited: boolean;
  readonly loser: boolean;
}

function Bar({ value, low, high, look, edited, loser }: BarProps) {
  const place = (x: number): number => ((x - low) / (high - low)) * 100;
  const from = place(Math.min(0, value ?? 0));
  const to = place(Math.max(0, value ?? 0));
  return (
    <div className={styles.track}>
      <div className={styles.zero} style={{ left: `${place(0)}%` }} />
      {value !== undefined && (
        <div
          className={styles.bar}
          style={{ left: `${from}%`, width: `${to - from}%`, color: seriesColor(look) }}
          {...(edited ? { 'data-edited': '' } : {})}
          {...(loser ? { 'data-loser': '' } : {})}
        />
      )}
    </div>
  );
}

/** To the pairs behind the bars: the policies read them once more, and those that moved furthest come first. */
function showMoved(recipe: Recipe): void {
  const { dataset } = recipe.data;
  window.location.hash = `#/pairs/data/${encodeURIComponent(storedId(dataset) ?? dataset)}`;
  void measureMoved(recipe, measuredLabel);
}

export function TokenSplit() {
  const { drawn, recorded } = useDrawn(0, metrics);
  const current = drawn.find((one) => !one.past);
  const values = parts.map((part) => (current === undefined ? [] : latestOf(current.run, part.metric)));
  const known = values.flat().filter((value) => value !== undefined);
  const members = current?.labels ?? [];
  const ticks = niceTicks([Math.min(0, ...known), Math.max(0, ...known, known.length === 0 ? 1 : 0)], 4);
  const low = ticks[0] ?? 0;
  const high = ticks.at(-1) ?? 1;
  const title = t('Where the change happens');
  const unit = t('held-out change in nats per answer, split by tokens');
  const names = { chosen: t('Winner'), rejected: t('Loser'), shared: t('shared tokens'), edited: t('edited tokens') };
  const half = (side: 'chosen' | 'rejected') => (
    <div className={styles.half}>
      <h3>{names[side]}</h3>
      <div className={styles.rows}>
        {members.map((label, m) => (
          <div key={m} className={styles.row}>
            <span className={styles.name}>{label}</span>
            {(['shared', 'edited'] as const).map((part) => {
              const value = values[parts.findIndex((one) => one.side === side && one.part === part)]?.[m];
              return (
                <div key={part} className={styles.line}>
                  <Bar
                    value={value}
                    low={low}
                    high={high}
                    look={current!.looks[m]!}
                    edited={part === 'edited'}
                    loser={side === 'rejected'}
                  />
                  <span className={styles.number}>{formatChange(value)}</span>
                </div>
              );
            })}
          </div>
        ))}
      </div>
    </div>
  );
  return (
    <div className={styles.panel}>
      <ChartFigure
        size="free"
        title={title}
        unit={recorded ? `${t('recorded')} · ${unit}` : unit}
        faded={recorded}
        table={() => ({
          caption: unit,
          columns: [t('Objective'), ...parts.map((part) => `${names[part.side]}, ${names[part.part]}`)],
          rows: members.map((label, m) => [label, ...values.map((column) => formatChange(column[m], 4))]),
        })}
      >
        {known.length === 0 ? (
          <p className={styles.empty}>
            {t('A loser and its winner share most of their tokens. This shows, for each objective, whether it moves the tokens of the edit or the text around it.')}
          </p>
        ) : (
          <>
            <div className={styles.halves}>
              {half('chosen')}
              {half('rejected')}
            </div>
            <div className={styles.key}>
              <span className={styles.keyBar} /> {names.shared}
              <span className={styles.keyBar} data-edited="" /> {names.edited}
              {/* Pairs that were made for the run are in no dataset that could be opened. */}
              {!recorded && current !== undefined && parseMadeName(current.run.recipe.data.dataset) === undefined && (
                <Button kind="quiet" onPress={() => showMoved(current.run.recipe)}>
                  {t('Which held-out pairs moved most')}
                </Button>
              )}
            </div>
          </>
        )}
      </ChartFigure>
    </div>
  );
}
