// How hard a gradient pushes and where to: what the plane's shade and arrows show.
import type { Field } from '../../engine/objectives';
import type { Shade } from '../../stores/theory';

/**
 * The size of the push at each point, per β: of both sides together (the length of the arrow), or of one of them. Divided
 * by β it is the factor δ of the paper's gradients, which is what saturates. NaN where the loss has no slope.
 */
export function strengthOf({ dChosen, dRejected }: Pick<Field, 'dChosen' | 'dRejected'>, shade: Shade, beta: number): number[] {
  return dChosen.map((chosen, i) => {
    const rejected = dRejected[i]!;
    const size = shade === 'both' ? Math.hypot(chosen, rejected) : Math.abs(shade === 'winner' ? chosen : rejected);
    return size / beta;
  });
}

/** The largest finite number of a list; 0 where there is none. */
export function largest(values: readonly number[]): number {
  return values.reduce((most, value) => (Number.isFinite(value) && value > most ? value : most), 0);
}

/** One field less another, point by point: what the first asks for beyond the second. */
export function difference(one: Field, other: Field): Field {
  const less = (a: readonly number[], b: readonly number[]): number[] => a.map((value, i) => value - b[i]!);
  return {
    axis: one.axis,
    size: one.size,
    loss: less(one.loss, other.loss),
    dChosen: less(one.dChosen, other.dChosen),
    dRejected: less(one.dRejected, other.dRejected),
  };
}

/** Every so many points of the grid an arrow. */
export const EVERY = 3;

export interface Arrow {
  readonly column: number;
  readonly row: number;
  /** Of length 1: to higher rewards of the chosen and of the rejected. Both 0 where nothing pushes. */
  readonly right: number;
  readonly up: number;
}

/**
 * Where a step of training moves the two log-probabilities, which is down the gradient, at every third point of the grid;
 * none where there is no slope.
 * @param most the largest strength of the plane; what is a millionth of it is no push.
 */
export function arrowsOf({ size, dChosen, dRejected }: Pick<Field, 'size' | 'dChosen' | 'dRejected'>, strength: readonly number[], most: number): Arrow[] {
  const still = most * 1e-6;
  const out: Arrow[] = [];
  // As far from either edge, so that one stands at the start.
  for (let row = EVERY; row < size - 1; row += EVERY) {
    for (let column = EVERY; column < size - 1; column += EVERY) {
      const at = row * size + column;
      const [right, up] = [-dChosen[at]!, -dRejected[at]!];
      const norm = Math.hypot(right, up);
      if (!Number.isFinite(norm) || Number.isNaN(strength[at]!)) continue;
      out.push(norm <= still ? { column, row, right: 0, up: 0 } : { column, row, right: right / norm, up: up / norm });
    }
  }
  return out;
}
