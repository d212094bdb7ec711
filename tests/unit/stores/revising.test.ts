// Jobs of the Revise page from set-up to dataset, on the real storage, the real queue and the town's own reviser.
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PreferencePair } from '../../../src/preferences/pair';
import { jobStore } from '../../../src/storage/revisions';
import { listDatasets } from '../../../src/stores/datasets';
import { acceptAll, acceptedInBulk, acceptItem, askItemAgain, editItem, filterItems, lookAtItem, makeDataset, reconsiderItem, rejectItem } from '../../../src/stores/reviewActions';
import { filterCounts, itemBeside, nextToReview, passes, type ReviewItem } from '../../../src/stores/reviewing';
import { estimate, estimateStore } from '../../../src/stores/reviseEstimate';
import { noticesStore } from '../../../src/stores/notices';
import { deleteJob, goOn, jobsStore, listJobs, openJob, pauseJob, startJob } from '../../../src/stores/reviseJobs';
import { hasKeyFor, holdKey } from '../../../src/stores/reviserKey';
import { changePrice, changeSetup, chooseDataset, choosePlace, editText, firstSetup, presetOf, priceFor, problemOfSetup, restoreSetup, setupStore, templateOf, type SetupState } from '../../../src/stores/reviseSetup';
import { services } from '../../../src/stores/services';
import { factPrompt } from '../../../src/world/prompts';
import { reviseAnswer } from '../../../src/world';
import { startFaultyServer, type FaultyServer } from '../../support/faultyServer';
import { freshData, until } from './dataFixture';

const open = () => jobsStore.getState().open!;
const itemAt = (id: number): ReviewItem => open().items.find((item) => item.id === id)!;
const setup = () => setupStore.getState();

/** Two prompts that the town knows, one that it does not, and one whose loser needs nothing done. */
function townPairs(): PreferencePair[] {
  const [ada, ben] = [factPrompt('Ada', 'job', 0)!, factPrompt('Ben', 'food', 0)!];
  const perfect = reviseAnswer(ben, 'Ben likes sand.').text;
  const pair = (i: number, prompt: string, rejected: string): PreferencePair => ({ id: `p${i}`, prompt, chosen: `Something else ${i}.`, rejected, split: i === 1 ? 'heldOut' : 'train', source: 'imported' });
  return [pair(0, ada.text, 'Ada is a dragon. My old aunt always says so.'), pair(1, ben.text, `${perfect} My old aunt always says so.`), pair(2, 'What is the capital of France?', 'Lyon.'), pair(3, ben.text, perfect)];
}

async function stored(pairs: readonly PreferencePair[]): Promise<string> {
  return (await services().data.ask({ type: 'create', name: 'Mine', pairs })).id;
}

beforeEach(async () => {
  await freshData();
  await listDatasets();
  jobsStore.setState({ jobs: [], running: {}, stopped: {} }, true);
  setupStore.setState(firstSetup, true);
  await restoreSetup();
});

async function revised(): Promise<string> {
  changeSetup({ dataset: await stored(townPairs()), scope: { kind: 'all' } });
  const id = await startJob(setup());
  await openJob(id);
  await until(() => open().items.length === 4 && open().items.every(({ state }) => state !== 'waiting') && jobsStore.getState().running[id] === undefined);
  return id;
}

describe('a job of revising', () => {
  it('is told beforehand what it will take', async () => {
    changeSetup({ dataset: await stored(townPairs()), most: 3 });
    await estimate(setup());
    expect(estimateStore.getState().estimate).toMatchObject({ pairs: 3, requests: 3, overBudget: false });
    changeSetup({ job: 'judge' });
    await estimate(setup());
    expect(estimateStore.getState().estimate).toMatchObject({ pairs: 3, requests: 6 });
    changeSetup({ scope: { kind: 'view', filter: { splits: ['heldOut'] }, count: 1 } });
    await estimate(setup());
    expect(estimateStore.getState().estimate).toMatchObject({ pairs: 1, requests: 2 });
    changeSetup({ scope: { kind: 'view', filter: { text: 'nowhere' }, count: 0 } });
    await estimate(setup());
    expect(estimateStore.getState()).toMatchObject({ problem: { template: expect.stringMatching(/no pair to ask/) as unknown } });
  });

  it('ends with a revision or a flag for every pair, and nothing accepted by itself', async () => {
    await revised();
    expect(open().items.map(({ state, flags }) => [state, flags])).toEqual([['review', []], ['review', []], ['flagged', expect.arrayContaining(['refused'])], ['flagged', ['unchanged']]]);
    const ada = factPrompt('Ada', 'job', 0)!;
    expect(itemAt(0).revision).toBe(reviseAnswer(ada, itemAt(0).pair.rejected).text);
    expect(itemAt(0).rationale).toContain('aunt');
    expect(await makeDataset('Nothing')).toBeUndefined();
  });

  it('becomes a dataset of what was accepted and edited, with where it comes from', async () => {
    await revised();
    await acceptItem(0);
    expect(open().current).toBe(1);
    await editItem(1, 'Ben likes plums, I think.');
    expect(open().current).toBe(2);
    await rejectItem(2);
    const id = (await makeDataset('Revised'))!;
    const { info } = await services().data.ask({ type: 'open', dataset: id });
    expect(info).toMatchObject({ name: 'Revised', pairs: 2, trainPairs: 1, heldOutPairs: 1, provenance: { revisedFrom: 'Mine', model: 'town', prompt: expect.stringMatching(/^clair@/) as unknown } });
    const pairs = await services().data.ask({ type: 'pairs', dataset: id, rows: [0, 1] });
    expect(pairs.map(({ pair }) => pair)).toMatchObject([
      { prompt: townPairs()[0]!.prompt, chosen: itemAt(0).revision, rejected: townPairs()[0]!.rejected, source: 'clair', split: 'train', extra: { revision: { model: 'town', origin: 'offline' } } },
      { chosen: 'Ben likes plums, I think.', rejected: townPairs()[1]!.rejected, split: 'heldOut', extra: { revision: { edited: true } } },
    ]);
  });

  it('can be read again after a reload, with its decisions, and asks nothing twice', async () => {
    const id = await revised();
    await acceptItem(0);
    await rejectItem(1);
    jobsStore.setState({ jobs: [], running: {}, stopped: {} }, true);
    await listJobs();
    expect(jobsStore.getState().jobs).toMatchObject([{ id, name: 'Mine', counts: { done: 2, flagged: 2, waiting: 0, failed: 0 } }]);
    await openJob(id);
    expect(open().items.map(({ state }) => state)).toEqual(['accepted', 'rejected', 'flagged', 'flagged']);
    const before = open().job!.spent;
    await goOn(id);
    expect((await jobStore.loadJob(id))!.spent).toEqual(before);
  });

  it('is decided as fast as keys are pressed', async () => {
    const id = await revised();
    const decisions = [acceptItem(open().current!), rejectItem(open().current!), rejectItem(open().current!)];
    expect(open().current).toBe(3);
    await Promise.all(decisions);
    expect(open().current).toBe(3);
    expect((await jobStore.loadItems(id)).map(({ decision }) => decision?.kind)).toEqual(['accepted', 'rejected', 'rejected', undefined]);
  });

  it('takes back a decision', async () => {
    await revised();
    await editItem(0, 'Mine.');
    expect(itemAt(0)).toMatchObject({ state: 'edited', edit: 'Mine.' });
    await reconsiderItem(0);
    expect(itemAt(0)).toMatchObject({ state: 'review' });
    expect(itemAt(0).edit).toBeUndefined();
    await editItem(0, itemAt(0).revision!);
    expect(itemAt(0).state).toBe('accepted');
  });

  it('accepts in bulk what passes the filter, flagged ones only where they were asked for', async () => {
    await revised();
    await acceptAll();
    expect(open().items.map(({ state }) => state)).toEqual(['accepted', 'accepted', 'flagged', 'flagged']);
    filterItems('flag:unchanged');
    expect(open().current).toBe(3);
    // The answer itself makes no pair.
    expect(acceptedInBulk(open())).toEqual([]);
    filterItems('flagged');
    expect(open().items.filter((item) => passes(item, 'flagged')).map(({ id }) => id)).toEqual([2, 3]);
  });

  it('is about one pair where a link chose one', async () => {
    changeSetup({ dataset: await stored(townPairs()), scope: { kind: 'pair', row: 1 } });
    const id = await startJob(setup());
    expect((await jobStore.loadItems(id)).map(({ pair }) => pair.id)).toEqual(['p1']);
  });
});

describe('a job of judging', () => {
  it('makes a dataset in which the judge’s winners win', async () => {
    const ada = factPrompt('Ada', 'job', 0)!;
    const [bad, good] = ['Ada is a dragon.', reviseAnswer(ada, 'Ada is a dragon.').text];
    const pair = { id: 'a', prompt: ada.text, split: 'train', source: 'imported' } as const;
    changeSetup({ dataset: await stored([{ ...pair, chosen: bad, rejected: good }, { ...pair, id: 'b', chosen: good, rejected: bad }]), job: 'judge' });
    const id = await startJob(setup());
    await openJob(id);
    await until(() => open().items.length === 2 && open().items.every(({ state }) => state === 'review'));
    expect(open().items.map(({ verdict }) => verdict)).toMatchObject([{ winner: 'b', positionBias: false }, { winner: 'a', positionBias: false }]);
    await acceptAll();
    const made = (await makeDataset('Judged'))!;
    const pairs = await services().data.ask({ type: 'pairs', dataset: made, rows: [0, 1] });
    expect(pairs.map(({ pair: { chosen, rejected } }) => [chosen, rejected])).toEqual([[good, bad], [good, bad]]);
  });
});

describe('a job that asks an API', () => {
  let server: FaultyServer;
  beforeEach(async () => {
    server = await startFaultyServer();
  });
  afterEach(() => server.close());

  async function begun(change: Partial<SetupState> = {}): Promise<string> {
    choosePlace('other');
    changeSetup({ dataset: await stored(townPairs()), baseUrl: server.baseUrl, model: 'small', requestsPerMinute: 10_000, tokensPerMinute: 10_000_000, ...change });
    holdKey(server.baseUrl, 'sk-canary');
    const id = await startJob(setup());
    await openJob(id);
    return id;
  }
  const ended = (id: string) => until(() => jobsStore.getState().running[id] === undefined && open().items.length === 4 && open().job !== undefined);
  const states = () => open().items.map(({ state }) => state);

  it('asks each pair once, with the key in its header alone', async () => {
    const id = await begun();
    await until(() => open().items.length === 4 && states().every((state) => state !== 'waiting'));
    await ended(id);
    expect(server.asked).toHaveLength(4);
    expect(server.asked.every(({ headers }) => headers.authorization === 'Bearer sk-canary')).toBe(true);
    expect(JSON.stringify([await jobStore.listJobs(), await jobStore.loadItems(id)])).not.toContain('sk-canary');
    expect(itemAt(0).revision).toBe(`${townPairs()[0]!.rejected}!`);
  });

  it('asks again with a comment, and only for that one', async () => {
    const id = await begun();
    await until(() => open().items.length === 4 && states().every((state) => state !== 'waiting'));
    await ended(id);
    await acceptItem(0);
    await askItemAgain(0, 'Shorter, please.');
    expect(server.asked).toHaveLength(5);
    const { messages } = server.asked[4]!.body;
    expect(messages!.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(messages![2]!.content).toContain('Shorter, please.');
    expect(itemAt(0)).toMatchObject({ comment: 'Shorter, please.', state: 'review' });
  });

  it('stops at once for a wrong key, keeps everything, and goes on with a right one', async () => {
    server.always('bad_key');
    const id = await begun({ concurrency: 1 });
    await until(() => jobsStore.getState().stopped[id] !== undefined);
    await ended(id);
    expect(server.asked).toHaveLength(1);
    expect(states()).toEqual(['waiting', 'waiting', 'waiting', 'waiting']);
    expect(JSON.stringify(jobsStore.getState().stopped[id])).not.toContain('sk-canary');
    server.always(undefined);
    await goOn(id);
    expect(states()).not.toContain('waiting');
    expect(jobsStore.getState().stopped[id]).toBeUndefined();
  });

  it('asks again for what failed, and for nothing else', async () => {
    server.next('too_large');
    const id = await begun({ concurrency: 1 });
    await until(() => open().items.length === 4 && states().every((state) => state !== 'waiting'));
    await ended(id);
    expect(states()).toEqual(['failed', 'review', 'review', 'review']);
    await goOn(id, ['failed']);
    expect(states()).toEqual(['review', 'review', 'review', 'review']);
    expect(server.asked).toHaveLength(5);
  });

  it('stops before a request that might cost more than the limit', async () => {
    const id = await begun({ budgetTokens: 300, maxTokens: 200 });
    await until(() => jobsStore.getState().stopped[id] !== undefined);
    await ended(id);
    expect(jobsStore.getState().stopped[id]!.template).toMatch(/budget/);
    // The prompt alone is longer than that.
    expect(server.asked).toEqual([]);
    expect(states()).toEqual(['waiting', 'waiting', 'waiting', 'waiting']);
  });

  it('is paused and gone on with', async () => {
    const id = await begun({ concurrency: 1 });
    await until(() => server.asked.length === 1);
    pauseJob(id);
    await until(() => jobsStore.getState().running[id]?.state === 'paused' && states().filter((state) => state !== 'waiting').length >= 1);
    const asked = server.asked.length;
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(server.asked.length).toBe(asked);
    expect(asked).toBeLessThan(4);
    await goOn(id);
    await until(() => states().every((state) => state !== 'waiting'));
    await ended(id);
    expect(server.asked).toHaveLength(4);
  });

  it('is deleted while it is at work without a word', async () => {
    const id = await begun({ concurrency: 1 });
    await until(() => jobsStore.getState().running[id] !== undefined);
    await deleteJob(id);
    await until(() => jobsStore.getState().running[id] === undefined);
    expect(jobsStore.getState().jobs).toEqual([]);
    expect(noticesStore.getState().notices).toEqual([]);
  });
});

describe('what is set up', () => {
  it('comes back at the next visit, without pairs chosen by hand, and with nothing of the key', async () => {
    choosePlace('openai');
    changeSetup({ model: 'some-model', scope: { kind: 'pair', row: 3 } });
    holdKey(setup().baseUrl, 'sk-canary');
    changeSetup({ temperature: 0.3 });
    await new Promise((resolve) => setTimeout(resolve));
    const kept = await services().shelf.loadSetting('revise');
    expect(kept).toMatchObject({ place: 'openai', model: 'some-model', temperature: 0.3 });
    expect(JSON.stringify(kept)).not.toContain('sk-canary');
    setupStore.setState(firstSetup, true);
    await restoreSetup();
    expect(setup()).toMatchObject({ place: 'openai', baseUrl: 'https://api.openai.com/v1', model: 'some-model', scope: { kind: 'all' } });
  });

  it('keeps what a link chose while it was being brought back, and overwrites nothing meanwhile', async () => {
    changeSetup({ temperature: 0.3 });
    setupStore.setState(firstSetup, true);
    chooseDataset('clair', { kind: 'pair', row: 7 });
    await new Promise((resolve) => setTimeout(resolve));
    expect(await services().shelf.loadSetting('revise')).toMatchObject({ temperature: 0.3, dataset: 'off_policy' });
    await restoreSetup();
    expect(setup()).toMatchObject({ temperature: 0.3, dataset: 'clair', scope: { kind: 'pair', row: 7 } });
  });

  it('repairs what storage gives it', async () => {
    await services().shelf.saveSetting('revise', { place: 'ollama', most: -3, temperature: 'hot', texts: [1], nonsense: true });
    await restoreSetup();
    expect(setup()).toMatchObject({ place: 'ollama', most: firstSetup.most, temperature: firstSetup.temperature, texts: {} });
  });

  it('forgets the key when another address is chosen', () => {
    choosePlace('openai');
    holdKey(setup().baseUrl, 'sk-canary');
    changeSetup({ baseUrl: 'https://api.openai.com/other' });
    expect(hasKeyFor('https://api.openai.com')).toBe(true);
    changeSetup({ baseUrl: 'https://evil.example/v1' });
    changeSetup({ baseUrl: 'https://api.openai.com/v1' });
    expect(hasKeyFor('https://api.openai.com')).toBe(false);
  });

  it('keeps the key of a job at work while something else is set up that asks nobody', () => {
    holdKey('https://job.example/v1', 'sk-canary');
    changeSetup({ most: 5, job: 'judge' });
    choosePlace('offline');
    expect(hasKeyFor('https://job.example')).toBe(true);
    choosePlace('openai');
    expect(hasKeyFor('https://job.example')).toBe(false);
  });

  it('keeps a wording for each preset, and refuses one without its slots', () => {
    const own = `${presetOf(setup()).text}\nBe brief.`;
    editText(own);
    changeSetup({ revisePreset: 'correct_only' });
    expect(templateOf(setup()).text).not.toContain('Be brief.');
    changeSetup({ revisePreset: 'clair' });
    expect(templateOf(setup()).text).toBe(own);
    editText('Just do it.');
    expect(problemOfSetup(setup())).toMatchObject({ template: expect.stringMatching(/has no place for/) as unknown });
    editText(presetOf(setup()).text);
    expect([setup().texts, problemOfSetup(setup())]).toEqual([{}, undefined]);
  });

  it('cannot start without an address, a model, or a key where one is needed', async () => {
    const said = (): string | undefined => problemOfSetup(setup())?.template;
    choosePlace('other');
    expect(said()).toMatch(/address/);
    choosePlace('openai');
    expect(said()).toMatch(/which model/);
    changeSetup({ model: 'm' });
    expect(said()).toMatch(/key/);
    await expect(startJob(setup())).rejects.toThrow(/key/);
    holdKey(setup().baseUrl, 'sk-canary');
    expect(said()).toBeUndefined();
  });
});

describe('prices', () => {
  it('are the lab’s until a person enters others, each for its model', async () => {
    choosePlace('openai');
    changeSetup({ model: 'gpt-4o', budgetMoney: 1 });
    holdKey(setup().baseUrl, 'sk-canary');
    expect(problemOfSetup(setup())).toBeUndefined();
    changePrice({ input: 7 });
    expect(priceFor(setup())).toEqual({ model: 'gpt-4o', input: 7, output: 10 });
    changeSetup({ model: 'my-own-model' });
    expect(priceFor(setup())).toBeUndefined();
    expect(problemOfSetup(setup())).toMatchObject({ template: expect.stringMatching(/limit in money/) as unknown });
    changePrice({ output: 2 });
    expect(problemOfSetup(setup())).toBeUndefined();
    await new Promise((resolve) => setTimeout(resolve));
    setupStore.setState(firstSetup, true);
    await restoreSetup();
    expect(priceFor({ ...setup(), model: 'gpt-4o' })).toMatchObject({ input: 7 });
  });
});

describe('the list of a job', () => {
  const item = (id: number, state: ReviewItem['state'], flags: ReviewItem['flags'] = []): ReviewItem => ({ id, state, flags, pair: townPairs()[0]!, acceptable: true });
  const items = [item(0, 'accepted'), item(1, 'flagged', ['truncated']), item(2, 'review'), item(3, 'rejected'), item(4, 'failed')];

  it('goes on to what waits for a decision, unflagged ones first, then round from the beginning', () => {
    expect(nextToReview(items, 0)).toBe(2);
    expect(nextToReview(items, 3)).toBe(2);
    expect(nextToReview(items, 2)).toBe(1);
    expect(nextToReview([item(0, 'review'), item(1, 'accepted')], 0)).toBe(1);
    expect(nextToReview([item(0, 'review')], 0)).toBe(0);
  });

  it('moves as far as it goes', () => {
    expect([itemBeside(items, 0, -1), itemBeside(items, 0, 1), itemBeside(items, 4, 9), itemBeside(items, undefined, 1), itemBeside([], 1, 1)]).toEqual([0, 1, 4, 0, undefined]);
  });

  it('counts what each filter lets pass, each kind of flag by itself', () => {
    expect(filterCounts(items)).toEqual([
      { filter: 'all', count: 5 }, { filter: 'review', count: 1 }, { filter: 'flagged', count: 1 }, { filter: 'flag:truncated', count: 1 },
      { filter: 'failed', count: 1 }, { filter: 'accepted', count: 1 }, { filter: 'rejected', count: 1 },
    ]);
  });
});

it('looks at the item that a person picks', async () => {
  await revised();
  lookAtItem(3);
  expect(open().current).toBe(3);
});
