// The plane of chosen and rejected reward with one field on it: drawn on a canvas, read and moved over by pointer and keys.
import { useCallback, useLayoutEffect, useRef, useState, useSyncExternalStore, type KeyboardEvent, type PointerEvent } from 'react';
import { ChartFigure } from '../../components/chart/ChartFigure';
import { formatCompact, formatFixed } from '../../components/format';
import { t } from '../../components/text';
import { changeTheory } from '../../stores/theory';
import { drawField, type Drawing, type Inks } from './drawField';
import { fieldTable } from './fieldTable';
import styles from './theory.module.css';

/** Where a policy's held-out pairs stand on average, evaluation by evaluation, in rewards. */
export interface Path {
  readonly id: string;
  readonly label: string;
  readonly color: string;
  readonly points: readonly (readonly [chosen: number, rejected: number])[];
  /** Where each of the pairs stands at the path's end. */
  readonly dots: readonly (readonly [chosen: number, rejected: number])[];
}

export interface PlaneProps {
  readonly title: string;
  /** A colour of the page's style. */
  readonly color: string;
  readonly drawing: Drawing;
  readonly beta: number;
  readonly point: readonly [number, number];
  /** What the deepest shade stands for. */
  readonly shadeText: string;
  /** What is drawn is the last formula that was understood. */
  readonly stale: boolean;
  readonly paths: readonly Path[];
}

function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  return () => observer.disconnect();
}

const themeNow = (): string => document.documentElement.dataset['theme'] ?? '';

/** Draws whenever something of it has changed: what it shows, its size, the theme. */
function useDrawn(drawing: Drawing, color: string) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const inks = useRef<Inks & { readonly theme: string; readonly color: string }>(undefined);
  const [side, setSide] = useState(0);
  const theme = useSyncExternalStore(watchTheme, themeNow);
  useLayoutEffect(() => {
    const element = canvas.current!;
    const observer = new ResizeObserver(([entry]) => setSide(Math.round(entry!.contentRect.width)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (element == null || context == null || side === 0) return;
    const scale = Math.min(2, window.devicePixelRatio || 1);
    const pixels = Math.round(side * scale);
    if (element.width !== pixels) [element.width, element.height] = [pixels, pixels];
    if (inks.current?.theme !== theme || inks.current.color !== color) {
      // Reading a style makes the browser lay the page out, which a slider must not wait for.
      const style = getComputedStyle(element);
      const read = (name: string): string => style.getPropertyValue(name);
      inks.current = { theme, color, hue: style.color, ink: read('--ink'), faint: read('--line-strong'), panel: read('--panel') };
    }
    drawField(context, pixels, scale, drawing, inks.current);
  }, [drawing, side, theme, color]);
  return canvas;
}

const percent = (share: number): string => `${(share * 100).toFixed(2)}%`;

export function Plane({ title, color, drawing, beta, point, shadeText, stale, paths }: PlaneProps) {
  const canvas = useDrawn(drawing, color);
  const { axis } = drawing.field;
  const reach = axis.at(-1)!;
  const left = (reward: number): string => percent((reward + reach) / (2 * reach));
  const top = (reward: number): string => percent((reach - reward) / (2 * reach));
  const hold = useCallback((reward: number): number => Math.min(reach, Math.max(-reach, reward)), [reach]);

  const onPointer = (event: PointerEvent<HTMLDivElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const across = (event.clientX - box.left) / box.width;
    const up = 1 - (event.clientY - box.top) / box.height;
    changeTheory({ point: [hold((across * 2 - 1) * reach), hold((up * 2 - 1) * reach)] });
  };
  const onKey = (event: KeyboardEvent): void => {
    const step = (reach / 20) * (event.shiftKey ? 5 : 1);
    const moves: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step],
    };
    const move = event.key === 'Home' ? ([-point[0], -point[1]] as const) : moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    changeTheory({ point: [hold(round(point[0] + move[0])), hold(round(point[1] + move[1]))] });
  };
  const ticks = [-reach, -reach / 2, 0, reach / 2, reach];
  return (
    <ChartFigure title={title} size="free" table={() => fieldTable(title, drawing.field, beta)}>
      <div className={styles.planeFrame} {...(stale ? { 'data-stale': '' } : {})}>
        <span className={styles.yLabel} aria-hidden="true"><span>{t('Loser’s reward')}</span></span>
        <div className={styles.yTicks} aria-hidden="true">
          {ticks.map((tick) => <span key={tick} style={{ top: top(tick) }}>{formatCompact(tick)}</span>)}
        </div>
        <div
          className={styles.plane}
          role="group"
          tabIndex={0}
          aria-label={t('Plane of {title}: arrow keys move the point, Home takes it back to the start', { title })}
          onPointerDown={onPointer}
          onPointerMove={(event) => {
            // A finger drags; a mouse only has to be there.
            if (event.pointerType === 'mouse' || event.buttons !== 0) onPointer(event);
          }}
          onKeyDown={onKey}
        >
          <canvas ref={canvas} style={{ color }} aria-hidden="true" />
          <Paths paths={paths} reach={reach} />
          <i className={styles.crossX} style={{ top: top(hold(point[1])) }} />
          <i className={styles.crossY} style={{ left: left(hold(point[0])) }} />
          <i className={styles.point} style={{ left: left(hold(point[0])), top: top(hold(point[1])) }} />
        </div>
        <div className={styles.xTicks} aria-hidden="true">
          {ticks.map((tick) => <span key={tick} style={{ left: left(tick) }}>{formatCompact(tick)}</span>)}
        </div>
        <span className={styles.xLabel} aria-hidden="true">{t('Winner’s reward')}</span>
        <div className={styles.legend}>
          <span>0</span>
          <i style={{ color }} aria-hidden="true" />
          <span>{formatFixed(drawing.most, 2)}</span>
          <span className={styles.legendText}>{shadeText}</span>
        </div>
      </div>
    </ChartFigure>
  );
}

/** Keeps 0.1 + 0.2 from being written out. */
const round = (value: number): number => Number(value.toFixed(6));

function Paths({ paths, reach }: { readonly paths: readonly Path[]; readonly reach: number }) {
  if (paths.length === 0) return null;
  const place = ([chosen, rejected]: readonly [number, number]): string => `${chosen.toFixed(4)},${(-rejected).toFixed(4)}`;
  return (
    <svg className={styles.paths} viewBox={`${-reach} ${-reach} ${2 * reach} ${2 * reach}`} aria-hidden="true">
      {paths.map(({ id, color, dots }) => (
        <g key={`dots ${id}`} style={{ color }} className={styles.dots}>
          {dots.map(([chosen, rejected], i) => <circle key={i} cx={chosen} cy={-rejected} r={reach * 0.011} />)}
        </g>
      ))}
      {paths.map(({ id, color, points }) => (
        <g key={id} style={{ color }}>
          <polyline points={points.map(place).join(' ')} className={styles.pathBack} />
          <polyline points={points.map(place).join(' ')} />
          {points.length > 0 && <circle cx={points.at(-1)![0]} cy={-points.at(-1)![1]} r={reach * 0.022} />}
        </g>
      ))}
    </svg>
  );
}
