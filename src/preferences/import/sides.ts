// From a prompt, if there is one, and two sides in any layout to one conversation with two ways to go on.
import type { Turn } from '../pair';
import { looksLikeMessages, textOf, turnsOf } from './cells';
import { fault } from './faults';
import type { Fault } from './sourceRow';
import { parseTranscript, writeTranscript } from './transcript';

/** What a pair says. */
export interface Sides {
  readonly history: readonly Turn[];
  readonly prompt: string;
  readonly chosen: string;
  readonly rejected: string;
  /** The sides part earlier than at their last answer; each then holds all its further turns. */
  readonly severalTurns: boolean;
}

export type Layout = 'text' | 'messages' | 'transcript';

/** Either what was read, or why it could not be. */
export type Reading<T> = { readonly value: T } | { readonly fault: Fault };

/** A cell as the mapping's layout has it, or as what it plainly is. */
type Form = { readonly text: string } | { readonly turns: readonly Turn[] };

/** Reads one cell. The column's name is for the fault. */
export function readForm(cell: unknown, layout: Layout, column: string): Reading<Form> {
  if (looksLikeMessages(cell) || (Array.isArray(cell) && cell.length === 0)) {
    const turns = turnsOf(cell);
    return turns ? { value: { turns } } : { fault: fault('notText', { column }) };
  }
  // A list of one text is what some pipelines make of a text.
  const text = textOf(Array.isArray(cell) && cell.length === 1 ? cell[0] : cell);
  if (text === undefined) return { fault: cell === undefined || cell === null ? fault('missing', { column }) : fault('notText', { column }) };
  const turns = layout === 'transcript' ? parseTranscript(text) : null;
  return { value: turns ? { turns } : { text } };
}

/** What stands before the answers, from a prompt in any form: its turns, the last of them the user's. */
export function contextOf(prompt: Form): readonly Turn[] {
  if (!('turns' in prompt)) return [{ role: 'user', content: prompt.text }];
  // A transcript that ends with a bare `Assistant:` asks for the answer.
  const last = prompt.turns.at(-1);
  return last?.role === 'assistant' && last.content === '' ? prompt.turns.slice(0, -1) : prompt.turns;
}

/**
 * Brings both sides to a shared beginning and two answers.
 * @param prompt the turns before the answers; null if they have to be found in what both sides begin with.
 */
export function joinSides(prompt: readonly Turn[] | null, chosen: Form, rejected: Form): Reading<Sides> {
  if ('turns' in chosen || 'turns' in rejected) return joinTurns(prompt, asTurns(chosen), asTurns(rejected));
  if (prompt) return withContext(prompt, chosen.text, rejected.text, false);
  const length = sharedStart(chosen.text, rejected.text);
  const shared = chosen.text.slice(0, length);
  // Sides that are alike have no end of the shared part; that they are alike is the better thing to say.
  if (chosen.text === rejected.text && shared !== '') return { fault: fault('sameSides') };
  if (shared.trim() === '') return { fault: fault('noCommonPrompt') };
  return withContext([{ role: 'user', content: shared }], chosen.text.slice(length), rejected.text.slice(length), false);
}

const asTurns = (form: Form): readonly Turn[] => ('turns' in form ? form.turns : [{ role: 'assistant', content: form.text }]);

const sameTurn = (a: Turn, b: Turn): boolean => a.role === b.role && a.content === b.content;

function joinTurns(prompt: readonly Turn[] | null, chosen: readonly Turn[], rejected: readonly Turn[]): Reading<Sides> {
  if (chosen.length === 0 || rejected.length === 0) return { fault: fault('emptySide', { side: chosen.length === 0 ? 'chosen' : 'rejected' }) };
  let shared = 0;
  while (shared < chosen.length && shared < rejected.length && sameTurn(chosen[shared]!, rejected[shared]!)) shared += 1;
  // Where the answers begin: the last place up to there at which both sides have an answer.
  let start = Math.min(shared, chosen.length - 1, rejected.length - 1);
  while (start >= 0 && !(chosen[start]!.role === 'assistant' && rejected[start]!.role === 'assistant')) start -= 1;
  if (start < 0) return { fault: fault('noCommonPrompt') };

  const before = chosen.slice(0, start);
  const context = prompt === null || startsWith(before, prompt) ? before : before.some(({ role }) => role === 'user') ? before : [...before, ...prompt];
  const severalTurns = chosen.length - start > 1 || rejected.length - start > 1;
  return withContext(context, writeTranscript(chosen.slice(start)), writeTranscript(rejected.slice(start)), severalTurns);
}

function startsWith(turns: readonly Turn[], start: readonly Turn[]): boolean {
  return start.length <= turns.length && start.every((turn, i) => sameTurn(turn, turns[i]!));
}

function withContext(context: readonly Turn[], chosen: string, rejected: string, severalTurns: boolean): Reading<Sides> {
  const last = context.at(-1);
  if (last?.role !== 'user') return { fault: fault('emptyPrompt') };
  return { value: { history: context.slice(0, -1), prompt: last.content, chosen, rejected, severalTurns } };
}

/**
 * How far two texts begin alike, as TRL finds an implicit prompt: up to the first difference, a blank before it belonging
 * to the answers. Unlike TRL never within a word or a surrogate pair, so that both answers begin with something whole.
 */
function sharedStart(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  let length = 0;
  while (length < shorter && a.charCodeAt(length) === b.charCodeAt(length)) length += 1;
  const inWord = (text: string, at: number): boolean => /^[A-Za-z0-9][\p{L}\p{N}]$/u.test(text.slice(at - 1, at + 1));
  const differ = length;
  while (length > 0 && (inWord(a, length) || inWord(b, length))) {
    length -= 1;
    // That long no word is.
    if (differ - length > 50) return differ;
  }
  if (length > 0 && (a.charCodeAt(length - 1) & 0xfc00) === 0xd800) length -= 1;
  if (a[length - 1] === ' ') length -= 1;
  return length;
}
