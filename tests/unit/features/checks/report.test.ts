import { describe, expect, it } from 'vitest';
import type { DeviceReport, Parity } from '../../../../src/engine/device';
import { reportText, type ReportParts } from '../../../../src/features/checks/report';

const wasm: DeviceReport = {
  backend: 'wasm', adapter: 'WASM · SIMD, 1 thread', software: false, vendor: '', architecture: '', description: '',
  features: ['simd'], limits: { threads: 1 }, notes: ['WebGPU was not taken: no adapter.'], versions: { tfjs: '4.22.0' },
};

const gpu: DeviceReport = {
  ...wasm, backend: 'webgpu', adapter: 'WebGPU · maker model', features: ['timestamp-query'], notes: [], limits: {}, kernels: 'fused',
  kernelChecks: [
    { kernel: 'linear', error: 2.1e-7, passed: true },
    { kernel: 'rotary', error: 3e-8, passed: false, fault: 'it differs from its composed form by 2.5e-1' },
  ],
};

const parity: Parity = {
  backends: ['webgpu', 'wasm'], objectives: ['dpo', 'kto'], difference: 4.2e-6, passed: true,
  losses: [[[0.7, 0.654321], [0.5, 0.4]], [[0.7, 0.654322], [0.5, 0.4]]],
};

const lines = (parts: Partial<ReportParts>): string[] => reportText({ device: undefined, userAgent: 'Browser/1', objectives: [], ...parts }).split('\n');

describe('the report', () => {
  it('names device, notes and every objective', () => {
    const objectives = [{ id: 'dpo', name: 'DPO', difference: 1.2e-9, passed: true }];
    expect(lines({ device: wasm, objectives })).toEqual([
      'Alignment Lab checks',
      'browser: Browser/1',
      'adapter: WASM · SIMD, 1 thread',
      'backend: wasm',
      'note: WebGPU was not taken: no adapter.',
      'features: simd',
      'limit threads: 1',
      'tfjs: 4.22.0',
      'objective dpo: passed, difference 1.2e-9',
    ]);
  });

  it('has a line for every kernel, with what the last check found of it, if there was one', () => {
    const kernels = [{ kernel: 'linear', error: 3.3e-7, passed: true }];
    const found = lines({ device: gpu, kernels }).filter((line) => line.startsWith('kernel '));
    expect(found).toEqual([
      'kernel linear: passed, error 2.1e-7 at the start, 3.3e-7 in the last check',
      'kernel rotary: SWITCHED OFF, error 3.0e-8 at the start, it differs from its composed form by 2.5e-1',
    ]);
  });

  it('tells how far two backends came apart, and where each objective ended', () => {
    expect(lines({ device: gpu, parity }).filter((line) => line.startsWith('parity'))).toEqual([
      'parity of webgpu and wasm over 2 steps: passed, largest relative difference 4.2e-6',
      'parity dpo, last loss: 0.654321 and 0.654322',
      'parity kto, last loss: 0.400000 and 0.400000',
    ]);
    expect(lines({ parity: { ...parity, passed: false } }).join()).toContain('FAILED');
  });

  it('says so when there is no device', () => {
    expect(lines({})).toContain('device: none');
  });
});
