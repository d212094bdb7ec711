import { expect, it } from 'vitest';
import { mismatchedSequences } from '../../../../src/engine/training/metrics';
import type { ScoredPair } from '../../../../src/engine/training/types';

const pair = (chosen: number[], rejected: number[], completionStart: number): ScoredPair => ({
  chosen: { ids: chosen, completionStart },
  rejected: { ids: rejected, completionStart },
  referenceChosen: 0,
  referenceRejected: 0,
});

it('puts each prompt before the next pair’s completions, the last before the first’s', () => {
  const sequences = mismatchedSequences([pair([1, 2, 10, 11], [1, 2, 12], 2), pair([3, 20], [3, 21, 22], 1)], 64);
  expect(sequences).toEqual([
    { ids: [1, 2, 20], completionStart: 2 },
    { ids: [3, 10, 11], completionStart: 1 },
    { ids: [1, 2, 21, 22], completionStart: 2 },
    { ids: [3, 12], completionStart: 1 },
  ]);
});

it('cuts a completion off where the model’s context ends', () => {
  const [first] = mismatchedSequences([pair([1, 2, 3, 10], [1, 2, 3, 11], 3), pair([4, 20, 21, 22], [4, 23], 1)], 4);
  expect(first).toEqual({ ids: [1, 2, 3, 20], completionStart: 3 });
});
