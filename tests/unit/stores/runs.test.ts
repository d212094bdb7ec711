import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MetricsRow } from '../../../src/lab/protocol';
import { flush } from '../../../src/stores/keeper';
import { noticesStore } from '../../../src/stores/notices';
import { listStored, nameFor, openRun, pause, removeRun, renameRun, resume, step, stop, toggleOverlay, train } from '../../../src/stores/runActions';
import { receive } from '../../../src/stores/runEvents';
import { emptyRuns, findRun, runsStore } from '../../../src/stores/runs';
import { checkpointAt, freshStores, recipe, startOf, type Fixture } from './fixture';

let fixture: Fixture;

beforeEach(() => {
  vi.useFakeTimers();
  fixture = freshStores();
});

afterEach(async () => {
  fixture.failure = undefined;
  await flush();
  vi.useRealTimers();
});

const rowsAt = (step: number): MetricsRow[] => [0, 1, 2, 3].map((policy) => ({ step, policy, values: { loss: 1 / (step + 1) } }));

/** A run that has begun and taken some steps. */
function begun(steps: number): string {
  const runId = train(recipe);
  receive({ type: 'started', runId, start: startOf() });
  receive({ type: 'state', runId, state: 'training', step: 0 });
  for (let s = 1; s <= steps; s++) receive({ type: 'rows', runId, rows: rowsAt(s), elapsedMs: s * 100 });
  return runId;
}

/** The page is closed and opened again: what is left is what lies on the shelf. */
async function reload(): Promise<void> {
  await flush();
  runsStore.setState(emptyRuns, true);
  await listStored();
}

describe('training', () => {
  it('sends the recipe to the worker and shows the new run', () => {
    const id = train(recipe);
    expect(fixture.sent).toEqual([{ type: 'train', runId: id, recipe }]);
    expect(runsStore.getState()).toMatchObject({ currentId: id, activeId: id });
    expect(findRun(id)).toMatchObject({ state: 'preparing', name: 'DPO, APO-zero' });
  });

  it('never starts a second run beside the first', () => {
    const id = train(recipe);
    expect(train(recipe)).toBe(id);
    expect(fixture.sent).toHaveLength(1);
  });

  it('begins paused and takes one step when the first thing asked for is a step', () => {
    step(recipe);
    const { activeId } = runsStore.getState();
    expect(fixture.sent).toMatchObject([{ type: 'train', paused: true }, { type: 'step', runId: activeId }]);
  });

  it('passes pause, continue, step and stop on to the run in the worker', () => {
    const runId = begun(2);
    pause();
    void resume();
    step(recipe);
    stop();
    expect(fixture.sent.slice(1)).toEqual(['pause', 'continue', 'step', 'stop'].map((type) => ({ type, runId })));
  });

  it('keeps the run before in sight behind the new one', () => {
    const first = begun(3);
    receive({ type: 'state', runId: first, state: 'finished', step: 20 });
    const second = train(recipe);
    expect(runsStore.getState()).toMatchObject({ currentId: second, overlayIds: [first] });
    expect(findRun(second)?.name).toBe('DPO, APO-zero (2)');
  });
});

describe('keeping a run', () => {
  it('writes rows within a second, all of them and in order', async () => {
    const id = begun(5);
    await vi.advanceTimersByTimeAsync(1100);
    expect(fixture.rows.get(id)?.map((row) => row.step)).toEqual([1, 2, 3, 4, 5].flatMap((s) => [s, s, s, s]));
  });

  it('writes rows before it says that the run has come so far', async () => {
    const id = begun(5);
    receive({ type: 'state', runId: id, state: 'paused', step: 5 });
    await flush();
    expect(fixture.asked.indexOf('appendRows')).toBeLessThan(fixture.asked.lastIndexOf('changeRun'));
    expect(fixture.runs.get(id)).toMatchObject({ state: 'paused', step: 5, elapsedMs: 500 });
  });

  it('goes on training when the disk is full, and says so once', async () => {
    const id = begun(2);
    await flush();
    fixture.failure = new Error('full');
    receive({ type: 'rows', runId: id, rows: rowsAt(3), elapsedMs: 300 });
    await flush();
    receive({ type: 'rows', runId: id, rows: rowsAt(4), elapsedMs: 400 });
    await flush();
    expect(noticesStore.getState().notices).toHaveLength(1);
    expect(findRun(id)?.table?.lastStep()).toBe(4);
  });

  it('writes what the disk refused as soon as it takes it, in order and once', async () => {
    const id = begun(2);
    await flush();
    fixture.failure = new Error('full');
    receive({ type: 'rows', runId: id, rows: rowsAt(3), elapsedMs: 300 });
    receive({ type: 'state', runId: id, state: 'finished', step: 3 });
    await flush();
    expect(fixture.runs.get(id)).toMatchObject({ state: 'training', step: 0 });
    fixture.failure = undefined;
    await vi.advanceTimersByTimeAsync(6000);
    expect(fixture.rows.get(id)?.filter((row) => row.policy === 0).map((row) => row.step)).toEqual([1, 2, 3]);
    expect(fixture.runs.get(id)).toMatchObject({ state: 'finished', step: 3 });
  });

  it('stores a run that could not be stored when it began, before its rows', async () => {
    fixture.failure = new Error('full');
    const id = begun(2);
    await flush();
    expect(fixture.asked).not.toContain('appendRows');
    fixture.failure = undefined;
    await flush();
    expect(fixture.runs.has(id)).toBe(true);
    expect(fixture.rows.get(id)).toHaveLength(8);
  });

  it('does not claim a checkpoint that was not stored', async () => {
    const id = begun(8);
    receive({ type: 'checkpoint', runId: id, checkpoint: checkpointAt(4) });
    await flush();
    fixture.failure = new Error('full');
    receive({ type: 'checkpoint', runId: id, checkpoint: checkpointAt(8) });
    await flush();
    await vi.advanceTimersByTimeAsync(0);
    expect(findRun(id)?.checkpointStep).toBe(4);
    expect(fixture.checkpoints.get(id)?.step).toBe(4);
  });

  it('stops trying to write a run that was deleted in another tab', async () => {
    const id = begun(2);
    await flush();
    fixture.failure = Object.assign(new Error('gone'), { name: 'RunGoneError' });
    receive({ type: 'rows', runId: id, rows: rowsAt(3), elapsedMs: 300 });
    await flush();
    const before = fixture.asked.length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(fixture.asked).toHaveLength(before);
  });
});

describe('after a reload', () => {
  it('the runs, their rows and their names are still there', async () => {
    const id = begun(4);
    receive({ type: 'state', runId: id, state: 'finished', step: 20 });
    renameRun(id, '  My run ');
    await reload();
    expect(findRun(id)).toMatchObject({ name: 'My run', state: 'finished' });
    expect(runsStore.getState().currentId).toBe(id);
    expect(findRun(id)?.table?.column('loss', 3)?.steps).toEqual([1, 2, 3, 4]);
  });

  it('a run that had not ended is interrupted, and goes on from its checkpoint', async () => {
    const id = begun(8);
    receive({ type: 'checkpoint', runId: id, checkpoint: checkpointAt(6) });
    await reload();
    expect(findRun(id)).toMatchObject({ state: 'interrupted', step: 8, checkpointStep: 6 });

    await resume();
    expect(fixture.sent.at(-1)).toEqual({
      type: 'train', runId: id, recipe, resume: checkpointAt(6), expected: { dataHash: '0'.repeat(64) },
    });
    expect(findRun(id)).toMatchObject({ state: 'preparing', step: 6 });
    expect(findRun(id)?.table?.lastStep()).toBe(6);

    // The steps that are told again are there once, on screen and on the shelf.
    const start = { ...startOf(), trainPairs: 7 };
    receive({ type: 'started', runId: id, start });
    receive({ type: 'rows', runId: id, rows: rowsAt(7), elapsedMs: 700 });
    await flush();
    expect(fixture.runs.get(id)?.start).toEqual(start);
    expect(fixture.rows.get(id)?.filter((row) => row.policy === 0).map((row) => row.step)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(fixture.asked.filter((name) => name === 'createRun')).toHaveLength(1);
  });

  it('a run of an earlier version, in which nobody answered prompts, goes on like that', async () => {
    const id = begun(8);
    receive({ type: 'checkpoint', runId: id, checkpoint: checkpointAt(6) });
    await flush();
    const kept = fixture.runs.get(id)!;
    fixture.runs.set(id, { ...kept, recipe: { ...recipe, evaluation: { every: 10 } as typeof recipe.evaluation } });
    await reload();
    await resume();
    expect(fixture.sent.at(-1)).toMatchObject({ type: 'train', recipe: { evaluation: { every: 10, samples: 0 } } });
  });

  it('says so when the checkpoint is gone, and keeps the curves', async () => {
    const id = begun(8);
    receive({ type: 'checkpoint', runId: id, checkpoint: checkpointAt(6) });
    await reload();
    fixture.checkpoints.clear();
    await resume();
    expect(noticesStore.getState().notices[0]?.sentence.template).toMatch(/checkpoint/);
    expect(findRun(id)?.table?.lastStep()).toBe(8);
  });
});

describe('the list of runs', () => {
  it('draws at most four runs behind the current one', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 7; i++) {
      ids.push(begun(1));
      receive({ type: 'state', runId: ids.at(-1)!, state: 'finished', step: 20 });
    }
    expect(runsStore.getState().overlayIds).toHaveLength(4);
    await toggleOverlay(ids[0]!);
    expect(runsStore.getState().overlayIds).toHaveLength(4);
    expect(runsStore.getState().overlayIds[0]).toBe(ids[0]);
  });

  it('reads the rows of a stored run when it is opened', async () => {
    const first = begun(3);
    receive({ type: 'state', runId: first, state: 'finished', step: 20 });
    vi.setSystemTime(Date.now() + 1000);
    const second = begun(2);
    receive({ type: 'state', runId: second, state: 'finished', step: 20 });
    await reload();
    expect(runsStore.getState().currentId).toBe(second);
    expect(findRun(first)?.table).toBeUndefined();
    await openRun(first);
    expect(findRun(first)?.table?.lastStep()).toBe(3);
  });

  it('can bring back a deleted run for ten seconds', async () => {
    const id = begun(3);
    receive({ type: 'state', runId: id, state: 'finished', step: 20 });
    removeRun(id);
    expect(findRun(id)).toBeUndefined();
    await vi.advanceTimersByTimeAsync(5000);
    noticesStore.getState().notices.at(-1)?.undo?.();
    expect(findRun(id)).toBeDefined();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(fixture.runs.has(id)).toBe(true);
  });

  it('deletes it for good after that', async () => {
    const id = begun(3);
    receive({ type: 'state', runId: id, state: 'finished', step: 20 });
    removeRun(id);
    await vi.advanceTimersByTimeAsync(11_000);
    await flush();
    expect(fixture.runs.has(id)).toBe(false);
    expect(noticesStore.getState().notices).toEqual([]);
  });

  it('does not delete the run that is being trained', () => {
    const id = begun(3);
    removeRun(id);
    expect(findRun(id)).toBeDefined();
  });

  it('numbers runs that would have the same name', () => {
    expect(nameFor(recipe, [])).toBe('DPO, APO-zero');
    expect(nameFor(recipe, ['DPO, APO-zero', 'DPO, APO-zero (2)'])).toBe('DPO, APO-zero (3)');
    expect(nameFor({ ...recipe, name: 'The fork' }, [])).toBe('The fork');
  });
});

describe('failures', () => {
  it('mark the run, free the worker and say why', () => {
    const id = begun(3);
    receive({ type: 'failed', runId: id, message: 'Gone.', template: 'Gone.', values: {} });
    expect(findRun(id)).toMatchObject({ state: 'failed', step: 3 });
    expect(runsStore.getState().activeId).toBeUndefined();
    expect(noticesStore.getState().notices[0]?.sentence.template).toBe('Gone.');
  });

  it('of one policy are kept with its step and reason', async () => {
    const id = begun(3);
    const stopped = { policy: 1, step: 3, reason: 'The loss was not a finite number.' };
    receive({ type: 'policyStopped', runId: id, stop: stopped });
    receive({ type: 'policyStopped', runId: id, stop: stopped });
    await flush();
    expect(findRun(id)?.stops).toEqual([stopped]);
    expect(fixture.runs.get(id)?.stops).toEqual([stopped]);
  });

  it('about a run that was deleted meanwhile do no harm', () => {
    receive({ type: 'rows', runId: 'gone', rows: rowsAt(1), elapsedMs: 1 });
    receive({ type: 'state', runId: 'gone', state: 'finished', step: 1 });
    expect(runsStore.getState().runs).toEqual([]);
  });
});
