import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../../src/engine/errors';
import { parseRecipe } from '../../../src/lab/recipe';
import { recordedFor, recordedStore, runFromReport } from '../../../src/stores/recorded';

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
const preset = parseRecipe(read('public/recipes/default.json'));
const shipped = read('public/runs/fork.json');

beforeEach(() => {
  recordedStore.setState({ run: runFromReport(shipped) });
});

describe('the recorded run', () => {
  it('is a run of the very experiment that the lab opens with', () => {
    expect(recordedFor(preset)).toBeDefined();
  });

  it('is complete: every policy was evaluated from the first step to the last', () => {
    const run = runFromReport(shipped);
    expect(run.step).toBe(preset.schedule.steps);
    run.start!.policies.forEach((policy) => {
      const steps = run.table!.column('eval_logps/chosen', policy.index)!.steps;
      expect([steps[0], steps.at(-1)]).toEqual([0, preset.schedule.steps]);
    });
  });

  it('is not shown beside another experiment, but under another name it is', () => {
    expect(recordedFor({ ...preset, seeds: [5] })).toBeUndefined();
    expect(recordedFor({ ...preset, name: 'Mine' })).toBeDefined();
  });

  it('that is damaged is refused', () => {
    expect(() => runFromReport({ ...(shipped as object), metrics: [{ step: -1 }] })).toThrow(UserError);
  });
});
