import { describe, expect, it } from 'vitest';
import { encodeSequence } from '../../../src/engine/tokenizer/chat';
import type { LabEvent } from '../../../src/lab/protocol';
import { logProbabilities, scalarParameters } from '../../support/llamaFloat64';
import { tinyLab, tinyPairs, tinyRecipe, tinyTokenizer, tinyWeights, type TinyLab } from '../../support/tinyLab';

type Scored = Extract<LabEvent, { type: 'scored' }>;

async function ask(lab: TinyLab, pairs = tinyPairs.slice(0, 3), perToken = true): Promise<Scored> {
  lab.send({ type: 'score', requestId: 's', pairs, perToken });
  await lab.idle();
  return lab.of('scored').at(-1)!;
}

describe('what the models think of a pair', () => {
  it('is what a float64 model gives for each token of the reference, the end token included', async () => {
    const { scores, runId } = await ask(tinyLab());
    expect(runId).toBeUndefined();
    expect(scores.map(({ policy }) => policy)).toEqual([-1]);
    const parameters = scalarParameters(tinyWeights);
    tinyPairs.slice(0, 3).forEach((pair, i) => {
      for (const side of ['chosen', 'rejected'] as const) {
        const { ids, completionStart } = encodeSequence(tinyTokenizer, pair.prompt, pair[side]);
        const expected = logProbabilities(ids, parameters, tinyWeights.config).slice(completionStart - 1).map(({ value }) => value);
        const found = scores[0]!.pairs[i]![side];
        expect(found.tokens).toBe(expected.length);
        found.perToken!.forEach((value, place) => expect(value).toBeCloseTo(expected[place]!, 3));
        expect(found.sum).toBeCloseTo(expected.reduce((total, value) => total + value, 0), 3);
        expect(found.texts!.join('')).toBe(pair[side]);
        expect(found.texts).toHaveLength(expected.length);
        expect(found.texts!.at(-1)).toBe('');
      }
    });
  });

  it('is asked of every policy between the steps of a run, which goes on as if nobody had asked', async () => {
    const [asked, alone] = [tinyLab(), tinyLab()];
    const recipe = tinyRecipe({ schedule: { steps: 6, batchSize: 3 } });
    alone.send({ type: 'train', runId: 'a', recipe });
    await alone.idle();
    asked.send({ type: 'train', runId: 'a', recipe, paused: true });
    await asked.idle();
    asked.send({ type: 'step', runId: 'a' });
    await asked.idle();
    const { scores, runId, step } = await ask(asked);
    expect({ runId, step, policies: scores.map(({ policy }) => policy) }).toEqual({ runId: 'a', step: 1, policies: [-1, 0, 1] });
    expect(scores[1]!.pairs[0]!.chosen.sum).not.toBe(scores[0]!.pairs[0]!.chosen.sum);
    asked.send({ type: 'continue', runId: 'a' });
    await asked.idle();
    const losses = (lab: TinyLab): number[] => lab.of('rows').flatMap(({ rows }) => rows.flatMap(({ values }) => ('loss' in values ? [values.loss!] : [])));
    expect(losses(asked)).toEqual(losses(alone));
    // The policies of a run that is over still answer.
    expect((await ask(asked)).step).toBe(6);
  });

  it('leaves out pairs that are longer than the context, and single tokens unless they were asked for', async () => {
    const long = { ...tinyPairs[0]!, chosen: 'Anna '.repeat(200) };
    const endless = { ...tinyPairs[0]!, rejected: 'z'.repeat(1_000_000) };
    const { scores } = await ask(tinyLab(), [long, tinyPairs[1]!, endless], false);
    expect(scores[0]!.pairs.map((pair) => pair === null)).toEqual([true, false, true]);
    expect(Object.keys(scores[0]!.pairs[1]!.chosen)).toEqual(['sum', 'tokens']);
  });

  it('is given up when it is cancelled', async () => {
    const lab = tinyLab();
    lab.send({ type: 'score', requestId: 's', pairs: tinyPairs, perToken: false });
    lab.send({ type: 'cancel', requestId: 's' });
    await lab.idle();
    expect(lab.of('cancelled').map(({ requestId }) => requestId)).toEqual(['s']);
    expect(lab.of('scored')).toEqual([]);
    lab.send({ type: 'score', requestId: 's', pairs: [], perToken: false });
    await lab.idle();
    expect(lab.of('scored')).toHaveLength(1);
  });
});
