// What the losses come to at the point under the lens: the formula with its numbers filled in, the loss, and the push on each
// side against its largest on the plane.
import { memo, type ReactNode } from 'react';
import { Formula } from '../../components/Formula';
import { formatChange, formatFixed } from '../../components/format';
import { Slider } from '../../components/Slider';
import { t } from '../../components/text';
import { filledFormula, pointOf, type Field, type PairAt } from '../../engine/objectives';
import { useTheory } from '../../stores/hooks';
import { changeTheory } from '../../stores/theory';
import { pointAt, unlessWrong, useBoth, useField, type Looked, type LookedAt } from './looked';
import { PairUnderLens } from './PairUnderLens';
import { largest } from './strength';
import type { RunOnPlane } from './useRunOnPlane';
import styles from './theory.module.css';

/** The point's two sliders or the pair of a run that is under the lens, and what is said of it. */
export function PointPanel({ run, children }: { readonly run: RunOnPlane; readonly children: ReactNode }) {
  const point = useTheory((state) => state.point);
  const reach = useTheory((state) => state.reach);
  const step = reach / 100;
  return (
    <section className={styles.card} aria-label={t('The point under the lens')}>
      <h2>{t('The point under the lens')}</h2>
      {run.lens === undefined ? (
        <>
          <Slider label={t('Winner’s reward')} value={point[0]} min={-reach} max={reach} step={step} text={formatChange(point[0])} onChange={(chosen) => changeTheory({ point: [chosen, point[1]] })} />
          <Slider label={t('Loser’s reward')} value={point[1]} min={-reach} max={reach} step={step} text={formatChange(point[1])} onChange={(rejected) => changeTheory({ point: [point[0], rejected] })} />
        </>
      ) : (
        <PairUnderLens run={run} lens={run.lens} />
      )}
      {children}
    </section>
  );
}

export const PointValues = memo(function PointValues({ state }: { readonly state: LookedAt }) {
  const [one, other] = useBoth(state);
  const { view, reach } = state;
  // On the plane of a difference rewards are by the first one's β.
  const otherPair = view === 'difference' ? one.pair : other.pair;
  const oneField = useField(one, one.pair, reach);
  const otherField = useField(other, otherPair, reach, view !== 'one');
  return (
    <>
      {oneField && <AtPoint looked={one} pair={one.pair} field={oneField} point={pointAt(state, one.pair.beta)} />}
      {view !== 'one' && otherField && <AtPoint looked={other} pair={otherPair} field={otherField} point={pointAt(state, otherPair.beta)} />}
    </>
  );
});

interface AtPointProps {
  readonly looked: Looked;
  readonly pair: PairAt;
  readonly field: Field;
  readonly point: readonly [number, number];
}

function AtPoint({ looked, pair, field, point }: AtPointProps) {
  const { objective, loss, label, color } = looked;
  if (objective === undefined) return null;
  const at = unlessWrong(() => ({
    values: pointOf(objective, loss.hyper, pair, point),
    filled: filledFormula(objective, loss.hyper, pair, point),
  }));
  if (at === undefined) return null;
  const { values, filled } = at;
  const rows = [
    { name: t('Winner'), slope: values.dChosen, most: largest(field.dChosen.map(Math.abs)), dashed: false },
    { name: t('Loser'), slope: values.dRejected, most: largest(field.dRejected.map(Math.abs)), dashed: true },
  ];
  return (
    <div className={styles.atPoint} style={{ borderLeftColor: color }}>
      <h3>{label}</h3>
      <Formula tex={`L = ${filled.tex} = ${Number.isFinite(values.loss) ? formatFixed(values.loss, 3).replace('\u2212', '-') : '\\text{–}'}`} plain={filled.text} />
      <table className={styles.pushes}>
        <thead>
          <tr>
            <th scope="col">{t('Side')}</th>
            <th scope="col">{t('Push')}</th>
            <th scope="col">{t('δ: push per β')}</th>
            <th scope="col">{t('of its most')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, slope, most }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{direction(slope, most)}</td>
              <td>{formatFixed(Math.abs(slope) / pair.beta, 3)}</td>
              <td>{most > 0 && Number.isFinite(slope) ? `${Math.round((Math.abs(slope) / most) * 100)} %` : '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function direction(slope: number, most: number): string {
  if (!Number.isFinite(slope)) return '–';
  if (Math.abs(slope) <= most * 1e-9) return t('none');
  return slope < 0 ? t('▲ up') : t('▼ down');
}
