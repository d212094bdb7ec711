// What the bar and the keys do to the pair in the editor.
import type { Row } from '../../../storage/pairs/protocol';
import { duplicatePairs, removePairs, swapSides } from '../../../stores/datasetChanges';
import { rowBeside } from '../../../stores/datasetView';
import { draftStore } from '../../../stores/pairDraft';
import { datasetLink, goTo } from '../links';

/** The stored pair in the editor. */
function current(): Row | undefined {
  const { row } = draftStore.getState();
  return typeof row === 'number' ? row : undefined;
}

export async function swapPair(): Promise<void> {
  const row = current();
  if (row !== undefined) await swapSides([row]);
}

export async function duplicatePair(onGo: (row: Row) => void): Promise<void> {
  const row = current();
  const copy = row === undefined ? undefined : await duplicatePairs([row]);
  if (copy !== undefined) onGo(copy);
}

/** Deletes the pair and goes on to the one after it. */
export async function removePair(name: string, onGo: (row: Row) => void): Promise<void> {
  const row = current();
  if (row === undefined) return;
  const after = rowBeside(row, 1);
  const next = after === row ? rowBeside(row, -1) : after;
  await removePairs([row]);
  if (next === undefined || next === row) goTo(datasetLink(name));
  else onGo(next);
}
