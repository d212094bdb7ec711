// A real run on a real device that is destroyed behind the runner's back, as a driver that crashes would.
import { describe, expect, it } from 'vitest';
import { openBackend, openedGpu } from '../../src/engine/backend';
import { createCohort, openEngine } from '../../src/engine/engine';
import { createFusedCohort } from '../../src/engine/gpu/fusedCohort';
import { createGpuRuntime, type GpuRuntime } from '../../src/engine/gpu/runtime';
import { createCohort as createComposedCohort } from '../../src/engine/training/cohort';
import type { SampleSettings } from '../../src/lab/protocol';
import { expectSameBits, largestDifferences, outcomeOf, type Outcome } from '../support/outcome';
import { tinyLabOn, tinyRecipe, type TestDevice, type TinyLab } from '../support/tinyLabOn';

const TIME = 180_000;
const STEPS = 8;
const recipe = tinyRecipe({ schedule: { steps: STEPS, batchSize: 3, warmupSteps: 1 } });
const settings: SampleSettings = { prompt: 'Is Ada’s boat red?', temperature: 1, topK: 0, topP: 1, greedy: false, maxTokens: 6, seed: 4 };

const wasmPaths = '/node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/';

/** The engine as the page has it, with the check of every kernel that a fresh device has to pass. */
const engine: TestDevice = { open: (choice, onLoss) => openEngine({ choice, onLoss, wasmPaths }), createCohort };

/** The same without that check, which takes seconds on a software adapter. */
function unchecked(): TestDevice {
  let gpu: GpuRuntime | undefined;
  return {
    async open(choice, onLoss) {
      const report = await openBackend({ choice, onLoss, wasmPaths });
      const device = openedGpu();
      gpu = device && createGpuRuntime(device);
      return report;
    },
    createCohort: (options) => (gpu ? createFusedCohort(gpu, options) : createComposedCohort(options)),
  };
}

const destroy = (): void => openedGpu()?.destroy();

interface Doom {
  /** The device is destroyed while these steps are under way, counted from the beginning and repeated ones too. */
  readonly inSteps?: readonly number[];
  /** … and when the first token of an answer is there. */
  readonly inAnswers?: boolean;
}


/** A lab on WebGPU that keeps a checkpoint every other step. */
function doomedLab({ inSteps = [], inAnswers = false }: Doom = {}, device = unchecked()): TinyLab {
  let [now, steps] = [0, 0];
  const lab = tinyLabOn(device, {
    now: () => now,
    wrapCohort: (cohort) => ({
      ...cohort,
      get step() {
        return cohort.step;
      },
      async train(batches) {
        now += 2500;
        const trained = cohort.train(batches);
        if (inSteps.includes((steps += 1))) destroy();
        await trained;
      },
      sample: (prompts, options, onToken) =>
        cohort.sample(prompts, options, (soFar) => {
          if (inAnswers) destroy();
          return onToken?.(soFar);
        }),
    }),
  });
  lab.send({ type: 'open', backend: 'webgpu' });
  return lab;
}

let made: Promise<Outcome> | undefined;
/** The run as it would have been. */
const undisturbed = (): Promise<Outcome> => (made ??= outcomeOf(doomedLab(), recipe));

const backends = (lab: TinyLab): string[] => lab.of('opened').map((event) => event.device.backend);

describe('a run whose device is destroyed', () => {
  it('goes on from its last checkpoint on a fresh device with the same curve, to the last bit', async () => {
    const expected = await undisturbed();
    const lab = doomedLab({ inSteps: [6] }, engine);
    const outcome = await outcomeOf(lab, recipe);
    expectSameBits(outcome, expected);
    expect(backends(lab)).toEqual(['webgpu', 'webgpu']);
    expect(lab.of('opened').map((event) => event.device.kernels)).toEqual(['fused', 'fused']);
    expect(lab.states('a')).toEqual([['preparing', 0], ['training', 0], ['preparing', 4], ['training', 5], ['finished', STEPS]]);
    expect(lab.of('state').find(({ state, step }) => state === 'preparing' && step === 4)!.detail).toEqual({
      template: 'The device was lost ({reason}). The run goes on from step {step} on a fresh one.',
      values: { reason: 'Device was destroyed', step: 4 },
    });
    expect(lab.of('runDevice').map(({ used }) => [used.step, used.device.backend, used.lost])).toEqual([
      [5, 'webgpu', { reason: 'Device was destroyed', from: 4 }],
    ]);
  }, TIME);

  it('three times goes on by WASM and finishes, and the lab stays there until a device is chosen', async () => {
    const expected = await undisturbed();
    const lab = doomedLab({ inSteps: [3, 6, 9] });
    const outcome = await outcomeOf(lab, recipe);
    expect(backends(lab)).toEqual(['webgpu', 'webgpu', 'webgpu', 'wasm']);
    for (const worst of Object.values(largestDifferences(outcome, expected))) expect(worst).toBeLessThan(1e-3);
    const after = lab.of('opened').at(-1)!.device;
    expect(after.notes).toContain('WebGPU was given up after 3 failures in one run: Device was destroyed.');
    expect(lab.of('runDevice').map(({ used }) => used.device.backend)).toEqual(['webgpu', 'webgpu', 'wasm']);

    lab.send({ type: 'train', runId: 'b', recipe });
    await lab.idle();
    expect(lab.states('b').at(-1)).toEqual(['finished', STEPS]);
    expect(backends(lab)).toHaveLength(4);
    expect(lab.of('started').at(-1)!.start.device).toEqual(after);
    lab.send({ type: 'open', backend: 'webgpu' });
    await lab.idle();
    expect(backends(lab).at(-1)).toBe('webgpu');
  }, TIME);

  it('while it waits is made ready again and waits on', async () => {
    const expected = await undisturbed();
    const lab = doomedLab();
    lab.send({ type: 'train', runId: 'a', recipe, paused: true });
    for (let i = 0; i < 3; i++) lab.send({ type: 'step', runId: 'a' });
    await lab.idle();
    const ready = lab.next((event) => event.type === 'runDevice');
    destroy();
    await ready;
    await lab.idle();
    expect(lab.states('a').at(-1)).toEqual(['paused', 3]);
    lab.send({ type: 'continue', runId: 'a' });
    await lab.idle();
    expect(lab.states('a').at(-1)).toEqual(['finished', STEPS]);
    expectSameBits({ rows: lab.of('rows').flatMap((event) => event.rows), checkpoint: lab.checkpoint() }, expected);
  }, TIME);

  it('while it answers a question cuts the answer short, says so, and goes on', async () => {
    const expected = await undisturbed();
    const lab = doomedLab({ inAnswers: true });
    lab.send({ type: 'train', runId: 'a', recipe });
    await lab.next((event) => event.type === 'rows' && event.rows.some((row) => row.step > 0));
    lab.send({ type: 'sample', requestId: 's', settings });
    await lab.idle();
    expect(lab.of('failed')).toMatchObject([{ requestId: 's', message: expect.stringMatching(/^The device was lost \(Device was destroyed\) before this was done/) as string }]);
    expect(lab.of('samples').filter((event) => event.done)).toEqual([]);
    expect(lab.states('a').at(-1)).toEqual(['finished', STEPS]);
    expectSameBits({ rows: lab.of('rows').flatMap((event) => event.rows), checkpoint: lab.checkpoint() }, expected);
  }, TIME);
});

it('a device that goes away while nobody needs it is told, and the next question opens another', async () => {
  const lab = doomedLab();
  await lab.idle();
  const told = lab.next((event) => event.type === 'deviceLost');
  destroy();
  expect(await told).toEqual({ type: 'deviceLost', reason: 'Device was destroyed' });
  lab.send({ type: 'sample', requestId: 's', settings });
  await lab.idle();
  expect(backends(lab)).toEqual(['webgpu', 'webgpu']);
  expect(lab.of('samples').at(-1)).toMatchObject({ requestId: 's', done: true });
  expect(lab.of('failed')).toEqual([]);
}, TIME);
