import 'fake-indexeddb/auto';
import { Dexie } from 'dexie';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Weights } from '../../../src/engine/model/config';
import type { CellRecord } from '../../../src/lab/study/execute';
import { cellsOf, quickPlan, type CellKey } from '../../../src/lab/study/plan';
import { closeDatabase } from '../../../src/storage';
import { DATABASE_NAME } from '../../../src/storage/database';
import { createStudy, deleteStudy, listStudies, loadPolicies, loadStudy, saveCell, type StoredStudy } from '../../../src/storage/studies';
import { baseline, cell, facts, result } from '../lab/study/document';

const study = (id: string, createdAt: number): StoredStudy => ({ id, createdAt, plan: quickPlan, lab: '0', runtime: 'Node', done: 0, elapsedMs: 0, trainMs: 0, adapters: [] });
const cells = cellsOf(quickPlan);

const record = ({ kind, seed, round }: CellKey, adapter: string, next?: Weights): CellRecord => ({
  key: { kind, seed, round }, facts: facts(kind, seed), cell: cell(kind, seed, [result('dpo', [4, 2])], round), baseline: baseline([2, 2], round),
  adapters: [adapter], elapsedMs: 10, ...(next && { next }),
});

const weights = { config: { hidden_size: 2 }, tensors: { w: { shape: [2], data: Float32Array.of(1, -2) } } } as unknown as Weights;

beforeEach(async () => {
  await closeDatabase();
  await Dexie.delete(DATABASE_NAME);
});

describe('stored studies', () => {
  it('come back after the page was closed, with their cells in the plan’s order and the policies to go on from', async () => {
    await createStudy(study('a', 1));
    await createStudy(study('b', 2));
    await saveCell('a', 1, record(cells[1]!, 'GPU'));
    await saveCell('a', 0, record(cells[0]!, 'CPU', weights));
    await closeDatabase();
    expect((await listStudies()).map(({ id }) => id)).toEqual(['b', 'a']);
    const found = (await loadStudy('a'))!;
    expect(found.records).toEqual([record(cells[0]!, 'CPU'), record(cells[1]!, 'GPU')]);
    expect(found.study).toEqual({ ...study('a', 1), done: 2, elapsedMs: 20, trainMs: 2, adapters: ['GPU', 'CPU'] });
    expect(await loadPolicies('a')).toEqual(new Map([[cells[0]!.seed, weights]]));
  });

  it('are deleted whole, and take no cell from then on', async () => {
    await createStudy(study('a', 1));
    await createStudy(study('b', 2));
    for (const id of ['a', 'b']) await saveCell(id, 0, record(cells[0]!, 'CPU', weights));
    await deleteStudy('a');
    await expect(saveCell('a', 1, record(cells[1]!, 'CPU'))).rejects.toThrow('This re-enactment is no longer stored');
    expect(await loadStudy('a')).toBeUndefined();
    expect((await loadPolicies('a')).size).toBe(0);
    expect((await loadStudy('b'))!.records).toHaveLength(1);
    expect((await loadPolicies('b')).size).toBe(1);
  });
});
