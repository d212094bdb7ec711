import { describe, expect, it } from 'vitest';
import { madeOptions, withDataset } from '../../../../src/features/compare/experiment/MadeData';
import { parseRecipe } from '../../../../src/lab/recipe';

const judge = { length: 0.5, position: 0, noise: 0, style: 0 };
const dataOf = (data: object) => parseRecipe({ version: 1, cohort: [{ objective: 'dpo' }], data }).data;

describe('datasets that are made for a run', () => {
  it('are offered in all five kinds, the one of a link among them under a title', () => {
    const offered = madeOptions(dataOf({ dataset: 'made:on_policy:3', judge }), 1);
    expect(offered.map(({ id }) => id)).toEqual(['made:clair:3', 'made:on_policy:3', 'made:off_policy:3', 'made:off_policy_weak:3', 'made:stronger:3']);
    expect(offered[1]!.name).toBe('On-policy, judged, made for the run');
    expect(madeOptions(dataOf({ dataset: 'tuning:clair:2' }), 1).at(-1)).toMatchObject({ id: 'tuning:clair:2', name: 'CLAIR: minimal revisions, seed 2, tuning prompts held out' });
    expect(madeOptions(dataOf({}), 7)[0]!.id).toBe('made:clair:7');
  });

  it('keep their judge from one judged kind to another, and lose it where nothing is judged', () => {
    const data = dataOf({ dataset: 'made:on_policy:3', judge });
    expect(withDataset(data, 'made:off_policy:3').judge).toEqual(judge);
    for (const other of ['made:clair:3', 'clair', 'stored:x']) expect(withDataset(data, other)).not.toHaveProperty('judge');
  });
});
