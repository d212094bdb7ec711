import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunCheckpoint } from '../../../src/lab/protocol';
import { branch } from '../../../src/stores/branches';
import { flush } from '../../../src/stores/keeper';
import { noticesStore } from '../../../src/stores/notices';
import { resume, train } from '../../../src/stores/runActions';
import { receive } from '../../../src/stores/runEvents';
import { canContinue, findRun, runsStore } from '../../../src/stores/runs';
import { freshStores, recipe, startOf, type Fixture } from './fixture';

let fixture: Fixture;

beforeEach(() => {
  vi.useFakeTimers();
  fixture = freshStores();
});

afterEach(async () => {
  await flush();
  vi.useRealTimers();
});

// The recipe's policies: DPO and APO-zero with seed 1, then with seed 2.
const stop = { policy: 3, step: 9, reason: 'The loss was not a finite number.', keptStep: 6 };
const checkpoint: RunCheckpoint = {
  step: 20,
  tensors: { 'model.norm.weight': { shape: [4, 2], data: Float32Array.of(0, 0, 1, 1, 2, 2, 3, 30) } },
  stopped: [stop],
  numTokens: [10, 20, 30, 40],
};

/** A run that is over, of which one policy was stopped. */
async function stoppedRun(): Promise<string> {
  const runId = train(recipe);
  receive({ type: 'started', runId, start: startOf() });
  receive({ type: 'policyStopped', runId, stop });
  receive({ type: 'checkpoint', runId, checkpoint });
  receive({ type: 'state', runId, state: 'finished', step: 20 });
  await flush();
  return runId;
}

describe('a stopped policy', () => {
  it('goes on alone in a new run, on the same data, with its own seed and part of the checkpoint', async () => {
    const runId = await stoppedRun();
    await branch({ runId, policy: 3, learningRate: 3e-5, name: 'Slower' });
    const asked = fixture.sent.at(-1)!;
    const origin = { run: runId, name: 'DPO, APO-zero', policy: 3, label: 'APO-zero', step: 6, stoppedAt: 9, reason: stop.reason, learningRate: 3e-4 };
    expect(asked).toEqual({
      type: 'train',
      runId: runsStore.getState().activeId,
      recipe: { ...recipe, name: 'Slower', cohort: [{ ...recipe.cohort[1]!, learningRate: 3e-5 }], seeds: [2] },
      expected: { dataHash: '0'.repeat(64) },
      resume: { step: 6, tensors: { 'model.norm.weight': { shape: [1, 2], data: Float32Array.of(3, 30) } }, stopped: [], numTokens: [40], elapsedMs: 0 },
      origin,
    });
    const next = findRun(runsStore.getState().currentId)!;
    expect(next).toMatchObject({ name: 'Slower', state: 'preparing', step: 6 });
    // The run it came from stays in sight.
    expect(runsStore.getState().overlayIds).toEqual([runId]);

    // Taken up again later, it still knows where it began.
    receive({ type: 'started', runId: next.id, start: { ...startOf(next.recipe), origin } });
    receive({ type: 'checkpoint', runId: next.id, checkpoint: { ...checkpoint, step: 12, stopped: [] } });
    receive({ type: 'state', runId: next.id, state: 'stopped', step: 12 });
    await flush();
    await resume();
    expect(fixture.sent.at(-1)).toMatchObject({ type: 'train', runId: next.id, resume: { step: 12 }, origin });
  });

  it('begins anew at the reference where nothing later was sound', async () => {
    const runId = await stoppedRun();
    fixture.checkpoints.set(runId, { ...checkpoint, stopped: [{ ...stop, keptStep: 0 }] });
    await branch({ runId, policy: 3, learningRate: 3e-5, name: 'Slower' });
    expect(Object.keys(fixture.sent.at(-1)!).sort()).toEqual(['expected', 'recipe', 'runId', 'type']);
    expect(findRun(runsStore.getState().currentId)).toMatchObject({ step: 0 });
  });

  it('is all that there is to go on with in a run whose policies have all been stopped', async () => {
    const runId = await stoppedRun();
    receive({ type: 'state', runId, state: 'stopped', step: 12 });
    expect(canContinue(findRun(runId)!)).toBe(true);
    for (const policy of [0, 1, 2]) receive({ type: 'policyStopped', runId, stop: { ...stop, policy } });
    expect(canContinue(findRun(runId)!)).toBe(false);
  });

  it('waits while another run is under way', async () => {
    const runId = await stoppedRun();
    train(recipe);
    const asked = fixture.sent.length;
    await branch({ runId, policy: 3, learningRate: 3e-5, name: 'Slower' });
    expect(fixture.sent).toHaveLength(asked);
  });

  it.each([
    ['is gone', (runId: string) => void fixture.checkpoints.delete(runId), /is gone/],
    ['was taken before it was stopped', (runId: string) => void fixture.checkpoints.set(runId, { ...checkpoint, stopped: [] }), /does not hold/],
  ])('is told about when the checkpoint %s', async (_, spoil, problem) => {
    const runId = await stoppedRun();
    spoil(runId);
    await branch({ runId, policy: 3, learningRate: 3e-5, name: 'Slower' });
    expect(noticesStore.getState().notices[0]?.sentence.template).toMatch(problem);
    expect(runsStore.getState().activeId).toBeUndefined();
  });
});
