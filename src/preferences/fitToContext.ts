// Makes a conversation short enough for a model's context by cutting what stands before the answers, and tells what was cut.
// Used where long pairs are loaded into the small model.
import type { PreferencePair, Turn } from './pair';

/** Which end of the prompt's side is kept: TRL's truncation modes of the same names. */
export type TruncationPolicy = 'keepStart' | 'keepEnd';

export interface Fitted {
  readonly pair: PreferencePair;
  /** Tokens of the longer side with everything before it. */
  readonly tokens: number;
  /** What is missing; absent where nothing is. */
  readonly cut?: {
    /** Earlier turns that were left out, in their order. */
    readonly turns: readonly Turn[];
    /** What was cut off the prompt. */
    readonly text: string;
  };
}

/** A token before each turn that says whose it is, and one at the end. */
const MARK = 1;

/**
 * Cuts earlier turns and then the prompt, never the answers. `keepEnd` lets the oldest turns go first and then the
 * prompt's beginning, `keepStart` the latest turns and then the prompt's end; a system message goes last of the turns.
 * The prompt keeps at least one token.
 * @param context tokens in all. @returns null if the longer answer leaves no room for a prompt.
 */
export function fitToContext(
  pair: PreferencePair,
  tokenizer: { readonly encode: (text: string) => readonly number[] },
  context: number,
  policy: TruncationPolicy,
): Fitted | null {
  const count = (text: string): number => tokenizer.encode(text).length;
  const answer = Math.max(count(pair.chosen), count(pair.rejected)) + 2 * MARK;
  /** What the turns before the answer may cost. */
  const room = context - answer;
  if (room < MARK + 1) return null;

  const turns = (pair.history ?? []).map((turn) => ({ turn, cost: count(turn.content) + MARK }));
  const promptCost = count(pair.prompt) + MARK;
  const gone = new Set<(typeof turns)[number]>();
  let total = turns.reduce((sum, { cost }) => sum + cost, promptCost);
  const leave = (one: (typeof turns)[number]): void => {
    gone.add(one);
    total -= one.cost;
  };
  const order = policy === 'keepEnd' ? turns : turns.toReversed();
  for (const one of [...order.filter(({ turn }) => turn.role !== 'system'), ...order.filter(({ turn }) => turn.role === 'system')]) {
    if (total <= room) break;
    leave(one);
  }
  // A question without its answer, or an answer without its question, would stand at the cut.
  const left = turns.filter((one) => !gone.has(one) && one.turn.role !== 'system');
  const widow = policy === 'keepEnd' ? left[0] : left.at(-1);
  if (gone.size > 0 && widow?.turn.role === (policy === 'keepEnd' ? 'assistant' : 'user')) leave(widow);

  const kept = total > room ? cutText(pair.prompt, room - MARK, count, policy) : pair.prompt;
  if (kept === '') return null;
  const history = turns.filter((one) => !gone.has(one)).map(({ turn }) => turn);
  const { history: _, ...rest } = pair;
  const cutTurns = turns.filter((one) => gone.has(one)).map(({ turn }) => turn);
  const text = policy === 'keepEnd' ? pair.prompt.slice(0, pair.prompt.length - kept.length) : pair.prompt.slice(kept.length);
  return {
    pair: cutTurns.length === 0 && text === '' ? pair : { ...rest, ...(history.length > 0 && { history }), prompt: kept },
    tokens: total - promptCost + count(kept) + MARK + answer,
    ...((cutTurns.length > 0 || text !== '') && { cut: { turns: cutTurns, text } }),
  };
}

/** The longest beginning or end of a text that has at most so many tokens; whole code points. */
function cutText(text: string, limit: number, count: (text: string) => number, policy: TruncationPolicy): string {
  const points = Array.from(text);
  const part = (length: number): string => (policy === 'keepStart' ? points.slice(0, length) : points.slice(points.length - length)).join('');
  let low = 0;
  let high = points.length;
  // More characters seldom make fewer tokens, so halving finds a length that is nearly the longest…
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (count(part(middle)) <= limit) low = middle;
    else high = middle - 1;
  }
  // …and what it finds has been counted.
  return part(low);
}
