// A policy whose numbers break on the fused kernels, which find out on the device and are read later.
import { expect, it } from 'vitest';
import { openBackend, openedGpu } from '../../src/engine/backend';
import { createFusedCohort } from '../../src/engine/gpu/fusedCohort';
import { createGpuRuntime, type GpuRuntime } from '../../src/engine/gpu/runtime';
import { tinyLabOn, tinyRecipe } from '../support/tinyLabOn';

it('is set back to its last good parameters while the others train on', async () => {
  let gpu: GpuRuntime;
  let now = 0;
  const lab = tinyLabOn(
    {
      async open() {
        const report = await openBackend({ choice: 'webgpu' });
        gpu = createGpuRuntime(openedGpu()!);
        return report;
      },
      createCohort: (options) => createFusedCohort(gpu, options),
    },
    {
      // A checkpoint every other step, and metrics read then: the policy breaks while nobody looks.
      now: () => now,
      wrapCohort: (cohort) => ({
        ...cohort,
        get step() {
          return cohort.step;
        },
        train: (batches) => ((now += cohort.step % 2 === 0 ? 400 : 5000), cohort.train(batches)),
      }),
    },
  );
  const recipe = tinyRecipe({
    // The logarithm's argument turns negative once a winner has gained three nats.
    cohort: [{ objective: 'dpo', learningRate: 0.01 }, { objective: 'custom', expression: 'log(3 - a)', learningRate: 0.002 }],
    schedule: { steps: 12, batchSize: 3, warmupSteps: 0 },
    evaluation: { every: 100 },
  });
  lab.send({ type: 'train', runId: 'a', recipe });
  await lab.idle();
  expect(lab.of('failed')).toEqual([]);
  expect(lab.states('a').at(-1)).toEqual(['finished', 12]);
  const stops = lab.of('policyStopped').map(({ stop }) => stop);
  expect(stops).toMatchObject([{ policy: 1, reason: 'The loss was not a finite number.' }]);
  const { step, keptStep } = stops[0]!;
  expect(keptStep! % 2).toBe(0);
  expect([step - 2, step - 3]).toContain(keptStep);
  expect(keptStep).toBeGreaterThan(0);
  const kept = lab.of('checkpoint').find(({ checkpoint }) => checkpoint.step === keptStep)!.checkpoint;
  for (const [name, { data }] of Object.entries(lab.checkpoint().tensors)) {
    const half = data.length / 2;
    expect(data.slice(half), name).toEqual(kept.tensors[name]!.data.slice(half));
    expect(data.slice(0, half), name).not.toEqual(kept.tensors[name]!.data.slice(0, half));
  }
});
