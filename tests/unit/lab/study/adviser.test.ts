// The adviser's rule on evidence whose answer is plain, and its record over cells of a study.
import { describe, expect, it } from 'vitest';
import { remarkText } from '../../../../src/engine/errors';
import { advise, adviserRecord, type AdviserEvidence } from '../../../../src/lab/study/adviser';
import { baseline, cell, facts, result, study } from './document';

const repeat = (...values: number[]): number[] => Array.from({ length: 24 }, (_, i) => values[i % values.length]!);
const evidence = (winnerGold: number[], ownGold: number[], more: Partial<AdviserEvidence> = {}): AdviserEvidence => ({
  winnerGold, ownGold, paired: true, wordJaccard: repeat(0.6), winnerLogProbPerToken: [], ownLogProbPerToken: [], ...more,
});

describe('the adviser', () => {
  it('calls for APO-zero where winners are better, for APO-down where they are worse', () => {
    const better = advise(evidence(repeat(1), repeat(0.5, 0.75, 1)));
    expect(better).toMatchObject({ advice: 'apo_zero', winnerOverOwn: { mean: 0.25 }, better: { mean: 2 / 3 }, worse: { mean: 0 } });
    expect(remarkText(better.reasons[0]!)).toMatch(/^The winners score better than the model’s own answers \(\+0\.25, 95 % interval \+0\.\d\d to \+0\.\d\d\)/);
    expect(advise(evidence(repeat(0.25), repeat(0.5, 0.75))).advice).toBe('apo_down');
  });

  it('makes no call where the difference is not clear, the answers are few, or the winners no better than the losers', () => {
    expect(advise(evidence(repeat(0, 1), repeat(1, 0))).advice).toBe('neither');
    expect(advise(evidence([1, 1, 1], [0, 0, 0])).advice).toBe('neither');
    const empty = advise(evidence(repeat(1), repeat(0.5), { loserGold: repeat(1) }));
    expect(empty.advice).toBe('neither');
    expect(remarkText(empty.reasons[0]!)).toContain('the pairs have nothing to teach');
    expect(advise(evidence([], [])).advice).toBe('neither');
  });

  it('compares answers to other prompts as two groups, and says how likely the winners are', () => {
    const found = advise(evidence(repeat(1, 0.5), [...repeat(0.5), ...repeat(0.25)], { paired: false, winnerLogProbPerToken: repeat(-1.5), ownLogProbPerToken: repeat(-0.5, -0.7) }));
    // .75 against .375, and −1.5 against −.6.
    expect(found).toMatchObject({ advice: 'apo_zero', winnerOverOwn: { mean: 0.375 } });
    expect(found).not.toHaveProperty('better');
    expect(found.likelihood!.mean).toBeCloseTo(-0.9, 12);
    expect(remarkText(found.reasons[2]!)).toContain('less likely');
  });
});

describe('the record', () => {
  const gold = (quarters: number): number[] => repeat(quarters);
  const weak = facts('off_policy', 1, { winnerGold: repeat(0.25), loserGold: repeat(0) });

  it('tells right calls from wrong ones and from cells that decide nothing, round by round', () => {
    const record = adviserRecord(
      study({
        datasets: [facts('clair', 1, { winnerGold: repeat(1), loserGold: repeat(0.5) }), weak, { ...weak, round: 2 }],
        baselines: [baseline(gold(2)), baseline(gold(0), 2, 1)],
        cells: [
          cell('clair', 1, [result('apo_zero', gold(4)), result('apo_down', gold(2))]),
          cell('off_policy', 1, [result('apo_zero', gold(3)), result('apo_down', gold(2))]),
          // The policy of this round scores 0, so that winners of .25 are better; the benchmark sees no difference.
          cell('off_policy', 1, [result('apo_zero', gold(2)), result('apo_down', gold(2))], 2),
        ],
      }),
    );
    expect(record.map(({ round, advice, better, outcome }) => [round, advice.advice, better, outcome])).toEqual([
      [1, 'apo_zero', 'apo_zero', 'right'], [1, 'apo_down', 'apo_zero', 'wrong'], [2, 'apo_zero', undefined, 'undecided'],
    ]);
    expect(record[0]!.zeroOverDown).toEqual({ mean: 0.5, low: 0.5, high: 0.5 });
  });

  it('leaves out cells that lack a variant or the scores of their pairs', () => {
    const cells = [cell('off_policy', 1, [result('apo_zero', gold(3))]), cell('clair', 1, [result('apo_zero', gold(3)), result('apo_down', gold(2))])];
    expect(adviserRecord(study({ datasets: [weak, facts('clair', 1, { winnerGold: [], loserGold: [] })], baselines: [baseline(gold(2))], cells }))).toEqual([]);
  });
});
