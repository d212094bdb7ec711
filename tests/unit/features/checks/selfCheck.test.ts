import { describe, expect, it } from 'vitest';
import { objectives } from '../../../../src/engine/objectives';
import { checkObjective } from '../../../../src/features/checks/selfCheck';

describe('the check of the objectives', () => {
  it.each(Object.keys(objectives))('passes %s on several batches', (id) => {
    for (const seed of [11, 12, 13]) expect(checkObjective(id, seed)).toMatchObject({ passed: true });
  });

  it('fails what can not be compiled, and says why', () => {
    const check = checkObjective('toString');
    expect(check.passed).toBe(false);
    expect(check.failure).toMatch(/no objective/);
  });
});
