import { describe, expect, it } from 'vitest';
import type { EncodedPair, SampledSequence, SampleOptions } from '../../../src/engine/training/types';
import { answerFigures, answerPrompts } from '../../../src/lab/answers';
import type { Recipe } from '../../../src/lab/recipe';
import { expectSameBits, outcomeOf, recipeOfEveryKind, withoutAnswers } from '../../support/outcome';
import { tinyLab, tinyRecipe } from '../../support/tinyLab';

const pairOf = (...prompt: number[]): EncodedPair => {
  const side = { ids: [...prompt, 7, 3], completionStart: prompt.length };
  return { chosen: side, rejected: side };
};

describe('the prompts that are answered', () => {
  it('lie evenly over the held-out pairs, each but once', () => {
    const pairs = Array.from({ length: 40 }, (_, i) => pairOf(1, Math.floor(i / 2), 2));
    expect(answerPrompts(pairs, 5)).toEqual([0, 4, 8, 12, 16].map((i) => [1, i, 2]));
    expect(answerPrompts(pairs, 99)).toEqual(Array.from({ length: 20 }, (_, i) => [1, i, 2]));
    expect(answerPrompts(pairs, 0)).toEqual([]);
  });
});

describe('what comes of the answers', () => {
  const answer = (length: number, ended: boolean): SampledSequence => ({ ids: new Array<number>(length).fill(9), ended, logProb: -1 });

  it('is their mean length and the share that ended, for each policy', async () => {
    const asked: SampleOptions[] = [];
    const cohort = {
      size: 2,
      sample: (_: unknown, options: SampleOptions) => {
        asked.push(options);
        return Promise.resolve([[answer(4, true), answer(7, true)], [answer(64, false), answer(11, true)]]);
      },
    };
    expect(await answerFigures(cohort, [[1], [2]], 3, () => Promise.resolve())).toEqual([
      { 'eval_samples/length': 5.5, 'eval_samples/ended': 1 },
      { 'eval_samples/length': 37.5, 'eval_samples/ended': 0.5 },
    ]);
    expect(asked).toMatchObject([{ temperature: 1, greedy: false, maxTokens: 64, endToken: 3 }]);
    expect(await answerFigures(cohort, [], 3, () => Promise.resolve())).toEqual([{}, {}]);
    expect(asked).toHaveLength(1);
  });

  it('stands in every evaluation, where all policies begin with the reference’s, and in no other row', async () => {
    const lab = tinyLab();
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe({ evaluation: { every: 2, samples: 3 }, schedule: { steps: 5, batchSize: 3 } }) });
    await lab.idle();
    expect(lab.of('failed')).toEqual([]);
    const rows = lab.of('rows').flatMap((event) => event.rows);
    const { reference } = lab.of('started')[0]!.start;
    const sampled = rows.filter(({ values }) => 'eval_samples/length' in values);
    expect(sampled.map(({ step, policy }) => [step, policy])).toEqual([0, 2, 4, 5].flatMap((step) => [[step, 0], [step, 1]]));
    for (const { values } of sampled) {
      expect('eval_loss' in values).toBe(true);
      expect([0, 1 / 3, 2 / 3, 1]).toContain(values['eval_samples/ended']);
      expect(values['eval_samples/length']).toBeLessThanOrEqual(64);
    }
    for (const name of ['eval_samples/length', 'eval_samples/ended']) {
      expect(sampled.slice(0, 2).map(({ values }) => values[name])).toEqual([reference[name], reference[name]]);
    }
    const last = sampled.at(-1)!.values;
    expect(last['eval_samples/length']).not.toBe(reference['eval_samples/length']);
  });

  it.each([['cpu', 4], ['wasm', 20]] as const)('costs a run on %s not a bit of its curves and parameters', async (backend, steps) => {
    const recipeWith = (samples: number): Recipe => recipeOfEveryKind(steps, { evaluation: { every: 2, samples } });
    const silent = await outcomeOf(tinyLab({ backend }), recipeWith(0));
    expectSameBits(withoutAnswers(await outcomeOf(tinyLab({ backend }), recipeWith(3))), silent);
  });
});
