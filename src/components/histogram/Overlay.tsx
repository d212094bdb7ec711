// Two distributions over the same bars, each in shares of its own whole: the first filled, the second as an outline.
// Ink only, since hues belong to objectives.
import type { Bars } from './bars';
import styles from './histogram.module.css';

const HEIGHT = 100;

const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);

/** Shares of the whole; all zero where there is nothing. */
export function sharesOf({ counts }: Bars): number[] {
  const whole = sum(counts);
  return counts.map((count) => (whole === 0 ? 0 : count / whole));
}

/** The outline of bars as a path, from the ground up and back to it. */
function outline(heights: readonly number[]): string {
  const steps = heights.flatMap((height, i) => [`V${HEIGHT * (1 - height)}`, `H${i + 1}`]);
  return `M0 ${HEIGHT}${steps.join('')}V${HEIGHT}`;
}

export function Overlay({ first, second }: { readonly first: Bars; readonly second: Bars }) {
  const [a, b] = [sharesOf(first), sharesOf(second)];
  const most = Math.max(...a, ...b, 1e-9);
  const tall = (shares: readonly number[]): number[] => shares.map((share) => share / most);
  return (
    <svg className={styles.overlay} viewBox={`0 -2 ${a.length} ${HEIGHT + 2}`} preserveAspectRatio="none" aria-hidden="true">
      {tall(a).map((height, i) => (
        <rect key={i} className={styles.filled} x={i} width={1} y={HEIGHT * (1 - height)} height={HEIGHT * height} />
      ))}
      <path className={styles.outline} d={outline(tall(b))} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
