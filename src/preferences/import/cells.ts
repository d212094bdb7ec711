// What a cell can be read as: text, a conversation, a list, a number, a label. Cells come from JSON, CSV and Parquet, so
// a list may also be its own JSON or Python text. Nothing here throws.
import type { Turn } from '../pair';
import { parsePythonLiteral } from './pythonLiteral';

type Row = Readonly<Record<string, unknown>>;

export const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Compiles a column's name to a look-up: the column of that very name, or else a way inwards along the dots. */
export function columnReader(path: string): (row: unknown) => unknown {
  const steps = path.includes('.') ? path.split('.') : null;
  return (row) => {
    if (typeof row !== 'object' || row === null) return undefined;
    if (Object.hasOwn(row, path)) return (row as Row)[path];
    if (!steps) return undefined;
    let value: unknown = row;
    for (const step of steps) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
      value = (value as Row)[step];
    }
    return value;
  };
}

/** A text, or a number written as one; undefined for anything else. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return undefined;
}

/** A finite number, also written as text. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string' || value.length > 40 || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** A list, also written as JSON or as Python prints one. */
export function listOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'string' || !/^\s*(?:\[|array\()/.test(value)) return undefined;
  const read = writtenValue(value);
  return Array.isArray(read) ? read : undefined;
}

/** What a text says as JSON or as a Python literal; undefined for neither. */
export function writtenValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return parsePythonLiteral(text);
  }
}

/** A label as text in lower case, the way mappings name its values: numbers without a fraction, truth as true and false. */
export function labelText(value: unknown): string | undefined {
  if (typeof value === 'boolean') return String(value);
  const number = numberOf(value);
  if (number !== undefined) return String(number);
  return typeof value === 'string' && value.length <= 200 ? value.trim().toLowerCase() : undefined;
}

const good = new Set(['true', '1', 'yes', 'good', 'desirable', 'chosen', 'accepted', 'accept', 'positive', 'preferred', 'up', 'thumbs up', 'correct', '+']);
const bad = new Set(['false', '0', '-1', 'no', 'bad', 'undesirable', 'rejected', 'reject', 'negative', 'dispreferred', 'down', 'thumbs down', 'incorrect', 'wrong', '-']);

/** Whether a label calls something good; undefined where it says neither. */
export function truthOf(value: unknown): boolean | undefined {
  const label = labelText(value);
  if (label === undefined) return undefined;
  return good.has(label) ? true : bad.has(label) ? false : undefined;
}

const roles: Readonly<Record<string, Turn['role']>> = {
  system: 'system', developer: 'system',
  user: 'user', human: 'user', prompter: 'user', customer: 'user', question: 'user',
  assistant: 'assistant', gpt: 'assistant', model: 'assistant', bot: 'assistant', chatgpt: 'assistant', ai: 'assistant', answer: 'assistant',
};

/** True of what is meant as a list of messages, right or wrong. */
export function looksLikeMessages(value: unknown): boolean {
  if (typeof value === 'string') return /^\s*(?:array\()?\[\s*\{\s*['"](?:role|from|content|value|text)['"]\s*:/.test(value);
  if (Array.isArray(value)) return value.length > 0 && isRow(value[0]) && (Object.hasOwn(value[0], 'role') || Object.hasOwn(value[0], 'from'));
  return isRow(value) && Array.isArray(value['role']) && Array.isArray(value['content']);
}

/** A list of messages in any of the common spellings; undefined if one of them can not be read. */
export function turnsOf(value: unknown): Turn[] | undefined {
  if (isRow(value) && Array.isArray(value['role']) && Array.isArray(value['content'])) {
    // A struct of lists, as Parquet files of sequences hold it.
    const contents = value['content'] as unknown[];
    return turnsOf((value['role'] as unknown[]).map((role, i) => ({ role, content: contents[i] })));
  }
  const list = listOf(value);
  if (!list) return undefined;
  const turns: Turn[] = [];
  for (const message of list) {
    if (!isRow(message)) return undefined;
    const named = field(message, 'role') ?? field(message, 'from');
    const role = typeof named === 'string' && Object.hasOwn(roles, named.toLowerCase()) ? roles[named.toLowerCase()] : undefined;
    const content = contentOf(field(message, 'content') ?? field(message, 'value') ?? field(message, 'text'));
    if (role === undefined || content === undefined) return undefined;
    turns.push({ role, content });
  }
  return turns;
}

const field = (row: Row, name: string): unknown => (Object.hasOwn(row, name) ? row[name] : undefined);

/** The text of a message; of one in parts, if all of them are text. */
function contentOf(content: unknown): string | undefined {
  if (!Array.isArray(content)) return textOf(content);
  let text = '';
  for (const part of content as unknown[]) {
    const piece = typeof part === 'string' ? part : isRow(part) ? field(part, 'text') : undefined;
    if (typeof piece !== 'string') return undefined;
    text += piece;
  }
  return text;
}
