// The report's figures as SVG: Figure 4's panels with shared axes, and the distributions of Table 1.
import type { GridPanel } from '../grid';
import { html, type Html } from './html';

/** The light theme's series, so that an objective has the colour that it has on the page. */
const COLORS: Readonly<Record<string, string>> = { dpo: '#d55e00', apo_zero: '#0072b2', apo_down: '#009e73', kto: '#bf6696', sft: '#2f93cf' };
const OTHERS = ['#b57f00', '#332288', '#117733', '#882255', '#7a4b1e'];

export function colorsOf(objectives: readonly string[]): Map<string, string> {
  const rest = [...OTHERS];
  return new Map(objectives.map((id) => [id, COLORS[id] ?? rest.shift() ?? '#5d6167']));
}

const WIDTH = 250;
const HEIGHT = 190;
const LEFT = 38;
const BOTTOM = 28;
const TOP = 22;

/** Three to six round ticks over a range. */
export function ticksOf(low: number, high: number): number[] {
  const raw = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= raw * 0.999)!;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

interface Scale {
  readonly low: number;
  readonly high: number;
  readonly steps: number;
}

/** One range for all panels, so that they can be compared. */
export function sharedScale(panels: readonly GridPanel[]): Scale {
  const values = panels.flatMap(({ lines, reference }) => [...lines.flatMap(({ low, high }) => [...low, ...high]), reference.chosen, reference.rejected]).filter(Number.isFinite);
  const [low, high] = values.length > 0 ? [Math.min(...values), Math.max(...values)] : [0, 1];
  const room = (high - low || 1) * 0.04;
  return { low: low - room, high: high + room, steps: Math.max(1, ...panels.flatMap(({ lines }) => lines.flatMap(({ steps }) => steps))) };
}

/** One panel of the grid; winners are solid, losers dashed, the reference is thin. */
export function gridPanel(panel: GridPanel, title: string, scale: Scale, colors: ReadonlyMap<string, string>, xLabel: string): Html {
  const x = (step: number): number => LEFT + (step / scale.steps) * (WIDTH - LEFT - 8);
  const y = (value: number): number => TOP + ((scale.high - value) / (scale.high - scale.low)) * (HEIGHT - TOP - BOTTOM);
  const place = (step: number, value: number): string => `${x(step).toFixed(1)},${y(value).toFixed(1)}`;
  const grid = ticksOf(scale.low, scale.high).map((tick) => html`<line x1="${LEFT}" x2="${WIDTH - 8}" y1="${y(tick)}" y2="${y(tick)}" class="grid"/><text x="${LEFT - 5}" y="${y(tick) + 3}" text-anchor="end">${String(tick).replace('-', '−')}</text>`);
  const below = ticksOf(0, scale.steps).map((tick) => html`<text x="${x(tick)}" y="${HEIGHT - BOTTOM + 13}" text-anchor="middle">${tick}</text>`);
  const bands = panel.lines.map(({ objective, steps, low, high }) =>
    steps.length > 1 && html`<polygon points="${[...steps.map((step, i) => place(step, high[i]!)), ...steps.map((step, i) => place(step, low[i]!)).reverse()].join(' ')}" fill="${colors.get(objective) ?? ''}" class="band"/>`);
  const lines = panel.lines.map(({ objective, side, steps, mean }) =>
    html`<polyline points="${steps.map((step, i) => place(step, mean[i]!)).join(' ')}" stroke="${colors.get(objective) ?? ''}" class="line" ${side === 'rejected' && { html: 'stroke-dasharray="4 3"' }}/>`);
  const references = (['chosen', 'rejected'] as const).map((side) =>
    html`<line x1="${LEFT}" x2="${WIDTH - 8}" y1="${y(panel.reference[side])}" y2="${y(panel.reference[side])}" class="reference" ${side === 'rejected' && { html: 'stroke-dasharray="2 2"' }}/>`);
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}"><text x="${LEFT}" y="13" class="title">${title}</text>${grid}${below}<text x="${(LEFT + WIDTH) / 2}" y="${HEIGHT - 3}" text-anchor="middle">${xLabel}</text>${bands}${references}${lines}</svg>`;
}

const BARS = 24;

/** How values are spread, between the ends of a scale that several share. */
export function spread(values: readonly number[], [low, high]: readonly [number, number], label: string): Html {
  const counts = new Array<number>(BARS).fill(0);
  for (const value of values) counts[Math.min(BARS - 1, Math.max(0, Math.floor(((value - low) / (high - low || 1)) * BARS)))]! += 1;
  const most = Math.max(1, ...counts);
  const bars = counts.map((count, i) => count > 0 && html`<rect x="${i * 6}" width="5" y="${(30 - (28 * count) / most).toFixed(1)}" height="${((28 * count) / most).toFixed(1)}"/>`);
  return html`<svg viewBox="0 0 ${BARS * 6} 31" class="spread" role="img" aria-label="${label}">${bars}<line x1="0" x2="${BARS * 6}" y1="30.5" y2="30.5" class="grid"/></svg>`;
}
