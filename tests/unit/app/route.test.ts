import { describe, expect, it } from 'vitest';
import { resolveTheme } from '../../../src/app/appearance';
import { pathOf, viewOf } from '../../../src/app/route';

describe('the address', () => {
  it('names a view, with or without parameters', () => {
    expect(['#/checks', '#/checks?backend=wasm', '#checks', '#/theory'].map(viewOf)).toEqual(['checks', 'checks', 'checks', 'theory']);
  });

  it('leads to the workbench when it names none', () => {
    expect(['', '#', '#/', '#/nowhere', '#/constructor', '#recipe=abc'].map(viewOf)).toEqual(Array(6).fill('compare'));
  });

  it('says what follows the view, decoded, with what cannot be decoded as it is', () => {
    expect(pathOf('#/pairs/data/a%2Fb%20c/12?x=/y')).toEqual(['data', 'a/b c', '12']);
    expect(pathOf('#/pairs/data/100%')).toEqual(['data', '100%']);
    expect(['', '#/pairs', '#/pairs/'].map(pathOf)).toEqual([[], [], []]);
  });
});

describe('the theme', () => {
  it('follows the system until one is chosen', () => {
    expect([resolveTheme('system', true), resolveTheme('system', false), resolveTheme('light', true), resolveTheme('projector', true)]).toEqual([
      'dark', 'light', 'light', 'projector',
    ]);
  });
});
