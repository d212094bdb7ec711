// The held-out pairs of a recipe's dataset by their ids, so that what a run has kept of each can be shown beside its text.
import { isShippedDataset } from '../lab/datasets';
import { parseMadeName } from '../lab/making/spec';
import type { Recipe } from '../lab/recipe';
import type { PreferencePair } from '../preferences/pair';
import type { Row } from '../storage/pairs/protocol';
import { askLab } from './askLab';
import { openShipped } from './datasets';
import { modelOf } from './making';
import { parseOwnModel } from './ownModels';
import { runsStore } from './runs';
import { services } from './services';
import { storedId } from './storedPairs';

export interface FoundPair {
  /** Its place in the dataset; absent where that was made for the run and is not stored. */
  readonly row?: Row;
  readonly prompt: string;
  readonly chosen: string;
  readonly rejected: string;
}

/** Pairs that are fetched at a time. */
const PART = 400;

/** @throws UserError if the dataset is gone, or is made for the run and cannot be made now. */
export async function findHeldOut(recipe: Pick<Recipe, 'model' | 'data'>, ids: ReadonlySet<string>): Promise<ReadonlyMap<string, FoundPair>> {
  const { dataset } = recipe.data;
  const found = new Map<string, FoundPair>();
  const add = ({ id, prompt, chosen, rejected }: PreferencePair, row?: Row): void => {
    if (ids.has(id)) found.set(id, { prompt, chosen, rejected, ...(row !== undefined && { row }) });
  };
  if (parseMadeName(dataset)) {
    for (const pair of await madePairs(recipe)) add(pair);
    return found;
  }
  const id = storedId(dataset) ?? (isShippedDataset(dataset) ? (await openShipped(dataset)).id : dataset);
  const { data } = services();
  const { rows } = await data.ask({ type: 'query', dataset: id, filter: { splits: ['heldOut'] } });
  for (let from = 0; from < rows.length && found.size < ids.size; from += PART) {
    for (const { row, pair } of await data.ask({ type: 'pairs', dataset: id, rows: rows.subarray(from, from + PART) })) add(pair, row);
  }
  return found;
}

/** The last ones that the worker made or remembered, since one pair after the other is looked up. */
let made: { readonly key: string; readonly pairs: Promise<readonly PreferencePair[]> } | undefined;

function madePairs({ model, data }: Pick<Recipe, 'model' | 'data'>): Promise<readonly PreferencePair[]> {
  const { dataset, trainPairs: train, heldOutPairs: heldOut, judge } = data;
  const key = JSON.stringify([model, dataset, train, heldOut, judge]);
  if (made?.key !== key) {
    const spec = { ...parseMadeName(dataset)!, train, heldOut, ...(judge && { judge }) };
    const pairs = inHands(model)
      .then(() => askLab({ type: 'make', spec, model }))
      .then((answer) => answer.pairs.filter(({ split }) => split === 'heldOut'));
    made = { key, pairs };
    pairs.catch(() => {
      if (made?.key === key) made = undefined;
    });
  }
  return made.pairs;
}

/** Sees to it that the worker has a policy that the pairs were made of; while a run trains, it has what the run needs. */
async function inHands(model: string): Promise<void> {
  const from = parseOwnModel(model);
  if (from !== undefined && runsStore.getState().activeId === undefined) await modelOf({ from });
}
