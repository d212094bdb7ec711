import { describe, expect, it } from 'vitest';
import { DeviceLostError, remarkText, UserError } from '../../../src/engine/errors';
import { createRecovery, goingOn, reasonOf } from '../../../src/lab/recovery';
import { tinyFiles, tinyLabOn, tinyRecipe, type TestDevice, type TinyLab } from '../../support/tinyLabOn';
import { openInNode } from '../../support/nodeBackend';
import { createCohort } from '../../../src/engine/training/cohort';
import type { BackendChoice } from '../../../src/engine/device';

describe('the way out of a failed device', () => {
  it('is two fresh ones and then WASM for a GPU', () => {
    const recovery = createRecovery();
    expect([1, 2, 3].map(() => recovery.after('webgpu'))).toEqual(['fresh', 'fresh', 'wasm']);
    expect(recovery.after('wasm')).toBeUndefined();
    expect(recovery.failures).toBe(4);
  });

  it.each(['wasm', 'cpu'] as const)('is two fresh ones and then nothing for %s, which WASM would not be better than', (backend) => {
    const recovery = createRecovery();
    expect([1, 2, 3, 4].map(() => recovery.after(backend))).toEqual(['fresh', 'fresh', undefined, undefined]);
  });

  it('is told in a sentence that holds the browser’s own reason, cut to a line', () => {
    expect(remarkText(goingOn(new DeviceLostError('unknown', 'The driver crashed.\nStack …'), 'fresh', 40))).toBe(
      'The device was lost (The driver crashed). The run goes on from step 40 on a fresh one.',
    );
    expect(reasonOf(new DeviceLostError('unknown', ''))).toBe('unknown');
    expect(reasonOf(new Error('x'.repeat(500)))).toHaveLength(161);
  });
});

/** A lab on plain CPU, which `open` may refuse to give, and whose first cohorts break in the given steps, counted over all. */
function failingLab(breakIn: readonly number[], open: (choice: BackendChoice, times: number) => void, files = tinyFiles()): { lab: TinyLab; asked: BackendChoice[] } {
  const asked: BackendChoice[] = [];
  let steps = 0;
  const device: TestDevice = {
    async open(choice) {
      asked.push(choice);
      open(choice, asked.length);
      // What is asked for by the name of a GPU is played by the processor, which Node always has.
      return { ...(await openInNode('cpu')), backend: choice === 'wasm' ? 'wasm' : 'webgpu' };
    },
    createCohort,
  };
  const lab = tinyLabOn(device, {
    files,
    wrapCohort: (cohort) => ({
      ...cohort,
      get step() {
        return cohort.step;
      },
      train: (batches) =>
        breakIn.includes((steps += 1)) ? Promise.reject(new DeviceLostError('unknown', 'The driver crashed.')) : cohort.train(batches),
    }),
  });
  lab.send({ type: 'open', backend: 'webgpu' });
  return { lab, asked };
}

describe('a run whose device is lost', () => {
  it('takes a browser that has no other to give for another failure, and goes on by WASM after two', async () => {
    const { lab, asked } = failingLab([3], (choice, times) => {
      if (times > 1 && choice === 'webgpu') throw new UserError('There is none.');
    });
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe() });
    await lab.idle();
    expect(asked).toEqual(['webgpu', 'webgpu', 'webgpu', 'wasm']);
    expect(lab.of('failed')).toEqual([]);
    expect(lab.states('a').at(-1)).toEqual(['finished', 4]);
    expect(lab.of('opened').at(-1)!.device.notes.at(-1)).toBe('WebGPU was given up after 3 failures in one run: The driver crashed.');
    expect(lab.of('runDevice').map(({ used: { step, device, lost } }) => [step, device.backend, lost])).toEqual([
      [2, 'wasm', { reason: 'The driver crashed', from: 0 }],
    ]);
  });

  it('fails with everything kept when WASM cannot be had either, and is not told that the GPU is to blame', async () => {
    const { lab, asked } = failingLab([3], (_, times) => {
      if (times > 1 && times < 5) throw new UserError('There is none.');
    });
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe() });
    await lab.idle();
    expect(lab.of('failed').map(({ runId, message }) => [runId, message])).toEqual([
      ['a', 'The device was lost (The driver crashed). What is stored is kept; try again, or choose another device on the Checks page.'],
    ]);
    // Every row that was told stays told.
    expect(lab.states('a').at(-1)).toEqual(['failed', 2]);
    lab.send({ type: 'train', runId: 'b', recipe: tinyRecipe() });
    await lab.idle();
    expect(asked).toEqual(['webgpu', 'webgpu', 'webgpu', 'wasm', 'webgpu']);
    expect(lab.states('b').at(-1)).toEqual(['finished', 4]);
  });

  it('needs no network to go on', async () => {
    const files = tinyFiles();
    const { lab } = failingLab([3], () => undefined, files);
    const begun = lab.next((event) => event.type === 'started');
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe() });
    await begun;
    files.clear();
    await lab.idle();
    expect(lab.of('failed')).toEqual([]);
    expect(lab.of('opened')).toHaveLength(2);
    expect(lab.states('a').at(-1)).toEqual(['finished', 4]);
  });

  it('before its first step is made ready on another', async () => {
    const { lab } = failingLab([], (_, times) => {
      if (times <= 2) throw new DeviceLostError('unknown', 'The driver crashed.');
    });
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe() });
    await lab.idle();
    // Opening by itself has nothing to go on with, so it only says what happened.
    expect(lab.of('failed').map(({ runId, message }) => [runId, message])).toEqual([
      [undefined, 'The device was lost (The driver crashed). What is stored is kept; try again, or choose another device on the Checks page.'],
    ]);
    expect(lab.states('a')).toEqual([['preparing', 0], ['preparing', 0], ['training', 0], ['finished', 4]]);
    expect(lab.of('runDevice').map(({ used }) => used.lost)).toEqual([{ reason: 'The driver crashed', from: 0 }]);
  });

  it('repeats what it had told even if it is to wait, and tells nothing twice', async () => {
    const { lab } = failingLab([4], () => undefined);
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe(), paused: true });
    for (let i = 0; i < 3; i++) lab.send({ type: 'step', runId: 'a' });
    await lab.idle();
    expect(lab.states('a').at(-1)).toEqual(['paused', 3]);
    lab.send({ type: 'step', runId: 'a' });
    await lab.idle();
    // The step that was asked for is still owed when the run is back where it was.
    expect(lab.states('a').at(-1)).toEqual(['finished', 4]);
    expect(lab.of('rows').flatMap(({ rows }) => rows).filter((row) => 'loss' in row.values && row.policy === 0).map((row) => row.step)).toEqual([1, 2, 3, 4]);
  });
});
