// A run of 200 steps with looks at held-out pairs, answers, answers that are cancelled, checkpoints, and a stop after which it
// is taken up again: what it holds in memory must stay what it was, on any device.
import { expect } from 'vitest';
import type { SampleSettings } from '../../src/lab/protocol';
import { tinyLabOn, tinyRecipe, type TestDevice, type TinyLab } from './tinyLabOn';

const STEPS = 200;
const STOP_AT = 100;
const EVERY = 20;
/** Steps until every length of batch, held-out pairs, answers and reading back has come up: what belongs to a length is kept. */
const WARM_UP = EVERY + 1;

const settings: SampleSettings = { prompt: 'Is Ada’s boat red?', temperature: 1, topK: 0, topP: 1, greedy: false, maxTokens: 12, seed: 4 };

/** A device and a description of all that is held on it. */
export interface WatchedDevice extends TestDevice {
  memory(): string;
}

/** A lab in which policies are asked for two answers after each look at held-out pairs, every second one to be cancelled. */
function watchedLab(device: WatchedDevice): { lab: TinyLab; held: Map<number, string>; cancelled: Set<string> } {
  const held = new Map<number, string>();
  const cancelled = new Set<string>();
  let now = 0;
  let asked = 0;
  let answered = 0;
  const lab: TinyLab = tinyLabOn(device, {
    now: () => now,
    wrapCohort: (cohort, { policies }) => {
      // The reference.
      if (policies[0]!.learningRate === 0) return cohort;
      return {
        ...cohort,
        get step() {
          return cohort.step;
        },
        async train(batches) {
          await cohort.train(batches);
          held.set(cohort.step, device.memory());
          // Time for a checkpoint with each look.
          now += 5000 / EVERY;
          if (cohort.step % EVERY === 0) {
            for (let i = 0; i < 2; i++) lab.send({ type: 'sample', requestId: `${(asked += 1)}`, settings });
          }
          if (cohort.step === STOP_AT) lab.send({ type: 'stop', runId: 'a' });
        },
        sample(prompts, options, onToken) {
          // The others are the looks' own.
          if (options.maxTokens !== settings.maxTokens) return cohort.sample(prompts, options, onToken);
          const requestId = `${(answered += 1)}`;
          return cohort.sample(prompts, options, (soFar) => {
            if (Number(requestId) % 2 === 0) {
              cancelled.add(requestId);
              lab.send({ type: 'cancelSample', requestId });
            }
            return onToken?.(soFar);
          });
        },
      };
    },
  });
  return { lab, held, cancelled };
}

/** Trains a cohort of these objectives on the device and puts it away; fails where anything is left behind on the way or then. */
export async function expectNothingLeft(device: WatchedDevice, objectives: readonly string[]): Promise<void> {
  const before = device.memory();
  const { lab, held, cancelled } = watchedLab(device);
  const recipe = tinyRecipe({
    cohort: objectives.map((objective) => ({ objective, learningRate: 1e-3 })),
    schedule: { steps: STEPS, batchSize: 2 },
    evaluation: { every: EVERY, samples: 2 },
  });
  lab.send({ type: 'train', runId: 'a', recipe });
  await lab.idle();
  expect(lab.states('a').at(-1)).toEqual(['stopped', STOP_AT]);
  lab.send({ type: 'train', runId: 'a', recipe, resume: structuredClone(lab.checkpoint()) });
  await lab.idle();
  expect(lab.states('a').at(-1)).toEqual(['finished', STEPS]);

  // What was to happen did.
  expect(lab.of('failed')).toEqual([]);
  expect(lab.of('checkpoint').map((event) => event.checkpoint.step)).toEqual(
    Array.from({ length: STEPS / EVERY }, (_, i) => (i + 1) * EVERY),
  );
  const looks = lab.of('rows').flatMap((event) => event.rows).filter((row) => 'eval_loss' in row.values);
  expect(looks).toHaveLength(objectives.length * (1 + STEPS / EVERY));
  for (const { values } of looks) expect(values).toHaveProperty('eval_samples/length');
  const answers = lab.of('samples').filter((event) => event.done);
  expect(answers).toHaveLength(2 * (STEPS / EVERY));
  expect(cancelled.size).toBe(STEPS / EVERY);
  for (const { requestId, answers: list } of answers) {
    expect(list).toHaveLength(1 + objectives.length);
    for (const { tokens, ended } of list.slice(1)) {
      if (cancelled.has(requestId)) expect(tokens).toBeLessThan(settings.maxTokens);
      else expect(ended || tokens === settings.maxTokens).toBe(true);
    }
  }

  const steady = [...held].filter(([step]) => step % STOP_AT === 0 || step % STOP_AT > WARM_UP);
  expect(steady).toHaveLength(STEPS - 2 * WARM_UP);
  for (const [step, now] of steady) expect(now, `in step ${step}`).toBe(steady[0]![1]);
  // Opening a device, even the same again, drops all that lies on it.
  lab.send({ type: 'open', backend: 'auto' });
  await lab.idle();
  expect(device.memory()).toBe(before);
}
