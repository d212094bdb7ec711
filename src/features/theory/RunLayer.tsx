// A run upon a plane: its held-out pairs as dots on a canvas, since they are thousands, and the ways of their mean or of
// the pair under the lens as lines above.
import { memo, useLayoutEffect, useRef } from 'react';
import { fitCanvas, useSide, useTheme } from './canvas';
import type { Ratios } from './runDots';
import type { RunOnPlane } from './useRunOnPlane';
import styles from './theory.module.css';

export interface RunLayerProps {
  readonly run: RunOnPlane;
  /** Rewards of this plane are by this β. */
  readonly beta: number;
  readonly reach: number;
}

export const RunLayer = memo(function RunLayer({ run, beta, reach }: RunLayerProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const side = useSide(canvas);
  const theme = useTheme();
  const { policies, lens } = run;
  useLayoutEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (element == null || context == null || side === 0) return;
    const { pixels, scale } = fitCanvas(element, side);
    context.clearRect(0, 0, pixels, pixels);
    context.globalAlpha = lens === undefined ? 0.55 : 0.18;
    const count = policies.reduce((sum, { dots }) => sum + dots.chosen.length, 0);
    const radius = scale * (count > 3000 ? 1.2 : Math.max(1.5, side * 0.0055));
    const unit = (pixels / (2 * reach)) * beta;
    for (const { color, dots } of policies) {
      const stamp = stampOf(element, color, radius, theme);
      const [left, top] = [pixels / 2 - stamp.width / 2, pixels / 2 - stamp.height / 2];
      for (let i = 0; i < dots.chosen.length; i++) context.drawImage(stamp, left + dots.chosen[i]! * unit, top - dots.rejected[i]! * unit);
    }
  }, [policies, lens, beta, reach, side, theme]);

  const place = ([chosen, rejected]: Ratios): string => `${(chosen * beta).toFixed(4)},${(-rejected * beta).toFixed(4)}`;
  const lines =
    lens === undefined
      ? policies.map(({ index, color, mean }) => ({ key: index, color, points: mean, own: true }))
      : lens.ways.map(({ policy, color, moments }) => ({ key: policy, color, points: moments.map(({ ratios }) => ratios), own: policy === lens.lens.policy }));
  return (
    <>
      <canvas ref={canvas} className={styles.dots} aria-hidden="true" />
      <svg className={styles.paths} viewBox={`${-reach} ${-reach} ${2 * reach} ${2 * reach}`} aria-hidden="true">
        {lines.map(({ key, color, points, own }) => (
          <g key={key} style={{ color }} {...(own ? {} : { 'data-aside': '' })}>
            <polyline points={points.map(place).join(' ')} className={styles.pathBack} />
            <polyline points={points.map(place).join(' ')} />
            {lens !== undefined && own && points.map(([chosen, rejected], i) => <circle key={i} cx={chosen * beta} cy={-rejected * beta} r={reach * 0.012} className={styles.moment} />)}
            {points.length > 0 && <circle cx={points.at(-1)![0] * beta} cy={-points.at(-1)![1] * beta} r={reach * 0.022} />}
          </g>
        ))}
      </svg>
    </>
  );
});

/** One dot of each colour and size, drawn once and then stamped, which is many times as quick as a circle each. */
const stamps = new Map<string, HTMLCanvasElement>();

function stampOf(element: HTMLElement, color: string, radius: number, theme: string): HTMLCanvasElement {
  const key = `${theme} ${color} ${radius.toFixed(2)}`;
  const known = stamps.get(key);
  if (known !== undefined) return known;
  const stamp = document.createElement('canvas');
  stamp.width = stamp.height = Math.ceil(radius * 2) + 2;
  const context = stamp.getContext('2d')!;
  element.style.color = color;
  context.fillStyle = getComputedStyle(element).color;
  context.beginPath();
  context.arc(stamp.width / 2, stamp.height / 2, radius, 0, 2 * Math.PI);
  context.fill();
  if (stamps.size > 200) stamps.clear();
  stamps.set(key, stamp);
  return stamp;
}
