// A policy whose numbers break, on a real model: what is kept of it, and how it goes on.
import { describe, expect, it } from 'vitest';
import { DeviceLostError } from '../../../src/engine/errors';
import { branchOf, canBranch, type Branch } from '../../../src/lab/branch';
import { createGoodStates } from '../../../src/lab/goodStates';
import type { MetricsRow, PolicyStop, RunCheckpoint } from '../../../src/lab/protocol';
import type { Recipe } from '../../../src/lab/recipe';
import { tinyLab, tinyRecipe, tinyWeights, type TinyLab, type TinyLabOptions } from '../../support/tinyLab';

const STEPS = 12;
/** A loss that runs towards a cliff: it is no number once a winner has gained three nats. */
const steep = { objective: 'custom', expression: 'log(3 - a)', learningRate: 0.002 };
const sane = { objective: 'dpo', learningRate: 0.01 };

const recipeOf = (cohort: object[], every = 1): Recipe =>
  tinyRecipe({ cohort, schedule: { steps: STEPS, batchSize: 3, warmupSteps: 0 }, evaluation: { every } });

/** A lab that keeps a checkpoint after every step. */
function keepingLab(options: TinyLabOptions = {}): TinyLab {
  let now = 0;
  return tinyLab({ now: () => (now += 5000), ...options });
}

async function trained(recipe: Recipe, lab = keepingLab()): Promise<TinyLab> {
  lab.send({ type: 'train', runId: 'a', recipe });
  await lab.idle();
  expect(lab.of('failed')).toEqual([]);
  return lab;
}

const stopOf = (lab: TinyLab): PolicyStop => {
  expect(lab.of('policyStopped')).toHaveLength(1);
  return lab.of('policyStopped')[0]!.stop;
};

/** One policy's part of a checkpoint, by tensor. */
const partOf = ({ tensors }: RunCheckpoint, policy: number, K: number): Record<string, number[]> =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, { data }]) => [name, [...data.slice((policy * data.length) / K, ((policy + 1) * data.length) / K)]]),
  );

const at = (lab: TinyLab, step: number): RunCheckpoint =>
  lab.of('checkpoint').find(({ checkpoint }) => checkpoint.step === step)!.checkpoint;

const rowsOf = (lab: TinyLab, policy: number): MetricsRow[] => lab.of('rows').flatMap(({ rows }) => rows).filter((row) => row.policy === policy);

describe('a policy whose numbers break', () => {
  it('is set back to the last parameters that a later step has tried, moments and tokens with them', async () => {
    const lab = await trained(recipeOf([sane, steep]));
    const stop = stopOf(lab);
    expect(stop).toMatchObject({ policy: 1, reason: 'The loss was not a finite number.' });
    // Those of the step before look good and are the ones that break.
    expect(stop.step).toBeGreaterThan(3);
    expect(stop.keptStep).toBe(stop.step - 2);
    for (const { checkpoint } of lab.of('checkpoint').filter((event) => event.checkpoint.step >= stop.step)) {
      expect(partOf(checkpoint, 1, 2)).toEqual(partOf(at(lab, stop.keptStep!), 1, 2));
      expect(checkpoint.numTokens[1]).toBe(at(lab, stop.keptStep!).numTokens[1]);
      expect(checkpoint.stopped).toEqual([stop]);
    }
    expect(rowsOf(lab, 1).filter(({ values }) => 'loss' in values).map(({ step }) => step)).toEqual(Array.from({ length: stop.step - 1 }, (_, i) => i + 1));
  });

  it('leaves the others to train on as if it were not there', async () => {
    const lab = await trained(recipeOf([sane, steep]));
    const alone = await trained(recipeOf([sane]));
    expect(lab.states('a').at(-1)).toEqual(['finished', STEPS]);
    const [beside, by] = [rowsOf(lab, 0), rowsOf(alone, 0)];
    expect(beside.map(({ step }) => step)).toEqual(by.map(({ step }) => step));
    beside.forEach(({ values }, i) => {
      for (const [name, value] of Object.entries(by[i]!.values)) expect(values[name]).toBeCloseTo(value, 4);
    });
  });

  it('is set back to the step before where held-out pairs show that it broke', async () => {
    const lab = await trained(recipeOf([sane, { ...steep, learningRate: 0.01 }]));
    const stop = stopOf(lab);
    expect(stop).toMatchObject({ step: 2, keptStep: 1, reason: 'A held-out figure was not a finite number.' });
    expect(partOf(lab.checkpoint(), 1, 2)).toEqual(partOf(at(lab, 1), 1, 2));
  });

  it('goes back to the reference where nothing later did well', async () => {
    const lab = await trained(recipeOf([sane, { ...steep, learningRate: 0.05 }]));
    expect(stopOf(lab)).toMatchObject({ step: 1, keptStep: 0 });
    const part = partOf(lab.checkpoint(), 1, 2);
    for (const [name, { data }] of Object.entries(tinyWeights.tensors)) {
      expect(part[name]).toEqual([...data]);
      for (const moment of ['m', 'v']) expect(new Set(part[`adam_${moment}/${name}`])).toEqual(new Set([0]));
    }
  });

  it('has nothing to go back to where the reference itself breaks it', async () => {
    const lab = await trained(recipeOf([sane, { objective: 'custom', expression: 'log(a - 1)' }]));
    expect(stopOf(lab)).toMatchObject({ step: 0 });
    expect(canBranch(stopOf(lab))).toBe(false);
  });

  it('is set back to the same parameters when the device is lost in the middle of that', async () => {
    const expected = stopOf(await trained(recipeOf([sane, steep])));
    let broken = false;
    const lab = await trained(
      recipeOf([sane, steep]),
      keepingLab({
        wrapCohort: (cohort) => ({
          ...cohort,
          get step() {
            return cohort.step;
          },
          save: () => {
            if (cohort.stopped.size === 0 || broken) return cohort.save();
            broken = true;
            return Promise.reject(new DeviceLostError('unknown', 'The driver crashed.'));
          },
        }),
      }),
    );
    expect(broken).toBe(true);
    expect(lab.of('opened')).toHaveLength(2);
    expect(stopOf(lab)).toEqual(expected);
    expect(partOf(lab.checkpoint(), 1, 2)).toEqual(partOf(at(lab, expected.keptStep!), 1, 2));
  });
});

describe('a run of its own for a policy that broke', () => {
  const branch = (lab: TinyLab, recipe: Recipe, learningRate: number): Branch =>
    branchOf({ run: { id: 'a', name: 'Steep', recipe }, checkpoint: lab.checkpoint(), stop: stopOf(lab), learningRate, name: 'Less steep' });

  async function goOn({ recipe, resume, origin }: Branch, { dataHash }: { dataHash: string }): Promise<TinyLab> {
    const lab = keepingLab();
    // Through storage, as the page's does.
    lab.send({ type: 'train', runId: 'b', recipe, expected: { dataHash }, ...(resume && { resume: structuredClone(resume) }), ...(origin && { origin }) });
    await lab.idle();
    expect(lab.of('failed')).toEqual([]);
    return lab;
  }

  it('begins where it was set back to and says so', async () => {
    const recipe = recipeOf([sane, steep]);
    const lab = await trained(recipe);
    const { keptStep, step, reason } = stopOf(lab);
    const next = await goOn(branch(lab, recipe, 1e-5), lab.of('started')[0]!.start);
    const { start } = next.of('started')[0]!;
    expect(start.recipe).toEqual({ ...recipe, name: 'Less steep', cohort: [{ ...recipe.cohort[1]!, learningRate: 1e-5 }] });
    expect(start.origin).toEqual({ run: 'a', name: 'Steep', policy: 1, label: 'Custom', step: keptStep, stoppedAt: step, reason, learningRate: 0.002 });
    expect(next.of('policyStopped')).toEqual([]);
    expect(next.states('b').at(-1)).toEqual(['finished', STEPS]);
    const held = rowsOf(next, 0).filter(({ values }) => 'eval_loss' in values);
    // The first point of its curve lies where it begins, on the curve that it left.
    expect(held[0]!.step).toBe(keptStep);
    const left = rowsOf(lab, 1).find(({ step: there, values }) => there === keptStep && 'eval_loss' in values);
    expect(left, 'an evaluation where it was set back to').toBeDefined();
    for (const [name, value] of Object.entries(left!.values)) expect(held[0]!.values[name]).toBeCloseTo(value, 4);
  });

  it('sees the same batches with the same moments: at the old rate it breaks again in the same step', async () => {
    const recipe = recipeOf([sane, steep]);
    const lab = await trained(recipe);
    const stop = stopOf(lab);
    const next = await goOn(branch(lab, recipe, 0.002), lab.of('started')[0]!.start);
    expect(stopOf(next)).toMatchObject({ policy: 0, step: stop.step, reason: stop.reason });
    const [again, before] = [rowsOf(next, 0), rowsOf(lab, 1)].map((rows) => rows.find((row) => row.step === stop.step - 1 && 'loss' in row.values)!.values);
    for (const [name, value] of Object.entries(before!)) expect(again![name]! / value, name).toBeCloseTo(1, 3);
  });

  it('is the same experiment from the reference where it was set back to that', async () => {
    const recipe = recipeOf([sane, { ...steep, learningRate: 0.05 }]);
    const lab = await trained(recipe);
    expect(Object.keys(branch(lab, recipe, 1e-5))).toEqual(['recipe']);
  });

  it('refuses a checkpoint from before the policy broke, and a learning rate that is none', async () => {
    const recipe = recipeOf([sane, steep]);
    const lab = await trained(recipe);
    const from = { run: { id: 'a', name: 'Steep', recipe }, stop: stopOf(lab), name: 'Less steep' };
    expect(() => branchOf({ ...from, checkpoint: at(lab, 1), learningRate: 0.1 })).toThrow(/does not hold the stopped policy’s last good parameters/);
    expect(() => branchOf({ ...from, checkpoint: lab.checkpoint(), learningRate: -1 })).toThrow(/“cohort\.0\.learningRate” is wrong/);
  });
});

describe('the states that are known to be good', () => {
  const checkpoint = (step: number): RunCheckpoint => ({ step, tensors: {}, stopped: [], numTokens: [] });

  it('are those before the parameters that broke, and no more of them are held than may be needed', () => {
    const states = createGoodStates();
    expect(states.before(5)).toBeUndefined();
    states.took(checkpoint(3));
    states.read(3);
    expect(states.before(3)).toBeUndefined();
    states.took(checkpoint(6));
    states.read(6);
    expect(states.held.map(({ step }) => step)).toEqual([3, 6]);
    expect(states.before(6)?.step).toBe(3);
    states.read(7);
    expect(states.held.map(({ step }) => step)).toEqual([6]);
    expect(states.before(7)?.step).toBe(6);
  });
});
