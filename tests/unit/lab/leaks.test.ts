// Nothing is left behind, whatever the objective: through 200 steps with looks at held-out pairs, answers, answers that are
// cancelled, checkpoints, and a run that is stopped and taken up again, the tensors and their bytes stay as many as they were.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { objectives } from '../../../src/engine/objectives';
import type { SampleSettings } from '../../../src/lab/protocol';
import { openInNode } from '../../support/nodeBackend';
import { tinyLab, tinyRecipe, type TinyLab } from '../../support/tinyLab';

const STEPS = 200;
const STOP_AT = 100;
const EVERY = 20;
/** Steps until every length of batch, held-out pairs and answers has come up, each of which has tables that are kept. */
const WARM_UP = EVERY + 1;

const settings: SampleSettings = { prompt: 'Is Ada’s boat red?', temperature: 1, topK: 0, topP: 1, greedy: false, maxTokens: 4, seed: 4 };

const memory = (): string => {
  const { numTensors, numDataBuffers, numBytes } = tf.memory();
  return `${numTensors} tensors in ${numDataBuffers} buffers of ${numBytes} bytes`;
};

/** A lab in which policies ask for two answers after each look at held-out pairs, and every second one is cancelled. */
function watchedLab(): { lab: TinyLab; held: Map<number, string>; cancelled: Set<string> } {
  const held = new Map<number, string>();
  const cancelled = new Set<string>();
  let now = 0;
  let asked = 0;
  let answering = 0;
  const lab: TinyLab = tinyLab({
    backend: 'wasm',
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
          held.set(cohort.step, memory());
          // Time for a checkpoint every fifty steps.
          now += 100;
          if (cohort.step % EVERY === 0) {
            for (let i = 0; i < 2; i++) lab.send({ type: 'sample', requestId: `${(asked += 1)}`, settings });
          }
          if (cohort.step === STOP_AT) lab.send({ type: 'stop', runId: 'a' });
        },
        sample(prompts, options, onToken) {
          answering += 1;
          const requestId = `${answering}`;
          return cohort.sample(prompts, options, (soFar) => {
            if (answering % 2 === 0) {
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

beforeAll(() => openInNode('wasm'));

it.each(Object.keys(objectives))('%s holds no more memory in step 200 than in step 22, and none once it is put away', async (objective) => {
  const before = memory();
  const { lab, held, cancelled } = watchedLab();
  const recipe = tinyRecipe({
    cohort: [{ objective, learningRate: 1e-3 }],
    schedule: { steps: STEPS, batchSize: 2 },
    evaluation: { every: EVERY },
  });
  lab.send({ type: 'train', runId: 'a', recipe });
  await lab.idle();
  expect(lab.states('a').at(-1)).toEqual(['stopped', STOP_AT]);
  lab.send({ type: 'train', runId: 'a', recipe, resume: structuredClone(lab.checkpoint()) });
  await lab.idle();
  expect(lab.states('a').at(-1)).toEqual(['finished', STEPS]);

  // What was to happen did.
  expect(lab.of('failed')).toEqual([]);
  expect(lab.of('checkpoint').map((event) => event.checkpoint.step)).toEqual([50, 100, 150, 200]);
  expect(lab.of('rows').flatMap((event) => event.rows).filter((row) => 'eval_loss' in row.values)).toHaveLength(1 + STEPS / EVERY);
  const answers = lab.of('samples').filter((event) => event.done);
  expect(answers).toHaveLength(2 * (STEPS / EVERY));
  for (const { requestId, answers: list } of answers) {
    const { tokens, ended } = list[1]!;
    if (cancelled.has(requestId)) expect(tokens).toBeLessThanOrEqual(1);
    else expect(ended || tokens === settings.maxTokens).toBe(true);
  }
  expect(cancelled.size).toBe(STEPS / EVERY);

  const steady = [...held].filter(([step]) => step % STOP_AT === 0 || step % STOP_AT > WARM_UP);
  expect(steady).toHaveLength(STEPS - 2 * WARM_UP);
  for (const [step, now] of steady) expect(now, `in step ${step}`).toBe(steady[0]![1]);
  lab.send({ type: 'open', backend: 'wasm' });
  await lab.idle();
  expect(memory()).toBe(before);
});
