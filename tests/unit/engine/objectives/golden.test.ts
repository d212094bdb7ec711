// Losses and gradients against numbers that TRL's own code produced in float64 under PyTorch.
import { describe, expect, it } from 'vitest';
import { evaluateObjective, objectives, type HyperInput, type Scores } from '../../../../src/engine/objectives';
import golden from '../../../fixtures/objectives-golden.json';

/** TRL's `loss_type` where our id differs. */
const ids: Readonly<Record<string, string>> = { sigmoid: 'dpo', sigmoid_norm: 'dpo_norm' };

interface GoldenCase extends Scores {
  readonly lossType: string;
  readonly beta: number;
  readonly labelSmoothing: number;
  readonly discopopTau?: number;
  readonly fDivergence?: string;
  readonly alpha?: number | null;
  readonly loss: readonly number[];
  readonly dChosen: readonly number[];
  readonly dRejected: readonly number[];
}

const cases: readonly GoldenCase[] = golden;

function hyperOf({ beta, labelSmoothing, discopopTau, fDivergence, alpha }: GoldenCase): HyperInput {
  return { beta, labelSmoothing, tau: discopopTau, fDivergence, alpha };
}

/** The largest difference, relative to max(1, |expected|). */
function largestError(actual: readonly number[], expected: readonly number[]): number {
  expect(actual).toHaveLength(expected.length);
  return Math.max(...expected.map((value, i) => Math.abs(actual[i]! - value) / Math.max(1, Math.abs(value))));
}

const titled = cases.map((golden, index) => ({
  title: `${index} ${golden.lossType} ${golden.fDivergence ?? ''} beta ${golden.beta}`,
  golden,
}));

describe('objectives agree with TRL', () => {
  it('covers every loss type of the fixture by an id of ours', () => {
    expect(cases).toHaveLength(31);
    for (const { lossType } of cases) expect(Object.keys(objectives)).toContain(ids[lossType] ?? lossType);
  });

  describe.each([
    ['float64', 1e-9],
    ['float32', 1e-5],
  ] as const)('in %s to %f', (precision, bound) => {
    it.each(titled)('$title', ({ golden }) => {
      // TRL takes alpha's exponential in float32 even here (see the last test of this file).
      const tolerance = golden.fDivergence === 'alpha_divergence' ? Math.max(bound, 1e-8) : bound;
      const result = evaluateObjective(ids[golden.lossType] ?? golden.lossType, golden, hyperOf(golden), { precision });
      expect(largestError(result.loss, golden.loss)).toBeLessThan(tolerance);
      expect(largestError(result.dChosen, golden.dChosen)).toBeLessThan(tolerance);
      expect(largestError(result.dRejected, golden.dRejected)).toBeLessThan(tolerance);
    });
  });

  it('in float32 really rounds: results differ from float64 but are float32 numbers', () => {
    const first = cases[0]!;
    const { loss } = evaluateObjective('dpo', first, hyperOf(first), { precision: 'float32' });
    expect(loss.map(Math.fround)).toEqual(loss);
    expect(loss).not.toEqual(evaluateObjective('dpo', first, hyperOf(first)).loss);
  });

  it('differs from TRL in the alpha divergence only by TRL’s rounding of the exponential to float32', () => {
    const golden = cases.find(({ fDivergence }) => fDivergence === 'alpha_divergence')!;
    const ours = evaluateObjective('dpo', golden, hyperOf(golden));
    const rounded = alphaByHand(golden, Math.fround);
    const exact = alphaByHand(golden, (x) => x);
    for (const part of ['loss', 'dChosen', 'dRejected'] as const) {
      expect(largestError(rounded[part], golden[part])).toBeLessThan(1e-15);
      expect(largestError(ours[part], exact[part])).toBeLessThan(1e-14);
    }
  });
});

/** DPO on the scores of the alpha divergence, forward and backward, with `round` where TRL passes through float32. */
function alphaByHand(golden: GoldenCase, round: (x: number) => number): Record<'loss' | 'dChosen' | 'dRejected', number[]> {
  const rate = golden.alpha! - 1;
  const pairs = golden.loss.map((_, i) => {
    const growthW = round(Math.exp(rate * (golden.policyChosen[i]! - golden.referenceChosen[i]!)));
    const growthL = round(Math.exp(rate * (golden.policyRejected[i]! - golden.referenceRejected[i]!)));
    const z = golden.beta * (growthW / rate - growthL / rate);
    const slope = (-golden.beta / (1 + Math.exp(z))) / rate;
    return {
      loss: Math.log1p(Math.exp(-Math.abs(z))) + Math.max(-z, 0),
      dChosen: round(round(slope) * growthW) * rate,
      dRejected: round(round(-slope) * growthL) * rate,
    };
  });
  return {
    loss: pairs.map((pair) => pair.loss),
    dChosen: pairs.map((pair) => pair.dChosen),
    dRejected: pairs.map((pair) => pair.dRejected),
  };
}
