// A run's held-out pairs as dots: where each stands in log-ratios, what way it took, and which one is nearest to a place.
// Log-ratios and not rewards, since a plane's rewards are by the β of its own loss.
import type { RowTable } from '../../stores/rowTable';

/** Log-ratios of chosen and rejected against the reference, in nats. */
export type Ratios = readonly [chosen: number, rejected: number];

export interface Dots {
  /** One number a pair, in the order of the run's held-out pairs. */
  readonly chosen: Float32Array;
  readonly rejected: Float32Array;
}

export const noDots: Dots = { chosen: new Float32Array(), rejected: new Float32Array() };

/** What the policy's pairs came to before the first step, where it is the reference itself; else undefined. */
function referenceOf(table: RowTable, policy: number) {
  return table.pairSteps(policy)[0] === 0 ? table.pairs(0, policy) : undefined;
}

/** Each held-out pair at the last evaluation up to a step; none where the run has kept no pairs or did not begin at the reference. */
export function dotsAt(table: RowTable, policy: number, last: number): Dots {
  const reference = referenceOf(table, policy);
  const now = table.pairs(table.pairSteps(policy).findLast((step) => step <= last) ?? -1, policy);
  if (reference === undefined || now === undefined) return noDots;
  return {
    chosen: Float32Array.from(now.chosen, (value, i) => value - reference.chosen[i]!),
    rejected: Float32Array.from(now.rejected, (value, i) => value - reference.rejected[i]!),
  };
}

/** One pair at one evaluation. Log-probabilities are sums over completion tokens, in nats. */
export interface PairMoment {
  readonly step: number;
  readonly ratios: Ratios;
}

/** One pair's way, evaluation by evaluation, up to a step. */
export function wayOf(table: RowTable, policy: number, place: number, last: number): PairMoment[] {
  const reference = referenceOf(table, policy);
  if (reference === undefined || reference.chosen[place] === undefined) return [];
  return table.pairSteps(policy).flatMap((step) => {
    const now = step <= last ? table.pairs(step, policy) : undefined;
    return now ? [{ step, ratios: [now.chosen[place]! - reference.chosen[place]!, now.rejected[place]! - reference.rejected[place]!] as const }] : [];
  });
}

/** What the reference gives a pair's two sides; undefined where the run does not tell. */
export function referenceSums(table: RowTable, policy: number, place: number): Ratios | undefined {
  const reference = referenceOf(table, policy);
  const [chosen, rejected] = [reference?.chosen[place], reference?.rejected[place]];
  return chosen === undefined || rejected === undefined ? undefined : [chosen, rejected];
}

export interface Nearest {
  /** Which of the lists, and which of its dots. */
  readonly list: number;
  readonly place: number;
}

/** The dot nearest to a place, none if all are further than `within`; of two as near the later list's, which is drawn above. */
export function nearestDot(lists: readonly Dots[], [chosen, rejected]: Ratios, within: number): Nearest | undefined {
  let best = within * within;
  let found: Nearest | undefined;
  lists.forEach((dots, list) => {
    for (let place = 0; place < dots.chosen.length; place++) {
      const [dx, dy] = [dots.chosen[place]! - chosen, dots.rejected[place]! - rejected];
      const distance = dx * dx + dy * dy;
      if (distance <= best) {
        best = distance;
        found = { list, place };
      }
    }
  });
  return found;
}
