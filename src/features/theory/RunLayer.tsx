// A run upon a plane: its held-out pairs as dots on a canvas, since they are thousands, and the ways of their mean or of
// the pair under the lens as lines above.
import { memo, useLayoutEffect, useRef } from 'react';
import { fitCanvas, useSide, useTheme } from './canvas';
import { paintDots, type Ink } from './paintDots';
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
    // The pixels are written here and never drawn by a device.
    const context = element?.getContext('2d', { willReadFrequently: true });
    if (element == null || context == null || side === 0) return;
    const { pixels, scale } = fitCanvas(element, side);
    const image = context.createImageData(pixels, pixels);
    const many = policies.reduce((sum, { dots }) => sum + dots.chosen.length, 0) > 3000;
    // Arrows and shade are to be seen through a crowd.
    const alpha = lens !== undefined ? 0.18 : many ? 0.3 : 0.55;
    const radius = scale * (many ? 1.2 : Math.max(1.5, side * 0.0055));
    const unit = (pixels / (2 * reach)) * beta;
    for (const { color, dots } of policies) paintDots(image, dots, { ink: inkOf(element, color, theme), radius, alpha, unit });
    context.putImageData(image, 0, 0);
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

const inks = new Map<string, Ink>();

/** A colour of the page's style as it is in the theme now. */
function inkOf(element: HTMLElement, color: string, theme: string): Ink {
  const key = `${theme} ${color}`;
  const known = inks.get(key);
  if (known !== undefined) return known;
  element.style.color = color;
  const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
  context.fillStyle = getComputedStyle(element).color;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  const ink: Ink = [red!, green!, blue!];
  inks.set(key, ink);
  return ink;
}
