// One recipe through the whole lab in the browser: on WebGPU the same numbers to the last bit when it is run again, and the
// same curves on WebGPU, WASM and CPU.
import { expect, it } from 'vitest';
import { openBackend, openedGpu } from '../../src/engine/backend';
import type { BackendName } from '../../src/engine/device';
import { createFusedCohort } from '../../src/engine/gpu/fusedCohort';
import { createGpuRuntime, type GpuRuntime } from '../../src/engine/gpu/runtime';
import { createCohort } from '../../src/engine/training/cohort';
import { expectSameBits, largestDifferences, outcomeOf, recipeOfEveryKind, withoutAnswers, type Outcome } from '../support/outcome';
import { tinyLabOn, type TestDevice } from '../support/tinyLabOn';

const open = (choice: BackendName) =>
  openBackend({ choice, wasmPaths: '/node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/' });

/** SwiftShader and plain JavaScript are slow, and a build machine is slower still. */
const TIME = 180_000;

/** The fused kernels on a device of their own, without the check that comes before them in the page. */
function fusedDevice(): TestDevice {
  let gpu: GpuRuntime;
  return {
    async open() {
      const report = await open('webgpu');
      gpu = createGpuRuntime(openedGpu()!);
      return report;
    },
    createCohort: (options) => createFusedCohort(gpu, options),
  };
}

async function fiftySteps(backend: BackendName): Promise<Outcome> {
  const lab = tinyLabOn(backend === 'webgpu' ? fusedDevice() : { open: () => open(backend), createCohort });
  const outcome = await outcomeOf(lab, recipeOfEveryKind(50));
  expect(lab.of('opened').map(({ device }) => device.backend)).toEqual([backend]);
  return outcome;
}

let made: Promise<Outcome> | undefined;
const onWebGpu = () => (made ??= fiftySteps('webgpu'));

it('gives the same rows and the same tensors to the last bit when a recipe is run again on WebGPU', async () => {
  const first = await onWebGpu();
  expectSameBits(await fiftySteps('webgpu'), first);
}, TIME);

it('gives not a bit else when policies answer prompts between the steps', async () => {
  const run = (samples: number) => outcomeOf(tinyLabOn(fusedDevice()), recipeOfEveryKind(8, { evaluation: { every: 2, samples } }));
  expectSameBits(withoutAnswers(await run(3)), await run(0));
}, TIME);

it('does so with composed operations too, which take over where the fused kernels cannot be trusted', async () => {
  // One device, and batches of one shape: tfjs compiles its shaders anew for each.
  const report = await open('webgpu');
  const run = () =>
    outcomeOf(
      tinyLabOn({ open: () => Promise.resolve(report), createCohort }),
      recipeOfEveryKind(4, {
        cohort: [{ objective: 'dpo' }, { objective: 'apo_zero' }],
        data: { trainPairs: 2, heldOutPairs: 2 },
        evaluation: { every: 4 },
      }),
    );
  const first = await run();
  expectSameBits(await run(), first);
}, TIME);

it('gives the first fifty steps on WebGPU, WASM and CPU within 1e-3 of each other', async () => {
  const outcomes = { webgpu: await onWebGpu(), wasm: await fiftySteps('wasm'), cpu: await fiftySteps('cpu') };
  for (const [one, other] of [['webgpu', 'cpu'], ['wasm', 'cpu'], ['webgpu', 'wasm']] as const) {
    const differences = largestDifferences(outcomes[one], outcomes[other]);
    console.log(`Largest relative differences in fifty steps, ${one} against ${other}: ${JSON.stringify(differences)}`);
    for (const [name, worst] of Object.entries(differences)) expect(worst, `${name}, ${one} against ${other}`).toBeLessThan(1e-3);
  }
}, TIME);
