import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { writeSafetensors } from '../../../src/engine/model/safetensors';
import { encodeSequence } from '../../../src/engine/tokenizer/chat';
import type { MetricsRow, SampleSettings } from '../../../src/lab/protocol';
import type { PreferencePair } from '../../../src/preferences/pair';
import { logProbabilities, scalarParameters } from '../../support/llamaFloat64';
import { tinyFiles, tinyLab, tinyPairs, tinyRecipe, tinyTokenizer, tinyWeights, type TinyLab } from '../../support/tinyLab';

const rowsOf = (lab: TinyLab, runId = 'a'): MetricsRow[] => lab.of('rows').filter((event) => event.runId === runId).flatMap((event) => event.rows);
const trainRows = (lab: TinyLab, runId = 'a'): MetricsRow[] => rowsOf(lab, runId).filter((row) => 'loss' in row.values);
const heldOutRows = (lab: TinyLab, runId = 'a'): MetricsRow[] => rowsOf(lab, runId).filter((row) => 'eval_loss' in row.values);
const places = (rows: readonly MetricsRow[]): [number, number][] => rows.map((row) => [row.step, row.policy]);

function expectSameRows(actual: readonly MetricsRow[], expected: readonly MetricsRow[]): void {
  expect(places(actual)).toEqual(places(expected));
  actual.forEach((row, i) => {
    for (const [name, value] of Object.entries(expected[i]!.values)) expect(row.values[name], `${row.step} ${name}`).toBeCloseTo(value, 5);
  });
}

/** A lab whose clock stands still but for the policies: `step` gives each step's time in ms, an evaluation takes 100 ms. */
function clockedLab(step: (n: number) => number): TinyLab {
  let [time, steps] = [0, 0];
  return tinyLab({
    now: () => time,
    wrapCohort: (cohort, { policies }) =>
      policies[0]!.objective.id === 'sft'
        ? cohort
        : {
            ...cohort,
            get step() {
              return cohort.step;
            },
            train: (batches) => ((time += step((steps += 1))), cohort.train(batches)),
            logProbs: (sequences) => ((time += 100), cohort.logProbs(sequences)),
          },
  });
}

describe('a run', () => {
  it('prepares, starts, trains every step, looks at held-out pairs on time and finishes', async () => {
    const lab = tinyLab();
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe({ schedule: { steps: 5, batchSize: 3 } }) });
    await lab.idle();
    expect(lab.of('failed')).toEqual([]);
    expect(lab.states('a')).toEqual([['preparing', 0], ['training', 0], ['finished', 5]]);
    expect(places(trainRows(lab))).toEqual([1, 2, 3, 4, 5].flatMap((step) => [[step, 0], [step, 1]]));
    expect(places(heldOutRows(lab))).toEqual([0, 2, 4, 5].flatMap((step) => [[step, 0], [step, 1]]));
    expect(Object.keys(trainRows(lab)[0]!.values)).toEqual(
      expect.arrayContaining(['loss', 'logps/chosen', 'logps/rejected', 'rewards/chosen', 'rewards/rejected', 'rewards/margins', 'rewards/accuracies', 'entropy', 'grad_norm', 'learning_rate', 'num_tokens']),
    );
    expect(lab.checkpoint().step).toBe(5);
    expect(lab.of('started')[0]!.start).toMatchObject({ trainPairs: 9, heldOutPairs: 3, warnings: [], device: { backend: 'cpu' } });
  });

  it('draws the reference where a float64 model puts it, and lets every policy begin there', async () => {
    const lab = tinyLab();
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe() });
    await lab.idle();
    const parameters = scalarParameters(tinyWeights);
    for (const side of ['chosen', 'rejected'] as const) {
      const sums = tinyPairs
        .filter((pair) => pair.split === 'heldOut')
        .map((pair) => {
          const { ids, completionStart } = encodeSequence(tinyTokenizer, pair.prompt, pair[side]);
          return logProbabilities(ids, parameters, tinyWeights.config)
            .slice(completionStart - 1)
            .reduce((total, logProb) => total + logProb.value, 0);
        });
      const mean = sums.reduce((total, value) => total + value, 0) / sums.length;
      expect(lab.of('started')[0]!.start.reference[`eval_logps/${side}`]).toBeCloseTo(mean, 3);
      for (const row of heldOutRows(lab).slice(0, 2)) expect(row.values[`eval_logps/${side}`]).toBeCloseTo(mean, 3);
    }
    // DPO's loss is log 2 where policy and reference agree, APO-zero's 1.
    expect(heldOutRows(lab)[0]!.values.eval_loss).toBeCloseTo(Math.LN2, 9);
    expect(heldOutRows(lab)[1]!.values.eval_loss).toBeCloseTo(1, 9);
  });

  it('keeps, at every evaluation, what each held-out pair comes to: the numbers that a point of a curve is the mean of', async () => {
    const lab = tinyLab();
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe() });
    await lab.idle();
    const heldOut = tinyPairs.filter((pair) => pair.split === 'heldOut');
    expect(lab.of('started')[0]!.start.heldOutIds).toEqual(heldOut.map(({ id }) => id));
    for (const { values, pairs } of heldOutRows(lab)) {
      for (const side of ['chosen', 'rejected'] as const) {
        const sums = pairs![side];
        expect(sums).toHaveLength(heldOut.length);
        expect(sums.reduce((total, sum) => total + sum, 0) / sums.length).toBeCloseTo(values[`eval_logps/${side}`]!, 4);
      }
    }
    // Before the first step they are the reference's, which a float64 model knows too.
    const parameters = scalarParameters(tinyWeights);
    const { ids, completionStart } = encodeSequence(tinyTokenizer, heldOut[1]!.prompt, heldOut[1]!.rejected);
    const sum = logProbabilities(ids, parameters, tinyWeights.config).slice(completionStart - 1).reduce((total, logProb) => total + logProb.value, 0);
    expect(heldOutRows(lab)[0]!.pairs!.rejected[1]).toBeCloseTo(sum, 3);
    expect(trainRows(lab).some((row) => 'pairs' in row)).toBe(false);
  });

  it('splits each side’s change into shared and edited tokens that add up to it', async () => {
    const lab = tinyLab();
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe() });
    await lab.idle();
    const { reference } = lab.of('started')[0]!.start;
    for (const { values } of heldOutRows(lab)) {
      for (const side of ['chosen', 'rejected']) {
        const change = values[`eval_logps/${side}`]! - reference[`eval_logps/${side}`]!;
        expect(values[`eval_delta/${side}_shared`]! + values[`eval_delta/${side}_edited`]!).toBeCloseTo(change, 4);
      }
    }
    const last = heldOutRows(lab).at(-1)!.values;
    expect(Math.abs(last['eval_delta/chosen_shared']!)).toBeGreaterThan(1e-3);
    expect(Math.abs(last['eval_delta/chosen_edited']!)).toBeGreaterThan(1e-3);
  });

  it('is not changed by being evaluated', async () => {
    const [often, seldom] = [tinyLab(), tinyLab()];
    often.send({ type: 'train', runId: 'a', recipe: tinyRecipe({ evaluation: { every: 1 } }) });
    await often.idle();
    seldom.send({ type: 'train', runId: 'a', recipe: tinyRecipe({ evaluation: { every: 100 } }) });
    await seldom.idle();
    expect(trainRows(often)).toEqual(trainRows(seldom));
    expect(places(heldOutRows(seldom))).toEqual([[0, 0], [0, 1], [4, 0], [4, 1]]);
  });

  it('gives all policies of one seed the same batches and other seeds others', async () => {
    const lab = tinyLab();
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe({ seeds: [1, 2], evaluation: { every: 100 } }) });
    await lab.idle();
    const first = trainRows(lab).filter((row) => row.step === 1).map((row) => row.values['logps/chosen']!);
    // In the first step all policies are still the reference, so the same batch gives the same numbers.
    expect(first[1]).toBeCloseTo(first[0]!, 5);
    expect(first[3]).toBeCloseTo(first[2]!, 5);
    expect(Math.abs(first[2]! - first[0]!)).toBeGreaterThan(1e-3);
  });

  it('goes on from a checkpoint as if it had never been interrupted', async () => {
    const whole = tinyLab();
    whole.send({ type: 'train', runId: 'a', recipe: tinyRecipe({ schedule: { steps: 6, batchSize: 3 } }) });
    await whole.idle();

    const recipe = tinyRecipe({ schedule: { steps: 6, batchSize: 3 } });
    const before = tinyLab();
    before.send({ type: 'train', runId: 'a', recipe, paused: true });
    await before.idle();
    for (let i = 0; i < 3; i++) before.send({ type: 'step', runId: 'a' });
    await before.idle();
    before.send({ type: 'stop', runId: 'a' });
    await before.idle();
    // A checkpoint goes through storage as a structured clone.
    const checkpoint = structuredClone(before.checkpoint());
    expect(checkpoint.step).toBe(3);

    const after = tinyLab();
    after.send({ type: 'train', runId: 'a', recipe, resume: checkpoint });
    await after.idle();
    expect(after.states('a')).toEqual([['preparing', 3], ['training', 3], ['finished', 6]]);
    expectSameRows([...rowsOf(before), ...rowsOf(after)], rowsOf(whole));
    expect(after.checkpoint().numTokens).toEqual(whole.checkpoint().numTokens);
  });

  it('keeps a checkpoint five seconds after the last, however seldom it is evaluated', async () => {
    const lab = clockedLab((n) => (n % 2 ? 4950 : 50));
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe({ schedule: { steps: 7, batchSize: 3 }, evaluation: { every: 100 } }) });
    await lab.idle();
    expect(lab.of('checkpoint').map((event) => event.checkpoint.step)).toEqual([2, 4, 6, 7]);
    // Whoever goes on from a checkpoint never sees the steps before it again, so their rows come first.
    const told = lab.events.flatMap((event): (string | number)[] =>
      event.type === 'rows' ? event.rows.map((row) => row.step) : event.type === 'checkpoint' ? ['kept'] : [],
    );
    expect(told).toEqual([0, 0, 1, 1, 2, 2, 'kept', 3, 3, 4, 4, 'kept', 5, 5, 6, 6, 'kept', 7, 7, 7, 7, 'kept']);
  });

  it('keeps no checkpoint sooner than five seconds after the last', async () => {
    const lab = clockedLab(() => 2400);
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe({ schedule: { steps: 4, batchSize: 3 }, evaluation: { every: 1 } }) });
    await lab.idle();
    // A step with its evaluation takes 2.5 s.
    expect(lab.of('checkpoint').map((event) => event.checkpoint.step)).toEqual([2, 4]);
  });

  it('counts a step’s time, and that of its evaluation, with the rows that come of it', async () => {
    const lab = clockedLab(() => 1000);
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe() });
    await lab.idle();
    // Two evaluations on the way take 100 ms each; that of step 0 needs no device.
    const told = lab.of('rows').map((event) => [event.rows.at(-1)!.step, 'eval_loss' in event.rows.at(-1)!.values, event.elapsedMs]);
    expect(told).toEqual([[0, true, 0], [1, false, 1000], [2, false, 2000], [2, true, 2100], [3, false, 3100], [4, false, 4100], [4, true, 4200]]);
    expect(lab.checkpoint().elapsedMs).toBe(4200);
  });

  it('works the reference out once for a dataset, however often it is trained on', async () => {
    let scored = 0;
    const lab = tinyLab({
      wrapCohort: (cohort, { policies }) =>
        policies[0]!.objective.id !== 'sft' ? cohort : { ...cohort, logProbs: (sequences) => ((scored += sequences.length), cohort.logProbs(sequences)) },
    });
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe() });
    await lab.idle();
    expect(scored).toBe(2 * 12);
    lab.send({ type: 'train', runId: 'b', recipe: tinyRecipe({ cohort: [{ objective: 'apo_down' }] }) });
    await lab.idle();
    expect(scored).toBe(2 * 12);
    expect(lab.states('b').at(-1)).toEqual(['finished', 4]);
  });

  it('evaluates objectives that look at a whole batch', async () => {
    const lab = tinyLab();
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe({ cohort: [{ objective: 'kto' }, { objective: 'aot' }, { objective: 'dpo' }], schedule: { steps: 2, batchSize: 2 } }) });
    await lab.idle();
    expect(lab.of('failed')).toEqual([]);
    const step0 = heldOutRows(lab).slice(0, 3).map((row) => row.values.eval_loss!);
    // KL is zero where policy and reference agree: KTO's two halves are 1/2 each, AOT's loss is DPO's.
    expect(step0[0]).toBeCloseTo(1, 6);
    expect(step0[1]).toBeCloseTo(Math.LN2, 6);
    expect(heldOutRows(lab).at(-3)!.values.eval_loss).toBeLessThan(1);
  });
});

describe('pausing, stepping and stopping', () => {
  it('steps once at a time while paused, then goes on to the end', async () => {
    const lab = tinyLab();
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe(), paused: true });
    await lab.idle();
    expect(lab.states('a')).toEqual([['preparing', 0], ['paused', 0]]);
    lab.send({ type: 'step', runId: 'a' });
    await lab.idle();
    expect(lab.states('a').at(-1)).toEqual(['paused', 1]);
    expect(places(trainRows(lab))).toEqual([[1, 0], [1, 1]]);
    lab.send({ type: 'continue', runId: 'a' });
    await lab.idle();
    expect(lab.states('a').slice(-2)).toEqual([['training', 1], ['finished', 4]]);
  });

  it('pauses after the step under way and keeps a checkpoint of it', async () => {
    const lab = tinyLab();
    const begun = lab.next((event) => event.type === 'rows' && event.rows.some((row) => row.step > 0));
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe({ schedule: { steps: 100_000, batchSize: 3 } }) });
    await begun;
    lab.send({ type: 'pause', runId: 'a' });
    await lab.idle();
    const [state, step] = lab.states('a').at(-1)!;
    expect(state).toBe('paused');
    expect(step).toBeLessThan(10);
    expect(lab.checkpoint().step).toBe(step);
    expect(trainRows(lab).at(-1)!.step).toBe(step);
    lab.send({ type: 'stop', runId: 'a' });
    await lab.idle();
    expect(lab.states('a').at(-1)).toEqual(['stopped', step]);
  });

  it('ends the run under way when another is asked for', async () => {
    const lab = tinyLab();
    const begun = lab.next((event) => event.type === 'state' && event.state === 'training');
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe({ schedule: { steps: 100_000, batchSize: 3 } }) });
    await begun;
    lab.send({ type: 'train', runId: 'b', recipe: tinyRecipe() });
    await lab.idle();
    expect(lab.states('a').at(-1)![0]).toBe('stopped');
    expect(lab.states('b').at(-1)).toEqual(['finished', 4]);
  });

  it('stops a run that is still being prepared, and prepares the next one whole', async () => {
    let scored = 0;
    const lab = tinyLab({
      wrapCohort: (cohort, { policies }) => {
        if (policies[0]!.objective.id !== 'sft') return cohort;
        return {
          ...cohort,
          logProbs: (sequences) => {
            if ((scored += 1) === 1) lab.send({ type: 'stop', runId: 'a' });
            return cohort.logProbs(sequences);
          },
        };
      },
    });
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe() });
    await lab.idle();
    expect(lab.states('a')).toEqual([['preparing', 0], ['stopped', 0]]);
    // The held-out pairs were being scored; the training pairs were not begun.
    expect(scored).toBe(1);
    expect([...lab.of('failed'), ...lab.of('started')]).toEqual([]);
    lab.send({ type: 'train', runId: 'b', recipe: tinyRecipe() });
    await lab.idle();
    expect(lab.states('b').at(-1)).toEqual(['finished', 4]);
    expect(scored).toBe(3);
  });

  it('hears nothing about runs it does not know', async () => {
    const lab = tinyLab();
    for (const type of ['pause', 'continue', 'step', 'stop'] as const) lab.send({ type, runId: 'nobody' });
    await lab.idle();
    expect(lab.events).toEqual([]);
  });

  it('frees what it held on the device', async () => {
    const lab = tinyLab();
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe() });
    await lab.idle();
    const held = tf.memory().numTensors;
    for (const runId of ['b', 'c', 'd']) {
      lab.send({ type: 'train', runId, recipe: tinyRecipe() });
      await lab.idle();
    }
    expect(tf.memory().numTensors).toBe(held);
  });
});

describe('what goes wrong', () => {
  it('stops a policy whose numbers are not finite, alone, and says so', async () => {
    const lab = tinyLab();
    lab.send({
      type: 'train',
      runId: 'a',
      recipe: tinyRecipe({ cohort: [{ objective: 'custom', expression: 'log(a - 1)' }, { objective: 'dpo', learningRate: 0.01 }] }),
    });
    await lab.idle();
    expect(lab.of('policyStopped').map((event) => event.stop)).toMatchObject([{ policy: 0, step: 0 }]);
    expect(rowsOf(lab).every((row) => row.policy === 1)).toBe(true);
    expect(lab.states('a').at(-1)).toEqual(['finished', 4]);
    expect(lab.checkpoint().stopped).toHaveLength(1);
  });

  it('ends a run whose policies have all stopped', async () => {
    const lab = tinyLab();
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe({ cohort: [{ objective: 'custom', expression: 'log(a - 1)' }] }) });
    await lab.idle();
    expect(lab.states('a').at(-1)).toEqual(['stopped', 0]);
  });

  it('answers a wrong request with a sentence and goes on with the next', async () => {
    const lab = tinyLab();
    lab.send({ type: 'train', runId: 'a', recipe: { ...tinyRecipe(), model: 'village' } });
    lab.send({ type: 'train', runId: 'b', recipe: { ...tinyRecipe(), data: { dataset: 'stored:9', trainPairs: 1, heldOutPairs: 1 } } });
    lab.send({ type: 'train', runId: 'c', recipe: tinyRecipe() });
    await lab.idle();
    // The first two were overtaken before they began.
    expect(lab.states('a')).toEqual([['stopped', 0]]);
    lab.send({ type: 'train', runId: 'd', recipe: { ...tinyRecipe(), model: 'village' } });
    await lab.idle();
    expect(lab.of('failed').at(-1)).toMatchObject({ runId: 'd', message: expect.stringContaining('“village”') as string });
    expect(lab.states('d').at(-1)![0]).toBe('failed');
    lab.send({ type: 'train', runId: 'e', recipe: tinyRecipe() });
    await lab.idle();
    expect(lab.states('e').at(-1)).toEqual(['finished', 4]);
  });

  it('refuses a checkpoint of another cohort', async () => {
    const lab = tinyLab();
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe() });
    await lab.idle();
    lab.send({ type: 'train', runId: 'b', recipe: tinyRecipe({ seeds: [1, 2] }), resume: lab.checkpoint() });
    await lab.idle();
    expect(lab.of('failed').at(-1)!.message).toMatch(/checkpoint does not fit its recipe: “model\.embed_tokens\.weight” should have the shape \[4, 320, 8\]/);
  });

  it('goes on only with the pairs and the reference that the run began with', async () => {
    const lab = tinyLab();
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe(), paused: true });
    lab.send({ type: 'step', runId: 'a' });
    await lab.idle();
    lab.send({ type: 'stop', runId: 'a' });
    await lab.idle();
    const { dataHash, modelHash } = lab.of('started')[0]!.start;
    const resume = lab.checkpoint();
    const goOn = async (runId: string, change: { pairs?: readonly PreferencePair[]; files?: Map<string, Uint8Array> }): Promise<TinyLab> => {
      const next = tinyLab(change.files && { files: change.files });
      next.send({ type: 'train', runId, recipe: tinyRecipe(), resume, expected: { dataHash, ...(modelHash !== undefined && { modelHash }) }, ...(change.pairs && { pairs: change.pairs }) });
      await next.idle();
      return next;
    };

    const same = await goOn('same', {});
    expect(same.states('same').at(-1)).toEqual(['finished', 4]);

    const edited = await goOn('edited', { pairs: tinyPairs.map((pair, i) => (i === 0 ? { ...pair, chosen: `${pair.chosen} Yes.` } : pair)) });
    expect(edited.of('failed')[0]!.message).toMatch(/pairs are not those it began with/);
    expect(edited.states('edited').at(-1)).toEqual(['failed', 1]);
    expect(edited.of('started')).toEqual([]);

    const files = tinyFiles();
    const first = Object.keys(tinyWeights.tensors)[0]!;
    const tensor = tinyWeights.tensors[first]!;
    files.set('models/town/model.safetensors', writeSafetensors({ ...tinyWeights.tensors, [first]: { ...tensor, data: tensor.data.map((x) => x * 2) } }));
    const other = await goOn('other', { files });
    expect(other.of('failed')[0]!.message).toMatch(/reference is not the one it began with/);
    expect(other.states('other').at(-1)).toEqual(['failed', 1]);
  });

  it('says which file is damaged', async () => {
    const files = tinyFiles();
    files.set('models/town/model.safetensors', files.get('models/town/model.safetensors')!.slice(0, 1000));
    const lab = tinyLab({ files });
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe() });
    await lab.idle();
    expect(lab.of('failed')[0]!.message).toMatch(/no readable safetensors file/);
  });

  /** A device that breaks in the given steps, counted over all cohorts. */
  const breaking = (...at: number[]): TinyLab => {
    let steps = 0;
    return tinyLab({
      wrapCohort: (cohort) => ({
        ...cohort,
        get step() {
          return cohort.step;
        },
        train: (batches) => (at.includes((steps += 1)) ? Promise.reject(new Error('device lost')) : cohort.train(batches)),
      }),
    });
  };

  it('goes on by itself when the device is lost, and tells nothing twice', async () => {
    const whole = tinyLab();
    whole.send({ type: 'train', runId: 'a', recipe: tinyRecipe() });
    await whole.idle();
    const lab = breaking(2, 6);
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe() });
    await lab.idle();
    expect(lab.of('failed')).toEqual([]);
    expect(lab.of('started')).toHaveLength(1);
    expect(lab.of('opened')).toHaveLength(3);
    expect(lab.states('a').filter(([state]) => state === 'preparing')).toHaveLength(3);
    expect(lab.states('a').at(-1)).toEqual(['finished', 4]);
    expectSameRows(rowsOf(lab), rowsOf(whole));
  });

  it('goes on from a checkpoint that it told before the device was lost', async () => {
    const lab = breaking(3);
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe(), paused: true });
    for (let i = 0; i < 2; i++) lab.send({ type: 'step', runId: 'a' });
    await lab.idle();
    lab.send({ type: 'continue', runId: 'a' });
    lab.send({ type: 'pause', runId: 'a' });
    await lab.idle();
    lab.send({ type: 'continue', runId: 'a' });
    await lab.idle();
    expect(lab.states('a').at(-1)).toEqual(['finished', 4]);
    expect(places(trainRows(lab))).toEqual([1, 2, 3, 4].flatMap((step) => [[step, 0], [step, 1]]));
  });

  it('takes a waiting run up again when an answer breaks the device', async () => {
    let broken = false;
    const lab = tinyLab({
      wrapCohort: (cohort) => ({
        ...cohort,
        get step() {
          return cohort.step;
        },
        sample: (...args) => (broken ? cohort.sample(...args) : ((broken = true), Promise.reject(new Error('device lost')))),
      }),
    });
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe(), paused: true });
    lab.send({ type: 'sample', requestId: 's', settings: { prompt: 'x', temperature: 1, topK: 0, topP: 1, greedy: true, maxTokens: 2, seed: 1 } });
    await lab.idle();
    expect(lab.of('failed')).toMatchObject([{ requestId: 's' }]);
    expect(lab.states('a').at(-1)).toEqual(['paused', 0]);
    lab.send({ type: 'continue', runId: 'a' });
    await lab.idle();
    expect(lab.states('a').at(-1)).toEqual(['finished', 4]);
  });

  it('stops a run that is being taken up again after its device was lost', async () => {
    const lab = breaking(3);
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe() });
    await lab.next((event) => event.type === 'opened');
    await lab.next((event) => event.type === 'opened');
    lab.send({ type: 'stop', runId: 'a' });
    await lab.idle();
    expect(lab.of('failed')).toEqual([]);
    expect(lab.states('a').slice(-2)).toEqual([['preparing', 0], ['stopped', 2]]);
    lab.send({ type: 'train', runId: 'b', recipe: tinyRecipe() });
    await lab.idle();
    expect(lab.states('b').at(-1)).toEqual(['finished', 4]);
  });

  it('gives a run up whose device is lost again and again, and works on with the next', async () => {
    const lab = breaking(3, 5, 7);
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe() });
    await lab.idle();
    expect(lab.of('failed').at(-1)).toMatchObject({ runId: 'a', values: { reason: 'device lost.' } });
    expect(lab.states('a').at(-1)![0]).toBe('failed');
    expect(places(trainRows(lab)).at(-1)).toEqual([2, 1]);
    const opened = lab.of('opened').length;
    lab.send({ type: 'train', runId: 'b', recipe: tinyRecipe() });
    await lab.idle();
    expect(lab.of('opened').length).toBe(opened + 1);
    expect(lab.states('b').at(-1)).toEqual(['finished', 4]);
  });
});

describe('samples', () => {
  const settings: SampleSettings = { prompt: 'Is Ada’s boat red?', temperature: 1, topK: 0, topP: 1, greedy: false, maxTokens: 12, seed: 4 };

  it('come from the reference when there is no run, and from the policies beside it when there is one', async () => {
    const lab = tinyLab();
    lab.send({ type: 'sample', requestId: 's', settings });
    await lab.idle();
    const alone = lab.of('samples').at(-1)!;
    expect(alone).toMatchObject({ requestId: 's', done: true });
    expect(alone.runId).toBeUndefined();
    expect(alone.answers.map((answer) => answer.policy)).toEqual([-1]);

    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe(), paused: true });
    await lab.idle();
    lab.send({ type: 'sample', requestId: 't', settings });
    await lab.idle();
    const both = lab.of('samples').at(-1)!;
    expect(both.runId).toBe('a');
    expect(both.answers.map((answer) => answer.policy)).toEqual([-1, 0, 1]);
    // Before the first step the policies are the reference, and the seed is the same.
    expect(both.answers.map((answer) => answer.text)).toEqual(new Array(3).fill(alone.answers[0]!.text));
  });

  it('are scored where the town knows the prompt', async () => {
    const lab = tinyLab();
    lab.send({ type: 'sample', requestId: 's', settings: { ...settings, prompt: 'What is 3 plus 4?' } });
    lab.send({ type: 'sample', requestId: 't', settings: { ...settings, prompt: 'Sing!' } });
    await lab.idle();
    const [sum, song] = lab.of('samples').filter((event) => event.done);
    expect(song!.answers[0]!.gold).toBeUndefined();
    expect(sum!.answers[0]!.gold?.score).toBeLessThan(1);
  });

  it('end early when they are cancelled', async () => {
    const lab = tinyLab();
    const growing = lab.next((event) => event.type === 'samples');
    lab.send({ type: 'sample', requestId: 's', settings: { ...settings, maxTokens: 40, temperature: 5 } });
    await growing;
    lab.send({ type: 'cancelSample', requestId: 's' });
    await lab.idle();
    const last = lab.of('samples').at(-1)!;
    expect(last.done).toBe(true);
    expect(last.answers[0]!.tokens).toBeLessThan(40);
  });

  it('are refused with a sentence when the prompt fills the context', async () => {
    const lab = tinyLab();
    lab.send({ type: 'sample', requestId: 's', settings: { ...settings, prompt: 'zq'.repeat(200) } });
    await lab.idle();
    expect(lab.of('failed')[0]).toMatchObject({ requestId: 's', message: expect.stringMatching(/402 tokens, and the model reads 64/) as string });
  });

  it('come from a stored run’s policies once they are loaded', async () => {
    const lab = tinyLab();
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe({ schedule: { steps: 4, batchSize: 3, warmupSteps: 0 } }) });
    await lab.idle();
    lab.send({ type: 'sample', requestId: 's', settings });
    await lab.idle();
    const fresh = tinyLab();
    fresh.send({ type: 'load', runId: 'a', recipe: tinyRecipe(), checkpoint: structuredClone(lab.checkpoint()) });
    fresh.send({ type: 'sample', requestId: 's', settings });
    await fresh.idle();
    expect(fresh.of('failed')).toEqual([]);
    const answers = (of: TinyLab) => of.of('samples').at(-1)!.answers.map(({ policy, text, tokens }) => ({ policy, text, tokens }));
    expect(answers(fresh)).toEqual(answers(lab));
  });
});
