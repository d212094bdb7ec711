// Checks of a real device that is destroyed under them, as a driver that crashes would.
import { expect, it } from 'vitest';
import { openBackend, openedGpu } from '../../src/engine/backend';
import { checkEveryKernel, checkParity } from '../../src/engine/selfCheck';
import { createCohort } from '../../src/engine/training/cohort';
import type { Examiners } from '../../src/lab/examine';
import type { CheckPart } from '../../src/lab/protocol';
import { tinyLabOn, type TestDevice } from '../support/tinyLabOn';

const wasmPaths = '/node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/';

/** Without the check of every kernel at the start, which is no part of this. */
const device: TestDevice = { open: (choice, onLoss) => openBackend({ choice, onLoss, wasmPaths }), createCohort };

const checkDevice: Examiners['checkDevice'] = async ({ backend }, { part, ...rest }) => {
  if (part === 'kernels') return { part, ...(await checkEveryKernel(rest)) };
  const parity = await checkParity(backend, { ...rest, wasmPaths });
  return parity && { part, parity };
};

it.each(['kernels', 'parity'] satisfies CheckPart[])('a check of %s ends when its device is lost, and the next request gets a fresh one', async (part) => {
  const lab = tinyLabOn(device, { checkDevice });
  lab.send({ type: 'open', backend: 'webgpu' });
  lab.send({ type: 'check', requestId: 'lost', part, seed: 2 });
  await lab.next((event) => event.type === 'progress' && event.share > 0);
  openedGpu()!.destroy();
  await lab.idle();
  expect(lab.of('checked')).toEqual([]);
  expect(lab.of('failed')).toMatchObject([{ requestId: 'lost', template: expect.stringContaining('The device was lost') as string }]);
  lab.send({ type: 'sample', requestId: 's', settings: { prompt: 'Is Ada there?', temperature: 1, topK: 0, topP: 1, greedy: true, maxTokens: 1, seed: 1 } });
  await lab.idle();
  expect(lab.of('samples').at(-1)).toMatchObject({ requestId: 's', done: true });
  expect(lab.of('opened').map((event) => event.device.backend)).toEqual(['webgpu', 'webgpu']);
});
