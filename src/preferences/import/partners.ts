// Unpaired rows wait here for a row of the same prompt and the opposite label. One row serves one pair.
import { remark } from '../../engine/errors';
import { fault } from './faults';
import type { Fault } from './sourceRow';
import { hashId, hashTexts } from './hashes';

interface Waiting<T> {
  readonly good: boolean;
  readonly size: number;
  readonly row: T;
}

export interface Partners<T> {
  /**
   * Gives a row's partner, the good one first, or keeps the row until one comes.
   * @param key what both must share. @param size characters that keeping it costs.
   */
  match(key: readonly string[], good: boolean, row: T, size: number): readonly [good: T, bad: T] | null;
  /** Rows that had to leave since the last call, because too many wait. */
  evicted(): { readonly row: T; readonly fault: Fault }[];
  /** Everything that still waits, in order of the prompts' first coming. */
  rest(): { readonly row: T; readonly fault: Fault }[];
}

/** @param limit characters that may wait in all; the longest-waiting prompts leave first. */
export function createPartners<T>(limit = 64_000_000): Partners<T> {
  // Queues of one label each: as soon as both labels are there, two rows leave as a pair.
  const waiting = new Map<string, Waiting<T>[]>();
  let total = 0;
  let gone: { row: T; fault: Fault }[] = [];
  const tooMany: Fault = {
    code: 'noPartner',
    problem: remark('No row with the same prompt and the opposite label came soon enough; rows of one prompt have to lie closer together in files this large.'),
  };

  return {
    match: (key, good, row, size) => {
      const id = hashId(hashTexts(key));
      const queue = waiting.get(id);
      const partner = queue && queue[0]!.good !== good ? queue.shift()! : undefined;
      if (partner) {
        total -= partner.size;
        if (queue!.length === 0) waiting.delete(id);
        return good ? [row, partner.row] : [partner.row, row];
      }
      if (queue) queue.push({ good, size, row });
      else waiting.set(id, [{ good, size, row }]);
      total += size;
      while (total > limit) {
        const [oldest, rows] = waiting.entries().next().value!;
        waiting.delete(oldest);
        for (const one of rows) {
          total -= one.size;
          gone.push({ row: one.row, fault: tooMany });
        }
      }
      return null;
    },
    evicted: () => {
      const out = gone;
      gone = [];
      return out;
    },
    rest: () => {
      const out = [...waiting.values()].flat().map(({ row }) => ({ row, fault: fault('noPartner') }));
      waiting.clear();
      total = 0;
      return out;
    },
  };
}
