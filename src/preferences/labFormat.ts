// The lab's own row: everything of a pair, so that export and import are each other's inverse. As JSON it is the pair with
// a mark; in a CSV file the fields that are no text are JSON in their cells.
import { z } from 'zod';
import type { PreferencePair } from './pair';

/** The column that tells the lab's own rows, and the version of their shape. */
export const LAB_MARK = 'alignmentLab';
const VERSION = 1;

const score = z.number();

const labSchema = z.object({
  [LAB_MARK]: z.literal(VERSION),
  id: z.string().min(1).max(200),
  history: z.array(z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })).optional(),
  prompt: z.string(),
  chosen: z.string(),
  rejected: z.string(),
  split: z.enum(['train', 'heldOut']),
  source: z.enum(['clair', 'off_policy', 'on_policy', 'stronger', 'written', 'imported']),
  rationale: z.string().optional(),
  tags: z.array(z.string()).optional(),
  scores: z.object({ chosen: score.optional(), rejected: score.optional() }).optional(),
  // Its own check: zod's records leave out keys such as __proto__.
  extra: z.custom<Readonly<Record<string, unknown>>>((value) => typeof value === 'object' && value !== null && !Array.isArray(value)).optional(),
});

export const labColumns = [LAB_MARK, 'id', 'history', 'prompt', 'chosen', 'rejected', 'split', 'source', 'rationale', 'tags', 'scores', 'extra'] as const;

/** Columns whose cells are JSON in a CSV file. */
export const labJsonColumns: ReadonlySet<string> = new Set(['history', 'tags', 'scores', 'extra']);

/** A pair as a row of JSON, its fields in a fixed order. */
export function toLabRow(pair: PreferencePair): Record<string, unknown> {
  const row: Record<string, unknown> = { [LAB_MARK]: VERSION };
  for (const column of labColumns.slice(1)) {
    const value = pair[column as keyof PreferencePair];
    if (value !== undefined) row[column] = value;
  }
  return row;
}

/** Whether a row claims to be one of the lab's. */
export const isLabRow = (row: object): boolean => Object.hasOwn(row, LAB_MARK);

/** Reads such a row, from JSON or from the cells of CSV; or the name of the field that is wrong. */
export function fromLabRow(row: Readonly<Record<string, unknown>>): { readonly pair: PreferencePair } | { readonly wrong: string } {
  const result = labSchema.safeParse(typeof row[LAB_MARK] === 'string' ? fromCells(row) : row);
  if (!result.success) return { wrong: result.error.issues[0]!.path.join('.') || LAB_MARK };
  const { [LAB_MARK]: _, ...pair } = result.data;
  return { pair: pair as PreferencePair };
}

function fromCells(cells: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const column of labColumns) {
    const cell = Object.hasOwn(cells, column) ? cells[column] : undefined;
    if (typeof cell !== 'string' || cell === '') continue;
    if (column === LAB_MARK) row[column] = Number(cell);
    else row[column] = labJsonColumns.has(column) ? parsed(cell) : unguardCell(cell);
  }
  return row;
}

function parsed(cell: string): unknown {
  try {
    return JSON.parse(cell);
  } catch {
    return null;
  }
}

/** What a spreadsheet may take for a formula, and the guard itself. */
const FORMULA = /^[=+\-@\t\r']/;

/** A cell that no spreadsheet runs as a formula: an apostrophe before what could be one. */
export const guardCell = (cell: string): string => (FORMULA.test(cell) ? `'${cell}` : cell);

/** Takes the guard off again; an apostrophe alone is an empty text. */
export const unguardCell = (cell: string): string => (cell.startsWith("'") ? cell.slice(1) : cell);
