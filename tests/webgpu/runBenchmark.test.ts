// The benchmark from end to end, on WASM for its speed: what is in the document, that giving it up ends it, and that
// contenders which do not compute the same end it too.
import { expect, it } from 'vitest';
import { wasmUrls } from '../../src/engine/wasm/urls';
import { loadAbility } from '../../src/lab/benchmark/ability';
import { createRealm, createServant, type Ability, type ContenderName } from '../../src/lab/benchmark/realm';
import type { BenchmarkProgress } from '../../src/lab/benchmark/report';
import { runBenchmark, type BenchmarkOptions } from '../../src/lab/benchmark/run';

const little: BenchmarkOptions = {
  backends: ['wasm'],
  quick: true,
  runtime: 'test',
  amount: { rounds: { small: 2 }, warmUp: 1, policies: [1, 2], policyRounds: 1, samplings: 1, profiled: 1 },
};

/** Realms in this very worker, which is enough where speed is of no interest. */
const inPlace = (abilityOf: (name: ContenderName) => Promise<Ability>) => (name: ContenderName) => {
  const carryOut = createServant(() => abilityOf(name), { wasmPaths: wasmUrls });
  const { realm, hear } = createRealm((order) => void carryOut(order).then(hear), () => {});
  return realm;
};

it('gives times of ours and of stock TensorFlow.js, each from a worker of its own, in one document', async () => {
  const seen: BenchmarkProgress[] = [];
  const report = await runBenchmark(little, (progress) => seen.push(progress));
  expect(report).toMatchObject({ backend: 'wasm', software: false, runtime: 'test', failures: [], kernels: [], others: [] });
  expect(report.adapter).toMatch(/^WASM/);
  const { small, town } = report.sizes;
  expect(town).toBeUndefined();
  expect(small).toMatchObject({ policies: 1, sequences: 16, tokensPerSequence: 48, rounds: 2, jaxJs: null, dispatches: null, submits: null });
  expect(small!.ours).toBeGreaterThan(0);
  expect(small!.stockTfjs).toBeGreaterThan(0);
  expect(small!.losses.ours![0]).toBe(small!.firstLoss);
  expect(Math.abs(small!.losses.stockTfjs![1]! - small!.losses.ours![1]!)).toBeLessThan(1e-4);
  expect(report.policies.map(({ K }) => K)).toEqual([1, 2]);
  expect(report.sampling!.withCache).toBeGreaterThan(0);
  // One document that survives being written down.
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  const fractions = seen.map(({ fraction }) => fraction);
  expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
  expect([fractions[0], fractions.at(-1)]).toEqual([0, 1]);
});

it('ends its realms and rejects with the reason when it is given up', async () => {
  const controller = new AbortController();
  const asked: string[] = [];
  const ended: string[] = [];
  // Realms that never answer: nothing else can end this.
  const start = (name: ContenderName) => createRealm((order) => void asked.push(order.do), () => void ended.push(name)).realm;
  const running = runBenchmark({ ...little, start }, undefined, controller.signal);
  await Promise.resolve();
  controller.abort(new Error('given up'));
  await expect(running).rejects.toThrow('given up');
  expect(new Set(ended)).toEqual(new Set(['ours', 'stockTfjs']));
  expect(asked).toEqual(['device']);
  await expect(runBenchmark({ ...little, start }, undefined, controller.signal)).rejects.toThrow('given up');
  expect(asked).toEqual(['device']);
});

it('fails when a contender computes something else, and names both losses', async () => {
  const start = inPlace(async (name) => {
    const ability = await loadAbility('ours');
    return name === 'ours' ? ability : { ...ability, open: (task, at) => ability.open({ ...task, completionStart: task.completionStart + 1 }, at) };
  });
  await expect(runBenchmark({ ...little, start })).rejects.toThrow(/at step 1: the loss is 0\.78\d+ by the lab’s kernels and \d.* by stockTfjs/);
});

it('goes on without a contender that cannot be run, and says why', async () => {
  const start = inPlace(async (name) => {
    if (name !== 'ours') throw new Error('no such thing here.');
    return loadAbility('ours');
  });
  const report = await runBenchmark({ ...little, start, amount: { ...little.amount, policies: [], samplings: 0, profiled: 0 } });
  expect(report.failures).toEqual([{ contender: 'stockTfjs', size: 'small', reason: 'no such thing here.' }]);
  expect(report.sizes.small).toMatchObject({ stockTfjs: null, timesStockTfjs: null });
  expect(report.sizes.small!.ours).toBeGreaterThan(0);
});
