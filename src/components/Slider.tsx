// A labelled slider with its value written beside it. Used where a number is tried out rather than set. The browser's own
// element, since it can tell a screen reader the value itself where equal ways are equal factors.
import { useId } from 'react';
import styles from './slider.module.css';

export interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly onChange: (value: number) => void;
  readonly min: number;
  readonly max: number;
  /** Of a logarithmic slider: the step at its lower end. */
  readonly step: number;
  /** Equal ways are equal factors. */
  readonly logarithmic?: boolean;
  /** The value as it is written and read out. */
  readonly text: string;
}

export function Slider({ label, value, onChange, min, max, step, logarithmic = false, text }: SliderProps) {
  const id = useId();
  const toPlace = (x: number): number => (logarithmic ? Math.log(x) : x);
  // Three figures are as fine as a hand is.
  const fromPlace = (x: number): number => (logarithmic ? Number(Math.exp(x).toPrecision(3)) : x);
  const held = (x: number): number => Math.min(max, Math.max(min, x));
  return (
    <div className={styles.slider}>
      <label htmlFor={id}>{label}</label>
      <output htmlFor={id}>{text}</output>
      <input
        id={id}
        type="range"
        value={toPlace(held(value))}
        min={toPlace(min)}
        max={toPlace(max)}
        step={logarithmic ? Math.log1p(step / min) : step}
        aria-valuetext={text}
        onChange={(event) => onChange(held(fromPlace(event.target.valueAsNumber)))}
      />
    </div>
  );
}
