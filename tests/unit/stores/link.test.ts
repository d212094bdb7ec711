import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/engine/errors';
import { parseRecipe } from '../../../src/lab/recipe';
import { decodeRecipe, encodeRecipe, linkTo, readLink } from '../../../src/stores/link';

const recipe = parseRecipe({ version: 1, name: '갈림길 🌊', cohort: [{ objective: 'dpo', beta: 0.3 }], seeds: [1, 2] });

describe('a link', () => {
  it('carries a recipe there and back, in any script', () => {
    expect(decodeRecipe(encodeRecipe(recipe))).toEqual(recipe);
    expect(encodeRecipe(recipe)).toMatch(/^[A-Za-z0-9_-]+$/);
  });

  it('is read from the address that it was written to', () => {
    const url = new URL(linkTo(recipe, { origin: 'https://lab.example', pathname: '/a/b/' }));
    expect(readLink(url.search, url.hash).recipe).toEqual(recipe);
  });

  it('is what base64url of JSON is elsewhere', () => {
    const text = Buffer.from(JSON.stringify({ version: 1, cohort: [{ objective: 'apo_zero' }] })).toString('base64url');
    expect(readLink('', `#/compare?recipe=${text}`).recipe?.cohort[0]?.objective).toBe('apo_zero');
  });

  it('may name a backend, in the query or in the hash, and nothing but a backend', () => {
    expect(readLink('?backend=wasm', '').backend).toBe('wasm');
    expect(readLink('', '#/checks?backend=cpu').backend).toBe('cpu');
    expect(readLink('?backend=__proto__', '').backend).toBeUndefined();
  });

  it('that is damaged is refused in a sentence', () => {
    const bad = ['%%%', 'AAAA', Buffer.from('{"version":2}').toString('base64url'), Buffer.from([0xff, 0xfe]).toString('base64url'), 'x'.repeat(200_000)];
    for (const text of bad) expect(() => decodeRecipe(text), text.slice(0, 20)).toThrow(UserError);
  });

  it('with a field too many is refused, naming it', () => {
    const text = Buffer.from(JSON.stringify({ version: 1, cohort: [{ objective: 'dpo', autorun: true }] })).toString('base64url');
    expect(() => decodeRecipe(text)).toThrow(/cohort/);
  });
});
