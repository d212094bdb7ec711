import { afterEach, describe, expect, it } from 'vitest';
import { adapterText } from '../../../src/components/adapterText';
import { chooseLocale } from '../../../src/components/text';
import type { DeviceReport } from '../../../src/engine/device';

const report = (change: Partial<DeviceReport>): DeviceReport => ({
  backend: 'wasm', adapter: 'WASM · SIMD, 1 thread', software: false, vendor: '', architecture: '', description: '',
  features: ['simd'], limits: { threads: 1 }, notes: [], versions: {}, ...change,
});

afterEach(() => chooseLocale('en'));

describe('the line about the device', () => {
  it('is the engine’s own in English', () => {
    for (const one of [
      report({}),
      report({ adapter: 'WASM · no SIMD, 4 threads', features: [], limits: { threads: 4 } }),
      report({ backend: 'cpu', adapter: 'CPU · plain JavaScript', features: [], limits: {} }),
      report({ backend: 'webgpu', adapter: 'WebGPU · nvidia', limits: {} }),
    ]) expect(adapterText(one)).toBe(one.adapter);
  });

  it('is in the reader’s language, and as it was kept where only the line was', () => {
    chooseLocale('ko');
    expect(adapterText(report({ limits: { threads: 4 } }))).toMatch(/4.*[가-힣]/);
    expect(adapterText(report({ limits: {} }))).toBe('WASM · SIMD, 1 thread');
  });
});
