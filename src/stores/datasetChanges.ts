// What can be done to the pairs of the dataset on screen: all of it can be undone and done again, and the data worker
// keeps the list of what was done.
import type { Split } from '../preferences/pair';
import type { Answer, DatasetInfo, RequestOf, Row, Selection } from '../storage/pairs/protocol';
import { infoArrived, listDatasets } from './datasets';
import { selectNone, duringChange, refreshView, selectionOf, viewedId, viewStore } from './datasetView';
import { dismissNotice, notify, report, sentence, type Sentence } from './notices';
import { services } from './services';

type ChangeType = 'add' | 'duplicate' | 'swap' | 'remove' | 'tag' | 'move' | 'setSplit' | 'resplit' | 'undo' | 'redo' | 'edit' | 'setColumn' | 'dropColumn';

/** What must be stored before the next change; the pair being written sets this. */
let flushFirst: () => Promise<void> = async () => undefined;
export function flushBeforeChanges(flush: () => Promise<void>): void {
  flushFirst = flush;
}

/**
 * Asks for a change of the dataset on screen and shows what has become of it; undefined if it failed, which was told then.
 */
export async function ask<T extends ChangeType>(request: RequestOf<T>): Promise<Answer<T> | undefined> {
  try {
    const answer = await duringChange(() => services().data.ask<T>(request));
    const info: DatasetInfo = 'info' in (answer as object) ? (answer as { info: DatasetInfo }).info : (answer as DatasetInfo);
    infoArrived(info);
    viewStore.setState(({ dataset }) => (dataset?.info.id === info.id ? { dataset: { ...dataset, info } } : {}));
    if (info.deletedAt === undefined) await refreshView();
    else await listDatasets();
    return answer;
  } catch (error) {
    report(error);
    return undefined;
  }
}

/** How long a notice offers to take a change back; the button in the bar and the keys do so for ever. */
const UNDO_MS = 12_000;
let offered: { readonly notice: number; readonly timer: ReturnType<typeof setTimeout> } | undefined;

function withdrawOffer(): void {
  if (offered === undefined) return;
  clearTimeout(offered.timer);
  dismissNotice(offered.notice);
  offered = undefined;
}

function offerUndo(told: Sentence): void {
  withdrawOffer();
  const notice = notify('plain', told, () => void undo());
  offered = { notice, timer: setTimeout(withdrawOffer, UNDO_MS) };
}

async function change<T extends ChangeType>(
  make: (dataset: string, selection: Selection) => RequestOf<T>,
  tell: (changed: number) => Sentence,
  about?: readonly Row[],
): Promise<Answer<T> | undefined> {
  await flushFirst();
  const id = viewedId();
  if (id === undefined || viewStore.getState().readOnly) return undefined;
  const answer = await ask<T>(make(id, about ? { rows: about } : selectionOf(viewStore.getState())));
  if (answer !== undefined && 'changed' in (answer as object)) offerUndo(tell((answer as { changed: number }).changed));
  return answer;
}

/** Each of these is about the selected pairs unless rows are named. */
export async function tagPairs(add: readonly string[], remove: readonly string[], about?: readonly Row[]): Promise<void> {
  await change<'tag'>(
    (dataset, selection) => ({ type: 'tag', dataset, selection, add, remove }),
    (count) => sentence('{count, plural, one {# pair has} other {# pairs have}} new tags.', { count }),
    about,
  );
}

export async function removePairs(about?: readonly Row[]): Promise<void> {
  const gone = await change<'remove'>(
    (dataset, selection) => ({ type: 'remove', dataset, selection }),
    (count) => sentence('{count, plural, one {# pair was} other {# pairs were}} deleted.', { count }),
    about,
  );
  if (gone !== undefined) selectNone();
}

export async function setSplit(split: Split, about?: readonly Row[]): Promise<void> {
  await change<'setSplit'>(
    (dataset, selection) => ({ type: 'setSplit', dataset, selection, split }),
    (count) => (split === 'train'
      ? sentence('{count, plural, one {# pair is} other {# pairs are}} for training now.', { count })
      : sentence('{count, plural, one {# pair is} other {# pairs are}} held out now.', { count })),
    about,
  );
}

export async function resplit(heldOutShare: number, seed: number): Promise<void> {
  await change<'resplit'>(
    (dataset) => ({ type: 'resplit', dataset, heldOutShare, seed }),
    (count) => sentence('{count, plural, one {# pair has} other {# pairs have}} changed sides.', { count }),
  );
}

export async function swapSides(about?: readonly Row[]): Promise<void> {
  await change<'swap'>(
    (dataset, selection) => ({ type: 'swap', dataset, selection }),
    (count) => sentence('The sides of {count, plural, one {# pair} other {# pairs}} are swapped.', { count }),
    about,
  );
}

/** Gives the first of the new rows. */
export async function duplicatePairs(about?: readonly Row[]): Promise<Row | undefined> {
  const answer = await change<'duplicate'>(
    (dataset, selection) => ({ type: 'duplicate', dataset, selection }),
    (count) => sentence('{count, plural, one {# pair was} other {# pairs were}} copied.', { count }),
    about,
  );
  return answer?.added?.[0];
}

export async function moveTo(target: string, copy: boolean, about?: readonly Row[]): Promise<void> {
  await flushFirst();
  const { dataset, readOnly } = viewStore.getState();
  // What cannot be changed can still be copied from.
  if (dataset === undefined || (readOnly && !copy)) return;
  const answer = await ask<'move'>({
    type: 'move', dataset: dataset.info.id, selection: about ? { rows: about } : selectionOf(viewStore.getState()), to: target, copy,
  });
  if (answer === undefined) return;
  await listDatasets();
  const values = { count: answer.changed, name: answer.target.name };
  const told = copy
    ? sentence('{count, plural, one {# pair was} other {# pairs were}} copied to “{name}”.', values)
    : sentence('{count, plural, one {# pair was} other {# pairs were}} moved to “{name}”.', values);
  if (copy) notify('plain', told);
  else {
    selectNone();
    offerUndo(told);
  }
}

async function turn(type: 'undo' | 'redo'): Promise<void> {
  withdrawOffer();
  await flushFirst();
  const { dataset, readOnly } = viewStore.getState();
  if (dataset === undefined || readOnly || dataset.info[type] === undefined) return;
  await ask<'undo' | 'redo'>({ type, dataset: dataset.info.id });
}

export const undo = (): Promise<void> => turn('undo');
export const redo = (): Promise<void> => turn('redo');
