// The plane of chosen and rejected reward with one field on it: drawn on a canvas, read and moved over by pointer and keys.
import { useCallback, useLayoutEffect, useRef, type KeyboardEvent, type MouseEvent, type PointerEvent } from 'react';
import { ChartFigure } from '../../components/chart/ChartFigure';
import { formatCompact, formatFixed } from '../../components/format';
import { t } from '../../components/text';
import { changeTheory } from '../../stores/theory';
import { leaveLens, putUnderLens } from '../../stores/theoryRun';
import { fitCanvas, useSide, useTheme } from './canvas';
import { drawField, type Drawing, type Inks } from './drawField';
import { fieldTable } from './fieldTable';
import { RunLayer } from './RunLayer';
import { nearestDot } from './runDots';
import type { RunOnPlane } from './useRunOnPlane';
import styles from './theory.module.css';

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
  /** Undefined where none is to be seen. */
  readonly run: RunOnPlane | undefined;
}

/** Draws whenever something of it has changed: what it shows, its size, the theme. */
function useDrawn(drawing: Drawing, color: string) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const inks = useRef<Inks & { readonly theme: string; readonly color: string }>(undefined);
  const side = useSide(canvas);
  const theme = useTheme();
  useLayoutEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (element == null || context == null || side === 0) return;
    const { pixels, scale } = fitCanvas(element, side);
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

/** How near to a dot one has to point, in pixels: with a mouse, with a finger. */
const NEAR = { fine: 9, coarse: 18 } as const;
/** A press that moves further than this many pixels is a drag. */
const STILL = 5;

const percent = (share: number): string => `${(share * 100).toFixed(2)}%`;

export function Plane({ title, color, drawing, beta, point, shadeText, stale, run }: PlaneProps) {
  const canvas = useDrawn(drawing, color);
  const { axis } = drawing.field;
  const reach = axis.at(-1)!;
  const left = (reward: number): string => percent((reward + reach) / (2 * reach));
  const top = (reward: number): string => percent((reach - reward) / (2 * reach));
  const hold = useCallback((reward: number): number => Math.min(reach, Math.max(-reach, reward)), [reach]);
  const lens = run?.lens;
  const pressed = useRef<{ readonly x: number; readonly y: number; readonly type: string }>(undefined);

  /** The rewards under the pointer, and what a pixel is in them. */
  const placeOf = (event: MouseEvent<HTMLDivElement>): { readonly rewards: readonly [number, number]; readonly pixel: number } => {
    const box = event.currentTarget.getBoundingClientRect();
    const across = (event.clientX - box.left) / box.width;
    const up = 1 - (event.clientY - box.top) / box.height;
    return { rewards: [hold((across * 2 - 1) * reach), hold((up * 2 - 1) * reach)], pixel: (2 * reach) / box.width };
  };
  /** Takes the nearest pair; false where there is none. */
  const take = ([chosen, rejected]: readonly [number, number], within: number): boolean => {
    if (run?.runId === undefined) return false;
    const found = nearestDot(run.policies.map(({ dots }) => dots), [chosen / beta, rejected / beta], within / beta);
    if (found === undefined) return false;
    void putUnderLens({ runId: run.runId, policy: run.policies[found.list]!.index, place: found.place });
    return true;
  };
  const move = (to: readonly [number, number]): void => {
    leaveLens();
    changeTheory({ point: to });
  };
  const onPointer = (event: PointerEvent<HTMLDivElement>): void => {
    // The point stays with the pair under the lens.
    if (lens === undefined) move(placeOf(event).rewards);
  };
  const onClick = (event: MouseEvent<HTMLDivElement>): void => {
    const from = pressed.current;
    if (from === undefined || Math.hypot(event.clientX - from.x, event.clientY - from.y) > STILL) return;
    const { rewards, pixel } = placeOf(event);
    if (!take(rewards, pixel * (from.type === 'mouse' ? NEAR.fine : NEAR.coarse))) move(rewards);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') {
      if (take(point, Infinity)) event.preventDefault();
      return;
    }
    const step = (reach / 20) * (event.shiftKey ? 5 : 1);
    const moves: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step], Home: [-point[0], -point[1]],
      ...(lens && { Escape: [0, 0] }),
    };
    const way = moves[event.key];
    if (way === undefined) return;
    event.preventDefault();
    move([hold(round(point[0] + way[0])), hold(round(point[1] + way[1]))]);
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
          aria-label={t('Plane of {title}: arrow keys move the point, Home takes it back to the start, Enter takes the nearest pair, Escape leaves it', { title })}
          onPointerDown={(event) => {
            pressed.current = { x: event.clientX, y: event.clientY, type: event.pointerType };
            onPointer(event);
          }}
          onClick={onClick}
          onPointerMove={(event) => {
            // A finger drags; a mouse only has to be there.
            if (event.pointerType === 'mouse' || event.buttons !== 0) onPointer(event);
          }}
          onKeyDown={onKey}
        >
          <canvas ref={canvas} style={{ color }} aria-hidden="true" />
          {run && <RunLayer run={run} beta={beta} reach={reach} />}
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
