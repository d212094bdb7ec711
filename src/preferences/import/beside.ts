// What a row says beside its sides: a system message, earlier turns, a rationale, tags, its split, and columns that the lab
// has no use for. Used by rowReader.ts for every kind of row but the lab's own.
import type { Split, Turn } from '../pair';
import { boundedCopy } from './bounded';
import { columnReader, isRow, labelText, listOf, looksLikeMessages, textOf, turnsOf } from './cells';
import { fault } from './faults';
import type { Mapping, MappingOf } from './mapping';
import type { Reading } from './sides';
import { parseTranscript } from './transcript';
import { MAX_EXTRA, type WarningCode } from './types';

/** What a row says beside its sides. */
export interface Beside {
  readonly before: readonly Turn[];
  readonly input?: string;
  readonly rationale?: string;
  readonly tags?: readonly string[];
  readonly split?: Split;
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly warnings: readonly WarningCode[];
}

const splitNames: Readonly<Record<string, Split>> = {
  train: 'train', training: 'train',
  test: 'heldOut', validation: 'heldOut', valid: 'heldOut', val: 'heldOut', dev: 'heldOut', eval: 'heldOut', heldout: 'heldOut', 'held-out': 'heldOut', held_out: 'heldOut',
};

/** Compiles everything of a mapping that is not its sides. */
export function besideReader(mapping: Exclude<Mapping, MappingOf<'lab'>>): (row: unknown) => Reading<Beside> {
  const reader = (column: string | undefined) => (column === undefined ? undefined : columnReader(column));
  const [system, history, input, rationale, split, skip] = [mapping.system, mapping.history, mapping.input, mapping.rationale, mapping.split, mapping.skip?.column].map(reader);
  const tags = mapping.tags?.map(columnReader);
  const skipped = new Set(mapping.skip?.values);
  const extraOf = extraReader(mapping);
  const filled = (value: unknown): string | undefined => {
    const text = textOf(value);
    return text === undefined || text.trim() === '' ? undefined : text;
  };

  return (row) => {
    if (skip) {
      const value = labelText(skip(row));
      if (value !== undefined && skipped.has(value)) {
        return { fault: value === 'tie' ? fault('tie') : fault('skipped', { column: mapping.skip!.column, value }) };
      }
    }
    const before: Turn[] = [];
    const systemText = filled(system?.(row));
    if (systemText !== undefined) before.push({ role: 'system', content: systemText });
    if (history) {
      const turns = earlierTurns(history(row));
      if (!turns) return { fault: fault('notText', { column: mapping.history! }) };
      before.push(...turns);
    }
    const underPrompt = filled(input?.(row));
    const why = filled(rationale?.(row));
    const names = tags?.flatMap((tag) => tagsOf(tag(row))) ?? [];
    const side = labelText(split?.(row));
    const { extra, dropped } = extraOf(row as Record<string, unknown>);
    return {
      value: {
        before,
        ...(underPrompt !== undefined && { input: underPrompt }),
        ...(why !== undefined && { rationale: why }),
        ...(names.length > 0 && { tags: [...new Set(names)] }),
        ...(side !== undefined && Object.hasOwn(splitNames, side) && { split: splitNames[side]! }),
        ...(extra && { extra }),
        warnings: dropped ? ['extraDropped'] : [],
      },
    };
  };
}

/** Turns of an earlier conversation, or null if the cell is something else. Nothing is no turns. */
function earlierTurns(cell: unknown): readonly Turn[] | null {
  if (cell === undefined || cell === null || cell === '' || (Array.isArray(cell) && cell.length === 0)) return [];
  if (looksLikeMessages(cell)) return turnsOf(cell) ?? null;
  const text = textOf(cell);
  return text === undefined ? null : text.trim() === '' ? [] : (parseTranscript(text) ?? [{ role: 'user', content: text }]);
}

/** Tags as a list, or with commas or semicolons between; a few dozen at most. */
function tagsOf(cell: unknown): string[] {
  const list = listOf(cell) ?? (typeof cell === 'string' ? cell.slice(0, 2000).split(/[,;]/) : [cell]);
  return list.flatMap((one) => textOf(one)?.trim().slice(0, 100) || []).slice(0, 50);
}

/** Fields of a mapping that name no column of a row. */
const notColumns: ReadonlySet<string> = new Set(['kind', 'layout', 'firstWins', 'secondWins', 'separator', 'lowestIsBest', 'response', 'score']);

/** Keeps the columns that the mapping does not use, as far as the limit goes. */
function extraReader(mapping: Exclude<Mapping, MappingOf<'lab'>>) {
  const used = new Set<string>();
  for (const [field, value] of Object.entries(mapping)) {
    if (notColumns.has(field)) continue;
    const names: unknown[] = Array.isArray(value) ? value : isRow(value) ? [value['column']] : [value];
    for (const name of names) if (typeof name === 'string') used.add(name).add(name.split('.')[0]!);
  }
  return (row: Readonly<Record<string, unknown>>): { extra?: Record<string, unknown>; dropped: boolean } => {
    const kept: [string, unknown][] = [];
    let left = MAX_EXTRA;
    let dropped = false;
    for (const name of Object.keys(row)) {
      const value = row[name];
      if (used.has(name) || value === null || value === undefined || value === '') continue;
      const copied = boundedCopy(value, left - name.length);
      if (copied) {
        kept.push([name, copied.copy]);
        left -= copied.cost + name.length;
      } else dropped = true;
    }
    return kept.length > 0 ? { extra: Object.fromEntries(kept), dropped } : { dropped };
  };
}
