import { describe, expect, it } from 'vitest';
import { cellsOf, fullPlan, quickPlan } from '../../../../src/lab/study/plan';
import { gridOf } from '../../../../src/lab/study/grid';
import { firstOwn, planOf } from '../../../../src/features/paper/choice';
import { gridSeries, gridTable, membersOf, sharedDomain } from '../../../../src/features/paper/gridSeries';
import { planLine, spanText } from '../../../../src/features/paper/words';
import { cell, result, study } from '../../lab/study/document';

describe('a plan of one’s own', () => {
  it('has what was chosen, and the full plan’s numbers for the rest', () => {
    const plan = planOf('own', { ...firstOwn, datasets: ['on_policy', 'stronger'], objectives: ['sft', 'dpo'], seeds: 2, train: 10, heldOut: 6, steps: 5, prompts: 7 });
    expect(cellsOf(plan).map(({ kind, seed }) => `${kind} ${seed}`)).toEqual(['on_policy 1', 'stronger 1', 'on_policy 2', 'stronger 2']);
    expect(plan.members).toEqual(fullPlan.members.filter(({ objective }) => objective === 'dpo' || objective === 'sft'));
    // No batch is larger than the data, no warm-up as long as the training.
    expect(plan).toMatchObject({ train: 10, heldOut: 6, schedule: { steps: 5, batchSize: 10, warmupSteps: 0 }, benchmark: { prompts: 7, part: 'benchmark' } });
    expect(plan.secondRound).toBeUndefined();
  });

  it('begins its second round from revisions and APO-zero, or from what there is', () => {
    expect(planOf('own', { ...firstOwn, secondRound: true }).secondRound?.from).toEqual({ dataset: 'clair', objective: 'apo_zero' });
    expect(planOf('own', { ...firstOwn, datasets: ['stronger'], objectives: ['kto'], secondRound: true }).secondRound?.from).toEqual({ dataset: 'stronger', objective: 'kto' });
  });

  it('is told in one line', () => {
    expect(planLine(quickPlan)).toBe(
      '4 datasets × 5 objectives × 1 seed, 192 + 48 pairs, 60 steps of 8, 120 benchmark prompts, a second round from APO-zero on CLAIR: minimal revisions: 5 cells',
    );
    expect([400, 61_000, 100_000, 5_400_000].map(spanText)).toEqual(['1 second', '61 seconds', '2 minutes', '1.5 hours']);
  });
});

describe('Figure 4', () => {
  const member = (objective: string, chosen: (number | null)[]) => result(objective, [2], { curves: { 'eval_logps/chosen': chosen, 'eval_logps/rejected': [-9, -12] } });
  const document = study({
    datasets: [], baselines: [],
    cells: [cell('clair', 1, [member('dpo', [-7, -8]), member('sft', [-7, -6])]), cell('clair', 2, [member('dpo', [-7, -10]), member('sft', [-7, null])])],
  });
  const [panel] = gridOf(document, 1, 'logps');
  const both = new Set([0, 1]);

  it('draws winners solid and losers dashed in their objective’s colour, with a band where seeds differ', () => {
    const series = gridSeries(panel!, both);
    expect(series.map(({ label, dashed }) => [label, dashed])).toEqual([['DPO, winners', false], ['DPO, losers', true], ['SFT, winners', false], ['SFT, losers', true]]);
    expect(series[0]).toMatchObject({ mean: [-7, -9], low: [-7, -10], high: [-7, -8] });
    expect(series[1]!.low).toBeUndefined();
    expect(series[0]!.color).toBe(series[1]!.color);
    // A colour stays an objective's when another is switched off.
    expect(gridSeries(panel!, new Set([1]))[0]!.color).toBe(series[2]!.color);
    expect(membersOf(panel!).map(({ label }) => label)).toEqual(['DPO', 'SFT']);
  });

  it('has one axis over bands and references of all panels, and a table of every number', () => {
    expect(sharedDomain([panel!], both)).toEqual([-12, -6]);
    const { columns, rows } = gridTable('nats', gridSeries(panel!, new Set([0])), panel!);
    expect(columns).toEqual(['Step', 'DPO, winners', 'DPO, winners, lowest seed', 'DPO, winners, highest seed', 'DPO, losers', 'Reference, winners', 'Reference, losers']);
    expect(rows).toEqual([
      ['0', '−7.0000', '−7.0000', '−7.0000', '−9.0000', '−7.0000', '−9.0000'],
      ['10', '−9.0000', '−10.0000', '−8.0000', '−12.0000', '−7.0000', '−9.0000'],
    ]);
  });
});
