import { describe, expect, it } from 'vitest';
import { edgesOf, spreadsOf, viewOf } from '../../../src/stores/studyView';
import { baseline, cell, facts, result, study } from '../lab/study/document';

describe('the distributions of Table 1', () => {
  it('share their edges, count every pair once, and take all seeds of a dataset together', () => {
    const datasets = [facts('clair', 1, { wordJaccard: [1, 0.99, 0] }), facts('clair', 2, { wordJaccard: [0.5] }), facts('stronger', 1, { wordJaccard: [1 / 24] })];
    const { edges, spreads } = spreadsOf(datasets, 'wordJaccard');
    expect([edges.length, edges[0], edges.at(-1)]).toEqual([25, 0, 1]);
    const filled = spreads.map(({ kind, counts }) => [kind, counts.flatMap((count, i) => (count > 0 ? [[i, count]] : []))]);
    // 1 belongs to the last bar, and a value on an edge to the bar above it.
    expect(filled).toEqual([['clair', [[0, 1], [12, 1], [23, 2]]], ['stronger', [[1, 1]]]]);
  });

  it('give whole numbers bars of a whole width, so that each holds as many of them as its neighbours', () => {
    expect(edgesOf([0, 3, 5])).toEqual([0, 1, 2, 3, 4, 5, 6]);
    const edges = edgesOf([-10, 90]);
    expect(edges[0]).toBe(-10);
    expect(new Set(edges.slice(1).map((edge, i) => edge - edges[i]!))).toEqual(new Set([5]));
    expect(edges.at(-1)).toBeGreaterThan(90);
    expect(edgesOf([])).toEqual([0, 1]);
  });
});

it('hands the page what is drawn, and leaves the numbers of single answers where they are', () => {
  const { document, results, findings } = viewOf(
    study({ datasets: [facts('clair', 1)], baselines: [baseline([0, 2, 4, 2])], cells: [cell('clair', 1, [result('dpo', [4, 4, 2, 2], { curves: { 'eval_logps/chosen': [-7, -6], 'eval_delta/chosen_shared': [0, 1] } })])] }),
  );
  expect(document.cells[0]!.members[0]!.curves).toEqual({ 'eval_logps/chosen': [-7, -6] });
  expect(document.cells[0]!.members[0]!.scores).toEqual([]);
  expect(document.datasets[0]!.wordJaccard).toEqual([]);
  expect(results.map(({ objective, modes }) => [objective, modes.sampled!.gold!.mean])).toEqual([['before', 0.5], ['dpo', 0.75]]);
  // What goes through a message port has no functions.
  expect(structuredClone(findings)).toEqual(findings);
});
