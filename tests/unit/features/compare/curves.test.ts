import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aggregate, drawnRuns, latestOf, linesOf, memberLabels } from '../../../../src/features/compare/curves';
import { outcomeOf } from '../../../../src/features/compare/outcome';
import { seriesTable } from '../../../../src/features/compare/seriesTable';
import { timeLeft } from '../../../../src/features/compare/RunBar';
import { parseRecipe, policiesOf, type Recipe } from '../../../../src/lab/recipe';
import { createRowTable, type Column } from '../../../../src/stores/rowTable';
import type { Run } from '../../../../src/stores/runs';
import { startOf } from '../../stores/fixture';

function runOf(recipe: Recipe, values: (policy: number, step: number) => readonly [chosen: number, rejected: number], steps: readonly number[]): Run {
  const rows = policiesOf(recipe).flatMap(({ index }) =>
    steps.map((step) => {
      const [chosen, rejected] = values(index, step);
      return { step, policy: index, values: { 'eval_logps/chosen': chosen, 'eval_logps/rejected': rejected } };
    }),
  );
  return {
    id: 'run', name: 'Run', createdAt: 0, recipe, state: 'finished', step: steps.at(-1) ?? 0, elapsedMs: 1000,
    start: startOf(recipe), stops: [], table: createRowTable(rows),
  };
}

describe('aggregation over seeds', () => {
  it('gives the mean and the extremes at every step that any seed has', () => {
    const column = fc
      .uniqueArray(fc.integer({ min: 0, max: 20 }), { maxLength: 15 })
      .map((steps) => steps.sort((a, b) => a - b))
      .chain((steps) => fc.array(fc.oneof(fc.integer({ min: -50, max: 50 }), fc.constant(NaN)), { minLength: steps.length, maxLength: steps.length }).map((values): Column => ({ steps, values })));
    fc.assert(
      fc.property(fc.array(column, { maxLength: 5 }), (columns) => {
        const found = aggregate(columns);
        // Brute force: look everything up, step by step.
        const expected = Array.from({ length: 21 }, (_, step) => ({
          step,
          values: columns.flatMap((one) => one.values.filter((value, i) => one.steps[i] === step && Number.isFinite(value))),
        })).filter(({ values }) => values.length > 0);
        expect(found.steps).toEqual(expected.map(({ step }) => step));
        expect(found.low).toEqual(expected.map(({ values }) => Math.min(...values)));
        expect(found.high).toEqual(expected.map(({ values }) => Math.max(...values)));
        expected.forEach(({ values }, i) => expect(found.mean[i]).toBeCloseTo(values.reduce((a, b) => a + b, 0) / values.length, 9));
      }),
    );
  });
});

const twoSeeds = parseRecipe({ version: 1, cohort: [{ objective: 'dpo' }, { objective: 'apo_zero' }], seeds: [1, 2] });

describe('lines', () => {
  it('draw one line and band for each member, over its seeds', () => {
    // Policies lie seed by seed: 0 and 2 are DPO, 1 and 3 are APO-zero.
    const run = runOf(twoSeeds, (policy, step) => [policy * 10 + step, 0], [0, 10]);
    const [dpo, apo] = linesOf(drawnRuns(run, [])[0]!, 'eval_logps/chosen');
    expect(dpo).toMatchObject({ label: 'DPO', steps: [0, 10], mean: [10, 20], low: [0, 10], high: [20, 30] });
    expect(apo).toMatchObject({ label: 'APO-zero', mean: [20, 30], low: [10, 20], high: [30, 40] });
  });

  it('have no band for a single seed', () => {
    const run = runOf({ ...twoSeeds, seeds: [1] }, () => [1, 1], [0]);
    expect(linesOf(drawnRuns(run, [])[0]!, 'eval_logps/chosen')[0]?.low).toBeUndefined();
  });

  it('keep an objective’s colour through all runs drawn', () => {
    const current = runOf(parseRecipe({ version: 1, cohort: [{ objective: 'apo_zero' }, { objective: 'kto' }] }), () => [0, 0], [0]);
    const past = { ...runOf(twoSeeds, () => [0, 0], [0]), id: 'past' };
    const [now, before] = drawnRuns(current, [past]);
    expect(now!.looks[0]!.color).toBe(before!.looks[1]!.color);
    expect(before!.past).toBe(true);
  });

  it('carry the stop of a policy with its reason', () => {
    const run = { ...runOf(twoSeeds, () => [0, 0], [0, 10]), stops: [{ policy: 2, step: 7, reason: 'The loss was not a finite number.' }] };
    const [dpo, apo] = linesOf(drawnRuns(run, [])[0]!, 'eval_logps/chosen');
    expect(dpo?.stops).toEqual([{ step: 7, reason: 'The loss was not a finite number.' }]);
    expect(apo?.stops).toEqual([]);
  });

  it('show the same numbers in their table', () => {
    const run = runOf({ ...twoSeeds, seeds: [1] }, (policy, step) => [-6 - policy - step / 10, 0], [0, 10]);
    const table = seriesTable('caption', linesOf(drawnRuns(run, [])[0]!, 'eval_logps/chosen'), 2, -6);
    expect(table.columns).toEqual(['Step', 'DPO', 'APO-zero', 'reference']);
    expect(table.rows).toEqual([
      ['0', '−6.00', '−7.00', '−6.00'],
      ['10', '−7.00', '−8.00', '−6.00'],
    ]);
  });
});

describe('where a member stands', () => {
  it('is where its line ends, once one of its seeds was stopped', () => {
    // Policies 0 and 2 are DPO; the second seed was stopped at step 10, ten times as far down.
    const all = runOf(twoSeeds, (policy, step) => [policy === 2 ? -100 : -step, 0], [0, 10, 20]);
    const table = createRowTable();
    for (const policy of [0, 1, 2, 3]) {
      const { steps, values } = all.table!.column('eval_logps/chosen', policy)!;
      table.add(steps.flatMap((step, i) => (policy === 2 && step > 10 ? [] : [{ step, policy, values: { 'eval_logps/chosen': values[i]! } }])));
    }
    const run: Run = { ...all, table, stops: [{ policy: 2, step: 10, reason: 'The loss was not a finite number.' }] };
    expect(latestOf(run, 'eval_logps/chosen')).toEqual([-20, -20]);
    expect(linesOf(drawnRuns(run, [])[0]!, 'eval_logps/chosen').map((line) => line.mean.at(-1))).toEqual([-20, -20]);
  });

  it('waits for the slower seed while both are running', () => {
    const run = runOf(twoSeeds, (policy, step) => [policy + step, 0], [0, 10]);
    run.table!.add([{ step: 20, policy: 0, values: { 'eval_logps/chosen': 99 } }]);
    expect(latestOf(run, 'eval_logps/chosen')).toEqual([11, 12]);
  });

  it('is unknown before the first figure', () => {
    expect(latestOf(runOf(twoSeeds, () => [0, 0], []), 'eval_logps/chosen')).toEqual([undefined, undefined]);
  });
});

describe('names of members', () => {
  it('are the objective’s, and tell twins apart by what differs', () => {
    const cohort = parseRecipe({
      version: 1,
      cohort: [{ objective: 'dpo', beta: 0.1 }, { objective: 'dpo', beta: 0.5 }, { objective: 'sft' }, { objective: 'kto', label: 'Mine' }],
    }).cohort;
    expect(memberLabels(cohort)).toEqual(['DPO β 0.1', 'DPO β 0.5', 'SFT', 'Mine']);
    const same = parseRecipe({ version: 1, cohort: [{ objective: 'dpo' }, { objective: 'dpo' }] }).cohort;
    expect(memberLabels(same)).toEqual(['DPO #1', 'DPO #2']);
  });
});

describe('the outcome in words', () => {
  // The reference of the fixture: winners −6, losers −8.
  it('says where winners and losers end, from the rows', () => {
    const run = runOf({ ...twoSeeds, seeds: [1] }, (policy, step) => (step === 0 ? [-6, -8] : policy === 0 ? [-8.3, -12] : [-4.1, -9.5]), [0, 10, 20]);
    expect(outcomeOf(run)).toEqual([
      'DPO’s winners end 2.3 nats below the reference; APO-zero’s 1.9 above.',
      'Losers fell under every objective, by 1.5 to 4.0 nats.',
    ]);
  });

  it('tells of winners that rose and fell again', () => {
    const path = [-6, -4.5, -5, -7.2];
    const run = runOf({ ...twoSeeds, seeds: [1] }, (policy, step) => [policy === 0 ? path[step / 10]! : -5, -8], [0, 10, 20, 30]);
    expect(outcomeOf(run)).toContain('DPO’s rose by 1.5 until step 10 and then fell by 2.7.');
  });

  it('does not say that losers fell when they did not', () => {
    const run = runOf({ ...twoSeeds, seeds: [1] }, (policy) => [-6, policy === 0 ? -10 : -7], [0, 10]);
    expect(outcomeOf(run).join(' ')).not.toMatch(/Losers fell/);
  });

  it('speaks of a run that is still going in the present', () => {
    const run: Run = { ...runOf({ ...twoSeeds, seeds: [1] }, () => [-7, -9], [0, 10]), state: 'training' };
    expect(outcomeOf(run)[0]).toMatch(/winners stand 1\.0 nats below/);
  });

  it('says nothing before there is anything to say', () => {
    expect(outcomeOf(runOf(twoSeeds, () => [-6, -8], []))).toEqual([]);
  });
});

describe('the time that is left', () => {
  it('follows from the pace of the steps this page has seen, not of those before a reload', () => {
    const run: Run = { ...runOf(twoSeeds, () => [0, 0], [0]), step: 60, elapsedMs: 30_000, pace: { step: 40, elapsedMs: 20_000 } };
    expect(timeLeft(run)).toBe(20_000);
    expect(timeLeft({ ...run, step: 41 })).toBeUndefined();
  });
});
