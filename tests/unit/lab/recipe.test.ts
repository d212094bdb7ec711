import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/engine/errors';
import { ObjectiveError } from '../../../src/engine/objectives';
import { compileMember, parseRecipe, policiesOf } from '../../../src/lab/recipe';

const recipe = (change: object = {}): unknown => ({ version: 1, cohort: [{ objective: 'dpo' }], ...change });

describe('a recipe', () => {
  it('needs only its cohort; the rest are the settings that show the fork', () => {
    expect(parseRecipe(recipe())).toMatchObject({
      model: 'town',
      data: { dataset: 'clair', trainPairs: 320, heldOutPairs: 128 },
      cohort: [{ beta: 0.2, learningRate: 3e-4, hyper: {} }],
      seeds: [1],
      schedule: { steps: 100, batchSize: 16, warmupSteps: 10, decay: 'constant' },
      evaluation: { every: 10, samples: 16 },
    });
  });

  it('survives being written and read again', () => {
    const parsed = parseRecipe(recipe({ seeds: [3, 4], name: '비교' }));
    expect(parseRecipe(JSON.parse(JSON.stringify(parsed)))).toEqual(parsed);
  });

  it('lays every member out once for each seed', () => {
    const parsed = parseRecipe(recipe({ cohort: [{ objective: 'dpo' }, { objective: 'apo_zero', label: 'Mine' }], seeds: [7, 8] }));
    expect(policiesOf(parsed).map(({ index, seed, label, memberIndex }) => [index, seed, label, memberIndex])).toEqual([
      [0, 7, 'DPO', 0], [1, 7, 'Mine', 1], [2, 8, 'DPO', 0], [3, 8, 'Mine', 1],
    ]);
  });

  it('hands its member’s beta to the objective', () => {
    const [member] = parseRecipe(recipe({ cohort: [{ objective: 'cdpo', beta: 0.3, hyper: { labelSmoothing: 0.2 } }] })).cohort;
    expect(compileMember(member!)).toMatchObject({ objective: { id: 'cdpo' }, hyper: { beta: 0.3, labelSmoothing: 0.2 } });
  });

  it.each<[string, object, RegExp]>([
    ['version', { version: 2 }, /“version”/],
    ['unknown field', { colour: 'red' }, /colour/],
    ['no cohort', { cohort: [] }, /“cohort”/],
    ['unknown objective', { cohort: [{ objective: 'toString' }] }, /“cohort\.0\.objective” names “toString”/],
    ['custom without text', { cohort: [{ objective: 'custom' }] }, /“cohort\.0\.expression” is missing/],
    ['negative beta', { cohort: [{ objective: 'dpo', beta: -1 }] }, /“cohort\.0\.beta”/],
    ['hyper out of range', { cohort: [{ objective: 'cdpo', hyper: { labelSmoothing: 3 } }] }, /labelSmoothing = 3/],
    ['steps', { schedule: { steps: 0 } }, /“schedule\.steps”/],
    ['too many policies', { seeds: Array.from({ length: 9 }, (_, i) => i), cohort: [{ objective: 'dpo' }, { objective: 'ipo' }] }, /18 policies .* at most 16/],
    ['infinite rate', { cohort: [{ objective: 'dpo', learningRate: Infinity }] }, /“cohort\.0\.learningRate”/],
  ])('is refused with the field named: %s', (_, change, message) => {
    expect(() => parseRecipe(recipe(change))).toThrow(UserError);
    expect(() => parseRecipe(recipe(change))).toThrow(message);
  });

  it('with a mistake in an expression points at it', () => {
    const read = (): unknown => parseRecipe(recipe({ cohort: [{ objective: 'custom', expression: 'softplus(-beta * (a - wrong))' }] }));
    expect(read).toThrow(ObjectiveError);
    expect(read).toThrow(/“cohort\.0\.expression” has a mistake at character 23: .*wrong/);
  });

  it('that ships is valid', () => {
    const folder = new URL('../../../public/recipes/', import.meta.url);
    const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
    expect(files).toContain('default.json');
    for (const file of files) expect(() => parseRecipe(JSON.parse(readFileSync(new URL(file, folder), 'utf8'))), file).not.toThrow();
  });
});
