import { describe, expect, it } from 'vitest';
import { collapseOf } from '../../../../src/features/compare/collapse';
import { outcomeOf } from '../../../../src/features/compare/outcome';
import { fullShade, historyOf, splitOf, tokensAt } from '../../../../src/features/compare/where/tokenChange';
import type { HeldOutTokens, MetricsRow } from '../../../../src/lab/protocol';
import { parseRecipe, policiesOf } from '../../../../src/lab/recipe';
import { createRowTable } from '../../../../src/stores/rowTable';
import type { Run } from '../../../../src/stores/runs';
import { startOf } from '../../stores/fixture';

// Two pairs: winners of 2 and 3 tokens, losers of 1 and 2.
const tokens: HeldOutTokens = {
  chosen: {
    starts: Uint32Array.of(0, 2, 5), ids: Uint32Array.of(7, 3, 8, 9, 3), shared: Uint8Array.of(0, 1, 1, 0, 1),
    reference: Float32Array.of(-1, -2, -3, -4, -5),
  },
  rejected: { starts: Uint32Array.of(0, 1, 3), ids: Uint32Array.of(3, 6, 3), shared: Uint8Array.of(1, 0, 1), reference: Float32Array.of(-6, -7, -8) },
};

const row = (step: number, chosenTokens?: number[], rejectedTokens?: number[]): MetricsRow => ({
  step, policy: 0, values: { eval_loss: 1 },
  pairs: {
    chosen: [0, 0], rejected: [0, 0],
    ...(chosenTokens && rejectedTokens && { chosenTokens: Float32Array.from(chosenTokens), rejectedTokens: Float32Array.from(rejectedTokens) }),
  },
});

describe('the tokens of a pair', () => {
  const table = createRowTable([
    row(0, [-1, -2, -3, -4, -5], [-6, -7, -8]),
    row(10),
    row(20, [-1, -2, -3.5, -2, -5.25], [-6, -9, -8.5]),
  ]);

  it('are told by how far each has moved from the reference', () => {
    const { chosen, rejected } = tokensAt(tokens, table, 0, 20, 1)!;
    expect(chosen).toEqual([
      { id: 8, shared: true, reference: -3, now: -3.5, change: -0.5 },
      { id: 9, shared: false, reference: -4, now: -2, change: 2 },
      { id: 3, shared: true, reference: -5, now: -5.25, change: -0.25 },
    ]);
    expect(rejected.map(({ change }) => change)).toEqual([-2, -0.5]);
    expect(splitOf(chosen)).toEqual({ shared: -0.75, edited: 2 });
    expect(tokensAt(tokens, table, 0, 10, 1)).toBeUndefined();
  });

  it('are followed over the steps that have kept them, in one scale', () => {
    const history = historyOf(tokens, table, 0, 1);
    expect(history.steps).toEqual([0, 20]);
    expect(history.at.map(({ rejected }) => splitOf(rejected))).toEqual([{ shared: 0, edited: 0 }, { shared: -0.5, edited: -2 }]);
    expect(fullShade(history)).toBe(2);
    // The first pair has not moved: its noise is not blown up.
    expect(fullShade(historyOf(tokens, table, 0, 0))).toBe(0.5);
  });
});

describe('answers that go wrong', () => {
  const recipe = parseRecipe({ version: 1, cohort: [{ objective: 'apo_down' }], seeds: [1, 2] });

  /** Both seeds' answers at the last evaluation; the reference's have 20 tokens and 95 % of them end. */
  function runWith(answers: readonly (readonly [length: number, ended: number])[], winners?: number): Run {
    const start = startOf(recipe);
    const rows = policiesOf(recipe).flatMap(({ index }) =>
      [[20, 0.95] as const, answers[index]!].map(([length, ended], i): MetricsRow => ({
        step: 10 * i, policy: index,
        values: { 'eval_logps/chosen': -6, 'eval_logps/rejected': -8, 'eval_samples/length': length, 'eval_samples/ended': ended },
      })),
    );
    const side = { starts: Uint32Array.of(0, (winners ?? 0) + 1), ids: new Uint32Array(), shared: new Uint8Array(), reference: new Float32Array() };
    return {
      id: 'run', name: 'Run', createdAt: 0, recipe, state: 'finished', step: 10, elapsedMs: 1000, stops: [], table: createRowTable(rows),
      start: {
        ...start,
        reference: { ...start.reference, 'eval_samples/length': 20, 'eval_samples/ended': 0.95 },
        ...(winners !== undefined && { heldOutTokens: { chosen: side, rejected: side } }),
      },
    };
  }

  it('are warned of when they grow half as long again as the reference’s and the winners’, or a fifth fewer end', () => {
    expect(collapseOf(runWith([[44, 0.5], [38, 0.74]], 24))).toEqual(['APO-down’s answers grew from 20 to 41 tokens and 38 % no longer end.']);
    expect(collapseOf(runWith([[37, 0.9], [36, 0.9]], 24))).toEqual(['APO-down’s answers grew from 20 to 37 tokens.']);
    expect(collapseOf(runWith([[20, 0.7], [20, 0.75]], 24))).toEqual(['28 % of APO-down’s answers no longer end.']);
    expect(outcomeOf(runWith([[20, 0.7], [20, 0.75]], 24)).at(-1)).toMatch(/no longer end/);
  });

  it('are not where a policy has only learnt to answer at the winners’ length, or where nothing was sampled', () => {
    expect(collapseOf(runWith([[35, 0.95], [35, 0.95]], 24))).toEqual([]);
    expect(collapseOf(runWith([[60, 0.95], [60, 0.95]]))).toEqual([]);
    const { start, ...run } = runWith([[60, 0], [60, 0]], 24);
    expect(collapseOf({ ...run, start: { ...start!, reference: {} } })).toEqual([]);
  });
});
