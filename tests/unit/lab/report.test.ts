import { describe, expect, it } from 'vitest';
import packageJson from '../../../package.json';
import { UserError } from '../../../src/engine/errors';
import { buildReport, finalFigures, parseReport, type RunReport } from '../../../src/lab/report';
import type { RunStart } from '../../../src/lab/protocol';
import { policiesOf } from '../../../src/lab/recipe';
import { tinyLab, tinyRecipe } from '../../support/tinyLab';

async function report(): Promise<RunReport> {
  const lab = tinyLab();
  lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe() });
  await lab.idle();
  const rows = lab.of('rows').flatMap((event) => event.rows);
  return buildReport(
    { name: 'Tiny', createdAt: Date.UTC(2026, 0, 2), state: 'finished', step: 4, elapsedMs: 12, start: lab.of('started')[0]!.start, stops: [] },
    rows,
  );
}

/** What a run began with, as far as its document tells. */
function tinyStart({ recipe, device, adapter, versions, dataHash, reference }: RunReport): RunStart {
  return {
    recipe, dataHash, reference, policies: policiesOf(recipe), trainPairs: 9, heldOutPairs: 3, warnings: [],
    device: { ...device, adapter, versions, features: [], limits: {}, notes: [] },
  };
}

describe('a run’s document', () => {
  it('holds all that its numbers depend on, and survives being written and read', async () => {
    const document = await report();
    expect(document).toMatchObject({
      created: '2026-01-02T00:00:00.000Z',
      seeds: [1],
      adapter: 'CPU · plain JavaScript',
      versions: { lab: packageJson.version, tfjs: packageJson.dependencies['@tensorflow/tfjs-core'] },
      policies: [{ label: 'DPO', objective: 'dpo', beta: 0.2, learningRate: 0.01, seed: 1 }, { objective: 'apo_zero' }],
    });
    expect(document.metrics).toHaveLength(2 * (4 + 3));
    expect(parseReport(JSON.parse(JSON.stringify(document)))).toEqual(document);
  });

  it('tells where the run began, every device that it was trained on and why it left the one before; documents that do not are read too', async () => {
    const document = await report();
    expect(document.devices).toEqual([{ step: 0, adapter: 'CPU · plain JavaScript', backend: 'cpu' }]);
    const start = tinyStart(document);
    const lost = { reason: 'The driver crashed', from: 2 };
    const moved = buildReport(
      { name: 'Tiny', createdAt: 0, state: 'finished', step: 4, elapsedMs: 12, start, stops: [], devices: [{ step: 3, device: { ...start.device, adapter: 'WASM · SIMD', backend: 'wasm' }, lost }] },
      [],
    );
    expect(moved.devices?.[1]).toEqual({ step: 3, adapter: 'WASM · SIMD', backend: 'wasm', lost });
    expect(parseReport(JSON.parse(JSON.stringify(moved)))).toEqual(moved);
    const origin = { run: 'b', name: 'Steep', policy: 1, label: 'DPO', step: 3, stoppedAt: 5, reason: 'The loss was not a finite number.', learningRate: 0.01 };
    const branched = buildReport(
      { name: 'Tiny', createdAt: 0, state: 'finished', step: 4, elapsedMs: 12, start: { ...start, origin }, stops: [{ policy: 0, step: 4, reason: 'x', keptStep: 2 }] },
      [],
    );
    expect(branched).toMatchObject({ origin, stops: [{ keptStep: 2 }] });
    expect(parseReport(JSON.parse(JSON.stringify(branched)))).toEqual(branched);
    const { devices: _, ...older } = document;
    expect(parseReport(older)).toEqual(older);
  });

  it('gives each policy’s last held-out figures', async () => {
    const { metrics } = await report();
    const final = finalFigures(metrics);
    expect([...final.keys()]).toEqual([0, 1]);
    const last = metrics.filter((row) => row.policy === 1 && 'eval_loss' in row.values).at(-1)!;
    expect(final.get(1)).toEqual({ step: 4, values: last.values });
    expect(finalFigures([])).toEqual(new Map());
  });

  it('is refused with the field named when it is wrong', async () => {
    const document = await report();
    const cases: [object, RegExp][] = [
      [{ format: 'x' }, /“format”/],
      [{ version: 2 }, /“version”/],
      [{ dataHash: 'zz' }, /“dataHash”/],
      [{ recipe: { ...document.recipe, cohort: [] } }, /“recipe\.cohort”/],
      [{ metrics: [{ step: 0, policy: 2, values: {} }] }, /“metrics\.0\.policy”/],
      [{ metrics: [{ step: 0, policy: 0, values: { loss: 'low' } }] }, /“metrics\.0\.values\.loss”/],
      [{ stops: [{ policy: 5, step: 1, reason: 'x' }] }, /“stops”/],
    ];
    for (const [change, message] of cases) {
      expect(() => parseReport({ ...document, ...change })).toThrow(UserError);
      expect(() => parseReport({ ...document, ...change })).toThrow(message);
    }
    expect(() => parseReport(null)).toThrow(/“run”/);
  });
});
