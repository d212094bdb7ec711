// Which pairs make up which step's batch. Every policy of one seed asks here, so they all see the same batches.
import { createRandom } from '../engine/random';

/** Keeps this stream of random numbers apart from others drawn from the same seed. */
const BATCH_STREAM = 0xba7c4;

/**
 * The order of the batches of one seed: `batch(step)`, with steps counted from 1, gives indices into `count` pairs. Epochs
 * are shuffled one by one and laid end to end, so a batch may reach over into the next. A batch depends only on the seed
 * and the step, never on what was asked before; a run that is resumed goes on with the batches it would have seen.
 */
export function batchOrder(seed: number, count: number, batchSize: number): (step: number) => number[] {
  const indices = Array.from({ length: count }, (_, i) => i);
  // One batch touches few epochs, and the next step mostly the same ones.
  const epochs = new Map<number, number[]>();
  const epoch = (number: number): number[] => {
    let order = epochs.get(number);
    if (!order) {
      order = createRandom(seed, BATCH_STREAM, number).shuffle(indices);
      if (epochs.size >= 8) epochs.clear();
      epochs.set(number, order);
    }
    return order;
  };
  return (step) =>
    Array.from({ length: batchSize }, (_, i) => {
      const place = (step - 1) * batchSize + i;
      return epoch(Math.floor(place / count))[place % count]!;
    });
}
