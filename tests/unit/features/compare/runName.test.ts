import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { chooseLocale } from '../../../../src/components/text';
import { runName } from '../../../../src/features/compare/runName';

afterEach(() => chooseLocale('en'));

describe('the name of a run', () => {
  it('is in the reader’s language where the recipe is one that ships, its number included', () => {
    const names = readdirSync('public/recipes').map((file) => (JSON.parse(readFileSync(`public/recipes/${file}`, 'utf8')) as { name: string }).name);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      expect(runName(name)).toBe(name);
      chooseLocale('ko');
      expect(runName(name)).toMatch(/[가-힣]/);
      expect(runName(`${name} (2)`)).toBe(`${runName(name)} (2)`);
      chooseLocale('en');
    }
  });

  it('is left as it is where somebody gave it', () => {
    chooseLocale('ko');
    for (const name of ['Mine', 'Mine (2)', '(2)', '{braces}']) expect(runName(name)).toBe(name);
  });
});
