import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { diskAssets } from '../../../cli/assets';
import { loadModel, shippedDatasets } from '../../../src/lab/assets';
import { isShippedDataset, loadShippedPairs, prepareData } from '../../../src/lab/datasets';
import { parseRecipe } from '../../../src/lab/recipe';
import { cellsOf, fullPlan } from '../../../src/lab/study/plan';
import type { StudyDocument } from '../../../src/lab/study/types';

const folder = fileURLToPath(new URL('../../../public/', import.meta.url));
const load = diskAssets(folder);

describe('what ships', () => {
  it('has a checkpoint of at most 2.5 MB that loads', async () => {
    expect(readFileSync(`${folder}models/town/model.safetensors`).length).toBeLessThanOrEqual(2_500_000);
    const { weights, tokenizer } = await loadModel(load, 'town');
    expect(weights.config.vocab_size).toBe(tokenizer.vocabSize);
    for (const text of ["What is Ada's job?", '안녕, 🙂!', '<|end|>']) expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  });

  it.each(shippedDatasets)('has pairs (%s) that were made from that checkpoint', async (dataset) => {
    const { checkpoint } = JSON.parse(readFileSync(`${folder}data/${dataset}.json`, 'utf8')) as { checkpoint: string };
    const file = await load('models/town/model.safetensors');
    expect(checkpoint).toBe(createHash('sha256').update(file).digest('hex'));
  });

  it('has a study that the plan of today and the checkpoint of today have made, whole', async () => {
    const study = JSON.parse(readFileSync(`${folder}studies/paper.json`, 'utf8')) as StudyDocument;
    expect(study.plan).toEqual(JSON.parse(JSON.stringify(fullPlan)));
    expect(study.cells.map(({ kind, seed, round }) => ({ kind, seed, round }))).toEqual(cellsOf(fullPlan));
    const { hash } = await loadModel(load, 'town');
    expect(new Set(study.cells.filter(({ round }) => round === 1).map(({ modelHash }) => modelHash))).toEqual(new Set([hash]));
    for (const { members } of study.cells) expect(members.map(({ scores }) => scores.length)).toEqual(members.map(() => fullPlan.benchmark.modes.length));
    expect(study.adapters.every((adapter) => adapter !== '')).toBe(true);
  });

  it('has all the pairs that each recipe asks for, on both sides of a clean split', async () => {
    const { tokenizer, weights } = await loadModel(load, 'town');
    for (const name of readdirSync(`${folder}recipes`)) {
      const recipe = parseRecipe(JSON.parse(readFileSync(`${folder}recipes/${name}`, 'utf8')));
      const { dataset } = recipe.data;
      if (!isShippedDataset(dataset)) throw new Error(`${name} uses ${dataset}, which does not ship`);
      const data = prepareData(await loadShippedPairs(load, dataset), recipe.data, tokenizer, weights.config.max_position_embeddings);
      expect(data.warnings, name).toEqual([]);
      expect(data.train).toHaveLength(recipe.data.trainPairs);
      expect(data.heldOut).toHaveLength(recipe.data.heldOutPairs);
    }
  });
});
