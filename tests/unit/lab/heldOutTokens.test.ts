import { expect, it } from 'vitest';
import { encodeSequence } from '../../../src/engine/tokenizer/chat';
import { alignPair } from '../../../src/lab/evaluation';
import { tokensKept } from '../../../src/lab/heldOutTokens';
import type { MetricsRow } from '../../../src/lab/protocol';
import { logProbabilities, scalarParameters } from '../../support/llamaFloat64';
import { tinyLab, tinyPairs, tinyRecipe, tinyTokenizer, tinyWeights, type TinyLab } from '../../support/tinyLab';

const heldOut = tinyPairs.filter((pair) => pair.split === 'heldOut');

async function trained(change: { [key: string]: unknown } = {}): Promise<TinyLab> {
  const lab = tinyLab();
  lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe(change) });
  await lab.idle();
  expect(lab.of('failed')).toEqual([]);
  return lab;
}

const heldOutRows = (lab: TinyLab): MetricsRow[] => lab.of('rows').flatMap(({ rows }) => rows).filter((row) => 'eval_loss' in row.values);

it('begins with every held-out token, told apart by whether the other side has it, and with what a float64 reference gives it', async () => {
  const { heldOutTokens, heldOutIds } = (await trained()).of('started')[0]!.start;
  expect(heldOutIds).toEqual(heldOut.map(({ id }) => id));
  const parameters = scalarParameters(tinyWeights);
  for (const side of ['chosen', 'rejected'] as const) {
    const { starts, ids, shared, reference } = heldOutTokens![side];
    heldOut.forEach((pair, i) => {
      const { ids: expected, completionStart } = encodeSequence(tinyTokenizer, pair.prompt, pair[side]);
      const of = <T>(list: ArrayLike<T>): T[] => Array.from(list).slice(starts[i], starts[i + 1]);
      expect(of(ids)).toEqual(expected.slice(completionStart));
      logProbabilities(expected, parameters, tinyWeights.config)
        .slice(completionStart - 1)
        .forEach(({ value }, t) => expect(of(reference)[t]).toBeCloseTo(value, 4));
      // “Yes, ” and “Well, ” were edited, what the sides end with was not.
      expect(of(shared)[0]).toBe(0);
      expect(of(shared).at(-1)).toBe(1);
    });
    expect([ids.length, shared.length, reference.length]).toEqual(Array.from({ length: 3 }, () => starts.at(-1)));
  }
});

it('keeps at every evaluation what each token comes to, which adds up to the pair’s sum and to the split of the change', async () => {
  const lab = await trained();
  const { start } = lab.of('started')[0]!;
  const rows = heldOutRows(lab);
  expect(rows).toHaveLength(6);
  for (const { values, pairs } of rows) {
    for (const side of ['chosen', 'rejected'] as const) {
      const { starts, shared, reference } = start.heldOutTokens![side];
      const tokens = pairs![`${side}Tokens`]!;
      expect(tokens.buffer.byteLength).toBe(4 * starts.at(-1)!);
      const split = { shared: 0, edited: 0 };
      pairs![side].forEach((sum, i) => {
        expect(tokens.subarray(starts[i], starts[i + 1]).reduce((total, value) => total + value, 0)).toBeCloseTo(sum, 4);
        for (let t = starts[i]!; t < starts[i + 1]!; t++) split[shared[t] === 1 ? 'shared' : 'edited'] += (tokens[t]! - reference[t]!) / heldOut.length;
      });
      expect(split.shared).toBeCloseTo(values[`eval_delta/${side}_shared`]!, 5);
      expect(split.edited).toBeCloseTo(values[`eval_delta/${side}_edited`]!, 5);
    }
  }
  expect(rows.at(-1)!.pairs!.chosenTokens).not.toEqual(rows[0]!.pairs!.chosenTokens);
});

it('keeps them at each n-th evaluation and the last where the run would hold more than four million, at none where one would hold more than 262,144', () => {
  // A thousand pairs of 20 and 12 tokens.
  const side = (tokens: number) => ({ ids: new Array<number>(tokens + 5).fill(4), completionStart: 5 });
  const pairs = Array.from({ length: 1000 }, () => alignPair({ chosen: side(20), rejected: side(12) }));
  const stepsOf = (steps: number, every: number, seeds: number[]): number[] | undefined => {
    const kept = tokensKept(tinyRecipe({ seeds, schedule: { steps }, evaluation: { every } }), pairs);
    return kept && Array.from({ length: steps + 1 }, (_, step) => step).filter((step) => (step % every === 0 || step === steps) && kept(step));
  };
  // Two policies hold 64,000 numbers at a time, so 65 evaluations are all that fits.
  expect(stepsOf(640, 10, [1])).toHaveLength(65);
  expect(stepsOf(650, 10, [1])).toEqual([...Array.from({ length: 33 }, (_, i) => 20 * i), 650]);
  expect(stepsOf(10, 10, [1, 2, 3, 4])).toEqual([0, 10]);
  expect(stepsOf(10, 10, [1, 2, 3, 4, 5])).toBeUndefined();
});
