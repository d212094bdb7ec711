// The factor δ along one reward while the other stands where the lens is: where a loss pushes, and where it saturates.
import { ChartFigure } from '../../components/chart/ChartFigure';
import { niceTicks } from '../../components/chart/scale';
import { formatCompact, formatFixed } from '../../components/format';
import { t } from '../../components/text';
import { evaluateCompiled, planeScores } from '../../engine/objectives';
import { pointAt, unlessWrong, type Looked, type LookedAt } from './looked';
import styles from './theory.module.css';

const POINTS = 121;

interface Line {
  readonly looked: Looked;
  /** Upward is a push up. */
  readonly values: readonly number[];
}

export interface SlicesProps {
  readonly state: LookedAt;
  readonly looked: readonly Looked[];
}

export function Slices(props: SlicesProps) {
  return (
    <div className={styles.slices}>
      <Slice {...props} side={0} title={t('Push on the winner')} along={t('as the winner’s reward moves, per β')} />
      <Slice {...props} side={1} title={t('Push on the loser')} along={t('as the loser’s reward moves, per β')} />
    </div>
  );
}

function Slice({ state, looked, side, title, along }: SlicesProps & { readonly side: 0 | 1; readonly title: string; readonly along: string }) {
  const { reach } = state;
  const rewards = Array.from({ length: POINTS }, (_, i) => -reach + (i * 2 * reach) / (POINTS - 1));
  const point = pointAt(state, looked[0]!.pair.beta);
  const lines = looked.flatMap((one): Line[] => {
    const { objective, loss, pair } = one;
    const at = pointAt(state, pair.beta);
    const points = rewards.map((reward): readonly [number, number] => (side === 0 ? [reward, at[1]] : [at[0], reward]));
    const found = objective && unlessWrong(() => evaluateCompiled({ ...objective, pairing: 'own' }, planeScores(points, pair), loss.hyper));
    return found ? [{ looked: one, values: (side === 0 ? found.dChosen : found.dRejected).map((d) => -d / pair.beta) }] : [];
  });
  const finite = [0, ...lines.flatMap(({ values }) => values.filter(Number.isFinite))];
  // A line that runs off to infinity leaves the others room.
  const bound = (value: number): number => Math.max(-20, Math.min(20, value));
  const span = [bound(Math.min(...finite)), bound(Math.max(...finite))] as const;
  const ticks = niceTicks(span[0] < span[1] ? span : [-1, 1], 3);
  const [low, high] = [ticks[0]!, ticks.at(-1)!];
  const y = (value: number): number => ((high - value) / (high - low)) * 100;
  const path = (values: readonly number[]): string => {
    let down = false;
    return values
      .map((value, i) => {
        if (!Number.isFinite(value)) return (down = false), '';
        const step = `${down ? 'L' : 'M'}${((i / (POINTS - 1)) * 100).toFixed(2)} ${Math.max(-50, Math.min(150, y(value))).toFixed(2)}`;
        down = true;
        return step;
      })
      .join('');
  };
  return (
    <ChartFigure
      title={title}
      unit={t('per β')}
      size="free"
      table={() => ({
        caption: along,
        columns: [side === 0 ? t('Winner’s reward') : t('Loser’s reward'), ...lines.map(({ looked: one }) => one.label)],
        rows: rewards.flatMap((reward, i) => (i % 10 === 0 ? [[formatFixed(reward), ...lines.map(({ values }) => formatFixed(values[i], 4))]] : [])),
      })}
    >
      <div className={styles.slice}>
        <div className={styles.sliceTicks} aria-hidden="true">
          {ticks.map((tick) => <span key={tick} style={{ top: `${y(tick)}%` }}>{formatCompact(tick, 2)}</span>)}
        </div>
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
          {ticks.map((tick) => <line key={tick} x1="0" x2="100" y1={y(tick)} y2={y(tick)} className={tick === 0 ? styles.zero : styles.grid} />)}
          <line x1={((point[side] + reach) / (2 * reach)) * 100} x2={((point[side] + reach) / (2 * reach)) * 100} y1="0" y2="100" className={styles.here} />
          {lines.map(({ looked: one, values }, i) => (
            <path key={i} d={path(values)} style={{ color: one.color }} strokeDasharray={side === 1 ? '6 4' : undefined} />
          ))}
        </svg>
        <div className={styles.sliceAxis} aria-hidden="true">
          <span>{formatCompact(-reach)}</span>
          <span>{side === 0 ? t('Winner’s reward') : t('Loser’s reward')}</span>
          <span>{formatCompact(reach)}</span>
        </div>
      </div>
    </ChartFigure>
  );
}
