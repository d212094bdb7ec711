import { describe, expect, it } from 'vitest';
import type { DeviceReport, Parity } from '../../../../src/engine/device';
import type { BenchmarkReport, SizeReport } from '../../../../src/lab/benchmark/report';
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

const small: SizeReport = {
  model: {
    vocab_size: 512, hidden_size: 64, intermediate_size: 176, num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 4,
    max_position_embeddings: 64, rms_norm_eps: 1e-5, rope_theta: 10_000, tie_word_embeddings: true,
  },
  policies: 1, sequences: 16, tokensPerSequence: 48, rounds: 5, warmUp: 1, ours: 12.3456, stockTfjs: 123.4, jaxJs: null, timesStockTfjs: 10.5,
  timesJaxJs: null, spread: {}, firstLoss: 0.7, losses: {}, dispatches: 73, submits: 2, uploadedBytes: 0, readBackBytes: 0, counts: {},
};

const benchmark: BenchmarkReport = {
  adapter: 'WebGPU · maker model', backend: 'webgpu', software: false, notes: [], failures: [{ contender: 'stockTfjs', size: 'town', reason: 'no memory' }],
  sizes: { small, town: { ...small, policies: 3, stockTfjs: null, timesStockTfjs: null, dispatches: null, submits: null } },
  policies: [{ K: 1, ours: 12, timesOne: 1, spread: [11, 13] }, { K: 8, ours: 30, timesOne: 2.5, spread: [29, 31] }],
  sampling: { promptTokens: 20, tokens: 64, withCache: 900, withoutCache: 45, timesWithout: 20 },
  kernels: [
    { name: 'linear', dispatches: 9, ms: 1.23456, operations: 1, bytes: 1, gflops: 1, gigabytesPerSecond: 1, bound: 'compute', ofPeak: 0.5 },
  ],
  profiled: { size: 'town', policies: 3, sequences: 32 }, peaks: null,
  date: '2026-11-21T12:00:00.000Z', runtime: 'Browser 1', versions: { lab: '0.1.0' }, others: [],
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

  it('tells what the benchmark measured, and of nothing that it did not', () => {
    const found = lines({ device: gpu, benchmark });
    expect(found.filter((line) => line.startsWith('benchmark'))).toEqual([
      'benchmark of WebGPU · maker model at 2026-11-21T12:00:00.000Z: Browser 1, lab 0.1.0',
      'benchmark small, K = 1, 16 x 48 tokens: ours 12.35 ms, stock TensorFlow.js 123.40 ms (10.50 times ours)',
      'benchmark small: 73 dispatches, 2 submits a step',
      'benchmark town, K = 3, 16 x 48 tokens: ours 12.35 ms, stock TensorFlow.js not measured',
      'benchmark town: stockTfjs failed, no memory',
      'benchmark K = 1: 12.00 ms a step, 1.00 times one policy',
      'benchmark K = 8: 30.00 ms a step, 2.50 times one policy',
      'benchmark sampling: 900.0 tokens a second with the cache, 45.0 without',
      'benchmark kernels: of a step of the town size, 3 policies, 32 sequences each',
    ]);
    expect(found).toContain('kernel linear: passed, error 2.1e-7 at the start, 1.235 ms a step');
    expect(found.find((line) => line.startsWith('kernel rotary'))).not.toContain('ms a step');
  });

  it('says so when there is no device', () => {
    expect(lines({})).toContain('device: none');
  });
});
