// Conversations written as one text with `Human:` and `Assistant:` paragraphs, as in Anthropic's hh-rlhf.
import type { Turn } from '../pair';

const marker = /(?:^|\n\n)(Human|Assistant|System):/g;
const roles: Readonly<Record<string, Turn['role']>> = { Human: 'user', Assistant: 'assistant', System: 'system' };

export const looksLikeTranscript = (text: string): boolean => /^\s*(?:Human|System): ?[\s\S]*\n\nAssistant:/.test(text);

/** The turns of a transcript, blanks around each left out; null if it does not begin with a turn. */
export function parseTranscript(text: string): Turn[] | null {
  const turns: Turn[] = [];
  let role: Turn['role'] | undefined;
  let from = 0;
  const whole = text.trimStart();
  for (const found of whole.matchAll(marker)) {
    if (role !== undefined) turns.push({ role, content: whole.slice(from, found.index).trim() });
    else if (found.index > 0) return null;
    role = roles[found[1]!];
    from = found.index + found[0].length;
  }
  if (role === undefined) return null;
  turns.push({ role, content: whole.slice(from).trim() });
  return turns;
}

/** The other way: what a side says where it goes on for several turns. The first one is the assistant's and stands bare. */
export function writeTranscript([first, ...rest]: readonly Turn[]): string {
  const names = { user: 'Human', assistant: 'Assistant', system: 'System' };
  return [first?.content ?? '', ...rest.map(({ role, content }) => `${names[role]}: ${content}`)].join('\n\n');
}
