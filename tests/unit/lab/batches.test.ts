import { describe, expect, it } from 'vitest';
import { batchOrder } from '../../../src/lab/batches';

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

describe('the order of batches', () => {
  it('shows every pair once in each epoch, in another order each time', () => {
    const batch = batchOrder(1, 30, 4);
    const places = range(1, 16).flatMap(batch);
    const [first, second] = [places.slice(0, 30), places.slice(30, 60)];
    expect([...first].sort((a, b) => a - b)).toEqual(range(0, 30));
    expect([...second].sort((a, b) => a - b)).toEqual(range(0, 30));
    expect(first).not.toEqual(second);
    expect(first).not.toEqual(range(0, 30));
  });

  it('depends only on the seed and the step, so a resumed run goes on as it would have', () => {
    const whole = batchOrder(7, 100, 16);
    const sequence = range(1, 40).map(whole);
    const resumed = batchOrder(7, 100, 16);
    expect(range(20, 40).map(resumed)).toEqual(sequence.slice(19));
    expect(resumed(3)).toEqual(sequence[2]);
  });

  it('differs between seeds', () => {
    expect(batchOrder(1, 100, 16)(1)).not.toEqual(batchOrder(2, 100, 16)(1));
  });

  it('fills a batch that is larger than the data from several epochs', () => {
    const batch = batchOrder(3, 3, 10)(2);
    expect(batch).toHaveLength(10);
    // Places 10 to 19 hold epochs 4 and 5 whole.
    expect([...batch.slice(2, 5)].sort()).toEqual([0, 1, 2]);
    expect([...batch.slice(5, 8)].sort()).toEqual([0, 1, 2]);
  });
});
