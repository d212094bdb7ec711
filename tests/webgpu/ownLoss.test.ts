// A typed loss on the fused kernels, compiled to WGSL like any other.
import { expect, it } from 'vitest';
import { openBackend, openedGpu } from '../../src/engine/backend';
import { createFusedCohort } from '../../src/engine/gpu/fusedCohort';
import { createGpuRuntime, type GpuRuntime } from '../../src/engine/gpu/runtime';
import { tinyLabOn, tinyRecipe } from '../support/tinyLabOn';

it('a typed DPO takes every step that DPO takes', async () => {
  let gpu: GpuRuntime;
  const lab = tinyLabOn({
    async open() {
      const report = await openBackend({ choice: 'webgpu' });
      gpu = createGpuRuntime(openedGpu()!);
      return report;
    },
    createCohort: (options) => createFusedCohort(gpu, options),
  });
  const typed = { objective: 'custom', expression: '-log(sigmoid(beta * ((lw - ll) - (refw - refl))))', learningRate: 0.01 };
  lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe({ cohort: [{ objective: 'dpo', learningRate: 0.01 }, typed] }) });
  await lab.idle();
  expect(lab.of('failed')).toEqual([]);
  expect(lab.states('a').at(-1)).toEqual(['finished', 4]);
  const rows = lab.of('rows').flatMap((event) => event.rows);
  const own = rows.filter((row) => row.policy === 1);
  rows.filter((row) => row.policy === 0).forEach(({ step, values }, i) => {
    for (const [name, value] of Object.entries(values)) {
      expect(Math.abs(own[i]!.values[name]! - value), `${step} ${name}`).toBeLessThan(1e-3 * Math.max(1, Math.abs(value)));
    }
  });
  expect(own.at(-1)!.values['eval_loss']).toBeLessThan(Math.LN2 - 1e-3);
});
