// Chat models behind Anthropic's messages API. https://docs.anthropic.com/en/api/messages and /messages-streaming
import { z } from 'zod';
import { ChatError, type ChatFinish, type ChatOptions, type ChatProvider, type ChatReply, type ChatRequest } from './chat';
import { createDialect, type Parameter } from './dialect';
import { headerKey, parseBaseUrl } from './endpoint';
import { ask, LAST_WORDS_MS, mostCharacters, parseOr, type Exchange } from './exchange';
import { answerFault, cutFault, malformedFault } from './faults';
import { PATIENCE_MS, type ProviderOptions } from './openai';
import { withoutWholeKey } from './secrets';

export const ANTHROPIC_URL = 'https://api.anthropic.com/v1';

/** The headers that every request of a page to Anthropic carries, the list of models included. */
export function anthropicHeaders(key: string | undefined): Record<string, string> {
  return {
    'anthropic-version': '2023-06-01',
    'anthropic-dangerous-direct-browser-access': 'true',
    ...(key !== undefined && { 'x-api-key': key }),
  };
}

// The border: whatever is not as the format says is as if it were not there.
const text = z.string().nullish().catch(undefined);
const tokens = z.number().int().nonnegative().nullish().catch(undefined);
const usage = z
  .object({ input_tokens: tokens, output_tokens: tokens, cache_creation_input_tokens: tokens, cache_read_input_tokens: tokens })
  .nullish()
  .catch(undefined);
const block = z.object({ type: z.string().catch(''), text });
const message = z.object({ model: text, content: z.array(block).catch([]), stop_reason: text, usage });
const event = z.object({
  type: z.string(),
  message: message.nullish().catch(undefined),
  content_block: block.nullish().catch(undefined),
  delta: z.object({ type: text, text, stop_reason: text }).nullish().catch(undefined),
  usage,
});

const FINISHES: Readonly<Record<string, ChatFinish>> = {
  end_turn: 'stop', stop_sequence: 'stop', max_tokens: 'length', model_context_window_exceeded: 'length', refusal: 'refused',
};

/**
 * Anthropic's temperatures end at 1; a higher one is sent as 1. Log-probabilities it does not tell.
 * @throws UserError for a base URL that is none.
 */
export function anthropicProvider({
  baseUrl = ANTHROPIC_URL,
  key,
  fetch = (url, init) => globalThis.fetch(url, init),
  patienceMs = PATIENCE_MS,
}: Partial<ProviderOptions> = {}): ChatProvider {
  const { base, origin } = parseBaseUrl(baseUrl);
  const dialect = createDialect();

  const complete = async (request: ChatRequest, options: ChatOptions = {}): Promise<ChatReply> => {
    const secret = headerKey(key?.());
    for (;;) {
      const refused = dialect.refused(request.model);
      const sent = new Set<Parameter>(refused.has('temperature') ? [] : ['temperature']);
      const question = {
        url: `${base}/messages`,
        headers: { 'Content-Type': 'application/json', ...anthropicHeaders(secret) },
        body: {
          model: request.model,
          max_tokens: request.maxTokens,
          ...(request.system !== '' && { system: request.system }),
          messages: request.messages.map(({ role, content }) => ({ role, content })),
          ...(sent.has('temperature') && { temperature: Math.min(request.temperature, 1) }),
          stream: true,
        },
        model: request.model,
        key: secret,
        signal: options.signal,
        fetch,
      };
      try {
        const reply = await readReply(question, request, options, patienceMs);
        const without = [...(sent.has('temperature') ? [] : ['temperature' as const]), ...(request.topLogprobs > 0 ? ['logprobs' as const] : [])];
        return without.length > 0 ? { ...reply, without } : reply;
      } catch (error) {
        if (error instanceof ChatError && dialect.learn(request.model, error, sent)) continue;
        throw error;
      }
    }
  };
  return { identity: { kind: 'anthropic', origin }, complete };
}

async function readReply(question: Omit<Exchange, 'patienceMs'>, request: ChatRequest, { onText }: ChatOptions, patienceMs: number): Promise<ChatReply> {
  let words = '';
  let finish: string | undefined;
  let model = '';
  let input: number | undefined;
  let output: number | undefined;
  let heard = false;
  let stopped = false;
  const exchange: Exchange = { ...question, patienceMs: () => (finish === undefined ? patienceMs : Math.min(patienceMs, LAST_WORDS_MS)) };

  const count = (counted: z.infer<typeof usage>): void => {
    if (counted?.input_tokens != null) input = counted.input_tokens + (counted.cache_creation_input_tokens ?? 0) + (counted.cache_read_input_tokens ?? 0);
    if (counted?.output_tokens != null) output = counted.output_tokens;
  };
  const hear = (said: z.infer<typeof message>): void => {
    heard = true;
    model ||= said.model ?? '';
    words += said.content.map((one) => (one.type === 'text' ? (one.text ?? '') : '')).join('');
    finish = said.stop_reason ?? finish;
    count(said.usage);
  };
  const take = (value: unknown): void => {
    const parsed = event.safeParse(value);
    if (!parsed.success) throw malformedFault(exchange);
    const { type, message: begun, content_block: opened, delta, usage: counted } = parsed.data;
    if (type === 'error') throw answerFault({ status: 200, body: JSON.stringify(value) }, exchange);
    if (type === 'message_start' && begun) hear(begun);
    if (type === 'content_block_start' && opened?.type === 'text') words += opened.text ?? '';
    if (type === 'content_block_delta' && delta?.type === 'text_delta') words += delta.text ?? '';
    if (type === 'message_delta') {
      finish = delta?.stop_reason ?? finish;
      count(counted);
    }
    // Events of kinds that came later are passed over, as the documentation asks.
    if (type === 'message_stop') stopped = true;
    if (delta?.text) onText?.(withoutWholeKey(words, exchange.key));
  };

  const most = mostCharacters(request.maxTokens);
  try {
    for await (const piece of ask(exchange)) {
      if (piece.kind === 'whole') {
        const whole = message.extend({ type: z.literal('message') }).safeParse(piece.value);
        if (!whole.success) {
          take(piece.value);
          throw malformedFault(exchange);
        }
        hear(whole.data);
        if (words !== '') onText?.(withoutWholeKey(words, exchange.key));
        stopped = true;
        break;
      }
      if (piece.event === 'error') throw answerFault({ status: 200, body: piece.data }, exchange);
      take(parseOr(piece.data, () => malformedFault(exchange)));
      if (stopped) break;
      // A reply without end is cut where no honest one would be, kept, and seen to be cut.
      if (words.length > most) {
        finish = 'max_tokens';
        break;
      }
    }
  } catch (error) {
    // Whatever breaks after the model has stopped takes nothing from its reply.
    if (!(error instanceof ChatError) || error.fault !== 'cut' || finish === undefined) throw error;
  }
  if (!heard) throw malformedFault(exchange);
  if (finish === undefined && !stopped) throw cutFault(exchange);
  return {
    text: withoutWholeKey(words.slice(0, most), exchange.key),
    finish: finish === undefined ? 'other' : (FINISHES[finish] ?? 'other'),
    model: withoutWholeKey((model || request.model).slice(0, 200), exchange.key),
    ...(input !== undefined && output !== undefined && { usage: { input, output } }),
  };
}
