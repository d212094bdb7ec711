import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { diskAssets } from '../../../../cli/assets';
import { createCohort } from '../../../../src/engine/engine';
import { loadModel } from '../../../../src/lab/assets';
import { makeDataset, type Maker, type MakeSpec } from '../../../../src/lab/making/dataset';
import { datasetKinds, madeName, parseMadeName, type DatasetKind } from '../../../../src/lab/making/spec';
import { createReference } from '../../../../src/lab/reference';
import type { PreferencePair } from '../../../../src/preferences/pair';
import { contrastiveness } from '../../../../src/preferences/contrastiveness';
import { isTuning, recognisePrompt, scoreAnswer, splitOf } from '../../../../src/world';
import { openInNode } from '../../../support/nodeBackend';

const folder = fileURLToPath(new URL('../../../../public/', import.meta.url));
const spec = (kind: DatasetKind, seed: number, rest: Partial<MakeSpec> = {}): MakeSpec => ({ kind, seed, tuning: false, train: 24, heldOut: 8, ...rest });
const mean = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0) / values.length;
const gold = ({ prompt }: PreferencePair, text: string): number => scoreAnswer(recognisePrompt(prompt)!, text).score;

describe('datasets made from the shipped checkpoint', () => {
  let maker: Maker;
  const make = async (kind: DatasetKind, seed: number, rest?: Partial<MakeSpec>): Promise<PreferencePair[]> => (await makeDataset(spec(kind, seed, rest), maker))!;
  beforeAll(async () => {
    await openInNode('wasm');
    const { cohort, model } = createReference(await loadModel(diskAssets(folder), 'town'), createCohort);
    maker = { cohort, tokenizer: model.tokenizer };
  });

  it.each([1, 2, 3])('differ by how they were made alone, and CLAIR’s sides are the most alike (seed %i)', async (seed) => {
    const made = new Map<DatasetKind, PreferencePair[]>();
    for (const kind of datasetKinds) made.set(kind, await make(kind, seed));
    const prompts = made.get('clair')!.map((pair) => pair.prompt);
    for (const kind of ['off_policy', 'off_policy_weak', 'stronger'] as const) expect(made.get(kind)!.map((pair) => pair.prompt)).toEqual(prompts);
    const likeness = new Map([...made].map(([kind, pairs]) => [kind, mean(pairs.map((pair) => contrastiveness(pair).wordJaccard))]));
    const distance = new Map([...made].map(([kind, pairs]) => [kind, mean(pairs.map((pair) => contrastiveness(pair).levenshtein))]));
    for (const kind of datasetKinds.slice(1)) {
      expect(likeness.get('clair')!).toBeGreaterThan(likeness.get(kind)!);
      expect(distance.get('clair')!).toBeLessThan(distance.get(kind)!);
    }
    // The model's own answers lose in both, and are the same.
    expect(made.get('stronger')!.map((pair) => pair.rejected)).toEqual(made.get('clair')!.map((pair) => pair.rejected));
    for (const pair of [...made.get('clair')!, ...made.get('stronger')!]) expect(gold(pair, pair.chosen)).toBe(1);
    for (const pair of made.get('on_policy')!) expect(gold(pair, pair.chosen)).toBeGreaterThanOrEqual(gold(pair, pair.rejected));
    const winners = (kind: DatasetKind): number => mean(made.get(kind)!.map((pair) => gold(pair, pair.chosen)));
    expect(winners('off_policy_weak')).toBeLessThan(winners('off_policy'));
  });

  it('keep the benchmark out, and the tuning prompts out of what is trained on', async () => {
    const [usual, tuning] = [await make('clair', 4), await make('clair', 4, { tuning: true })];
    for (const pair of usual) {
      const prompt = recognisePrompt(pair.prompt)!;
      expect(splitOf(prompt)).toBe(pair.split);
      expect(isTuning(prompt)).toBe(false);
    }
    expect(tuning.filter((pair) => pair.split === 'train')).toEqual(usual.filter((pair) => pair.split === 'train'));
    const chosenBy = tuning.filter((pair) => pair.split === 'heldOut');
    expect(chosenBy).toHaveLength(8);
    for (const pair of chosenBy) expect(isTuning(recognisePrompt(pair.prompt)!)).toBe(true);
  });

  it('come out the same for the same seed, and otherwise for a judge with faults', async () => {
    const again = await make('on_policy', 5);
    expect(await make('on_policy', 5)).toEqual(again);
    const verbose = await make('on_policy', 5, { judge: { length: 2, position: 0, noise: 0, style: 0 } });
    const words = (pairs: readonly PreferencePair[]): number => mean(pairs.map((pair) => pair.chosen.length - pair.rejected.length));
    expect(words(verbose)).toBeGreaterThan(words(again) + 5);
  });

  it('are no half datasets when the making is ended', async () => {
    expect(await makeDataset(spec('clair', 1), { ...maker, onProgress: () => false })).toBeUndefined();
  });
});

it('names what is made so that a recipe can say it, and nothing else', () => {
  expect(parseMadeName(madeName({ kind: 'on_policy', seed: 7 }))).toEqual({ kind: 'on_policy', seed: 7, tuning: false });
  expect(parseMadeName('tuning:clair:1')).toEqual({ kind: 'clair', seed: 1, tuning: true });
  for (const other of ['clair', 'made:clair', 'made:other:1', 'made:clair:99999999999', 'made:clair:-1', 'stored:made:clair:1']) expect(parseMadeName(other)).toBeUndefined();
});
