// A change under way: made on a dataset's columns in memory, with a note of what it touches, so that one transaction
// writes that and nothing else. If it comes to nothing, the dataset is read anew.
import type { PreferencePair } from '../../preferences/pair';
import type { LabDatabase } from '../database';
import { chunkOf } from './bodies';
import { bodyOf, pairAt } from './chunks';
import { BLOCK_ROWS, packBlock, setFacts, setState, swapRow } from './columns';
import { factsOf } from './facts';
import { OVER_CONTEXT, type AddedColumn, type Column } from './filter';
import { sketchesOf, type Loaded } from './loaded';
import { markOverContext, overContextHead } from './overContext';
import { createPacker } from './packer';
import type { AddedBlock, ColumnBlock, DatasetRecord, PairChunk, SketchBlock, Step } from './records';
import { packSketches, sketchOf, unpackSketches } from './sketchBlock';

export interface Draft {
  readonly data: Loaded;
  head: DatasetRecord;
  readonly columns: Set<number>;
  readonly sketches: Set<number>;
  readonly added: Map<AddedColumn, Set<number>>;
  readonly dropped: Set<AddedColumn>;
  readonly chunks: Map<number, PairChunk>;
  /** Pairs that are other than before, new or gone. */
  changed: number;
  /** Whether some text came, changed or came back, so that searches and likenesses are out of date. */
  texts: boolean;
}

export function createDraft(data: Loaded): Draft {
  return {
    data, head: data.head, columns: new Set(), sketches: new Set(), added: new Map(), dropped: new Set(), chunks: new Map(), changed: 0, texts: false,
  };
}

/** Whether there is nothing to write. */
export function isUntouched({ data, head, columns, added, dropped, chunks }: Draft): boolean {
  return head === data.head && columns.size + added.size + dropped.size + chunks.size === 0;
}

const blockOf = (row: number): number => Math.floor(row / BLOCK_ROWS);

/** Adds pairs at the end and gives their rows. */
export async function appendPairs(db: LabDatabase, draft: Draft, pairs: readonly PreferencePair[]): Promise<Uint32Array> {
  const { data } = draft;
  const sketches = await sketchesOf(db, data);
  const first = data.columns.count;
  const last = sketches[blockOf(first)];
  const packer = createPacker(data.head.id, {
    columns: data.columns,
    tagSets: data.tagSets,
    sketches: last ? unpackSketches(last) : [],
  });
  const rows = Uint32Array.from(pairs, (pair) => packer.add(pair));
  const packed = packer.take(true);
  for (const chunk of packed.chunks) draft.chunks.set(chunk.first, chunk);
  for (const block of packed.sketches) {
    sketches[block.block] = block;
    draft.sketches.add(block.block);
    draft.columns.add(block.block);
  }
  data.starts = Uint32Array.from([...data.starts, ...packed.chunks.map((chunk) => chunk.first)]);
  draft.changed += rows.length;
  draft.texts = true;
  return rows;
}

/** What was measured of a pair elsewhere is no longer so. */
function dropAdded({ data, added }: Draft, row: number, kept?: Column): void {
  for (const [column, values] of data.columns.added) {
    if (column === kept || Number.isNaN(values[row]!)) continue;
    values[row] = NaN;
    const name = column as AddedColumn;
    added.set(name, (added.get(name) ?? new Set()).add(blockOf(row)));
  }
}

/** Flags copies as the pairs that they were made of, where an import has counted those. Rows lie in the same order. */
export function carryOverContext(from: Draft, to: Draft, rows: readonly number[], copies: Uint32Array): void {
  const flags = from.data.columns.added.get(OVER_CONTEXT);
  if (flags === undefined) return;
  const blocks = to.added.get(OVER_CONTEXT) ?? new Set();
  rows.forEach((row, i) => {
    if (Number.isNaN(flags[row]!)) return;
    markOverContext(to.data.columns, copies[i]!, flags[row] === 1);
    blocks.add(blockOf(copies[i]!));
  });
  if (blocks.size === 0) return;
  to.added.set(OVER_CONTEXT, blocks);
  if (!to.head.added.some(({ column }) => column === OVER_CONTEXT)) to.head = { ...to.head, added: [...to.head.added, ...overContextHead(to.data.columns)] };
}

/** The pair of a row, deleted or not, with the chunk that it lies in; undefined if it is gone for good. */
export async function findPair(db: LabDatabase, draft: Draft, row: number): Promise<{ pair: PreferencePair; chunk: PairChunk } | undefined> {
  const { data } = draft;
  const place = chunkOf(data.starts, row);
  if (place < 0 || row >= data.columns.count) return undefined;
  const first = data.starts[place]!;
  const chunk = draft.chunks.get(first) ?? (await db.pairChunks.get([data.head.id, first]));
  const body = chunk?.bodies[row - first];
  return chunk && body ? { pair: pairAt(body, data.columns, data.tagSets, row), chunk } : undefined;
}

async function replacePair(db: LabDatabase, draft: Draft, row: number, pair: PreferencePair): Promise<void> {
  const found = await findPair(db, draft, row);
  if (found === undefined) return;
  const { data } = draft;
  const alive = data.columns.alive[row]!;
  const { dataset, first, bodies } = found.chunk;
  draft.chunks.set(first, { dataset, first, bodies: bodies.map((body, i) => (first + i === row ? bodyOf(pair) : body)) });
  const sameSides = found.pair.chosen === pair.chosen && found.pair.rejected === pair.rejected;
  if (!sameSides || found.pair.prompt !== pair.prompt) dropAdded(draft, row);
  const { wordJaccard, levenshtein } = data.columns.numbers;
  const nan = (value: number): number | null => (Number.isNaN(value) ? null : value);
  setFacts(data.columns, row, factsOf(pair, sameSides ? { jaccard: nan(wordJaccard[row]!), levenshtein: nan(levenshtein[row]!) } : undefined));
  setState(data.columns, row, { split: pair.split, source: pair.source, tags: data.tagSets.idOf(pair.tags ?? []) });
  data.columns.alive[row] = alive;
  const blocks = await sketchesOf(db, data);
  const block = blockOf(row);
  const list = unpackSketches(blocks[block]!);
  list[row % BLOCK_ROWS] = sketchOf(pair);
  blocks[block] = packSketches(data.head.id, block, list);
  draft.columns.add(block);
  draft.sketches.add(block);
  draft.changed += 1;
  draft.texts = true;
}

/** Does a step, or turns it back. Rows that are gone for good are passed over. */
export async function applyStep(db: LabDatabase, draft: Draft, step: Step, forward: boolean): Promise<void> {
  const { columns } = draft.data;
  if (step.kind === 'head') {
    const { name, deleted, split } = forward ? step.after : step.before;
    const { deletedAt: _before, provenance, ...rest } = draft.head;
    const { split: rule, ...origin } = provenance;
    const now = split ?? rule ?? '';
    draft.head = { ...rest, name, provenance: { ...origin, ...(now !== '' && { split: now }) }, ...(deleted && { deletedAt: Date.now() }) };
    return;
  }
  if (step.kind === 'pair') {
    await replacePair(db, draft, step.row, forward ? step.after : step.before);
    return;
  }
  for (const row of step.rows) draft.columns.add(blockOf(row));
  draft.changed += step.rows.length;
  switch (step.kind) {
    case 'alive': {
      const alive = step.alive === forward;
      for (const row of step.rows) columns.alive[row] = alive ? 1 : 0;
      // Deleted rows are left out of searches; those that come back must be searched.
      draft.texts = true;
      return;
    }
    case 'swap':
      for (const row of step.rows) {
        swapRow(columns, row);
        // The longer of the two sides is as long as before.
        dropAdded(draft, row, OVER_CONTEXT);
      }
      return;
    case 'split':
    case 'tags': {
      const values = forward ? step.after : step.before;
      const target = step.kind === 'split' ? columns.heldOut : columns.tags;
      step.rows.forEach((row, i) => (target[row] = values[i]!));
    }
  }
}

/** The records that a draft rewrites. */
export function packDraft({ data, columns, sketches, added }: Draft): { columns: ColumnBlock[]; sketches: SketchBlock[]; added: AddedBlock[] } {
  const { id } = data.head;
  const length = (block: number): number => Math.min(BLOCK_ROWS, data.columns.count - block * BLOCK_ROWS);
  return {
    columns: Array.from(columns, (block) => packBlock(data.columns, id, block)),
    sketches: Array.from(sketches, (block) => data.sketches![block]!),
    added: [...added].flatMap(([column, blocks]) =>
      Array.from(blocks, (block) => {
        const values = data.columns.added.get(column)!.slice(block * BLOCK_ROWS, block * BLOCK_ROWS + length(block));
        return { dataset: id, column, block, values };
      }),
    ),
  };
}
