// Recognises the columns of preference data from its first rows: TRL's types, the datasets known by name, and what
// resembles them. Proposes a mapping and says how sure it is and why; a person may override it.
import { remark, UserError } from '../../engine/errors';
import { isLabRow } from '../labFormat';
import { columnsFor, scoreColumns, sideColumns, type Role } from './aliases';
import { boundedJson } from './bounded';
import { columnReader, isRow, labelText, listOf, looksLikeMessages, numberOf, truthOf } from './cells';
import { mappingSchema, type Mapping } from './mapping';
import { looksLikeTranscript } from './transcript';
import type { ColumnSample, Confidence, Recognition } from './types';

type Row = Readonly<Record<string, unknown>>;
type Holds = ColumnSample['holds'];

/** A mapping before defaults are filled in. */
type Proposal = Readonly<Record<string, unknown>> & { readonly kind: Mapping['kind'] };

/** What is known of each column. */
interface Table {
  readonly rows: readonly Row[];
  readonly names: readonly string[];
  readonly holds: (name: string) => Holds;
  /** Values that are there, in order. */
  readonly values: (name: string) => readonly unknown[];
}

/** The columns of the first rows, for the mapping screen. */
export function sampleColumns(rows: readonly unknown[]): ColumnSample[] {
  const table = tableOf(rows);
  return table.names.map((name) => ({ name, holds: table.holds(name), example: exampleOf(table.values(name)[0]) }));
}

const exampleOf = (value: unknown): string => (value === undefined ? '' : typeof value === 'string' ? shorten(value) : shorten(boundedJson(value, 200)));
const shorten = (text: string): string => (text.length > 200 ? `${text.slice(0, 199)}…` : text);

/**
 * Proposes a mapping for the first rows of a source.
 * @throws UserError that names the columns, if they are none of preference data.
 */
export function recognise(rows: readonly unknown[]): Recognition {
  const table = tableOf(rows);
  if (table.rows.length === 0) {
    throw new UserError('There are no rows with named columns in it. Nothing was imported; a row is a JSON object, or a line of CSV under a line of column names.');
  }
  if (table.rows.every(isLabRow)) {
    return { mapping: { kind: 'lab' }, confidence: 'named', why: remark('The rows are marked as the lab’s own, which keep everything of a pair.') };
  }
  const proposal = paired(table) ?? rated(table) ?? stepwise(table) ?? compared(table) ?? unpaired(table);
  if (!proposal) throw unrecognised(table);
  const mapping = mappingSchema.parse({ ...proposal, ...besideSides(table, proposal) });
  const dataset = datasetOf(table, mapping);
  if (dataset !== null) return { mapping, confidence: 'named', why: remark('The columns are those of {dataset}.', { dataset }) };
  const confidence = confidenceIn(mapping);
  return { mapping, confidence, why: reasons[mapping.kind]() };
}

const reasons: Readonly<Record<Mapping['kind'], () => Recognition['why']>> = {
  paired: () => remark('Two columns are named as the preferred and the other answer.'),
  compared: () => remark('Two columns hold answers, and a third says which is preferred.'),
  unpaired: () => remark('Each row holds one answer and a label; rows of one prompt pair up.'),
  stepwise: () => remark('Each row holds an answer in steps, each with a label; rows of one prompt pair up.'),
  rated: () => remark('Each row holds several answers with scores; the best and the worst make a pair.'),
  lab: () => remark('The rows are marked as the lab’s own, which keep everything of a pair.'),
};

function confidenceIn(mapping: Mapping): Confidence {
  // Whether 0, or a negative number, means the first side or the second is nowhere written; and a lone text column may be anything.
  if (mapping.kind === 'compared') return mapping.firstWins.some((label) => label === '0' || label === '-1') ? 'guess' : 'likely';
  if (mapping.kind === 'paired') return mapping.prompt === undefined && mapping.layout === 'text' ? 'guess' : 'likely';
  return 'likely';
}

function tableOf(all: readonly unknown[]): Table {
  const rows = all.filter(isRow);
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].slice(0, 500);
  const values = new Map(names.map((name) => [name, rows.flatMap((row) => (Object.hasOwn(row, name) && row[name] !== null && row[name] !== '' ? [row[name]] : []))]));
  const kinds = new Map<string, Holds>();
  const holds = (name: string): Holds => {
    let kind = kinds.get(name);
    if (kind === undefined) kinds.set(name, (kind = kindOf(values.get(name) ?? [])));
    return kind;
  };
  return { rows, names, holds, values: (name) => values.get(name) ?? [] };
}

function kindOf(values: readonly unknown[]): Holds {
  const kinds = new Set(values.map(kindOfOne));
  return kinds.size === 0 ? 'nothing' : kinds.size === 1 ? [...kinds][0]! : 'mixed';
}

function kindOfOne(value: unknown): Holds {
  if (looksLikeMessages(value)) return 'messages';
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'string') return numberOf(value) !== undefined ? 'number' : listOf(value) ? 'list' : 'text';
  if (typeof value === 'number' || typeof value === 'bigint') return 'number';
  return typeof value === 'boolean' ? 'boolean' : 'object';
}

/** The likeliest column for a role among those that hold what it can use. */
function find(table: Table, role: Role, fits: (holds: Holds) => boolean = () => true): string | undefined {
  return columnsFor(role, table.names).find((name) => fits(table.holds(name)));
}

const isWritten = (holds: Holds): boolean => holds === 'text' || holds === 'messages' || holds === 'mixed' || holds === 'number';
const isList = (holds: Holds): boolean => holds === 'list' || holds === 'messages';

function paired(table: Table): Proposal | null {
  const chosen = find(table, 'chosen', isWritten);
  const rejected = find(table, 'rejected', isWritten);
  if (chosen === undefined || rejected === undefined) return null;
  const prompt = columnsFor('prompt', table.names).find((name) => isWritten(table.holds(name)) && name !== chosen && name !== rejected);
  const scoreChosen = find(table, 'scoreChosen');
  const scoreRejected = find(table, 'scoreRejected');
  const layout = layoutOf(table, [chosen, rejected]);
  // Beside a prompt of its own, text that happens to look like a transcript is an answer.
  const isText = layout === 'transcript' && prompt !== undefined && layoutOf(table, [prompt]) !== 'transcript';
  return { kind: 'paired', ...(prompt && { prompt }), chosen, rejected, layout: isText ? 'text' : layout, ...(scoreChosen && { scoreChosen }), ...(scoreRejected && { scoreRejected }) };
}

function layoutOf(table: Table, columns: readonly string[]): 'text' | 'messages' | 'transcript' {
  if (columns.every((name) => table.holds(name) === 'messages')) return 'messages';
  const isTranscript = (name: string): boolean => {
    const values = table.values(name);
    return values.filter((value) => typeof value === 'string' && looksLikeTranscript(value)).length * 2 > values.length;
  };
  return columns.every(isTranscript) ? 'transcript' : 'text';
}

function rated(table: Table): Proposal | null {
  const prompt = find(table, 'prompt', isWritten);
  const completions = find(table, 'completions', (holds) => isList(holds));
  if (prompt === undefined || completions === undefined) return null;
  const lists = table.values(completions).map((value) => listOf(value) ?? []);
  const items = lists.flat();
  if (items.length === 0) return null;
  if (items.every(isRow)) {
    const first = items[0] as Row;
    const response = ['response', 'text', 'answer', 'content', 'completion', 'output', 'generation'].find((name) => Object.hasOwn(first, name));
    const score = ['overall_score', 'score', 'rating', 'reward', 'fine-grained_score', 'rank'].find((name) => items.some((item) => numberOf(columnReader(name)(item)) !== undefined));
    if (response === undefined || score === undefined) return null;
    return { kind: 'rated', prompt, completions, response, score, lowestIsBest: score === 'rank' };
  }
  const beside = columnsFor('scores', table.names).find((name) => {
    const scores = table.values(name).map(listOf);
    return scores.length > 0 && scores.every((list, i) => list !== undefined && list.length === lists[i]?.length && list.every((one) => numberOf(one) !== undefined));
  });
  // Two labels alone are those of steps.
  return beside === undefined ? null : { kind: 'rated', prompt, completions, scores: beside, lowestIsBest: /rank/i.test(beside) };
}

function stepwise(table: Table): Proposal | null {
  const prompt = find(table, 'prompt', isWritten);
  const completions = find(table, 'steps', isList);
  const labels = columnsFor('stepLabels', table.names).find((name) => name !== completions && table.values(name).every((value) => listOf(value)?.every((one) => truthOf(one) !== undefined)));
  if (prompt === undefined || completions === undefined || labels === undefined) return null;
  const steps = table.values(completions).flatMap((value) => listOf(value) ?? []);
  if (!steps.every((step) => typeof step === 'string')) return null;
  // Steps that bring their own blanks need nothing between them.
  const spaced = steps.filter((step) => /^\s|\s$/.test(step)).length * 2 > steps.length;
  return { kind: 'stepwise', prompt, completions, labels, separator: spaced ? '' : '\n' };
}

function compared(table: Table): Proposal | null {
  const sides = sideColumns(table.names);
  if (!sides || !isWritten(table.holds(sides.first)) || !isWritten(table.holds(sides.second))) return null;
  const label = columnsFor('winner', table.names).find((name) => ![sides.first, sides.second].includes(name) && table.values(name).every((value) => (labelText(value) ?? '').length < 40));
  if (label === undefined) return null;
  const prompt = columnsFor('prompt', table.names).find((name) => isWritten(table.holds(name)) && ![sides.first, sides.second, label].includes(name));
  const scores = scoreColumns(table.names);
  return { kind: 'compared', ...(prompt && { prompt }), ...sides, label, ...winsOf(table, label, sides), layout: layoutOf(table, [sides.first, sides.second]), ...scores };
}

/** Which labels name which side. */
function winsOf(table: Table, label: string, { first, second }: { first: string; second: string }): { firstWins: string[]; secondWins: string[] } {
  const named = (side: string, letter: string, number: string): string[] => [side.toLowerCase(), letter, `model_${letter}`, `model ${letter}`, `response_${letter}`, `response ${letter}`, `answer ${letter}`, `assistant ${letter}`, number];
  const labels = new Set(table.values(label).map(labelText));
  // SHP: 1 means that A is preferred, and 0 that B is.
  if (/^human_ref_a$/i.test(first)) return { firstWins: ['1'], secondWins: ['0'] };
  // A scale from the first side to the second, with a tie at 0, as in HelpSteer.
  if ([...labels].some((label) => /^-\d$/.test(label ?? ''))) return { firstWins: ['-1', '-2', '-3'], secondWins: ['1', '2', '3'] };
  const counted = !labels.has('0') && labels.has('2');
  return {
    firstWins: [...named(first, 'a', 'first'), counted ? '1' : '0'],
    secondWins: [...named(second, 'b', 'second'), counted ? '2' : '1'],
  };
}

function unpaired(table: Table): Proposal | null {
  const label = columnsFor('label', table.names).find((name) => {
    const values = table.values(name);
    return values.length > 0 && values.every((value) => truthOf(value) !== undefined);
  });
  const completion = columnsFor('completion', table.names).find((name) => isWritten(table.holds(name)) && name !== label);
  const prompt = columnsFor('prompt', table.names).find((name) => isWritten(table.holds(name)) && name !== label && name !== completion);
  return label === undefined || completion === undefined || prompt === undefined ? null : { kind: 'unpaired', prompt, completion, label };
}

/** Columns beside the sides that every kind of row may have. */
function besideSides(table: Table, proposal: Proposal): Record<string, unknown> {
  const taken = new Set(Object.values(proposal).filter((value) => typeof value === 'string'));
  const free = (role: Role, fits?: (holds: Holds) => boolean): string | undefined =>
    columnsFor(role, table.names).find((name) => !taken.has(name) && (fits?.(table.holds(name)) ?? true));
  const system = free('system', isWritten);
  const history = free('history', isList);
  const rationale = free('rationale', (holds) => holds === 'text');
  const tags = columnsFor('tags', table.names).filter((name) => !taken.has(name) && ['text', 'list'].includes(table.holds(name)));
  const split = columnsFor('split', table.names).find((name) => table.values(name).every((value) => /^(?:train|training|test|valid|validation|val|dev|eval|held[-_]?out)$/i.test(String(value))));
  // Alpaca's rows: an instruction, and beneath it what it is about.
  const input = proposal['prompt'] === 'instruction' && table.names.includes('input') && isWritten(table.holds('input')) ? 'input' : undefined;
  const hasTies = table.names.includes('status') && table.values('status').some((value) => labelText(value) === 'tie');
  const isDistilabel = table.names.includes('status') && table.values('status').every((value) => ['tie', 'swapped', 'unchanged'].includes(labelText(value) ?? ''));
  const messages = proposal.kind === 'paired' && table.names.includes('messages') && table.holds('messages') === 'messages' ? ['messages'] : undefined;
  return {
    ...(system && { system }),
    ...(history && { history }),
    ...(input && { input }),
    ...(rationale && { rationale }),
    ...(tags.length > 0 && { tags: tags.slice(0, 20) }),
    ...(split && { split }),
    ...((hasTies || isDistilabel) && { skip: { column: 'status', values: ['tie'] } }),
    ...(messages && { ignore: messages }),
  };
}

/** The name of the dataset whose columns these are, or null. */
function datasetOf(table: Table, mapping: Mapping): string | null {
  const has = (...names: string[]): boolean => names.every((name) => table.names.includes(name));
  const messages = (...names: string[]): boolean => names.every((name) => table.holds(name) === 'messages');
  if (mapping.kind === 'paired') {
    if (mapping.layout === 'transcript' && table.names.length === 2) return 'Anthropic/hh-rlhf';
    if (has('prompt', 'rational') && messages('chosen', 'rejected')) return 'ContextualAI/ultrafeedback_clair_32k';
    if (has('prompt', 'prompt_id', 'messages', 'score_chosen', 'score_rejected')) return 'HuggingFaceH4/ultrafeedback_binarized';
    if (!has('prompt') && has('score_chosen', 'score_rejected') && messages('chosen', 'rejected')) return 'trl-lib/ultrafeedback_binarized';
    if (has('system', 'input', 'status', 'chosen_score')) return 'argilla/distilabel-intel-orca-dpo-pairs';
    if (has('system', 'question') && table.names.length === 4) return 'Intel/orca_dpo_pairs';
  }
  if (mapping.kind === 'unpaired' && table.names.length === 3 && has('prompt', 'completion', 'label') && messages('prompt', 'completion')) return 'trl-lib/kto-mix-14k';
  if (mapping.kind === 'rated' && has('instruction', 'models', 'completions')) return 'openbmb/UltraFeedback';
  if (mapping.kind === 'compared' && has('history', 'human_ref_A', 'human_ref_B', 'labels')) return 'stanfordnlp/SHP';
  return null;
}

function unrecognised(table: Table): UserError {
  if (table.names.includes('transcript') && table.names.includes('task_description')) {
    return new UserError('These are hh-rlhf’s red-team attempts: single transcripts with ratings, no pairs. Nothing was imported; its other folders hold pairs.');
  }
  const columns = shorten(table.names.slice(0, 30).join(', '));
  return new UserError('The columns are not those of preference data that is known here: {columns}. Nothing was imported; say in a mapping which column is what.', { columns });
}
