// The pair being read or written: its fields as they stand in the editor, stored as they are typed. Undo and redo are the
// dataset's own, so that one history holds both what was typed and what was done to many pairs.
import { createStore } from 'zustand/vanilla';
import type { PairSource, PreferencePair, Split, Turn } from '../preferences/pair';
import { splitByPrompt } from '../preferences/prompt';
import type { PairChange, Row, StoredRow } from '../storage/pairs/protocol';
import { ask, flushBeforeChanges } from './datasetChanges';
import { infoArrived } from './datasets';
import { duringChange, rowStored, viewedId, viewStore } from './datasetView';
import { report, sentence, sentenceOf, type Sentence } from './notices';
import { services } from './services';
import { keepUnfinished, unfinishedOf } from './unfinishedPairs';

/** A pair as an editor shows it: what is not there is empty. */
export interface PairFields {
  readonly history: readonly Turn[];
  readonly prompt: string;
  readonly chosen: string;
  readonly rejected: string;
  readonly rationale: string;
  readonly tags: readonly string[];
  readonly split: Split;
  readonly source: PairSource;
}

export interface DraftState {
  /** `new` until its first text has been stored. */
  readonly row?: Row | 'new';
  readonly fields?: PairFields;
  /** The pair as it is stored; absent for a new one. */
  readonly stored?: StoredRow;
  /** True from a keystroke until it is stored. */
  readonly dirty: boolean;
  /** Why what was typed is not stored. */
  readonly problem?: Sentence;
  /** The pair was deleted, or its making was undone. */
  readonly gone?: boolean;
  /** The row that the pair has got that was new when it was opened. */
  readonly becameRow?: Row | undefined;
  /** The chosen side follows the rejected one until it is edited itself, so that it becomes a minimal edit. */
  readonly minimal: boolean;
}

const empty: Pick<DraftState, 'dirty'> = { dirty: false };

export const draftStore = createStore<DraftState>()(() => ({ ...empty, minimal: false }));

/** Puts another pair in the place of the one before; the mode stays. */
function replace(state: Omit<DraftState, 'minimal'>): void {
  draftStore.setState(({ minimal }) => ({ ...state, minimal }), true);
}

/** A pause in typing so long stores what was typed, and is one step of undo. */
const SETTLE_MS = 700;
/** Of prompts that are written here, this share is held out, as with an import. */
const HELD_OUT_SHARE = 0.1;

let timer: ReturnType<typeof setTimeout> | undefined;
/** Counts keystrokes, to know whether there were more while one was being stored. */
let typed = 0;
let storing: Promise<void> = Promise.resolve();

export function fieldsOf(pair: PreferencePair): PairFields {
  const { history = [], prompt, chosen, rejected, rationale = '', tags = [], split, source } = pair;
  return { history, prompt, chosen, rejected, rationale, tags, split, source };
}

const blank: PairFields = { history: [], prompt: '', chosen: '', rejected: '', rationale: '', tags: [], split: 'train', source: 'written' };

/** Why a pair cannot be stored as it stands; undefined when it can. */
export function problemOf({ prompt, chosen, rejected }: PairFields): Sentence | undefined {
  if (prompt.trim() === '') return sentence('Not stored yet: the prompt is empty.');
  if (chosen.trim() === '') return sentence('Not stored yet: the chosen side is empty.');
  if (rejected.trim() === '') return sentence('Not stored yet: the rejected side is empty.');
  if (chosen === rejected) return sentence('Not stored yet: both sides are the same, so there is nothing to prefer.');
  return undefined;
}

/** Opens a pair of the dataset on screen, or an empty one to be written. */
export async function openDraft(row: Row | 'new'): Promise<void> {
  // The pair that was new a moment ago.
  if (row !== 'new' && row === draftStore.getState().row) {
    draftStore.setState({ becameRow: undefined });
    return;
  }
  await flushDraft();
  if (row === 'new') replace({ ...empty, row, fields: blank });
  else {
    const known = viewStore.getState().loaded.get(row);
    replace({ ...empty, row, ...(known && { fields: fieldsOf(known.pair), stored: known }) });
    await load(row);
  }
  await goOn(row);
}

/** Brings back what was typed into the pair before and could not be stored. */
async function goOn(row: Row | 'new'): Promise<void> {
  const dataset = viewedId();
  if (dataset === undefined || viewStore.getState().readOnly) return;
  const before = typed;
  try {
    const fields = await unfinishedOf(dataset, row);
    const now = draftStore.getState();
    if (fields === undefined || now.row !== row || now.fields === undefined || now.gone === true || typed !== before) return;
    draftStore.setState({ fields, dirty: true, problem: problemOf(fields) });
  } catch (error) {
    report(error);
  }
}

/** Whether what is in the editor can not be stored as it stands. */
export function isUnfinished(): boolean {
  const { fields, dirty } = draftStore.getState();
  return dirty && fields !== undefined && problemOf(fields) !== undefined;
}

export function closeDraft(): void {
  void flushDraft().then(() => replace(empty));
}

async function load(row: Row): Promise<void> {
  const dataset = viewedId();
  if (dataset === undefined) return;
  const before = typed;
  try {
    const [found] = await services().data.ask({ type: 'pairs', dataset, rows: [row] });
    // Somebody has typed, or opened another one, in the meantime.
    if (draftStore.getState().row !== row || typed !== before) return;
    if (found === undefined) replace({ row, dirty: false, gone: true });
    else replace({ row, fields: fieldsOf(found.pair), stored: found, dirty: false });
  } catch (error) {
    if (draftStore.getState().row === row) draftStore.setState({ problem: sentenceOf(error) });
  }
}

// Whatever changes the dataset changes the pair in the editor, unless somebody is typing.
viewStore.subscribe((now, before) => {
  const { row, dirty } = draftStore.getState();
  if (now.dataset === undefined || now.dataset.info.revision === before.dataset?.info.revision) return;
  if (typeof row === 'number' && !dirty && now.dataset.info.id === before.dataset?.info.id) void load(row);
});

/** Changes fields; they are stored after a pause. */
export function editDraft(change: Partial<PairFields>): void {
  const { fields, gone, minimal } = draftStore.getState();
  if (fields === undefined || gone === true || viewStore.getState().readOnly) return;
  typed += 1;
  const follows = minimal && change.rejected !== undefined && (fields.chosen === '' || fields.chosen === fields.rejected);
  draftStore.setState({ fields: { ...fields, ...(follows && { chosen: change.rejected }), ...change }, dirty: true, problem: undefined });
  clearTimeout(timer);
  timer = setTimeout(() => void flushDraft(), SETTLE_MS);
}

/** Stores what was typed, now; settles when it is stored or was found wanting. */
export function flushDraft(): Promise<void> {
  clearTimeout(timer);
  storing = storing.then(store, store);
  return storing;
}

/** What differs from the pair as it is stored. */
function changeOf(fields: PairFields, stored: PairFields): PairChange {
  const differs = (Object.keys(fields) as (keyof PairFields)[]).filter((name) => JSON.stringify(fields[name]) !== JSON.stringify(stored[name]));
  return Object.fromEntries(differs.map((name) => [name, fields[name]]));
}

async function store(): Promise<void> {
  const { row, fields, stored, dirty } = draftStore.getState();
  const dataset = viewedId();
  if (!dirty || fields === undefined || row === undefined || dataset === undefined) return;
  const problem = problemOf(fields);
  if (problem !== undefined) {
    draftStore.setState({ problem });
    const nothing = row === 'new' && JSON.stringify(fields) === JSON.stringify(blank);
    await keepUnfinished(dataset, row, nothing ? undefined : fields).catch(report);
    return;
  }
  const before = typed;
  try {
    if (row === 'new') await add(dataset, fields);
    else if (stored !== undefined) {
      const change = changeOf(fields, fieldsOf(stored.pair));
      if (Object.keys(change).length > 0) {
        const answer = await duringChange(() => services().data.ask({ type: 'edit', dataset, row, change }));
        if (draftStore.getState().row === row) draftStore.setState({ stored: answer.row });
        infoArrived(answer.info);
        rowStored(answer.info, answer.row);
      }
    }
    if (typed === before) draftStore.setState({ dirty: false, problem: undefined });
    await keepUnfinished(dataset, row, undefined);
  } catch (error) {
    draftStore.setState({ problem: sentenceOf(error) });
  }
}

async function add(dataset: string, fields: PairFields): Promise<void> {
  const { history, rationale, tags, ...rest } = fields;
  const pair = {
    ...rest,
    split: splitByPrompt(fields.prompt, HELD_OUT_SHARE),
    ...(history.length > 0 && { history }),
    ...(rationale !== '' && { rationale }),
    ...(tags.length > 0 && { tags }),
  };
  const answer = await ask<'add'>({ type: 'add', dataset, pairs: [pair] });
  const row = answer?.added?.[0];
  if (row === undefined || draftStore.getState().row !== 'new') return;
  const [stored] = await services().data.ask({ type: 'pairs', dataset, rows: [row] });
  // What was typed meanwhile stays, and is stored over it.
  draftStore.setState({ row, becameRow: row, ...(stored && { stored }) });
}

/** Begins the chosen side anew as a copy of the rejected one, so that it becomes a minimal edit of it. */
export function startFromRejected(): void {
  const { fields } = draftStore.getState();
  if (fields !== undefined) editDraft({ chosen: fields.rejected });
}

/** Switches minimal-edit mode; a chosen side that is still empty begins as a copy at once. */
export function setMinimal(minimal: boolean): void {
  draftStore.setState({ minimal });
  const { fields } = draftStore.getState();
  if (minimal && fields?.chosen === '' && fields.rejected !== '') startFromRejected();
}

flushBeforeChanges(flushDraft);
