import { describe, expect, it } from 'vitest';
import { compileObjective } from '../../../src/engine/objectives';
import type { EncodedPair, SequenceLogProbs } from '../../../src/engine/training/types';
import { alignPair, heldOutFigures, referenceFigures, scorePairs, type PairLogProbs } from '../../../src/lab/evaluation';

const sequence = (perToken: number[], entropy: number): SequenceLogProbs => ({
  sum: perToken.reduce((total, value) => total + value, 0),
  perToken: Float32Array.from(perToken),
  entropy,
});
const logProbs = (chosen: SequenceLogProbs[], rejected: SequenceLogProbs[]): PairLogProbs => ({ chosen, rejected, mismatched: [] });

// Prompt 1 9 2; the sides share “5 … 3” and differ in the middle.
const pairs: EncodedPair[] = [
  { chosen: { ids: [1, 9, 2, 5, 6, 7, 3], completionStart: 3 }, rejected: { ids: [1, 9, 2, 5, 8, 3], completionStart: 3 } },
  { chosen: { ids: [1, 2, 4, 3], completionStart: 2 }, rejected: { ids: [1, 2, 4, 4, 3], completionStart: 2 } },
];
const reference = logProbs(
  [sequence([-1, -2, -3, -0.5], 0.5), sequence([-1, -1], 1)],
  [sequence([-1, -4, -0.5], 0.25), sequence([-1, -2, -1], 2)],
);
const policy = logProbs(
  [sequence([-1.5, -1, -1, -0.75], 0.75), sequence([-1, -1.25], 1)],
  [sequence([-1.5, -6, -0.5], 0.5), sequence([-1, -4, -1.5], 1)],
);

describe('held-out figures', () => {
  const figures = heldOutFigures(pairs.map(alignPair), policy, reference, compileObjective('dpo'), { beta: 0.5 }, 16);

  it('are the means that TRL reports, worked out by hand', () => {
    // Sums: chosen −4.25 and −2.25 against −6.5 and −2; rejected −8 and −6.5 against −5.5 and −4.
    expect(figures['eval_logps/chosen']).toBeCloseTo(-3.25, 6);
    expect(figures['eval_logps/rejected']).toBeCloseTo(-7.25, 6);
    expect(figures['eval_rewards/chosen']).toBeCloseTo(0.5 * (2.25 - 0.25) / 2, 6);
    expect(figures['eval_rewards/rejected']).toBeCloseTo(0.5 * (-2.5 - 2.5) / 2, 6);
    expect(figures['eval_rewards/margins']).toBeCloseTo(0.5 + 1.25, 6);
    expect(figures['eval_rewards/accuracies']).toBe(1);
    const dpo = (margin: number): number => Math.log(1 + Math.exp(-0.5 * margin));
    expect(figures.eval_loss).toBeCloseTo((dpo(2.25 + 2.5) + dpo(-0.25 + 2.5)) / 2, 6);
    // Entropy is a mean over the twelve completion tokens.
    expect(figures.eval_entropy).toBeCloseTo((4 * 0.75 + 2 * 1 + 3 * 0.5 + 3 * 1) / 12, 6);
  });

  it('split each side’s change into shared and edited tokens', () => {
    // Winners: 5 and 3 are shared in the first (−0.5, −0.25), all of the second (0, −0.25); 6 and 7 are edited (+1, +2).
    expect(figures['eval_delta/chosen_shared']).toBeCloseTo((-0.75 - 0.25) / 2, 6);
    expect(figures['eval_delta/chosen_edited']).toBeCloseTo(3 / 2, 6);
    // Losers: 8 is edited (−2), and so is one 4 of two; the rest is shared.
    const edited = figures['eval_delta/rejected_edited']!;
    const shared = figures['eval_delta/rejected_shared']!;
    expect(shared + edited).toBeCloseTo((-2.5 - 2.5) / 2, 6);
    // Either of the two 4s may be the edited one: its change is 0 or −2.
    expect([-1, -2]).toContain(edited);
  });

  it('of the reference need no objective', () => {
    expect(referenceFigures(reference)).toEqual({
      'eval_logps/chosen': -4.25,
      'eval_logps/rejected': -4.75,
      eval_entropy: (4 * 0.5 + 2 * 1 + 3 * 0.25 + 3 * 2) / 12,
    });
  });

  it('evaluate whole-batch objectives in batches of the training size', () => {
    const withMismatched = (values: number[][], scores: PairLogProbs): PairLogProbs => ({ ...scores, mismatched: values });
    const kto = compileObjective('kto');
    const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
    const figuresIn = (size: number, p: number[][], r: number[][]): number =>
      heldOutFigures(pairs.map(alignPair), withMismatched(p, policy), withMismatched(r, reference), kto, { beta: 0.5 }, size).eval_loss!;
    // KL = max(0, mean(policy − reference)): 1 and 0 in two batches of one, 0.25 in one batch of two.
    const loss = (a: number, b: number, kl: number): number => 1 - sigmoid(0.5 * (a - kl)) + 1 - sigmoid(0.5 * (kl - b));
    expect(figuresIn(1, [[-1, -1], [-3, -2]], [[-2, -2], [-2, -2]])).toBeCloseTo((loss(2.25, -2.5, 1) + loss(-0.25, -2.5, 0)) / 2, 6);
    expect(figuresIn(2, [[-1, -1, -3, -2]], [[-2, -2, -2, -2]])).toBeCloseTo((loss(2.25, -2.5, 0.25) + loss(-0.25, -2.5, 0.25)) / 2, 6);
  });
});

describe('scoring pairs under a cohort', () => {
  it('asks for each sequence once and puts every answer in its place', async () => {
    const asked: number[][] = [];
    let breaths = 0;
    const many = Array.from({ length: 150 }, (_, i): EncodedPair => ({
      chosen: { ids: [1, 2, ...new Array<number>(1 + (i % 7)).fill(4), i], completionStart: 2 },
      rejected: { ids: [1, 2, ...new Array<number>(1 + (i % 5)).fill(5), i], completionStart: 2 },
    }));
    const cohort = {
      size: 2,
      context: 64,
      // Sums that tell policy, side and pair apart.
      logProbs: (sequences: readonly { ids: readonly number[] }[]) => {
        asked.push(sequences.map(({ ids }) => ids.length));
        return Promise.resolve([0, 1].map((k) => sequences.map(({ ids }) => sequence([k * 10_000 + ids[2]! * 1000 + ids.at(-1)!], 0))));
      },
    };
    const [first, second] = await scorePairs(cohort, many, undefined, () => {
      breaths += 1;
      return Promise.resolve();
    });
    expect(first!.chosen.map(({ sum }) => sum)).toEqual(many.map((_, i) => 4000 + i));
    expect(first!.rejected.map(({ sum }) => sum)).toEqual(many.map((_, i) => 5000 + i));
    expect(second!.rejected.map(({ sum }) => sum)).toEqual(many.map((_, i) => 15_000 + i));
    expect(asked.flat()).toHaveLength(300);
    expect(asked.flat()).toEqual([...asked.flat()].sort((a, b) => a - b));
    expect(breaths).toBe(asked.length);
    expect(breaths).toBeGreaterThan(3);
  });
});
