// Which colour an objective has. One objective has one colour in every chart, row and answer of the page.
import type { Marker } from './series';

export const COLORS = 16;

/** The objectives one meets first get the hues that are told apart most easily. */
const preferred: Readonly<Record<string, number>> = {
  dpo: 0,
  apo_zero: 1,
  apo_down: 2,
  kto: 3,
  sft: 4,
  ipo: 5,
  simpo: 7,
  orpo: 10,
  cpo: 8,
  hinge: 12,
  robust: 6,
  cdpo: 11,
  bco_pair: 12,
  nca_pair: 13,
  dpop: 14,
  custom: 15,
  apo_zero_unpaired: 8,
  sppo_hard: 9,
  exo_pair: 6,
  discopop: 11,
  aot: 10,
  aot_unpaired: 13,
  r_dpo: 14,
  dpo_norm: 9,
};

/** The deepest tone still shows its hue. */
const DEEPEST = 66;

const markers: readonly Marker[] = ['circle', 'square', 'triangle', 'diamond', 'cross', 'star'];

/** A colour of the theme, and how far it is mixed towards the ink, in percent, to tell lines of one objective apart. */
export interface Color {
  readonly color: number;
  readonly tone: number;
}

export interface Look extends Color {
  readonly marker: Marker;
}

/**
 * A look for each line, given the objective behind it: its own colour, or the next free one where two objectives
 * of the list share it. Lines of the same objective keep the colour and
 * differ by its tone and by their marker.
 */
export function looksOf(objectiveIds: readonly string[]): Look[] {
  const taken = new Map<number, string>();
  const colors = new Map<string, number>();
  const seen = new Map<string, number>();
  return objectiveIds.map((id) => {
    let color = colors.get(id);
    if (color === undefined) {
      color = preferred[id] ?? COLORS - 1;
      for (let tries = 0; tries < COLORS && taken.has(color); tries++) color = (color + 1) % COLORS;
      taken.set(color, id);
      colors.set(id, color);
    }
    const occurrence = seen.get(id) ?? 0;
    seen.set(id, occurrence + 1);
    const twins = objectiveIds.filter((other) => other === id).length;
    const tone = twins === 1 ? 0 : Math.round((occurrence / (twins - 1)) * DEEPEST);
    return { color, tone, marker: markers[occurrence % markers.length]! };
  });
}

export function seriesColor({ color, tone }: Color): string {
  return tone === 0 ? `var(--series-${color})` : `color-mix(in oklab, var(--series-${color}), var(--ink) ${tone}%)`;
}
