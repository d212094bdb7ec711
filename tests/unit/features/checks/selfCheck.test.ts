import { describe, expect, it } from 'vitest';
import { objectives } from '../../../../src/engine/objectives';
import { reportText } from '../../../../src/features/checks/report';
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

describe('the report', () => {
  it('names device, notes and every objective', () => {
    const text = reportText(
      {
        backend: 'wasm', adapter: 'WASM · SIMD, 1 thread', software: false, vendor: '', architecture: '', description: '',
        features: ['simd'], limits: { threads: 1 }, notes: ['WebGPU was not taken: no adapter.'], versions: { tfjs: '4.22.0' },
      },
      [{ id: 'dpo', name: 'DPO', difference: 1.2e-9, passed: true }],
      'Browser/1',
    );
    for (const part of ['WASM · SIMD, 1 thread', 'no adapter', 'simd', 'limit threads: 1', 'tfjs: 4.22.0', 'objective dpo: passed, difference 1.2e-9']) {
      expect(text).toContain(part);
    }
  });

  it('says so when there is no device', () => {
    expect(reportText(undefined, [], 'Browser/1')).toContain('device: none');
  });
});
