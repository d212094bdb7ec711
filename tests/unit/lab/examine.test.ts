import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { checkEveryKernel, checkParity } from '../../../src/engine/selfCheck';
import type { Examiners } from '../../../src/lab/examine';
import { loadAbility } from '../../../src/lab/benchmark/ability';
import { createRealm, createServant, type Realm } from '../../../src/lab/benchmark/realm';
import { runBenchmark } from '../../../src/lab/benchmark/run';
import type { CheckPart, LabEvent, Request } from '../../../src/lab/protocol';
import { wasmFolder } from '../../support/nodeBackend';
import { tinyLab, tinyRecipe, type TinyLab } from '../../support/tinyLab';

/** As the browser's worker has it. */
const checkDevice: Examiners['checkDevice'] = async ({ backend }, { part, ...rest }) => {
  if (part === 'kernels') return { part, ...(await checkEveryKernel(rest)) };
  const parity = await checkParity(backend, { ...rest, wasmPaths: wasmFolder() });
  return parity && { part, parity };
};

const check = (requestId: string, part: CheckPart = 'parity'): Request => ({ type: 'check', requestId, part, seed: 3 });
const about = (lab: TinyLab, requestId: string): LabEvent['type'][] =>
  lab.events.flatMap((event) => ('requestId' in event && event.requestId === requestId ? event.type : []));
const underWay = (lab: TinyLab, requestId: string) => lab.next((event) => event.type === 'progress' && event.requestId === requestId && event.share > 0);

describe('a check of parity', () => {
  it('takes twenty steps of four objectives on the open backend and on another, and tells how far it has come', async () => {
    const lab = tinyLab({ checkDevice });
    lab.send(check('c'));
    await lab.idle();
    const shares = lab.of('progress').map(({ share }) => share);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBeLessThan(1);
    const { adapter, result } = lab.of('checked')[0]!;
    expect(adapter).toBe(lab.of('opened')[0]!.device.adapter);
    if (result.part !== 'parity') throw new Error('another part was checked.');
    expect(result.parity).toMatchObject({ backends: ['cpu', 'wasm'], objectives: ['dpo', 'apo_zero', 'apo_down', 'kto'], passed: true });
    // WASM adds up in another order than plain JavaScript.
    expect(result.parity.difference).toBeGreaterThan(0);
    expect(result.parity.difference).toBeLessThan(1e-3);
    // DPO's loss falls from the value that random reference scores give it; all twenty are there.
    const [dpo] = result.parity.losses[0]!;
    expect(dpo).toHaveLength(20);
    expect(dpo!.at(-1)).toBeLessThan(dpo![0]!);
    expect(tf.getBackend()).toBe('cpu');
  });

  it('is ended by a cancel, leaves no tensor behind, and the lab goes on', async () => {
    const lab = tinyLab({ checkDevice });
    lab.send({ type: 'open', backend: 'cpu' });
    await lab.idle();
    const before = tf.memory().numTensors;
    lab.send(check('c'));
    await underWay(lab, 'c');
    lab.send({ type: 'cancel', requestId: 'c' });
    await lab.idle();
    expect(about(lab, 'c').filter((type) => type !== 'progress')).toEqual(['cancelled']);
    expect(tf.memory().numTensors).toBe(before);
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe() });
    await lab.idle();
    expect(lab.states('a').at(-1)).toEqual(['finished', 4]);
  });

  it('is ended by a run that is to begin', async () => {
    const lab = tinyLab({ checkDevice });
    lab.send(check('c'));
    await underWay(lab, 'c');
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe() });
    await lab.idle();
    expect(about(lab, 'c').at(-1)).toBe('cancelled');
    expect(lab.states('a').at(-1)).toEqual(['finished', 4]);
  });

  it('never begins if it is cancelled while it waits', async () => {
    const lab = tinyLab({ checkDevice });
    lab.send(check('first', 'kernels'));
    lab.send(check('second'));
    lab.send({ type: 'cancel', requestId: 'second' });
    await lab.idle();
    expect(about(lab, 'first').at(-1)).toBe('checked');
    expect(about(lab, 'second')).toEqual(['cancelled']);
  });
});

/** The last order that a realm was given; settles when it is done. */
let lastOrder: Promise<void> = Promise.resolve();

/** A realm that is none of its own: enough for the lab's own contender alone. Once ended it takes no more orders. */
function startHere(): Realm {
  const serve = createServant(() => loadAbility('ours'), { wasmPaths: wasmFolder() });
  let ended = false;
  const { realm, hear } = createRealm((order) => {
    if (!ended) lastOrder = serve(order).then(hear);
  }, () => (ended = true));
  return realm;
}

const benchmark: Examiners['benchmark'] = ({ backend }, onProgress, signal) =>
  runBenchmark(
    {
      backends: [backend], against: [], start: startHere, runtime: 'a test',
      amount: { rounds: { small: 1 }, warmUp: 1, policies: [1, 2], policyRounds: 1, samplings: 0, profiled: 0 },
    },
    onProgress, signal,
  );

describe('the benchmark', () => {
  const ask: Request = { type: 'benchmark', requestId: 'b' };

  it('times the backend that is open, and tells what it is at', async () => {
    const lab = tinyLab({ backend: 'wasm', benchmark });
    lab.send(ask);
    await lab.idle();
    expect(lab.of('failed')).toEqual([]);
    const told = lab.of('progress');
    expect(new Set(told.map(({ stage }) => stage))).toEqual(new Set(['small', 'policies', 'kernels']));
    expect(told.map(({ share }) => share)).toEqual(told.map(({ share }) => share).sort((a, b) => a - b));
    const { adapter, report } = lab.of('benchmarked')[0]!;
    expect([adapter, report.adapter]).toEqual(Array(2).fill(lab.of('opened')[0]!.device.adapter));
    expect(report.sizes.small).toMatchObject({ ours: expect.any(Number) as number, stockTfjs: null });
    expect(report.policies.map(({ K }) => K)).toEqual([1, 2]);
    expect(about(lab, 'b').at(-1)).toBe('benchmarked');
  });

  it('is ended by a run that is to begin, which has the device to itself', async () => {
    const lab = tinyLab({ backend: 'wasm', benchmark });
    lab.send(ask);
    await lab.next((event) => event.type === 'progress');
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe() });
    await lab.idle();
    await lastOrder;
    expect(about(lab, 'b').filter((type) => type !== 'progress')).toEqual(['cancelled']);
    expect(lab.states('a').at(-1)).toEqual(['finished', 4]);
  });

  it('that breaks says why, and leaves what is on the device where it is', async () => {
    const lab = tinyLab({ benchmark: () => Promise.reject(new Error('out of memory.')) });
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe() });
    await lab.idle();
    lab.send(ask);
    await lab.idle();
    expect(lab.of('failed')).toMatchObject([{ requestId: 'b', message: expect.stringContaining('broke off (out of memory)') as string }]);
    lab.send({ type: 'sample', requestId: 's', settings: { prompt: 'Is Ada there?', temperature: 1, topK: 0, topP: 1, greedy: true, maxTokens: 2, seed: 1 } });
    await lab.idle();
    expect(lab.of('samples').at(-1)).toMatchObject({ runId: 'a', done: true });
    expect(lab.of('opened')).toHaveLength(1);
  });
});

describe('any check', () => {
  it('is refused while a run is under way, paused or not, and the run goes on', async () => {
    const lab = tinyLab({ checkDevice });
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe(), paused: true });
    await lab.idle();
    lab.send(check('c'));
    await lab.idle();
    expect(about(lab, 'c')).toEqual(['failed']);
    expect(lab.of('failed')[0]!.message).toMatch(/A run is under way/);
    lab.send({ type: 'continue', runId: 'a' });
    await lab.idle();
    expect(lab.states('a').at(-1)).toEqual(['finished', 4]);
  });

  it('finds no kernels where nothing is fused', async () => {
    const lab = tinyLab({ checkDevice });
    lab.send(check('c', 'kernels'));
    await lab.idle();
    expect(lab.of('checked')[0]!.result).toEqual({ part: 'kernels', kernels: [], switchedOff: [] });
    expect(lab.of('opened')).toHaveLength(1);
  });

  it('opens the device anew before it tells of a kernel that is wrong', async () => {
    const kernels = [{ kernel: 'rotary', error: 0.5, passed: false }];
    const lab = tinyLab({ checkDevice: async () => ({ part: 'kernels', kernels, switchedOff: ['rotary'] }) });
    lab.send(check('c', 'kernels'));
    await lab.idle();
    expect(lab.events.map(({ type }) => type)).toEqual(['opened', 'opened', 'checked']);
    // Nothing of what lay on the device before is sampled any more.
    lab.send({ type: 'train', runId: 'a', recipe: tinyRecipe() });
    await lab.idle();
    lab.send(check('d', 'kernels'));
    await lab.idle();
    lab.send({ type: 'sample', requestId: 's', settings: { prompt: 'Is Ada there?', temperature: 1, topK: 0, topP: 1, greedy: true, maxTokens: 2, seed: 1 } });
    await lab.idle();
    expect(lab.of('samples').at(-1)).not.toHaveProperty('runId');
  });

  it('that breaks is told, and the next one is served on a fresh device', async () => {
    let broken = true;
    const lab = tinyLab({
      checkDevice: async (device, options) => {
        if (broken) throw new Error('it burst');
        return checkDevice(device, options);
      },
    });
    lab.send(check('c', 'kernels'));
    await lab.idle();
    expect(about(lab, 'c')).toEqual(['failed']);
    broken = false;
    lab.send(check('d', 'kernels'));
    await lab.idle();
    expect(about(lab, 'd').at(-1)).toBe('checked');
    expect(lab.of('opened')).toHaveLength(2);
  });

  it('is refused where the lab has no way to check its device', async () => {
    const lab = tinyLab();
    lab.send(check('c'));
    await lab.idle();
    expect(lab.of('failed')[0]).toMatchObject({ requestId: 'c', message: expect.stringContaining('cannot be checked') as string });
  });
});
