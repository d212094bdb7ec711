// What the page knows and keeps of the devices that a run was trained on.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { flush } from '../../../src/stores/keeper';
import { noticesStore } from '../../../src/stores/notices';
import { listStored, resume, train } from '../../../src/stores/runActions';
import { receive } from '../../../src/stores/runEvents';
import { deviceOf, emptyRuns, findRun, runsStore } from '../../../src/stores/runs';
import type { RunDevice } from '../../../src/lab/protocol';
import { checkpointAt, freshStores, recipe, startOf, type Fixture } from './fixture';

let fixture: Fixture;

beforeEach(() => {
  vi.useFakeTimers();
  fixture = freshStores();
});

afterEach(async () => {
  await flush();
  vi.useRealTimers();
});

const gpu = { ...startOf().device, backend: 'webgpu', adapter: 'WebGPU · a card' } as const;
const wasm = { ...startOf().device, backend: 'wasm', adapter: 'WASM · SIMD' } as const;

function begunOn(device = startOf().device): string {
  const runId = train(recipe);
  receive({ type: 'started', runId, start: { ...startOf(), device } });
  receive({ type: 'checkpoint', runId, checkpoint: checkpointAt(6) });
  return runId;
}

const lost: RunDevice = { step: 8, device: gpu, lost: { reason: 'The driver crashed', from: 6 } };

describe('the devices of a run', () => {
  it('are kept with what became of each, and come back after a reload', async () => {
    const runId = begunOn(gpu);
    receive({ type: 'runDevice', runId, used: lost });
    receive({ type: 'state', runId, state: 'finished', step: 20 });
    await flush();
    expect(fixture.runs.get(runId)?.devices).toEqual([lost]);
    runsStore.setState(emptyRuns, true);
    await listStored();
    expect(findRun(runId)).toMatchObject({ devices: [lost], start: { device: gpu } });
  });

  it('make no noise while the run goes on by the GPU, and one message when it goes on without', () => {
    const runId = begunOn(gpu);
    receive({ type: 'runDevice', runId, used: lost });
    expect(noticesStore.getState().notices).toEqual([]);
    receive({ type: 'runDevice', runId, used: { ...lost, device: wasm } });
    expect(noticesStore.getState().notices.map(({ kind, sentence }) => [kind, sentence.values])).toEqual([
      ['problem', { name: 'DPO, APO-zero', step: 6, reason: 'The driver crashed' }],
    ]);
    expect(deviceOf(findRun(runId)!)).toEqual(wasm);
  });

  it('begin with the one that the run began on, also where a person takes it up on another', async () => {
    const runId = begunOn(gpu);
    receive({ type: 'state', runId, state: 'stopped', step: 6 });
    await flush();
    await resume();
    receive({ type: 'started', runId, start: { ...startOf(), device: wasm } });
    receive({ type: 'runDevice', runId, used: { step: 6, device: wasm } });
    await flush();
    expect(fixture.runs.get(runId)).toMatchObject({ start: { device: gpu }, devices: [{ step: 6, device: wasm }] });
  });

  it('are no news where a person takes it up on the same', async () => {
    const runId = begunOn(gpu);
    receive({ type: 'runDevice', runId, used: { step: 6, device: { ...gpu } } });
    await flush();
    expect(findRun(runId)?.devices).toBeUndefined();
    expect(fixture.runs.get(runId)?.devices).toBeUndefined();
  });

  it('are those of its start for a run that was stored before they were told', async () => {
    const runId = begunOn(gpu);
    receive({ type: 'state', runId, state: 'finished', step: 20 });
    await flush();
    expect(fixture.runs.get(runId)).not.toHaveProperty('devices');
    runsStore.setState(emptyRuns, true);
    await listStored();
    expect(deviceOf(findRun(runId)!)).toEqual(gpu);
  });
});

it('a device that is lost while nothing is under way is told, and takes with it the policies that lay on it', () => {
  const runId = begunOn(gpu);
  receive({ type: 'state', runId, state: 'finished', step: 20 });
  expect(runsStore.getState().loadedId).toBe(runId);
  receive({ type: 'deviceLost', reason: 'The driver crashed' });
  expect(runsStore.getState().loadedId).toBeUndefined();
  expect(noticesStore.getState().notices[0]?.sentence).toMatchObject({ values: { reason: 'The driver crashed' } });
});
