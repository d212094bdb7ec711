import { describe, expect, it } from 'vitest';
import { readSettings } from '../../../src/stores/settings';

describe('settings', () => {
  it('that were stored come back', () => {
    expect(readSettings('{"theme":"projector","locale":"ko","backend":"wasm"}')).toMatchObject({ theme: 'projector', locale: 'ko', backend: 'wasm' });
  });

  it('that are wrong take their default, and the others stay', () => {
    expect(readSettings('{"theme":"sepia","locale":"ko","sharedAxis":"yes"}')).toMatchObject({ theme: 'system', locale: 'ko', sharedAxis: true });
  });

  it('survive text that is no settings at all', () => {
    for (const text of [null, '', 'nonsense', '[]', '3', 'null', '{"__proto__":{"theme":"dark"}}']) {
      expect(readSettings(text)).toMatchObject({ theme: 'system', backend: 'auto' });
    }
  });
});
