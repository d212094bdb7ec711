// Losses that somebody has kept under a name, in this browser. The list is one setting of the shelf; every change reads it
// anew under a lock, so that two tabs lose nothing of each other's. Entries of another version of the lab stay as they are.
import { createStore } from 'zustand/vanilla';
import { z } from 'zod';
import { UserError } from '../engine/errors';
import { report, sentence } from './notices';
import { services } from './services';
import { changeTheory, compiledOf, lossSchema, mistakeIn, theoryStore, withLoss, type Loss } from './theory';
import { offerBack } from './theoryBack';

const keptSchema = lossSchema.pick({ objective: true, text: true, hyper: true }).extend({
  id: z.string().min(1),
  name: z.string().min(1).max(80),
  /** Milliseconds since 1970. */
  keptAt: z.number(),
});

export type KeptLoss = z.output<typeof keptSchema>;

export interface LossesState {
  /** In the order of their names. */
  readonly losses: readonly KeptLoss[];
}

export const lossesStore = createStore<LossesState>()(() => ({ losses: [] }));

const KEY = 'theory/losses';
export const MOST_KEPT = 200;

const idOf = (entry: unknown): unknown => (typeof entry === 'object' && entry !== null && 'id' in entry ? entry.id : undefined);

function understood(entries: readonly unknown[]): KeptLoss[] {
  return entries
    .flatMap((entry) => {
      const read = keptSchema.safeParse(entry);
      return read.success && compiledOf({ objective: read.data.objective, drawn: read.data.text }) !== undefined ? [read.data] : [];
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

async function load(): Promise<readonly unknown[]> {
  const stored = await services().shelf.loadSetting(KEY);
  return Array.isArray(stored) ? stored : [];
}

function alone<T>(work: () => Promise<T>): Promise<T> {
  const locks = typeof navigator === 'undefined' ? undefined : navigator.locks;
  return locks === undefined ? work() : (locks.request(`alignment-lab/${KEY}`, work) as Promise<T>);
}

let last: Promise<void> = Promise.resolve();

/** Changes the list as it is stored by now. What `edit` throws ends the change, and nothing is stored. */
function change(edit: (entries: readonly unknown[]) => readonly unknown[]): Promise<void> {
  const next = last.then(() =>
    alone(async () => {
      const entries = edit(await load());
      await services().shelf.saveSetting(KEY, entries);
      lossesStore.setState({ losses: understood(entries) });
    }),
  );
  last = next.catch(() => undefined);
  return next;
}

/** Reads what is kept; again whenever another tab may have changed it. */
export async function listLosses(): Promise<void> {
  lossesStore.setState({ losses: understood(await load()) });
}

const sameName = (one: string, other: string): boolean => one.trim().toLowerCase() === other.trim().toLowerCase();

/** The kept loss of this name, whatever its case. */
export function keptAs(name: string): KeptLoss | undefined {
  return lossesStore.getState().losses.find((one) => sameName(one.name, name));
}

/** Whether there is nothing of the loss that is not kept there. */
export function isKeptAs({ objective, text, hyper }: Loss, kept: KeptLoss): boolean {
  const names = new Set([...Object.keys(hyper), ...Object.keys(kept.hyper)]);
  return objective === kept.objective && text === kept.text && [...names].every((name) => hyper[name] === kept.hyper[name]);
}

function refuseTaken(entries: readonly unknown[], name: string, except?: string): void {
  if (understood(entries).some((one) => one.id !== except && sameName(one.name, name))) {
    throw new UserError('A loss is kept as “{name}” already. Nothing was changed; choose another name.', { name });
  }
}

/**
 * Keeps a loss under a name.
 * @param replaces the kept loss whose place it takes, which can be undone for a while.
 * @throws UserError where the formula has a mistake, the name is empty or another loss has it, or the list is full.
 */
export async function keepLoss(loss: Loss, name: string, replaces?: KeptLoss): Promise<void> {
  const mistake = mistakeIn(loss);
  if (mistake !== undefined) throw mistake;
  const kept: KeptLoss = {
    // `randomUUID` is missing on pages that are served without TLS.
    id: replaces?.id ?? crypto.getRandomValues(new Uint32Array(3)).join('-'),
    name: cleanName(name),
    keptAt: Date.now(),
    objective: loss.objective,
    text: loss.text,
    hyper: loss.hyper,
  };
  await change((entries) => {
    refuseTaken(entries, kept.name, kept.id);
    if (entries.some((entry) => idOf(entry) === kept.id)) return entries.map((entry) => (idOf(entry) === kept.id ? kept : entry));
    if (entries.length >= MOST_KEPT) throw new UserError('{most} losses are kept already. Nothing was changed; delete one that you need no more.', { most: MOST_KEPT });
    return [...entries, kept];
  });
  if (replaces !== undefined) offerBack(sentence('“{name}” was replaced.', { name: replaces.name }), () => void putBack(replaces));
}

function cleanName(name: string): string {
  const plain = name.trim().slice(0, 80);
  if (plain === '') throw new UserError('A kept loss needs a name. Nothing was changed.');
  return plain;
}

/** As it was before it was replaced or deleted. */
function putBack(kept: KeptLoss): Promise<void> {
  return change((entries) => [...entries.filter((entry) => idOf(entry) !== kept.id), kept]).catch(report);
}

/** @throws UserError where the name is empty or another loss has it. */
export async function renameKept(id: string, name: string): Promise<void> {
  const plain = cleanName(name);
  await change((entries) => {
    refuseTaken(entries, plain, id);
    return entries.map((entry) => (idOf(entry) === id ? { ...(entry as KeptLoss), name: plain } : entry));
  });
}

export async function deleteKept(kept: KeptLoss): Promise<void> {
  await change((entries) => entries.filter((entry) => idOf(entry) !== kept.id));
  offerBack(sentence('The loss “{name}” was deleted.', { name: kept.name }), () => void putBack(kept));
}

/** Puts a kept loss into one of the two editors, and offers back what stood there. */
export function loadKept({ objective, text, name, hyper }: KeptLoss, side: 0 | 1): void {
  const { losses } = theoryStore.getState();
  const before = losses[side];
  changeTheory({ losses: withLoss(losses, side, { objective, text, drawn: text, name, hyper }) });
  offerBack(side === 0 ? sentence('“{name}” is the first loss now.', { name }) : sentence('“{name}” is the second loss now.', { name }), () =>
    changeTheory({ losses: withLoss(theoryStore.getState().losses, side, before) }),
  );
}
