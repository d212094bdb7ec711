// Derivatives of every objective against central finite differences of its own loss, and the gradients the papers state.
import { describe, expect, it } from 'vitest';
import {
  compileExpression,
  evaluateCompiled,
  evaluateObjective,
  fDivergences,
  functions,
  objectives,
  type HyperInput,
  type Scores,
} from '../../../../src/engine/objectives';
import { extremeBatch, randomBatch, singlePairs, type Batch } from './batches';

const ids = Object.keys(objectives);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The derivative of the batch's summed loss by moving one log-probability both ways. */
function finiteDifference(
  loss: (scores: Scores) => readonly number[],
  batch: Batch,
  side: 'policyChosen' | 'policyRejected',
  pair: number,
  step: number,
): number {
  const moved = (by: number): number =>
    sum(loss({ ...batch, [side]: batch[side].map((value, i) => (i === pair ? value + by : value)) }));
  return (moved(step) - moved(-step)) / (2 * step);
}

function expectDerivatives(id: string, batch: Batch, hyper: HyperInput, step: number, tolerance: number): void {
  const { dChosen, dRejected } = evaluateObjective(id, batch, hyper);
  const loss = (scores: Scores): number[] => evaluateObjective(id, scores, hyper).loss;
  for (let pair = 0; pair < batch.policyChosen.length; pair++) {
    const chosen = finiteDifference(loss, batch, 'policyChosen', pair, step);
    const rejected = finiteDifference(loss, batch, 'policyRejected', pair, step);
    expect(Math.abs(dChosen[pair]! - chosen) / Math.max(1, Math.abs(chosen)), `chosen of pair ${pair}`).toBeLessThan(tolerance);
    expect(Math.abs(dRejected[pair]! - rejected) / Math.max(1, Math.abs(rejected)), `rejected of pair ${pair}`).toBeLessThan(
      tolerance,
    );
  }
}

describe('derivatives equal finite differences', () => {
  describe.each([0.05, 0.5, 2.5])('at beta %f', (beta) => {
    it.each(ids)('%s', (id) => {
      for (const seed of [1, 2, 3, 4]) expectDerivatives(id, randomBatch(seed, 7), { beta }, 1e-4, 1e-7);
    });
  });

  describe.each(fDivergences)('with scores of %s', (fDivergence) => {
    it.each(ids.filter((id) => objectives[id]!.usesDivergence))('%s', (id) => {
      const hyper = { beta: 0.3, fDivergence, divergenceAlpha: 0.3 };
      expectDerivatives(id, randomBatch(5, 7, 1.5), hyper, 1e-5, 1e-6);
    });
  });

  it.each(ids)('%s with every number away from its default', (id) => {
    const hyper = {
      beta: 0.7,
      labelSmoothing: 0.2,
      tau: 0.4,
      lambda: 3,
      gamma: 0.6,
      alpha: 0.02,
      desirableWeight: 1.3,
      undesirableWeight: 0.8,
    };
    expectDerivatives(id, randomBatch(6, 7), hyper, 1e-4, 1e-7);
  });

  it.each(Object.entries(functions).map(([name, { least }]) => ({ name, least })))('of $name', ({ name, least }) => {
    // Arguments that stay inside every function's domain: below 0 for log1mexp, above for log and sqrt.
    const below = ['log1mexp', 'logodds'].includes(name);
    const first = below ? '(lw / nw)' : '(exp(a / 9) + 0.1)';
    const args = [first, 'b / 3 - 0.2', '1.7 + a * b / 50'].slice(0, least);
    const custom = compileExpression(`square(${name}(${args.join(', ')})) + a * b`);
    for (const seed of [11, 12, 13]) {
      const batch = randomBatch(seed, 5, 4);
      const { dChosen, dRejected } = evaluateCompiled(custom, batch);
      const loss = (scores: Scores): number[] => evaluateCompiled(custom, scores).loss;
      for (let pair = 0; pair < 5; pair++) {
        const stopped = name === 'detach';
        const chosen = stopped
          ? batch.policyRejected[pair]! - batch.referenceRejected[pair]!
          : finiteDifference(loss, batch, 'policyChosen', pair, 1e-5);
        const rejected = finiteDifference(loss, batch, 'policyRejected', pair, 1e-5);
        expect(Math.abs(dChosen[pair]! - chosen) / Math.max(1, Math.abs(chosen))).toBeLessThan(1e-6);
        expect(Math.abs(dRejected[pair]! - rejected) / Math.max(1, Math.abs(rejected))).toBeLessThan(1e-6);
      }
    }
  });

  it.each(['a ^ 2', 'a ^ 3', '(a * a + 1) ^ -1', '(a * a + 1) ^ 0.5', '(a * a + 1) ^ (b / 10)', '2 ^ (a / 9)', 'a ^ 4'])(
    'of the power %s',
    (text) => {
      const custom = compileExpression(text);
      const batch = randomBatch(21, 5, 3);
      const { dChosen, dRejected } = evaluateCompiled(custom, batch);
      const loss = (scores: Scores): number[] => evaluateCompiled(custom, scores).loss;
      for (let pair = 0; pair < 5; pair++) {
        for (const [side, actual] of [['policyChosen', dChosen], ['policyRejected', dRejected]] as const) {
          const expected = finiteDifference(loss, batch, side, pair, 1e-5);
          expect(Math.abs(actual[pair]! - expected) / Math.max(1, Math.abs(expected))).toBeLessThan(1e-6);
        }
      }
    },
  );
});

describe('at log-ratios up to ten thousand', () => {
  const precisions = ['float64', 'float32'] as const;

  it.each(ids)('%s stays finite in both precisions and with every divergence', (id) => {
    for (const beta of [0.01, 0.1, 1]) {
      for (const precision of precisions) {
        const { loss, dChosen, dRejected } = evaluateObjective(id, extremeBatch(), { beta }, { precision });
        for (const values of [loss, dChosen, dRejected]) expect(values.every(Number.isFinite)).toBe(true);
      }
    }
    for (const fDivergence of fDivergences) {
      const { loss, dChosen, dRejected } = evaluateObjective(id, extremeBatch(), { beta: 0.1, fDivergence });
      for (const values of [loss, dChosen, dRejected]) expect(values.every(Number.isFinite)).toBe(true);
    }
  });

  // Objectives with a corner have no finite difference there; hinge has its own test below.
  const smooth = ids.filter((id) => !['hinge', 'dpop', 'aot', 'aot_unpaired', 'orpo'].includes(id));
  it.each(smooth)('%s still has the derivative of its loss', (id) => {
    // Losses here reach 10⁸, whose last place is 10⁻⁸: a step of 0.01 leaves six good digits.
    for (const pair of singlePairs(extremeBatch())) expectDerivatives(id, pair, { beta: 0.1 }, 1e-2, 1e-5);
  });

  it('log σ and softplus keep their full precision', () => {
    const at = (text: string, a: number): number =>
      evaluateCompiled(compileExpression(text), {
        policyChosen: [a],
        policyRejected: [0],
        referenceChosen: [0],
        referenceRejected: [0],
        chosenLength: [1],
        rejectedLength: [1],
      }).loss[0]!;
    expect(at('logsigmoid(a)', -1e4)).toBe(-1e4);
    expect(at('logsigmoid(a)', 1e4)).toBe(-0);
    expect(at('softplus(a)', 1e4)).toBe(1e4);
    expect(at('softplus(a)', -40)).toBeCloseTo(4.248354255291589e-18, 30);
    expect(at('sigmoid(a)', -40)).toBeCloseTo(4.248354255291589e-18, 30);
    expect(at('delta(a)', 40)).toBeCloseTo(4.248354255291589e-18, 30);
    expect(at('sigmoid(a)', -1e4)).toBe(0);
    expect(at('sigmoid(a)', 1e4)).toBe(1);
    // log(1 − e⁻¹) and log(1 − e⁻²⁰), to 50 digits.
    expect(at('log1mexp(a)', -1)).toBeCloseTo(-0.4586751453870819, 15);
    expect(at('log1mexp(a)', -20)).toBeCloseTo(-2.0611536245627353e-9, 23);
  });
});

describe('the gradients the paper states', () => {
  const beta = 0.3;
  const sigma = (x: number): number => 1 / (1 + Math.exp(-x));
  const delta = (x: number): number => sigma(x) * (1 - sigma(x));
  const batch = randomBatch(31, 32);
  const rewards = batch.policyChosen.map((_, i) => ({
    w: beta * (batch.policyChosen[i]! - batch.referenceChosen[i]!),
    l: beta * (batch.policyRejected[i]! - batch.referenceRejected[i]!),
  }));
  const expectGradient = (id: string, chosen: (w: number, l: number) => number, rejected: (w: number, l: number) => number): void => {
    const { dChosen, dRejected } = evaluateObjective(id, batch, { beta });
    rewards.forEach(({ w, l }, i) => {
      expect(dChosen[i]).toBeCloseTo(chosen(w, l), 12);
      expect(dRejected[i]).toBeCloseTo(rejected(w, l), 12);
    });
  };

  it('DPO: −βσ(−m) and βσ(−m)', () => {
    expectGradient('dpo', (w, l) => -beta * sigma(l - w), (w, l) => beta * sigma(l - w));
  });

  it('APO-zero: −βδ(r_w) and βδ(r_l)', () => {
    expectGradient('apo_zero', (w) => -beta * delta(w), (_, l) => beta * delta(l));
  });

  it('APO-down: β[δ(r_w) − δ(m)] and βδ(m)', () => {
    expectGradient('apo_down', (w, l) => beta * (delta(w) - delta(w - l)), (w, l) => beta * delta(w - l));
  });

  const pairAt = (w: number, l: number): Scores => ({
    policyChosen: [-30 + w / beta],
    policyRejected: [-20 + l / beta],
    referenceChosen: [-30],
    referenceRejected: [-20],
    chosenLength: [5],
    rejectedLength: [5],
  });

  it.each([0.1, 0.3, 1 / 3, 2])('APO-down leaves winners exactly alone at the start and pushes losers by β/4 (β = %f)', (strength) => {
    for (const precision of ['float64', 'float32'] as const) {
      const start = { ...batch, policyChosen: batch.referenceChosen, policyRejected: batch.referenceRejected };
      const { dChosen, dRejected } = evaluateObjective('apo_down', start, { beta: strength }, { precision });
      expect(new Set(dChosen)).toEqual(new Set([0]));
      for (const push of dRejected) expect(push).toBeCloseTo(strength / 4, 7);
    }
  });

  it('APO-down’s winner gradient changes sign at m = −r_w and at r_l = 0', () => {
    const winner = (w: number, l: number): number => evaluateObjective('apo_down', pairAt(w, l), { beta }).dChosen[0]!;
    for (const w of [0.7, -0.7, 2]) {
      // m = −r_w is r_l = 2 r_w.
      for (const zero of [0, 2 * w]) {
        expect(winner(w, zero)).toBeCloseTo(0, 12);
        expect(Math.sign(winner(w, zero + 0.01))).toBe(-Math.sign(winner(w, zero - 0.01)));
      }
    }
  });

  it('APO saturates on a badly wrong pair, DPO does not', () => {
    const wrong = pairAt(-20, 20);
    expect(Math.abs(evaluateObjective('apo_zero', wrong, { beta }).dChosen[0]!)).toBeLessThan(1e-8);
    expect(evaluateObjective('dpo', wrong, { beta }).dChosen[0]).toBeCloseTo(-beta, 12);
  });

  it('hinge is flat from its margin on, the corner included', () => {
    const at = (margin: number): number => evaluateObjective('hinge', pairAt(margin, 0), { beta: 0.25 }).dChosen[0]!;
    const ratio = (margin: number): number => (margin * beta) / 0.25;
    expect(at(ratio(0.99))).toBe(-0.25);
    expect(at(ratio(1.01))).toBe(0);
    const corner = { ...pairAt(0, 0), policyChosen: [-26] };
    expect(evaluateObjective('hinge', corner, { beta: 0.25 })).toEqual({ loss: [0], dChosen: [0], dRejected: [0] });
  });
});
