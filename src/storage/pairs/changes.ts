// Every change of a dataset that can be undone: of single pairs, of many at a time, and of the dataset's head.
import { UserError, type Remark } from '../../engine/errors';
import { contentId } from '../../engine/random';
import { toLabRow } from '../../preferences/labFormat';
import type { PreferencePair } from '../../preferences/pair';
import { splitByPrompt } from '../../preferences/prompt';
import type { LabDatabase } from '../database';
import { readBodies, readPairs, type ReadPair } from './bodies';
import { appendPairs, applyStep, carryOverContext, createDraft, findPair, type Draft } from './draft';
import { hashOf } from './facts';
import type { Holder, Outcome } from './holder';
import { labels } from './labels';
import { BY_HAND, splitRuleText, type SplitRule } from './splitRule';
import type { Loaded } from './loaded';
import type { Answer, Changed, DatasetInfo, PairChange, RequestOf } from './protocol';
import { infoOf, requireRow, selectedRows, storedRows } from './queries';
import type { HeadChange, Step } from './records';

/** Pairs that are copied at a time. */
const COPIED = 2000;

type Tell = (done: number, total: number) => void;

/** What changed nothing leaves nothing to undo. */
const outcome = (draft: Draft, label: Remark, steps: readonly Step[], added?: Uint32Array): Outcome<{ draft: Draft; added?: Uint32Array }> => ({
  result: { draft, ...(added && { added }) },
  ...(draft.changed > 0 && { history: { kind: 'record', label, steps } }),
});

/** What a change answers, once it is written. */
function changed({ draft, added }: { draft: Draft; added?: Uint32Array }): Changed {
  return { info: infoOf(draft.head), changed: draft.changed, ...(added && { added }) };
}

const aliveStep = (draft: Draft, rows: Uint32Array, alive: boolean): Step => ({ kind: 'alive', dataset: draft.data.head.id, rows, alive });

/** Does a step and gives it back, to be kept. */
async function doStep(db: LabDatabase, draft: Draft, step: Step): Promise<Step> {
  await applyStep(db, draft, step, true);
  return step;
}

/** An id that no pair of the dataset has, as far as 64 bits can tell. */
function freshId(data: Loaded, taken: ReadonlySet<string>, wanted: string, ...salt: readonly (string | number)[]): string {
  let id = wanted;
  for (let i = 0; taken.has(hashOf(id).join()); i++) id = contentId([wanted, data.head.id, ...salt.map(String), String(i)]);
  return id;
}

function takenIds({ columns }: Loaded): Set<string> {
  const { count, alive, id } = columns;
  const out = new Set<string>();
  for (let row = 0; row < count; row++) if (alive[row] === 1) out.add(`${id[row * 2]},${id[row * 2 + 1]}`);
  return out;
}

/** Appends pairs, each with an id of its own. */
async function append(db: LabDatabase, draft: Draft, pairs: readonly PreferencePair[], taken = takenIds(draft.data)): Promise<Uint32Array> {
  const named = pairs.map((pair, i) => {
    const id = freshId(draft.data, taken, pair.id, draft.data.columns.count + i);
    taken.add(hashOf(id).join());
    return id === pair.id ? pair : { ...pair, id };
  });
  return appendPairs(db, draft, named);
}

export async function editPair(holder: Holder, { dataset, row, change }: RequestOf<'edit'>): Promise<Answer<'edit'>> {
  const edited = await holder.change([dataset], async ([draft], db) => {
    requireRow(draft!.data, row);
    const before = (await findPair(db, draft!, row))!.pair;
    const after = editedPair(before, change);
    const same = JSON.stringify(toLabRow(before)) === JSON.stringify(toLabRow(after));
    return outcome(draft!, labels.edit(), same ? [] : [await doStep(db, draft!, { kind: 'pair', dataset, row, before, after })]);
  });
  const stored = await holder.read(dataset, (db, data) => storedRows(db, data, [row]));
  return { ...changed(edited), row: stored[0]! };
}

/** Empty optional fields go away, so that a pair says only what there is. */
function editedPair(before: PreferencePair, change: PairChange): PreferencePair {
  const { history, rationale, tags, scores, ...rest } = { ...before, ...change };
  return {
    ...rest,
    ...(history && history.length > 0 && { history }),
    ...(rationale !== undefined && rationale !== '' && { rationale }),
    ...(tags && tags.length > 0 && { tags: [...new Set(tags)] }),
    ...(scores && (scores.chosen !== undefined || scores.rejected !== undefined) && { scores }),
  };
}

export async function addPairs(holder: Holder, { dataset, pairs }: RequestOf<'add'>): Promise<Changed> {
  return changed(
    await holder.change([dataset], async ([draft], db) => {
      const whole = pairs.map((pair) => ({ ...pair, id: contentId([pair.prompt, pair.chosen, pair.rejected]) }));
      const rows = await append(db, draft!, whole);
      return outcome(draft!, labels.add(rows.length), [aliveStep(draft!, rows, true)], rows);
    }),
  );
}

export async function duplicatePairs(holder: Holder, { dataset, selection }: RequestOf<'duplicate'>): Promise<Changed> {
  return changed(
    await holder.change([dataset], async ([draft], db) => {
      const rows = await selectedRows(db, draft!.data, selection);
      const added = await copyPairs(db, draft!, draft!, rows);
      return outcome(draft!, labels.duplicate(rows.length), [aliveStep(draft!, added, true)], added);
    }),
  );
}

/** Copies pairs to the end of a dataset, some at a time. */
async function copyPairs(db: LabDatabase, from: Draft, to: Draft, rows: Uint32Array, tell?: Tell): Promise<Uint32Array> {
  const taken = takenIds(to.data);
  const added = new Uint32Array(rows.length);
  let count = 0;
  for (let at = 0; at < rows.length; at += COPIED) {
    const read: ReadPair[] = [];
    for await (const batch of readPairs(db, from.data, rows.subarray(at, at + COPIED))) read.push(...batch);
    const copies = await append(db, to, read.map(({ pair }) => pair), taken);
    carryOverContext(from, to, read.map(({ row }) => row), copies);
    added.set(copies, count);
    count += read.length;
    tell?.(Math.min(rows.length, at + COPIED), rows.length);
  }
  return added.subarray(0, count);
}

/** Copies all pairs of a dataset that nobody sees yet to the end of another. */
export async function appendFrom(holder: Holder, staged: Loaded, into: string, label: Remark): Promise<DatasetInfo> {
  const draft = await holder.change([into], async ([draft], db) => {
    const rows = Uint32Array.from({ length: staged.columns.count }, (_, row) => row);
    const added = await copyPairs(db, createDraft(staged), draft!, rows);
    return { result: draft!, history: { kind: 'record', label, steps: [aliveStep(draft!, added, true)] } };
  });
  return infoOf(draft.head);
}

export async function swapPairs(holder: Holder, { dataset, selection }: RequestOf<'swap'>): Promise<Changed> {
  return changed(
    await holder.change([dataset], async ([draft], db) => {
      const rows = await selectedRows(db, draft!.data, selection);
      return outcome(draft!, labels.swap(rows.length), [await doStep(db, draft!, { kind: 'swap', dataset, rows })]);
    }),
  );
}

export async function removePairs(holder: Holder, { dataset, selection }: RequestOf<'remove'>): Promise<Changed> {
  return changed(
    await holder.change([dataset], async ([draft], db) => {
      const rows = await selectedRows(db, draft!.data, selection);
      return outcome(draft!, labels.remove(rows.length), [await doStep(db, draft!, aliveStep(draft!, rows, false))]);
    }),
  );
}

export async function tagPairs(holder: Holder, { dataset, selection, add = [], remove = [] }: RequestOf<'tag'>): Promise<Changed> {
  return changed(
    await holder.change([dataset], async ([draft], db) => {
      const { columns, tagSets } = draft!.data;
      const gone = new Set(remove);
      // Worked out once for each list of tags that occurs.
      const becomes = new Map<number, number>();
      const after = (list: number): number => {
        const known = becomes.get(list);
        if (known !== undefined) return known;
        const made = tagSets.idOf([...tagSets.lists[list]!.filter((tag) => !gone.has(tag)), ...add]);
        becomes.set(list, made);
        return made;
      };
      const rows = (await selectedRows(db, draft!.data, selection)).filter((row) => after(columns.tags[row]!) !== columns.tags[row]);
      const before = Uint32Array.from(rows, (row) => columns.tags[row]!);
      const step = await doStep(db, draft!, { kind: 'tags', dataset, rows, before, after: before.map(after) });
      return outcome(draft!, labels.tag(rows.length), [step]);
    }),
  );
}

/** @param rule says how the split is made from now on; without one it was changed by hand. */
async function changeSplit(db: LabDatabase, draft: Draft, rows: Uint32Array, heldOut: (row: number, at: number) => boolean, rule?: SplitRule) {
  const { columns } = draft.data;
  const { id } = draft.data.head;
  const after = Uint32Array.from(rows, (row, at) => (heldOut(row, at) ? 1 : 0));
  const other = rows.map((row, at) => (columns.heldOut[row] === after[at] ? 0 : 1));
  const moved = rows.filter((_, at) => other[at] === 1);
  const before = Uint32Array.from(moved, (row) => columns.heldOut[row]!);
  const step = await doStep(db, draft, { kind: 'split', dataset: id, rows: moved, before, after: before.map((side) => 1 - side) });
  if (moved.length === 0) return outcome(draft, labels.split(0), [step]);
  const now = { name: draft.head.name, deleted: false };
  const head = await doStep(db, draft, {
    kind: 'head',
    dataset: id,
    before: { ...now, split: draft.head.provenance.split ?? '' },
    after: { ...now, split: rule ? splitRuleText(rule) : BY_HAND },
  });
  return outcome(draft, rule ? labels.resplit(rule) : labels.split(moved.length), [step, head]);
}

export async function setSplit(holder: Holder, { dataset, selection, split }: RequestOf<'setSplit'>): Promise<Changed> {
  return changed(
    await holder.change([dataset], async ([draft], db) =>
      changeSplit(db, draft!, await selectedRows(db, draft!.data, selection), () => split === 'heldOut'),
    ),
  );
}

/** Puts every prompt on the side of the split that its hash names, as an import with this share and seed would. */
export async function resplit(holder: Holder, { dataset, heldOutShare, seed }: RequestOf<'resplit'>, tell: Tell): Promise<Changed> {
  return changed(
    await holder.change([dataset], async ([draft], db) => {
      const rows = await selectedRows(db, draft!.data, { filter: {} });
      const sides = new Uint8Array(draft!.data.columns.count);
      let read = 0;
      for await (const batch of readBodies(db, draft!.data, rows)) {
        for (const { row, body } of batch) sides[row] = splitByPrompt(body.prompt, heldOutShare, seed) === 'heldOut' ? 1 : 0;
        read += batch.length;
        tell(read, rows.length);
      }
      return changeSplit(db, draft!, rows, (row) => sides[row] === 1, { heldOutShare, seed });
    }),
  );
}

export async function movePairs(holder: Holder, { dataset, selection, to, copy = false }: RequestOf<'move'>, tell: Tell): Promise<Answer<'move'>> {
  if (dataset === to) throw new UserError('The pairs are in that dataset already. Nothing was changed; choose another one.');
  const { draft, target } = await holder.change([dataset, to], async ([draft, target], db) => {
    const rows = await selectedRows(db, draft!.data, selection);
    const added = await copyPairs(db, draft!, target!, rows, tell);
    const steps = [aliveStep(target!, added, true)];
    if (!copy) steps.push(await doStep(db, draft!, aliveStep(draft!, rows, false)));
    const label = copy ? labels.copy(rows.length) : labels.move(rows.length);
    return { result: { draft: draft!, target: target! }, history: { kind: 'record', label, steps } };
  });
  return { ...changed({ draft }), changed: target.changed, target: infoOf(target.head) };
}

/** Turns the last change back, or does the last one turned back again. A dataset that is gone by now is passed over. */
export async function travel(holder: Holder, { dataset, type }: RequestOf<'undo' | 'redo'>): Promise<Changed> {
  const forward = type === 'redo';
  const steps = await holder.journal(dataset, type);
  const others = [...new Set(steps.map((step) => step.dataset))].filter((id) => id !== dataset);
  const [draft] = await holder.change(
    [dataset, ...(await holder.existing(others))],
    async (drafts, db) => {
      // Read again: another tab may have undone something else in the meantime.
      const [own] = drafts;
      const mark = (forward ? own!.data.head.undone : own!.data.head.done).at(-1);
      const entry = mark && (await db.journal.get([dataset, mark.at]));
      if (entry === undefined) {
        throw forward
          ? new UserError('There is nothing to do again. Nothing was changed.')
          : new UserError('There is nothing to undo. Nothing was changed.');
      }
      for (const step of forward ? entry.steps : [...entry.steps].reverse()) {
        const draft = drafts.find(({ data }) => data.head.id === step.dataset);
        if (draft) await applyStep(db, draft, step, forward);
      }
      return { result: drafts, history: { kind: type } };
    },
    true,
  );
  return changed({ draft: draft! });
}

/** Renames a dataset, or deletes it so that it can be brought back. */
export async function changeHead(holder: Holder, dataset: string, label: Remark, change: Partial<HeadChange>): Promise<DatasetInfo> {
  const draft = await holder.change([dataset], async ([draft], db) => {
    const before = { name: draft!.head.name, deleted: false };
    const step = await doStep(db, draft!, { kind: 'head', dataset, before, after: { ...before, ...change } });
    return { result: draft!, history: { kind: 'record', label, steps: [step] } };
  });
  return infoOf(draft.head);
}
