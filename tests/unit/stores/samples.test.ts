import { beforeEach, describe, expect, it } from 'vitest';
import { train } from '../../../src/stores/runActions';
import { receive } from '../../../src/stores/runEvents';
import { runsStore } from '../../../src/stores/runs';
import { ask, changeSampling, samplesStore } from '../../../src/stores/samples';
import { freshStores, recipe, startOf } from './fixture';

beforeEach(() => {
  freshStores();
  changeSampling({ prompt: 'Where is the library?' });
});

describe('answers', () => {
  it('stay with the run that gave them when another one is on screen', async () => {
    const runId = train(recipe);
    receive({ type: 'started', runId, start: startOf() });
    runsStore.setState({ currentId: 'another' });
    await ask();
    receive({ type: 'samples', requestId: samplesStore.getState().pending!, runId, answers: [], done: true });
    expect(samplesStore.getState()).toMatchObject({ run: { id: runId, name: 'DPO, APO-zero' }, recipe });
  });

  it('of the reference alone belong to no run', async () => {
    await ask();
    receive({ type: 'samples', requestId: samplesStore.getState().pending!, answers: [], done: true });
    expect(samplesStore.getState().run).toBeUndefined();
  });
});
