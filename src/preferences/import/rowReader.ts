// From rows to pairs by a mapping: each row becomes a pair, or is rejected with a reason, or waits for its partner.
import { fromLabRow } from '../labFormat';
import type { PreferencePair, Turn } from '../pair';
import { splitByPrompt } from '../prompt';
import { besideReader, type Beside } from './beside';
import { columnReader, isRow, labelText, listOf, numberOf, textOf, truthOf } from './cells';
import { fault } from './faults';
import { createHashMap, hashId, hashTexts } from './hashes';
import type { Mapping, MappingOf } from './mapping';
import { createPartners } from './partners';
import { ratedReader } from './rated';
import { contextOf, joinSides, readForm, type Reading, type Sides } from './sides';
import type { Fault } from './sourceRow';
import { MAX_TEXT, type WarningCode } from './types';

/** A row and what a rejection of it has to tell. */
export interface NumberedRow {
  readonly row: number;
  readonly line?: number;
  readonly value: unknown;
  readonly warnings?: readonly WarningCode[];
  readonly excerpt: () => string;
}

/** One row's fate, or two rows' that paired up. */
export type Outcome =
  | { readonly rows: readonly NumberedRow[]; readonly pair: PreferencePair; readonly warnings: readonly WarningCode[] }
  | { readonly rows: readonly NumberedRow[]; readonly fault: Fault };

export interface RowReader {
  /** What became of this row and perhaps of one that waited; nothing if it waits itself. */
  read(row: NumberedRow): Outcome[];
  /** What became of those that still wait. */
  finish(): Outcome[];
}

export interface ReaderOptions {
  readonly seed: number;
  readonly heldOutShare: number;
}

type Scores = { chosen?: number; rejected?: number };

export function createRowReader(mapping: Mapping, { seed, heldOutShare }: ReaderOptions): RowReader {
  const seen = createHashMap();
  const ids = createHashMap();

  /** The last checks, which are the same for every kind of row. */
  function conclude(rows: readonly NumberedRow[], reading: Reading<Sides>, beside: Beside, scores: Scores = {}): Outcome {
    if ('fault' in reading) return { rows, fault: reading.fault };
    const sides = reading.value;
    const prompt = beside.input === undefined ? sides.prompt : `${sides.prompt}\n\n${beside.input}`;
    const { chosen, rejected } = sides;
    const history = join(beside.before, sides.history);
    const problem = contentFault(history, prompt, chosen, rejected);
    if (problem) return { rows, fault: problem };
    const hash = hashTexts([...history.flatMap(({ role, content }) => [role, content]), prompt, chosen, rejected]);
    const row = rows.at(-1)!.row;
    const earlier = seen.enter(hash, row);
    if (earlier !== null) return { rows, fault: fault('duplicate', { row: earlier }) };

    const warnings = new Set<WarningCode>([...rows.flatMap((one) => one.warnings ?? []), ...beside.warnings]);
    if (sides.severalTurns) warnings.add('severalTurns');
    if (hasBadCharacters(prompt) || hasBadCharacters(chosen) || hasBadCharacters(rejected)) warnings.add('badCharacters');
    if (scores.chosen !== undefined && scores.rejected !== undefined && scores.chosen < scores.rejected) warnings.add('scoreOrder');
    const hasScores = scores.chosen !== undefined || scores.rejected !== undefined;
    return {
      rows,
      warnings: [...warnings],
      pair: {
        id: hashId(hash),
        ...(history.length > 0 && { history }),
        prompt,
        chosen,
        rejected,
        split: beside.split ?? splitByPrompt(prompt, heldOutShare, seed),
        source: 'imported',
        ...(beside.rationale !== undefined && { rationale: beside.rationale }),
        ...(beside.tags && { tags: beside.tags }),
        ...(hasScores && { scores }),
        ...(beside.extra && { extra: beside.extra }),
      },
    };
  }

  /** The lab's own rows keep what they say; only an id that is taken by another pair changes. */
  function readLab(row: NumberedRow): Outcome[] {
    const rows = [row];
    const read = fromLabRow(row.value as Record<string, unknown>);
    if ('wrong' in read) return [{ rows, fault: fault('notText', { column: read.wrong }) }];
    const { pair } = read;
    const problem = contentFault(pair.history ?? [], pair.prompt, pair.chosen, pair.rejected);
    if (problem) return [{ rows, fault: problem }];
    // A dataset may hold one content twice under two ids, and an export of it gives both back.
    const content = hashTexts([pair.id, ...(pair.history ?? []).flatMap(({ role, content }) => [role, content]), pair.prompt, pair.chosen, pair.rejected]);
    const earlier = seen.enter(content, row.row);
    if (earlier !== null) return [{ rows, fault: fault('duplicate', { row: earlier }) }];
    const warnings: WarningCode[] = [...(row.warnings ?? [])];
    let id = pair.id;
    for (let n = 2; ids.enter(hashTexts([id]), row.row) !== null; n++) id = `${pair.id}-${n}`;
    if (id !== pair.id) warnings.push('idTaken');
    return [{ rows, warnings, pair: { ...pair, id } }];
  }

  const readRow = mapping.kind === 'lab' ? null : readerOf(mapping, conclude);

  return {
    read: (row) => {
      if (!isRow(row.value)) return [{ rows: [row], fault: fault('notARow') }];
      return readRow ? readRow.read(row) : readLab(row);
    },
    finish: () => readRow?.finish() ?? [],
  };
}

type Conclude = (rows: readonly NumberedRow[], reading: Reading<Sides>, beside: Beside, scores?: Scores) => Outcome;

function readerOf(mapping: Exclude<Mapping, MappingOf<'lab'>>, conclude: Conclude): RowReader {
  const beside = besideReader(mapping);
  const guarded = (read: (row: NumberedRow, beside: Beside) => Outcome[]) => (row: NumberedRow): Outcome[] => {
    const found = beside(row.value);
    return 'fault' in found ? [{ rows: [row], fault: found.fault }] : read(row, found.value);
  };
  switch (mapping.kind) {
    case 'paired':
      return { read: guarded(pairedReader(mapping, conclude)), finish: () => [] };
    case 'compared':
      return { read: guarded(comparedReader(mapping, conclude)), finish: () => [] };
    case 'rated': {
      const prompt = contextReader(mapping.prompt, 'text');
      const sides = ratedReader(mapping);
      return {
        read: guarded((row, beside) => {
          const context = prompt(row.value);
          const rated = sides(row.value);
          if ('fault' in context) return [conclude([row], context, beside)];
          if ('fault' in rated) return [conclude([row], rated, beside)];
          const { chosen, rejected, scores, warnings } = rated.value;
          const joined = joinSides(context.value, { text: chosen }, { text: rejected });
          // Where the lowest is the best, the numbers are ranks and no scores.
          return [conclude([row], joined, { ...beside, warnings: [...beside.warnings, ...warnings] }, mapping.lowestIsBest ? {} : scores)];
        }),
        finish: () => [],
      };
    }
    case 'unpaired':
    case 'stepwise':
      return waitingReader(mapping, guarded, conclude);
  }
}

function pairedReader(mapping: MappingOf<'paired'>, conclude: Conclude) {
  const { layout } = mapping;
  const prompt = mapping.prompt === undefined ? undefined : contextReader(mapping.prompt, layout);
  const [chosen, rejected] = [columnReader(mapping.chosen), columnReader(mapping.rejected)];
  const scoreOf = scoresReader(mapping.scoreChosen, mapping.scoreRejected);
  return (row: NumberedRow, beside: Beside): Outcome[] => {
    const context = prompt?.(row.value);
    if (context && 'fault' in context) return [conclude([row], context, beside)];
    const a = readForm(chosen(row.value), layout, mapping.chosen);
    if ('fault' in a) return [conclude([row], a, beside)];
    const b = readForm(rejected(row.value), layout, mapping.rejected);
    if ('fault' in b) return [conclude([row], b, beside)];
    return [conclude([row], joinSides(context?.value ?? null, a.value, b.value), beside, scoreOf(row.value))];
  };
}

function comparedReader(mapping: MappingOf<'compared'>, conclude: Conclude) {
  const { firstWins, secondWins, label, scoreFirst, scoreSecond, first, second, layout, kind: _, prompt, ...common } = mapping;
  const labelOf = columnReader(label);
  const wins = [new Set(firstWins), new Set(secondWins)];
  const side = { ...(prompt !== undefined && { prompt }), layout, ...common };
  const read = [
    pairedReader({ kind: 'paired', chosen: first, rejected: second, ...named(scoreFirst, scoreSecond), ...side }, conclude),
    pairedReader({ kind: 'paired', chosen: second, rejected: first, ...named(scoreSecond, scoreFirst), ...side }, conclude),
  ] as const;
  return (row: NumberedRow, beside: Beside): Outcome[] => {
    const cell = labelOf(row.value);
    const text = labelText(cell);
    if (text === undefined || text === '') return [{ rows: [row], fault: cell === undefined || cell === null ? fault('missing', { column: label }) : fault('noLabel', { label: '…' }) }];
    if (wins[0]!.has(text)) return read[0](row, beside);
    if (wins[1]!.has(text)) return read[1](row, beside);
    return [{ rows: [row], fault: ties.test(text) || (text === '0' && wins[0]!.has('-1')) ? fault('tie') : fault('noLabel', { label: text }) }];
  };
}

const ties = /\b(?:tie|ties|tied|equal|both|neither|same|draw)\b/;

const named = (scoreChosen: string | undefined, scoreRejected: string | undefined) => ({
  ...(scoreChosen !== undefined && { scoreChosen }),
  ...(scoreRejected !== undefined && { scoreRejected }),
});

/** What an unpaired row keeps while it waits. */
interface WaitingRow {
  readonly row: NumberedRow;
  readonly context: readonly Turn[];
  readonly completion: { readonly text: string } | { readonly turns: readonly Turn[] };
  readonly beside: Beside;
}

function waitingReader(
  mapping: MappingOf<'unpaired'> | MappingOf<'stepwise'>,
  guarded: (read: (row: NumberedRow, beside: Beside) => Outcome[]) => (row: NumberedRow) => Outcome[],
  conclude: Conclude,
): RowReader {
  const prompt = contextReader(mapping.prompt, 'text');
  const completion = mapping.kind === 'unpaired' ? completionReader(mapping) : stepsReader(mapping);
  const partners = createPartners<WaitingRow>();
  const rejected = ({ row, fault }: { row: WaitingRow; fault: Fault }): Outcome => ({ rows: [row.row], fault });

  return {
    read: guarded((row, beside) => {
      const context = prompt(row.value);
      if ('fault' in context) return [conclude([row], context, beside)];
      const read = completion(row.value);
      if ('fault' in read) return [{ rows: [row], fault: read.fault }];
      const { good, form } = read.value;
      const key = [...beside.before, ...context.value].flatMap(({ role, content }) => [role, content]).concat(beside.input ?? '');
      const size = key.reduce((sum, text) => sum + text.length, 200) + ('text' in form ? form.text.length : 0);
      // The row itself would keep all its columns, and the text it was read from, in memory.
      const excerpt = row.excerpt();
      const light: NumberedRow = { row: row.row, ...(row.line !== undefined && { line: row.line }), value: null, ...(row.warnings && { warnings: row.warnings }), excerpt: () => excerpt };
      const matched = partners.match(key, good, { row: light, context: context.value, completion: form, beside }, size + excerpt.length);
      const out = partners.evicted().map(rejected);
      if (matched) {
        const [a, b] = matched;
        const rows = [a.row, b.row].sort((x, y) => x.row - y.row);
        const both = { ...b.beside, ...a.beside, warnings: [...a.beside.warnings, ...b.beside.warnings] };
        out.push(conclude(rows, joinSides(a.context, a.completion, b.completion), both));
      }
      return out;
    }),
    finish: () => partners.rest().map(rejected),
  };
}

type Labelled = Reading<{ readonly good: boolean; readonly form: WaitingRow['completion'] }>;

function labelFault(cell: unknown, column: string): Fault {
  return cell === undefined || cell === null ? fault('missing', { column }) : fault('noLabel', { label: labelText(cell) ?? '…' });
}

function completionReader(mapping: MappingOf<'unpaired'>): (row: unknown) => Labelled {
  const [completion, label] = [columnReader(mapping.completion), columnReader(mapping.label)];
  return (row) => {
    const form = readForm(completion(row), 'text', mapping.completion);
    if ('fault' in form) return form;
    const cell = label(row);
    const good = truthOf(cell);
    return good === undefined ? { fault: labelFault(cell, mapping.label) } : { value: { good, form: form.value } };
  };
}

/** As TRL makes unpaired rows of stepwise ones: the steps joined, and good if every step is. */
function stepsReader(mapping: MappingOf<'stepwise'>): (row: unknown) => Labelled {
  const [completions, labels] = [columnReader(mapping.completions), columnReader(mapping.labels)];
  return (row) => {
    const cell = completions(row);
    const steps = listOf(cell)?.map(textOf);
    if (!steps || steps.some((step) => step === undefined)) {
      return { fault: cell === undefined || cell === null ? fault('missing', { column: mapping.completions }) : fault('notText', { column: mapping.completions }) };
    }
    const marks = listOf(labels(row))?.map(truthOf);
    if (!marks || marks.length !== steps.length) return { fault: fault('notText', { column: mapping.labels }) };
    if (marks.some((mark) => mark === undefined)) return { fault: fault('noLabel', { label: '…' }) };
    return { value: { good: marks.every(Boolean), form: { text: steps.join(mapping.separator) } } };
  };
}

/** Reads the prompt's column as the turns before the answers. */
function contextReader(column: string, layout: 'text' | 'messages' | 'transcript'): (row: unknown) => Reading<readonly Turn[]> {
  const read = columnReader(column);
  return (row) => {
    const form = readForm(read(row), layout, column);
    return 'fault' in form ? form : { value: contextOf(form.value) };
  };
}

function scoresReader(chosen: string | undefined, rejected: string | undefined): (row: unknown) => Scores {
  const [ofChosen, ofRejected] = [chosen, rejected].map((column) => (column === undefined ? undefined : columnReader(column)));
  return (row) => {
    const a = numberOf(ofChosen?.(row));
    const b = numberOf(ofRejected?.(row));
    return { ...(a !== undefined && { chosen: a }), ...(b !== undefined && { rejected: b }) };
  };
}

/** What stands before, without saying the same system message twice. */
function join(before: readonly Turn[], history: readonly Turn[]): readonly Turn[] {
  if (before.length === 0) return history;
  const [first] = history;
  const repeated = first !== undefined && before.length === 1 && first.role === 'system' && first.content === before[0]!.content;
  return repeated ? history : [...before, ...history];
}

function contentFault(history: readonly Turn[], prompt: string, chosen: string, rejected: string): Fault | null {
  if (Math.max(prompt.length, chosen.length, rejected.length, history.reduce((sum, { content }) => sum + content.length, 0)) > MAX_TEXT) {
    return fault('tooLong', { limit: MAX_TEXT });
  }
  if (isBlank(prompt)) return fault('emptyPrompt');
  if (isBlank(chosen)) return fault('emptySide', { side: 'chosen' });
  if (isBlank(rejected)) return fault('emptySide', { side: 'rejected' });
  return chosen.trim() === rejected.trim() ? fault('sameSides') : null;
}

const isBlank = (text: string): boolean => !/\S/.test(text);

/** A replacement character, or half of a surrogate pair. */
const hasBadCharacters = (text: string): boolean => text.includes('\ufffd') || /\p{Surrogate}/u.test(text);
