import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { diskAssets } from '../../../../cli/assets';
import { createCohort } from '../../../../src/engine/engine';
import type { Tokenizer } from '../../../../src/engine/tokenizer/tokenizer';
import { loadModel } from '../../../../src/lab/assets';
import type { LabEvent } from '../../../../src/lab/protocol';
import { createLab } from '../../../../src/lab/runner';
import { studyDocument } from '../../../../src/lab/study/document';
import { ENDED, runStudy, type CellRecord, type StudyJob } from '../../../../src/lab/study/execute';
import { gridOf } from '../../../../src/lab/study/grid';
import { cellsOf, fullPlan, parsePlan, quickPlan, recipeOf } from '../../../../src/lab/study/plan';
import type { StudyPlan } from '../../../../src/lab/study/types';
import { openInNode } from '../../../support/nodeBackend';

const load = diskAssets(fileURLToPath(new URL('../../../../public/', import.meta.url)));

const plan: StudyPlan = parsePlan({
  ...fullPlan,
  datasets: ['clair', 'stronger'],
  members: fullPlan.members.filter(({ objective }) => objective === 'dpo' || objective === 'apo_zero'),
  seeds: [1],
  train: 16,
  heldOut: 8,
  schedule: { ...fullPlan.schedule, steps: 4, batchSize: 4, warmupSteps: 0 },
  evaluation: { every: 2, samples: 0 },
  benchmark: { ...fullPlan.benchmark, prompts: 12, modes: ['sampled'] },
  secondRound: { from: { dataset: 'clair', objective: 'apo_zero' }, datasets: ['off_policy_weak'] },
});

function ownLab(): StudyJob['lab'] {
  const listeners = new Set<(event: LabEvent) => void>();
  const lab = createLab({
    load, createCohort, openBackend: () => openInNode('wasm'),
    emit: (event) => {
      for (const listener of [...listeners]) listener(event);
    },
  });
  return { send: lab.send, subscribe: (listener) => (listeners.add(listener), () => listeners.delete(listener)) };
}

describe('a study', () => {
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    tokenizer = (await loadModel(load, 'town')).tokenizer;
  });

  const carryOut = async (done: readonly CellRecord[], endAfter = Infinity): Promise<CellRecord[]> => {
    const records: CellRecord[] = [];
    const ending = new AbortController();
    await runStudy({
      plan, tokenizer, done, lab: ownLab(), signal: ending.signal, now: () => performance.now(), onProgress: () => undefined,
      keep: (record) => {
        records.push(record);
        if (records.length === endAfter) ending.abort();
      },
    }).catch((error: unknown) => {
      if (error !== ENDED) throw error;
    });
    return records;
  };
  const timeless = (records: readonly CellRecord[]): unknown => records.map(({ elapsedMs: _, cell: { trainMs: __, ...cell }, ...record }) => ({ ...record, cell }));

  it('goes from data to answers cell by cell, and on from a policy of its own in the second round', async () => {
    const whole = await carryOut([]);
    expect(whole.map(({ key }) => [key.round, key.kind])).toEqual([[1, 'clair'], [1, 'stronger'], [2, 'off_policy_weak']]);
    const [clair, stronger, second] = whole as [CellRecord, CellRecord, CellRecord];
    expect(clair.cell.members.map(({ steps }) => steps)).toEqual([[0, 2, 4], [0, 2, 4]]);
    expect(clair.cell.members[0]!.curves['eval_logps/chosen']![0]).toBe(clair.cell.reference['eval_logps/chosen']);
    expect(clair.cell.members[0]!.curves['eval_logps/chosen']![2]).not.toBe(clair.cell.reference['eval_logps/chosen']);
    expect(clair.cell.members[0]!.scores[0]!.gold).toHaveLength(12);
    // The mean change of the pairs is the change of the mean.
    const [change, curve] = [clair.cell.members[1]!.change.chosen, clair.cell.members[1]!.curves['eval_logps/chosen']!];
    expect(change.reduce((a, b) => a + b, 0) / 8).toBeCloseTo(curve[2]! - curve[0]!, 3);
    // Both began with the checkpoint, the second round with what CLAIR and APO-zero had made of it.
    expect(stronger.cell.modelHash).toBe(clair.cell.modelHash);
    expect(stronger.baseline).toEqual(clair.baseline);
    expect(second.cell.modelHash).not.toBe(clair.cell.modelHash);
    expect(second.baseline.scores[0]!.gold).toEqual(clair.cell.members[1]!.scores[0]!.gold);

    // Ended after its first cell and taken up in another lab, it comes to the same.
    const first = await carryOut([], 1);
    expect(first).toHaveLength(1);
    expect(timeless([...first, ...(await carryOut(first))])).toEqual(timeless(whole));

    const document = studyDocument({ plan, createdAt: '2026-01-01T00:00:00Z', lab: '0', runtime: 'test' }, whole);
    const panels = gridOf(document, 1, 'change');
    expect(panels.map(({ kind }) => kind)).toEqual(['clair', 'stronger']);
    const line = panels[0]!.lines.find(({ objective, side }) => objective === 'apo_zero' && side === 'chosen')!;
    expect(line.mean[0]).toBe(0);
    expect(line.mean[2]).toBeCloseTo(curve[2]! - curve[0]!, 3);
  });
});

describe('a plan', () => {
  it('has every dataset, five objectives and three seeds, and what a run needs for each', () => {
    expect(cellsOf(fullPlan).filter(({ round }) => round === 1)).toHaveLength(12);
    expect(fullPlan.members.map(({ objective }) => objective)).toEqual(['dpo', 'kto', 'sft', 'apo_zero', 'apo_down']);
    for (const one of [fullPlan, quickPlan]) for (const cell of cellsOf(one)) expect(recipeOf(one, cell).data.trainPairs).toBe(one.train);
  });

  it('names the first field that is wrong', () => {
    const wrong = (change: object): (() => StudyPlan) => () => parsePlan({ ...plan, ...change });
    expect(wrong({ seeds: [1, 1] })).toThrow('The plan’s field “seeds” is wrong: one stands there twice. Nothing was changed.');
    expect(wrong({ datasets: ['stronger'] })).toThrow('“secondRound.from.dataset”');
    expect(wrong({ members: [{ objective: 'nonsense' }], secondRound: undefined })).toThrow('“nonsense”');
    expect(wrong({ members: [{ objective: 'dpo' }] })).toThrow('“secondRound.from.objective”');
    expect(wrong({ other: 1 })).toThrow('The plan’s field “plan” is wrong');
  });
});
