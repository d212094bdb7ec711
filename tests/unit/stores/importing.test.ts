import { beforeEach, describe, expect, it } from 'vitest';
import { datasetsStore, listDatasets } from '../../../src/stores/datasets';
import { cancelImport, changeImport, importStore, leaveImport, overrideMapping, previewSource, resetImport, resumeImport, runImport, undoImport, unnamed } from '../../../src/stores/importing';
import { services } from '../../../src/stores/services';
import { freshData, until } from './dataFixture';

const lines = (count: number): string =>
  Array.from({ length: count }, (_, i) => JSON.stringify({ question: `Q${i}?`, chosen: `good ${i}`, rejected: i % 10 === 3 ? `good ${i}` : `bad ${i}`, other: `o${i}` })).join('\n');
const text = (count = 20) => ({ kind: 'text', name: 'pasted.jsonl', text: lines(count) }) as const;
const state = () => importStore.getState();

beforeEach(async () => {
  resetImport();
  await freshData();
  await listDatasets();
});

describe('an import', () => {
  it('shows what it recognised, imports it all, and accounts for every row', async () => {
    await previewSource(text());
    expect(state()).toMatchObject({ stage: 'ready', preview: { format: 'jsonl', mapping: { kind: 'paired', prompt: 'question' } } });
    expect(state().preview!.pairs[0]!.pair).toMatchObject({ prompt: 'Q0?', chosen: 'good 0', rejected: 'bad 0' });
    expect(state().preview!.rejections.map(({ code }) => code)).toEqual(['sameSides', 'sameSides']);
    changeImport({ name: 'Mine', heldOutShare: 0.5, seed: 3 });
    await runImport();
    expect(state().answer!.report).toMatchObject({ rows: 20, ok: 18, rejected: 2, pairs: 18, reasons: { sameSides: 2 } });
    const rejected = (await state().answer!.rejectedRows!.text()).trim().split('\n').map((line) => JSON.parse(line) as { row: number });
    expect(rejected.map(({ row }) => row)).toEqual([4, 14]);
    expect(datasetsStore.getState().datasets).toMatchObject([{ name: 'Mine', pairs: 18 }]);
  });

  it('reads by the mapping that a person put in its place', async () => {
    await previewSource(text());
    await overrideMapping({ kind: 'paired', prompt: 'other', chosen: 'rejected', rejected: 'chosen', layout: 'text' });
    expect(state().preview!.pairs[0]!.pair).toMatchObject({ prompt: 'o0', chosen: 'bad 0' });
    await overrideMapping(undefined);
    expect(state().preview!.pairs[0]!.pair).toMatchObject({ prompt: 'Q0?', chosen: 'good 0' });
  });

  it('is called what the page said it would be, where a person gives no name', async () => {
    const source = { ...text(), name: 'a folder/my.pairs.jsonl' };
    expect(unnamed(source)).toBe('my.pairs');
    await previewSource(source);
    await runImport();
    expect(datasetsStore.getState().datasets).toMatchObject([{ name: 'my.pairs' }]);
    expect(unnamed({ ...source, name: 'pairs.CSV.gz' })).toBe('pairs');
    expect(unnamed({ ...source, name: '.json' })).toBe('.json');
  });

  it('adds to a dataset that is there', async () => {
    await previewSource(text());
    await runImport();
    const [first] = datasetsStore.getState().datasets;
    await previewSource({ kind: 'text', name: 'more', text: '{"prompt":"P?","chosen":"a","rejected":"b"}' });
    changeImport({ into: first!.id });
    await runImport();
    expect(datasetsStore.getState().datasets).toMatchObject([{ id: first!.id, pairs: 19 }]);
    await undoImport();
    expect(datasetsStore.getState().datasets).toMatchObject([{ id: first!.id, pairs: 18 }]);
  });

  it('is undone as a whole, and can be run again', async () => {
    await previewSource(text());
    await runImport();
    await undoImport();
    expect(datasetsStore.getState().datasets).toEqual([]);
    expect(state().stage).toBe('ready');
    await runImport();
    expect(datasetsStore.getState().datasets).toHaveLength(1);
  });

  it('that is finished is forgotten when its page is left; one that is not stays', async () => {
    await previewSource(text());
    leaveImport();
    expect(state().stage).toBe('ready');
    await runImport();
    leaveImport();
    expect(state()).toMatchObject({ stage: 'choosing' });
    expect(state().source).toBeUndefined();
  });

  it('has the browser asked to keep the storage after the first one, not after the others', async () => {
    const { asked } = await freshData();
    await services().data.ask({ type: 'create', name: 'Written' });
    await previewSource(text());
    await runImport();
    await previewSource({ kind: 'text', name: 'more', text: '{"prompt":"P?","chosen":"a","rejected":"b"}' });
    await runImport();
    expect(asked.filter((one) => one === 'import' || one === 'persist')).toEqual(['import', 'persist', 'import']);
  });

  it('of a public dataset that breaks off keeps what came, and goes on from there', async () => {
    let down = true;
    await freshData(async (input) => {
      const { pathname, searchParams } = new URL(input as string);
      if (pathname === '/splits') return Response.json({ splits: [{ config: 'default', split: 'train' }] });
      const offset = Number(searchParams.get('offset'));
      if (down && offset >= 200) return Response.json({ error: 'gone' }, { status: 404 });
      const rows = Array.from({ length: Number(searchParams.get('length')) }, (_, i) => ({ row_idx: offset + i, row: { prompt: `P${offset + i}?`, chosen: `a${offset + i}`, rejected: `b${offset + i}` }, truncated_cells: [] }));
      return Response.json({ rows, num_rows_total: 1000 });
    });
    await previewSource({ kind: 'viewer', dataset: 'owner/pairs', length: 350 });
    await runImport();
    expect(state()).toMatchObject({ stage: 'done', answer: { position: { next: 200, total: 1000 }, dataset: { pairs: 200 } } });
    down = false;
    await resumeImport();
    expect(state()).toMatchObject({ stage: 'done', answer: { dataset: { pairs: 350 } } });
    expect(datasetsStore.getState().datasets).toMatchObject([{ name: 'owner/pairs' }]);
  });

  it('that is cancelled leaves nothing behind, and says nothing of a fault', async () => {
    await previewSource(text(20_000));
    const running = runImport();
    await until(() => state().progress !== undefined);
    cancelImport();
    await running;
    expect(state()).toMatchObject({ stage: 'ready' });
    expect(state().problem).toBeUndefined();
    await listDatasets();
    expect(datasetsStore.getState()).toMatchObject({ datasets: [], deleted: [] });
  });

  it('of something that holds no rows says so and asks for another source', async () => {
    await previewSource({ kind: 'text', name: 'pasted', text: '\n\n' });
    expect(state().stage).toBe('choosing');
    expect(state().problem).toMatchObject({ template: '“{name}” holds only blanks. Nothing was imported.', values: { name: 'pasted' } });
  });

  it('of columns that nobody recognises waits for a mapping', async () => {
    await previewSource({ kind: 'text', name: 'pasted', text: '{"x":"P?","y":"a","z":"b"}' });
    expect(state()).toMatchObject({ stage: 'ready', preview: { unrecognised: {}, pairs: [] } });
    await runImport();
    expect(state().stage).toBe('ready');
    await overrideMapping({ kind: 'paired', prompt: 'x', chosen: 'y', rejected: 'z', layout: 'text' });
    await runImport();
    expect(datasetsStore.getState().datasets).toMatchObject([{ pairs: 1 }]);
  });
});
