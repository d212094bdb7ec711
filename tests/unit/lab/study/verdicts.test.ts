// Each finding's rule, on documents made so that its verdict follows by hand.
import { describe, expect, it } from 'vitest';
import { remarkText } from '../../../../src/engine/errors';
import { findings } from '../../../../src/lab/study/verdicts';
import type { Judged } from '../../../../src/lab/study/finding';
import type { CellResult, DatasetFacts, MemberResult, StudyDocument } from '../../../../src/lab/study/types';
import { baseline, cell, facts, result, study } from './document';

const many = (value: number): number[] => new Array<number>(24).fill(value);
const judge = (id: string, document: Partial<Pick<StudyDocument, 'datasets' | 'baselines' | 'cells'>>): Judged =>
  findings.find((finding) => finding.id === id)!.judge(study({ datasets: [], baselines: [], cells: [], ...document }));
const verdict = (...given: Parameters<typeof judge>): string => judge(...given).verdict;

/** Held-out pairs all moved alike, so that an interval is a point. */
const moved = (objective: string, chosen: number, rejected: number): MemberResult => result(objective, [2], { change: { chosen: many(chosen), rejected: many(rejected) } });
const trained = (objective: string, quarters: number): MemberResult => result(objective, many(quarters));

it('says of every finding what is missing where nothing was measured', () => {
  expect(findings.map(({ id }) => id)).toEqual(['contrast', 'apo_zero', 'apo_down', 'dpo', 'benchmark', 'weak_winners', 'adviser']);
  for (const { id } of findings) expect(verdict(id, {})).toBe('notTested');
});

describe('CLAIR is the most contrastive', () => {
  const alike = (kind: 'clair' | 'stronger', seed: number, jaccard: number, distance: number): DatasetFacts =>
    facts(kind, seed, { wordJaccard: [jaccard, jaccard], levenshtein: [distance, distance] });

  it('when both measures say so on every seed, partly when only their means do', () => {
    const datasets = [alike('clair', 1, 0.6, 40), alike('stronger', 1, 0.3, 90), alike('clair', 2, 0.5, 40), alike('stronger', 2, 0.4, 90)];
    expect(verdict('contrast', { datasets })).toBe('reproduced');
    // Seed 2 turns round, the means (.55 against .45) do not.
    expect(verdict('contrast', { datasets: [...datasets.slice(0, 3), alike('stronger', 2, 0.6, 90)] })).toBe('partly');
    // Alike in words and yet further apart in letters.
    expect(verdict('contrast', { datasets: [alike('clair', 1, 0.6, 95), alike('stronger', 1, 0.3, 90)] })).toBe('notAtThisScale');
    expect(verdict('contrast', { datasets: datasets.filter(({ kind }) => kind === 'clair') })).toBe('notTested');
    expect(remarkText(judge('contrast', { datasets }).sentence)).toContain('CLAIR 0.55, Stronger preferred 0.35');
  });

  it('asks the first round alone', () => {
    const second = facts('stronger', 1, { round: 2, wordJaccard: [0.9, 0.9], levenshtein: [1, 1] });
    expect(verdict('contrast', { datasets: [alike('clair', 1, 0.6, 40), alike('stronger', 1, 0.3, 90), second] })).toBe('reproduced');
  });
});

describe('where objectives move winners and losers', () => {
  it('is told dataset by dataset: all of them, some, or none', () => {
    const of = (objective: string, ...pairs: [number, number][]): CellResult[] =>
      pairs.map(([chosen, rejected], i) => cell((['clair', 'stronger', 'on_policy'] as const)[i]!, 1, [moved(objective, chosen, rejected)]));
    expect(verdict('apo_zero', { cells: of('apo_zero', [2, -7], [6, -12]) })).toBe('reproduced');
    expect(verdict('apo_zero', { cells: of('apo_zero', [2, -7], [-0.6, -2]) })).toBe('partly');
    expect(verdict('apo_zero', { cells: of('apo_zero', [-1, -7], [3, 1]) })).toBe('notAtThisScale');
    expect(verdict('apo_down', { cells: of('apo_down', [-1, -4], [-9, -12]) })).toBe('reproduced');
    expect(verdict('apo_down', { cells: of('apo_down', [-1, -4], [0.1, -4], [-4, -2]) })).toBe('partly');
    expect(remarkText(judge('apo_down', { cells: of('apo_down', [-1, -4], [0.1, -4]) }).sentence)).toBe(
      'It holds on CLAIR (−1.00 / −4.00), not on Stronger preferred (+0.10 / −4.00); change of winners / losers in nats.',
    );
  });

  it('holds nowhere where the interval takes 0 in, as pairs go both ways', () => {
    const wide = result('apo_zero', [2], { change: { chosen: [3, -2.5, 3, -2.5], rejected: [-1, -1, -1, -1] } });
    expect(verdict('apo_zero', { cells: [cell('clair', 1, [wide])] })).toBe('notAtThisScale');
    // Two seeds that disagree are no evidence either, however sure each is of itself.
    const seeds = [cell('clair', 1, [moved('apo_zero', 3, -1)]), cell('clair', 2, [moved('apo_zero', -1, -1)])];
    expect(verdict('apo_zero', { cells: seeds })).toBe('notAtThisScale');
  });

  it('counts the cells in which DPO’s winners fall, and those in which they rise', () => {
    const cells = (...changes: number[]): CellResult[] => changes.map((chosen, seed) => cell('clair', seed, [moved('dpo', chosen, -9)]));
    expect(verdict('dpo', { cells: cells(-1, 2, 2) })).toBe('reproduced');
    // Always falling is no chance; one fall of four is not often.
    expect(verdict('dpo', { cells: cells(-1, -2) })).toBe('partly');
    expect(verdict('dpo', { cells: cells(-1, 2, 2, 2) })).toBe('partly');
    expect(verdict('dpo', { cells: cells(1, 2, 2) })).toBe('notAtThisScale');
    // Winners that fall further than losers do so without a margin that grows.
    expect(verdict('dpo', { cells: cells(-12, 2) })).toBe('notAtThisScale');
  });
});

describe('CLAIR gives the best benchmark', () => {
  const grid = (clair: number[], stronger: number[]): CellResult[] => [
    cell('clair', 1, [result('dpo', many(1)), result('apo_zero', clair)]), cell('stronger', 1, [result('dpo', stronger), result('apo_zero', many(1))]),
  ];

  it('when each dataset’s best objective is clearly below CLAIR’s', () => {
    const found = judge('benchmark', { cells: grid(many(4), many(3)) });
    expect(found.verdict).toBe('reproduced');
    expect(remarkText(found.sentence)).toBe('CLAIR’s best policy beats that of every other dataset: CLAIR 1.00 (APO-zero); Stronger preferred 0.75 (DPO).');
    expect(found.evidence.at(-1)!.value).toEqual({ mean: 0.25, low: 0.25, high: 0.25 });
    expect(verdict('benchmark', { cells: grid(many(2), many(3)) })).toBe('notAtThisScale');
    // One prompt of 24 is better and the others alike: higher, not clearly so.
    expect(verdict('benchmark', { cells: grid([...many(3).slice(1), 4], many(3)) })).toBe('partly');
  });
});

describe('weak winners hurt', () => {
  const weak = facts('off_policy_weak', 1, { round: 2, winnerGold: many(0.25), loserGold: many(0) });
  const second = (sft: number, zero: number, down: number): CellResult[] => [
    cell('off_policy_weak', 1, [trained('sft', sft), trained('apo_zero', zero), trained('apo_down', down)], 2),
  ];
  const baselines = [baseline(many(4)), baseline(many(3), 2, 1)];
  const of = (cells: CellResult[], datasets = [weak]): string => verdict('weak_winners', { cells, datasets, baselines });

  it('where SFT and APO-zero end below what the second round began with and below APO-down', () => {
    expect(of(second(1, 2, 3))).toBe('reproduced');
    // APO-zero stays where it was.
    expect(of(second(1, 3, 4))).toBe('partly');
    // Below before, and no worse than APO-down.
    expect(of(second(1, 1, 1))).toBe('notAtThisScale');
  });

  it('is not tested by winners that are better than the policy', () => {
    expect(of(second(1, 2, 3), [{ ...weak, winnerGold: many(1) }])).toBe('notTested');
    expect(of([cell('off_policy_weak', 1, [trained('sft', 1), trained('apo_zero', 1)], 2)])).toBe('notTested');
  });
});

describe('the adviser’s rule', () => {
  const good = facts('clair', 1, { winnerGold: many(1), loserGold: many(0.5) });
  const bad = facts('off_policy', 1, { winnerGold: many(0.25), loserGold: many(0) });
  const both = (zero: number, down: number): MemberResult[] => [trained('apo_zero', zero), trained('apo_down', down)];
  const of = (clair: MemberResult[], off: MemberResult[]): Judged =>
    judge('adviser', { datasets: [good, bad], baselines: [baseline(many(2))], cells: [cell('clair', 1, clair), cell('off_policy', 1, off)] });

  it('is reproduced where both calls occur and are right, partly where one is', () => {
    expect(of(both(4, 2), both(1, 2)).verdict).toBe('reproduced');
    const half = of(both(4, 2), both(2, 1));
    expect(half.verdict).toBe('partly');
    expect(remarkText(half.sentence)).toBe('Right are 1 of 1 calls for APO-zero and 0 of 1 for APO-down; 0 cells decide nothing.');
    expect(of(both(1, 2), both(2, 1)).verdict).toBe('notAtThisScale');
    expect(of(both(4, 2), both(2, 2)).verdict).toBe('partly');
    expect(of(both(2, 2), both(2, 2)).verdict).toBe('notTested');
  });
});
