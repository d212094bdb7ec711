// What asking costs: prices by model, an estimate of tokens before a request is sent, and money from tokens. Used by the
// budget of the queue and shown before a start. Prices change; the table is a beginning that the person checks and edits.
import { z } from 'zod';
import { remark, UserError } from '../engine/errors';
import type { ChatRequest } from './chat';

export interface Price {
  /** The model's name, which a date or a `latest` may follow. */
  readonly model: string;
  /** US dollars for a million tokens of what is asked and of what is answered. */
  readonly input: number;
  readonly output: number;
}

export const PRICES_ARE_YOURS = remark(
  'These prices are examples from {month} and may have changed. Compare them with your provider’s page and edit them; only your provider’s bill counts.',
  { month: '2026-03' },
);

/** List prices without discounts for batches or caches. The reviser of the paper is `gpt-4-0125-preview`. */
export const PRICES: readonly Price[] = [
  { model: 'gpt-4-0125-preview', input: 10, output: 30 },
  { model: 'gpt-4-turbo', input: 10, output: 30 },
  { model: 'gpt-4o', input: 2.5, output: 10 },
  { model: 'gpt-4o-mini', input: 0.15, output: 0.6 },
  { model: 'gpt-4.1', input: 2, output: 8 },
  { model: 'gpt-4.1-mini', input: 0.4, output: 1.6 },
  { model: 'gpt-4.1-nano', input: 0.1, output: 0.4 },
  { model: 'gpt-5', input: 1.25, output: 10 },
  { model: 'gpt-5-mini', input: 0.25, output: 2 },
  { model: 'gpt-5-nano', input: 0.05, output: 0.4 },
  { model: 'gpt-5.1', input: 1.25, output: 10 },
  { model: 'gpt-5.4', input: 2.5, output: 15 },
  { model: 'claude-3-5-haiku', input: 0.8, output: 4 },
  { model: 'claude-haiku-4-5', input: 1, output: 5 },
  { model: 'claude-sonnet-4', input: 3, output: 15 },
  { model: 'claude-sonnet-4-5', input: 3, output: 15 },
  { model: 'claude-sonnet-4-6', input: 3, output: 15 },
  { model: 'claude-opus-4', input: 15, output: 75 },
  { model: 'claude-opus-4-1', input: 15, output: 75 },
  { model: 'claude-opus-4-5', input: 5, output: 25 },
  { model: 'claude-opus-4-6', input: 5, output: 25 },
];

/** What may follow a model's name without making it another model: a date, or a word for the newest. */
const VERSION = /^[-@:](?:\d{4}-\d{2}-\d{2}|\d{8}|\d{4}|latest|preview)$/;

/** The price of a model, or undefined where nobody has entered one: the cost is then unknown, not nothing, and not a relative's. */
export function priceOf(model: string, prices: readonly Price[] = PRICES): Price | undefined {
  const name = model.trim().toLowerCase();
  const fits = (known: string): boolean => name === known || (name.startsWith(known) && VERSION.test(name.slice(known.length)));
  return prices.find((price) => fits(price.model.toLowerCase()));
}

/** A table with one price entered or replaced. */
export function withPrice(prices: readonly Price[], price: Price): readonly Price[] {
  return [...prices.filter(({ model }) => model !== price.model), price];
}

const amount = z.number().finite().nonnegative();
const table = z.array(z.object({ model: z.string().trim().min(1).max(200), input: amount, output: amount })).max(1000);

/**
 * A price table from outside.
 * @throws UserError for anything else.
 */
export function parsePrices(value: unknown): readonly Price[] {
  const parsed = table.safeParse(value);
  if (!parsed.success) throw new UserError('That is no table of prices; the old one stays. Each row needs a model and two amounts that are not below zero.');
  return parsed.data;
}

/** US dollars. */
export function costOf(tokens: { readonly input: number; readonly output: number }, price: Price): number {
  return (tokens.input * price.input + tokens.output * price.output) / 1e6;
}

/**
 * Tokens of a text by rule of thumb, without the model's tokenizer: four characters of Latin script to a token, but no fewer
 * tokens than words; about one for each character of scripts such as Hangul and Han, and of emoji. High rather than low.
 */
export function estimateTokens(text: string): number {
  let ascii = 0;
  let letters = 0;
  let others = 0;
  for (const character of text) {
    const point = character.codePointAt(0)!;
    if (point < 0x80) ascii += 1;
    // Latin with accents, Greek, Cyrillic, Hebrew, Arabic: about two characters to a token.
    else if (point < 0x900) letters += 1;
    else others += point > 0xffff ? 2 : 1;
  }
  const words = text.match(/[!-~]+/g)?.length ?? 0;
  return Math.max(Math.ceil(ascii / 4), words) + Math.ceil(letters / 2) + others;
}

/** Tokens that the form of a chat adds to each message and to the reply. */
const MESSAGE_TOKENS = 4;

export interface TokenEstimate {
  readonly input: number;
  /** What the reply is likely to take, and what it takes at most. */
  readonly output: number;
  readonly mostOutput: number;
}

/**
 * What a request is likely to take.
 * @param replyLike a text that the reply will be about as long as, e.g. the answer that is revised.
 */
export function estimateRequest(request: ChatRequest, replyLike = ''): TokenEstimate {
  const texts = [...(request.system === '' ? [] : [request.system]), ...request.messages.map(({ content }) => content)];
  const input = texts.reduce((sum, text) => sum + estimateTokens(text) + MESSAGE_TOKENS, MESSAGE_TOKENS);
  // Reasons come first: a paragraph of them, about as much as the answer where that is long.
  const output = Math.min(request.maxTokens, 2 * estimateTokens(replyLike) + 100);
  return { input, output, mostOutput: request.maxTokens };
}
