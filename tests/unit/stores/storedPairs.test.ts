import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { remarkText } from '../../../src/engine/errors';
import { loadTokenizer } from '../../../src/engine/tokenizer/tokenizer';
import { prepareData } from '../../../src/lab/datasets';
import type { LabEvent, Request } from '../../../src/lab/protocol';
import { parseRecipe, type Recipe } from '../../../src/lab/recipe';
import type { PreferencePair } from '../../../src/preferences/pair';
import { gatherPairs, storedId, storedName, withStoredPairs } from '../../../src/stores/storedPairs';
import type { Lab } from '../../../src/stores/services';
import { freshData, somePair, until, type DataFixture } from './dataFixture';

const reading = { tokenizer: loadTokenizer(JSON.parse(readFileSync('public/models/town/tokenizer.json', 'utf8'))), context: 48 };
const never = new AbortController().signal;

/** Some too long, some whose prompts are held out as well, some that can be cut, in a mixed order. */
const mixed: PreferencePair[] = Array.from({ length: 900 }, (_, i) => {
  if (i % 7 === 0) return somePair(i, { chosen: 'long winded words '.repeat(40) });
  if (i % 11 === 0) return somePair(i, { prompt: `${'please, '.repeat(60)}number ${i}?` });
  if (i % 13 === 0) return somePair(i, { prompt: 'Asked on both sides?', split: i % 2 === 0 ? 'train' : 'heldOut' });
  if (i % 17 === 0) return somePair(i, { chosen: 'x'.repeat(30_000) });
  return somePair(i);
});

let fixture: DataFixture;
let id: string;

beforeEach(async () => {
  fixture = await freshData();
  id = (await fixture.data.ask({ type: 'create', name: 'Mixed', pairs: mixed })).id;
});

describe('the pairs of a stored dataset that are sent to training', () => {
  it.each([
    [{ trainPairs: 40, heldOutPairs: 12 }],
    [{ trainPairs: 500, heldOutPairs: 150 }],
    [{ trainPairs: 5000, heldOutPairs: 5000 }],
    [{ trainPairs: 500, heldOutPairs: 150, overlong: 'keepEnd' }],
  ] satisfies [Partial<Recipe['data']>][])('are those that training would choose from all of them: %j', async (wanted) => {
    const data = { dataset: storedName(id), ...wanted } as Recipe['data'];
    const { pairs } = await gatherPairs(fixture.data, id, data, reading, never);
    const chosen = (all: readonly PreferencePair[]) => prepareData(all, data, reading.tokenizer, reading.context);
    expect(chosen(pairs).hash).toBe(chosen(mixed).hash);
    expect(pairs.length).toBeLessThanOrEqual(data.trainPairs + data.heldOutPairs);
  });

  it('come with what was left out', async () => {
    const data = { dataset: storedName(id), trainPairs: 5000, heldOutPairs: 5000 };
    const { remarks } = await gatherPairs(fixture.data, id, data, reading, never);
    expect(remarks.map(remarkText)).toEqual(prepareData(mixed, data, reading.tokenizer, reading.context).warnings.slice(0, 2).reverse().map(remarkText));
  });
});

describe('the lab on stored datasets', () => {
  let sent: Request[];
  let events: LabEvent[];
  let lab: Lab;
  const recipe = (dataset: string): Recipe => parseRecipe({ version: 1, cohort: [{ objective: 'dpo' }], data: { dataset, trainPairs: 8, heldOutPairs: 4 } });
  const states = () => events.flatMap((event) => (event.type === 'state' ? [event.state] : []));

  beforeEach(() => {
    sent = [];
    events = [];
    lab = withStoredPairs({ send: (request) => sent.push(request), subscribe: () => () => undefined }, fixture.data, async () => reading);
    lab.subscribe((event) => events.push(event));
  });

  it('gets the pairs with the request, and only then what was asked of the run meanwhile', async () => {
    lab.send({ type: 'train', runId: 'a', recipe: recipe(storedName(id)), paused: true });
    lab.send({ type: 'step', runId: 'a' });
    expect(states()).toEqual(['preparing']);
    await until(() => sent.length === 2);
    expect(sent[0]).toMatchObject({ type: 'train', runId: 'a', paused: true, pairs: { length: 12 } });
    expect(sent[1]).toEqual({ type: 'step', runId: 'a' });
  });

  it('passes everything else through as it is', () => {
    const request: Request = { type: 'train', runId: 'b', recipe: recipe('clair') };
    lab.send(request);
    lab.send({ type: 'stop', runId: 'b' });
    expect(sent).toEqual([request, { type: 'stop', runId: 'b' }]);
    expect([storedId('clair'), storedId('stored:x')]).toEqual([undefined, 'x']);
  });

  it('never hears of a run that was stopped while its pairs were read', async () => {
    lab.send({ type: 'train', runId: 'a', recipe: recipe(storedName(id)) });
    lab.send({ type: 'stop', runId: 'a' });
    await until(() => states().includes('stopped'));
    expect(sent).toEqual([]);
  });

  it('never hears of a run whose dataset is gone, and the run says why', async () => {
    lab.send({ type: 'train', runId: 'a', recipe: recipe(storedName('nowhere')) });
    await until(() => states().includes('failed'));
    expect(events.find((event) => event.type === 'failed')).toMatchObject({ runId: 'a', message: expect.stringContaining('nowhere') as string });
    expect(sent).toEqual([]);
  });
});
