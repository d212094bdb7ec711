import { describe, expect, it } from 'vitest';
import { buildTown, factValue, ITEMS, possibleValues, town, TOWN_SEED } from '../../../src/world/town';

describe('the town', () => {
  it('is the same every time it is built from one seed, and another one from another seed', () => {
    expect(buildTown(TOWN_SEED)).toEqual(town);
    expect(buildTown(TOWN_SEED + 1)).not.toEqual(town);
  });

  it('has 48 residents with names that differ even without case', () => {
    expect(new Set(town.residents.map(({ name }) => name.toLowerCase())).size).toBe(48);
  });

  it('makes no value of a list commoner than another', () => {
    for (const item of ['job', 'pet', 'boat', 'street', 'food'] as const) {
      const counts = new Map<string, number>();
      for (const resident of town.residents) counts.set(resident[item], (counts.get(resident[item]) ?? 0) + 1);
      expect([...counts.values()], item).toEqual(Array(12).fill(4));
    }
  });

  it('gives everybody from 1 to 20 nets', () => {
    for (const { nets } of town.residents) {
      expect(Number.isInteger(nets)).toBe(true);
      expect(nets).toBeGreaterThanOrEqual(1);
      expect(nets).toBeLessThanOrEqual(20);
    }
  });

  it('knows each fact as one of the possible values', () => {
    for (const resident of town.residents) {
      for (const item of ITEMS) expect(possibleValues(item)).toContain(factValue(resident, item));
    }
  });
});
