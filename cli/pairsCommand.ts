// `lab pairs`: writes shipped preference pairs in the shape that TRL reads, one JSON object a line.
import { writeFile } from 'node:fs/promises';
import { UserError } from '../src/engine/errors';
import { shippedDatasets, type AssetLoader } from '../src/lab/assets';
import { isShippedDataset, loadShippedPairs } from '../src/lab/datasets';
import { toJsonLines, toTrlConversation } from '../src/preferences/trl';
import { reasonOf } from './assets';

export interface PairsCommand {
  readonly dataset: string;
  /** All there are, if undefined. */
  readonly count: string | undefined;
  readonly out: string;
  readonly json: boolean;
}

/** @returns what is to be printed. */
export async function pairsCommand(command: PairsCommand, load: AssetLoader): Promise<string> {
  const { dataset, out } = command;
  if (!isShippedDataset(dataset)) {
    throw new UserError('--dataset names “{dataset}”, which is not here. Known are: {known}.', { dataset, known: shippedDatasets.join(', ') });
  }
  const pairs = await loadShippedPairs(load, dataset);
  const count = command.count === undefined ? pairs.length : Number(command.count);
  if (!Number.isInteger(count) || count < 1) {
    throw new UserError('--count must be a whole number above 0, and “{count}” is not.', { count: command.count ?? '' });
  }
  if (count > pairs.length) {
    throw new UserError('--count asks for {count} pairs, and the dataset {dataset} has {found}.', { count, dataset, found: pairs.length });
  }
  try {
    await writeFile(out, toJsonLines(pairs.slice(0, count).map(toTrlConversation)));
  } catch (error) {
    throw new UserError('The pairs cannot be written to {path}: {reason}.', { path: out, reason: reasonOf(error) });
  }
  return command.json ? JSON.stringify({ dataset, count, out }) : `${count} pairs written to ${out}`;
}
