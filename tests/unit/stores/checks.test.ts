import { beforeEach, describe, expect, it } from 'vitest';
import type { KernelCheck, Parity } from '../../../src/engine/device';
import type { BenchmarkReport } from '../../../src/lab/benchmark/report';
import { cancelExam, checksStore, examine, noChecks } from '../../../src/stores/checks';
import { noticesStore } from '../../../src/stores/notices';
import { receive } from '../../../src/stores/runEvents';
import { freshStores, type Fixture } from './fixture';

let fixture: Fixture;
const state = () => checksStore.getState();
const asked = (): string => state().pending!.requestId;

beforeEach(() => {
  fixture = freshStores();
  checksStore.setState(noChecks, true);
});

const kernels: readonly KernelCheck[] = [{ kernel: 'rotary', error: 2e-7, passed: true }];
const parity: Parity = { backends: ['webgpu', 'wasm'], objectives: ['dpo'], losses: [[[0.7]], [[0.7]]], difference: 3e-6, passed: true };
const benchmark: BenchmarkReport = {
  adapter: 'GPU', backend: 'webgpu', software: false, notes: [], failures: [], sizes: {}, policies: [], sampling: null, kernels: [], profiled: null,
  peaks: null, date: '2026-11-21T12:00:00.000Z', runtime: 'Browser 1', versions: {}, others: [],
};
const kernelsFound = (switchedOff: readonly string[] = []) => ({ part: 'kernels', kernels, switchedOff }) as const;

describe('an examination', () => {
  it('is asked of the worker, each time with another seed, and only one at a time', () => {
    examine('kernels');
    examine('parity');
    receive({ type: 'checked', requestId: asked(), adapter: 'GPU', result: kernelsFound() });
    examine('kernels');
    const seeds = fixture.sent.map((request) => (request.type === 'check' ? request.seed : undefined));
    expect(fixture.sent.map(({ type }) => type)).toEqual(['check', 'check']);
    expect(new Set(seeds).size).toBe(2);
    expect(seeds).not.toContain(1);
  });

  it('tells how far it is, and its result is kept for the adapter it was found on', () => {
    examine('kernels');
    receive({ type: 'progress', requestId: asked(), share: 0.25 });
    expect(state().pending).toMatchObject({ exam: 'kernels', share: 0.25 });
    receive({ type: 'checked', requestId: asked(), adapter: 'GPU', result: kernelsFound() });
    examine('parity');
    receive({ type: 'checked', requestId: asked(), adapter: 'another GPU', result: { part: 'parity', parity } });
    expect(state()).toEqual({ kernels: { GPU: kernels }, parity: { 'another GPU': parity }, benchmark: {}, problems: {}, pending: undefined });
    expect(noticesStore.getState().notices).toEqual([]);
  });

  it('of how fast the device is tells what it is at, and about how long it will take once there is something to go by', () => {
    examine('benchmark');
    expect(fixture.sent).toEqual([{ type: 'benchmark', requestId: asked() }]);
    receive({ type: 'progress', requestId: asked(), share: 0.05, stage: 'small' });
    expect(state().pending).toMatchObject({ exam: 'benchmark', stage: 'small', msLeft: undefined });
    receive({ type: 'progress', requestId: asked(), share: 0.5, stage: 'policies' });
    expect(state().pending!.msLeft).toBeGreaterThanOrEqual(0);
    receive({ type: 'benchmarked', requestId: asked(), adapter: 'GPU', report: benchmark });
    expect(state()).toMatchObject({ benchmark: { GPU: benchmark }, pending: undefined });
  });

  it('that a person cancels is over at once, and what still comes of it is not heard', () => {
    examine('parity');
    const requestId = asked();
    cancelExam();
    expect(fixture.sent.at(-1)).toEqual({ type: 'cancel', requestId });
    examine('kernels');
    receive({ type: 'progress', requestId, share: 0.5 });
    receive({ type: 'cancelled', requestId });
    expect(state().pending).toMatchObject({ exam: 'kernels', share: 0 });
    expect(state().problems.parity).toBeUndefined();
  });

  it('that fails or is ended says why, until it is asked for again', () => {
    examine('parity');
    receive({ type: 'failed', requestId: asked(), message: 'Lost.', template: 'Lost.', values: {} });
    examine('kernels');
    receive({ type: 'cancelled', requestId: asked() });
    expect(state().pending).toBeUndefined();
    expect(state().problems.parity).toEqual({ template: 'Lost.', values: {} });
    expect(state().problems.kernels?.template).toMatch(/something else/);
    examine('parity');
    expect(state().problems.parity).toBeUndefined();
  });

  it('that finds a kernel wrong which was trusted says so over the page', () => {
    examine('kernels');
    receive({ type: 'checked', requestId: asked(), adapter: 'GPU', result: kernelsFound(['rotary', 'linear']) });
    expect(noticesStore.getState().notices).toMatchObject([{ kind: 'problem', sentence: { values: { kernels: '“rotary”, “linear”' } } }]);
  });
});
