// What the theory view draws, against finite differences of the loss that training minimises, in float64: a function of a
// pair's log-probabilities, with nothing of the plane, its rewards and its grid in it.
import { describe, expect, it } from 'vitest';
import { compileExpression, compileObjective, evaluateCompiled, fieldOf, objectives, type CompiledObjective, type HyperInput, type PairAt } from '../../../../src/engine/objectives';
import { arrowsOf, largest, strengthOf } from '../../../../src/features/theory/strength';

/** No round number, so that a side taken for the other one, or a length left out, would show. */
const pair: PairAt = { beta: 0.17, referenceChosen: -41.3, referenceRejected: -57.9, chosenLength: 23, rejectedLength: 38, KL: 1.3 };
/** Numbers away from the defaults; what an objective does not take it ignores. */
const hyper: HyperInput = { beta: pair.beta, labelSmoothing: 0.1, tau: 0.4, lambda: 3, gamma: 0.6, alpha: 0.3, desirableWeight: 1.3, undesirableWeight: 0.8 };

const REACH = 3.1;
/** Even, so that no point lies on an axis, where some losses have a corner and so no difference to compare with. */
const SIZE = 12;

const losses: readonly (readonly [name: string, objective: CompiledObjective])[] = [
  ...Object.keys(objectives).map((id) => [id, compileObjective(id)] as const),
  ...[
    '-logsigmoid(beta * (a - b)) + lambda * max(0, -a - 0.77)',
    'square(lw / nw - ll / nl - gamma) + 0.01 * exp(-beta * a)',
    'where(a > b + 0.37, log(1 + square(a - b)), sqrt(4 + a * a) - beta * b)',
    'delta(beta * a) * (refw - ll) / (nw + KL) + sigmoid(2 * beta * b)',
  ].map((text) => [text, compileExpression(text)] as const),
];

/** The trained loss of a batch of this one pair. */
function trained(objective: CompiledObjective, chosen: number, rejected: number): number {
  return evaluateCompiled(
    objective,
    {
      policyChosen: [chosen], policyRejected: [rejected], referenceChosen: [pair.referenceChosen], referenceRejected: [pair.referenceRejected],
      chosenLength: [pair.chosenLength], rejectedLength: [pair.rejectedLength], KL: pair.KL,
    },
    hyper,
  ).loss[0]!;
}

/** Its slopes by moving one log-probability both ways, to the fourth order of the step. */
function slopes(objective: CompiledObjective, chosen: number, rejected: number): readonly [number, number] {
  const h = 2e-3;
  const slope = (at: (by: number) => number): number => (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
  return [slope((by) => trained(objective, chosen + by, rejected)), slope((by) => trained(objective, chosen, rejected + by))];
}

describe.each(losses)('the field of %s', (_, objective) => {
  const field = fieldOf(objective, hyper, pair, REACH, SIZE);
  const strength = strengthOf(field, 'both', pair.beta);
  const most = largest(strength);
  const expected = field.axis.flatMap((rejected) =>
    field.axis.map((chosen) => slopes(objective, pair.referenceChosen + chosen / pair.beta, pair.referenceRejected + rejected / pair.beta)),
  );

  it('has at every point the slopes of the trained loss, and is as deep there as they are steep', () => {
    expected.forEach(([chosen, rejected], at) => {
      expect(Math.abs(field.dChosen[at]! - chosen), `winner at ${at}`).toBeLessThan(1e-7 * Math.max(1, most));
      expect(Math.abs(field.dRejected[at]! - rejected), `loser at ${at}`).toBeLessThan(1e-7 * Math.max(1, most));
      expect(Math.abs(strength[at]! - Math.hypot(chosen, rejected) / pair.beta)).toBeLessThan(1e-6 * Math.max(1, most));
    });
  });

  it('points along the arrows to where the trained loss falls fastest', () => {
    const arrows = arrowsOf(field, strength, most);
    expect(arrows).toHaveLength(9);
    for (const { column, row, right, up } of arrows) {
      const [chosen, rejected] = expected[row * SIZE + column]!;
      const norm = Math.hypot(chosen, rejected);
      if (norm < 1e-5 * most) continue;
      expect(Math.hypot(right, up)).toBeCloseTo(1, 12);
      expect(right).toBeCloseTo(-chosen / norm, 4);
      expect(up).toBeCloseTo(-rejected / norm, 4);
    }
  });
});

it('a still point has no direction, and one without a slope no arrow', () => {
  const field = { size: 7, dChosen: new Array<number>(49).fill(0), dRejected: new Array<number>(49).fill(0) };
  expect(arrowsOf(field, new Array<number>(49).fill(0), 1)).toEqual([{ column: 3, row: 3, right: 0, up: 0 }]);
  expect(arrowsOf({ ...field, dChosen: new Array<number>(49).fill(NaN) }, new Array<number>(49).fill(NaN), 1)).toEqual([]);
});
