import { expect, it } from 'vitest';
import { cellsOf, quickPlan } from '../../../src/lab/study/plan';
import type { StoredStudy } from '../../../src/storage/studies';
import { estimateMs } from '../../../src/stores/studyEstimate';

const measured = (change: Partial<StoredStudy> = {}): StoredStudy => ({
  id: 'a', createdAt: 1, plan: quickPlan, lab: '0', runtime: 'Node', done: 2, elapsedMs: 10_000, trainMs: 6_000, adapters: ['GPU'], ...change,
});

it('takes each cell of a plan for as long as its cells took before', () => {
  expect(estimateMs(quickPlan, [measured()], 'GPU', 1)).toBeCloseTo(5_000, 6);
  expect(estimateMs(quickPlan, [measured(), measured({ done: 1, elapsedMs: 8_000, trainMs: 3_000 })], 'GPU', 1)).toBeCloseTo(6_000, 6);
  expect(estimateMs(quickPlan, [measured()], 'GPU')).toBeCloseTo(5_000 * cellsOf(quickPlan).length, 6);
});

it('scales training with the steps alone, and the rest with answers and pairs', () => {
  // Evaluations are as many where they are as rarer as there are more steps; here there are four, each of 48 pairs.
  const longer = { ...quickPlan, schedule: { ...quickPlan.schedule, steps: 120 }, evaluation: { ...quickPlan.evaluation, every: 40 } };
  const [steps, evaluations] = [3 * 60 * 8, 4 * 48];
  expect(estimateMs(longer, [measured()], 'GPU', 1)).toBeCloseTo(2_000 + (3_000 * (2 * steps + evaluations)) / (steps + evaluations), 6);
  // 120 prompts × 2 modes × 6 models, and two and a half answers for each of 240 pairs.
  const doubled = { ...quickPlan, benchmark: { ...quickPlan.benchmark, prompts: 240 } };
  expect(estimateMs(doubled, [measured()], 'GPU', 1)).toBeCloseTo(3_000 + (2_000 * (2 * 1440 + 600)) / (1440 + 600), 6);
});

it('says nothing of a device that has done no cell by itself', () => {
  expect(estimateMs(quickPlan, [], 'GPU')).toBeUndefined();
  expect(estimateMs(quickPlan, [measured({ done: 0, adapters: [] })], 'GPU')).toBeUndefined();
  expect(estimateMs(quickPlan, [measured({ adapters: ['GPU', 'CPU'] }), measured()], 'CPU')).toBeUndefined();
});
