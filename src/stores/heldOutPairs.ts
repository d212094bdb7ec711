// The held-out pairs of a recipe's dataset by their ids, so that what a run has kept of each can be shown beside its text.
import { isShippedDataset } from '../lab/datasets';
import type { Row } from '../storage/pairs/protocol';
import { openShipped } from './datasets';
import { services } from './services';
import { storedId } from './storedPairs';

export interface FoundPair {
  readonly row: Row;
  readonly prompt: string;
  readonly chosen: string;
  readonly rejected: string;
}

/** Pairs that are fetched at a time. */
const PART = 400;

/**
 * @param dataset as a recipe names it.
 * @throws UserError if it is gone.
 */
export async function findHeldOut(dataset: string, ids: ReadonlySet<string>): Promise<ReadonlyMap<string, FoundPair>> {
  const id = storedId(dataset) ?? (isShippedDataset(dataset) ? (await openShipped(dataset)).id : dataset);
  const { data } = services();
  const { rows } = await data.ask({ type: 'query', dataset: id, filter: { splits: ['heldOut'] } });
  const found = new Map<string, FoundPair>();
  for (let from = 0; from < rows.length && found.size < ids.size; from += PART) {
    for (const { row, pair } of await data.ask({ type: 'pairs', dataset: id, rows: rows.subarray(from, from + PART) })) {
      if (ids.has(pair.id)) found.set(pair.id, { row, prompt: pair.prompt, chosen: pair.chosen, rejected: pair.rejected });
    }
  }
  return found;
}
