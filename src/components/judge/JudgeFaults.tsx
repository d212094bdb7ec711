// Sliders for the faults of the town's judge, each with what it means in gold points. Used where a dataset is made and
// where a recipe names one that is made for the run.
import type { JudgeFaults as Faults } from '../../lab/making/spec';
import { formatChange, formatFixed } from '../format';
import { Slider } from '../Slider';
import { t } from '../text';
import styles from './judge.module.css';

/** A recipe may go further; beyond this a taste decides every pair anyway. */
const MOST = 2;
const STEP = 0.05;

/** The faults in one line, those that there are; empty for a judge without any. */
export function faultsText({ noise, length, position, style }: Faults): string {
  return [
    ...(noise === 0 ? [] : [t('noise {points}', { points: formatFixed(noise) })]),
    ...(length === 0 ? [] : [t('length {points}', { points: formatChange(length) })]),
    ...(position === 0 ? [] : [t('position {points}', { points: formatChange(position) })]),
    ...(style === 0 ? [] : [t('own style {points}', { points: formatChange(style) })]),
  ].join(', ');
}

export function JudgeFaults({ value, onChange }: { readonly value: Faults; readonly onChange: (value: Faults) => void }) {
  const faults = [
    { id: 'noise', name: t('Noise'), means: t('Gold points by which it errs about the difference of two answers, as a standard deviation.') },
    { id: 'length', name: t('Taste for length'), means: t('Gold points for every ten words that an answer is longer.') },
    { id: 'position', name: t('Taste for position'), means: t('Gold points for the answer that is shown first.') },
    { id: 'style', name: t('Taste for its own style'), means: t('Gold points for an answer that opens with a courtesy, as the judge would.') },
  ] as const;
  return (
    <div className={styles.faults} role="group" aria-label={t('Faults of the judge')}>
      <p className={styles.note}>{t('The judge goes by the gold score, from 0 to 1: a quarter each for correct, clear, engaging and harmless. Its faults are added to the score.')}</p>
      {faults.map(({ id, name, means }) => (
        <div key={id}>
          <Slider
            label={name}
            value={value[id]}
            min={id === 'noise' ? 0 : -MOST}
            max={MOST}
            step={STEP}
            text={id === 'noise' ? formatFixed(value[id]) : formatChange(value[id])}
            onChange={(points) => onChange({ ...value, [id]: Math.round(points / STEP) * STEP })}
          />
          <p className={styles.note}>{means}</p>
        </div>
      ))}
    </div>
  );
}
