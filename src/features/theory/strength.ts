// How hard a gradient pushes, in the units the plane is shaded with.
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
