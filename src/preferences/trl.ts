// Preference pairs in TRL's shapes, as lines of JSON: conversational (message lists) and standard (strings).
// Used by the command line and by exports.
import { z } from 'zod';
import type { PreferencePair } from './pair';
import { validatePair, type PairDefaults, type PairResult } from './validate';

export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** TRL's conversational preference row with an explicit prompt. Both sides hold only what the assistant says. */
export interface TrlConversation {
  readonly prompt: readonly Message[];
  readonly chosen: readonly Message[];
  readonly rejected: readonly Message[];
}

/** TRL's standard preference row. It has no place for earlier turns. */
export interface TrlStrings {
  readonly prompt: string;
  readonly chosen: string;
  readonly rejected: string;
}

/**
 * A pair as message lists. The prompt is a list, too: current versions of TRL break on a string prompt beside
 * message-list completions.
 */
export function toTrlConversation({ history = [], prompt, chosen, rejected }: PreferencePair): TrlConversation {
  return {
    prompt: [...history, { role: 'user', content: prompt }],
    chosen: [{ role: 'assistant', content: chosen }],
    rejected: [{ role: 'assistant', content: rejected }],
  };
}

export function toTrlStrings({ prompt, chosen, rejected }: PreferencePair): TrlStrings {
  return { prompt, chosen, rejected };
}

/** One JSON object a line, each line ended. */
export function toJsonLines(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

const messages = z.array(z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })).min(1);
const conversation = z.object({ prompt: messages, chosen: messages, rejected: messages });

/**
 * Reads a row of either shape. A conversation must be a single question, as the town's are, and each side a single
 * answer; anything else is refused with a sentence that names the field.
 */
export function fromTrl(row: unknown, defaults: PairDefaults = {}): PairResult {
  const parsed = conversation.safeParse(row);
  if (!parsed.success) return validatePair(row, defaults);
  const single = (list: readonly Message[], role: Message['role']): string | readonly Message[] =>
    list.length === 1 && list[0]!.role === role ? list[0]!.content : list;
  const { prompt, chosen, rejected } = parsed.data;
  // A list that is no single message stays a list, and validation says that the field is no string.
  return validatePair(
    {
      ...(row as object),
      prompt: single(prompt, 'user'),
      chosen: single(chosen, 'assistant'),
      rejected: single(rejected, 'assistant'),
    },
    defaults,
  );
}
