// A small histogram that filters: drag over the bars, or move the two handles with the keyboard. Shows how all pairs are
// spread behind those that pass. Used by the facets of a dataset.
import { useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { Button } from '../Button';
import { CloseIcon } from '../icons';
import { t } from '../text';
import { brushOf, edgeText, heights, rangeOf, wholeBrush, type BarRange, type Bars, type Brush } from './bars';
import styles from './histogram.module.css';

export interface HistogramProps {
  readonly title: string;
  /** The pairs that pass everything but this histogram's own range. */
  readonly bars: Bars;
  /** All pairs, over the same edges. */
  readonly all?: Bars;
  /** The lowest and the highest value as they are written under the bars. */
  readonly ends: readonly [string, string];
  readonly range: BarRange | undefined;
  readonly onRange: (range: BarRange | undefined) => void;
}

const HEIGHT = 40;

function describe(bars: Bars, { first, end }: Brush): string {
  const { edges, counts } = bars;
  const [from, below] = [edges[first]!, edges[end]!];
  if (first === 0 && end === counts.length) return t('all');
  if (first === 0 || from === -Infinity) return t('below {edge}', { edge: edgeText(below) });
  if (end === counts.length || below === Infinity) return t('{edge} and more', { edge: edgeText(from) });
  return `${edgeText(from)} – ${edgeText(below)}`;
}

function Handle(props: { readonly label: string; readonly at: number; readonly min: number; readonly max: number; readonly steps: number; readonly text: string; readonly onMove: (at: number) => void }) {
  const { label, at, min, max, steps, text, onMove } = props;
  const onKey = (event: KeyboardEvent): void => {
    const moves: Readonly<Record<string, number>> = {
      ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, PageDown: at - 5, PageUp: at + 5, Home: min, End: max,
    };
    const to = moves[event.key];
    if (to === undefined) return;
    event.preventDefault();
    onMove(Math.min(max, Math.max(min, to)));
  };
  return (
    <div
      role="slider"
      tabIndex={0}
      className={styles.handle}
      style={{ left: `${(at / steps) * 100}%` }}
      aria-label={label}
      aria-valuemin={min}
      aria-valuemax={max}
      aria-valuenow={at}
      aria-valuetext={text}
      onKeyDown={onKey}
    />
  );
}

export function Histogram({ title, bars, all, ends, range, onRange }: HistogramProps) {
  const plot = useRef<HTMLDivElement>(null);
  // While the pointer is down: where it went down, and the bars brushed since.
  const [drag, setDrag] = useState<{ readonly start: number; readonly brush: Brush } | null>(null);
  const count = bars.counts.length;
  const brush = drag?.brush ?? brushOf(bars, range);
  const whole = brush.first === 0 && brush.end === count;

  const barAt = (event: PointerEvent): number => {
    const box = plot.current!.getBoundingClientRect();
    return Math.min(count - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * count)));
  };
  const choose = (next: Brush): void => onRange(rangeOf(bars, next));
  const between = (a: number, b: number): Brush => ({ first: Math.min(a, b), end: Math.max(a, b) + 1 });
  const onDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const start = barAt(event);
    setDrag({ start, brush: between(start, start) });
  };
  const onMove = (event: PointerEvent): void => {
    if (drag === null) return;
    const next = between(drag.start, barAt(event));
    if (next.first === drag.brush.first && next.end === drag.brush.end) return;
    setDrag({ start: drag.start, brush: next });
    choose(next);
  };
  const onUp = (event: PointerEvent): void => {
    if (drag === null) return;
    const next = between(drag.start, barAt(event));
    const before = brushOf(bars, range);
    // A second click on a bar that stands alone lets it go.
    const again = next.end - next.first === 1 && before.first === next.first && before.end === next.end && range !== undefined && drag.brush.end - drag.brush.first === 1;
    setDrag(null);
    choose(again ? wholeBrush(bars) : next);
  };

  const tall = heights(bars.counts);
  const ghost = all === undefined || all.counts.length !== count ? [] : heights(all.counts);
  return (
    <div className={styles.facet} role="group" aria-label={title}>
      <div className={styles.head}>
        <span className={styles.title}>{title}</span>
        <span className={styles.range}>{whole ? '' : describe(bars, brush)}</span>
        {!whole && (
          <Button kind="quiet" aria-label={t('All values of “{title}”', { title })} onPress={() => onRange(undefined)}>
            <CloseIcon />
          </Button>
        )}
      </div>
      <div
        ref={plot}
        className={styles.plot}
        onPointerDown={onDown}
        onPointerMove={onMove}
        onPointerUp={onUp}
        onPointerCancel={() => setDrag(null)}
      >
        <svg viewBox={`0 0 ${count} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          {ghost.map((height, i) => (
            <rect key={`g${i}`} className={styles.ghost} x={i + 0.06} width={0.88} y={HEIGHT * (1 - height)} height={HEIGHT * height} />
          ))}
          {tall.map((height, i) => (
            <rect
              key={i}
              className={styles.bar}
              x={i + 0.06}
              width={0.88}
              y={HEIGHT * (1 - height)}
              height={HEIGHT * height}
              {...(i >= brush.first && i < brush.end ? {} : { 'data-out': '' })}
            />
          ))}
        </svg>
      </div>
      <div className={styles.rail}>
        <div className={styles.span} style={{ left: `${(brush.first / count) * 100}%`, right: `${(1 - brush.end / count) * 100}%` }} />
        <Handle
          label={t('{title}, from', { title })}
          at={brush.first}
          min={0}
          max={brush.end - 1}
          steps={count}
          text={edgeText(bars.edges[brush.first]!)}
          onMove={(first) => choose({ ...brush, first })}
        />
        <Handle
          label={t('{title}, below', { title })}
          at={brush.end}
          min={brush.first + 1}
          max={count}
          steps={count}
          text={edgeText(bars.edges[brush.end]!)}
          onMove={(end) => choose({ ...brush, end })}
        />
      </div>
      <div className={styles.ends} aria-hidden="true">
        <span>{ends[0]}</span>
        <span>{ends[1]}</span>
      </div>
    </div>
  );
}
