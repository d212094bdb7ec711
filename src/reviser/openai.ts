// Chat models behind the OpenAI wire format: OpenAI itself, Ollama, LM Studio, llama.cpp, vLLM, and the relay of a class.
// https://platform.openai.com/docs/api-reference/chat
import { z } from 'zod';
import { ChatError, type ChatFinish, type ChatOptions, type ChatProvider, type ChatReply, type ChatRequest } from './chat';
import { createDialect, type Parameter } from './dialect';
import { headerKey, parseBaseUrl } from './endpoint';
import { ask, LAST_WORDS_MS, mostCharacters, parseOr, type Exchange, type Fetch } from './exchange';
import { answerFault, cutFault, malformedFault } from './faults';
import { withoutWholeKey } from './secrets';

export interface ProviderOptions {
  readonly baseUrl: string;
  /** Asked for before each request, so that a key that is taken away is gone at once. */
  readonly key?: () => string | undefined;
  readonly fetch?: Fetch;
  /** Milliseconds without a single byte after which a server is given up; a small machine may think for minutes. */
  readonly patienceMs?: number;
}

export const PATIENCE_MS = 5 * 60 * 1000;

// The border: whatever is not as the format says is as if it were not there.
const text = z.string().nullish().catch(undefined);
const content = z
  .union([z.string(), z.array(z.object({ text: z.string().catch('') })).transform((parts) => parts.map((part) => part.text).join(''))])
  .nullish()
  .catch(undefined);
const logprob = z.object({ token: z.string(), logprob: z.number() });
const logprobs = z
  .object({ content: z.array(z.object({ token: z.string(), top_logprobs: z.array(logprob).catch([]) })).nullish() })
  .nullish()
  .catch(undefined);
const said = z.object({ content, refusal: text }).nullish().catch(undefined);
const choice = z.object({ index: z.number().catch(0), delta: said, message: said, finish_reason: text, logprobs });
const tokens = z.number().int().nonnegative();
const chunk = z.object({
  model: text,
  choices: z.array(choice).catch([]),
  usage: z.object({ prompt_tokens: tokens, completion_tokens: tokens }).nullish().catch(undefined),
});

const FINISHES: Readonly<Record<string, ChatFinish>> = {
  stop: 'stop', eos: 'stop', eos_token: 'stop', end_turn: 'stop', stop_sequence: 'stop',
  length: 'length', max_tokens: 'length', model_length: 'length',
  content_filter: 'refused', refusal: 'refused', safety: 'refused',
};

/** @throws UserError for a base URL that is none. */
export function openAiProvider({ baseUrl, key, fetch = (url, init) => globalThis.fetch(url, init), patienceMs = PATIENCE_MS }: ProviderOptions): ChatProvider {
  const { base, origin } = parseBaseUrl(baseUrl);
  const dialect = createDialect();

  const complete = async (request: ChatRequest, options: ChatOptions = {}): Promise<ChatReply> => {
    const secret = headerKey(key?.());
    // Each refusal takes one of four parameters away.
    for (let attempt = 0; ; attempt++) {
      const { body, sent } = bodyOf(request, dialect.refused(request.model));
      const exchange = {
        url: `${base}/chat/completions`,
        headers: { 'Content-Type': 'application/json', ...(secret !== undefined && { Authorization: `Bearer ${secret}` }) },
        body,
        model: request.model,
        key: secret,
        signal: options.signal,
        fetch,
      };
      try {
        const reply = await readReply(exchange, request, options, patienceMs);
        const without = (['temperature', 'logprobs'] as const).filter((name) => dialect.refused(request.model).has(name) && (name !== 'logprobs' || request.topLogprobs > 0));
        return without.length > 0 ? { ...reply, without } : reply;
      } catch (error) {
        if (attempt < 4 && error instanceof ChatError && dialect.learn(request.model, error, sent)) continue;
        throw error;
      }
    }
  };
  return { identity: { kind: 'openai', origin }, complete };
}

function bodyOf(request: ChatRequest, refused: ReadonlySet<Parameter>): { body: Record<string, unknown>; sent: Set<Parameter> } {
  const { model, system, messages, temperature, maxTokens, topLogprobs } = request;
  const optional: Record<Parameter, Record<string, unknown> | false> = {
    temperature: { temperature },
    max_tokens: { max_tokens: maxTokens },
    stream_options: { stream_options: { include_usage: true } },
    logprobs: topLogprobs > 0 && { logprobs: true, top_logprobs: Math.min(topLogprobs, 20) },
  };
  const sent = new Set((Object.keys(optional) as Parameter[]).filter((name) => optional[name] !== false && !refused.has(name)));
  const body = {
    model,
    messages: [...(system === '' ? [] : [{ role: 'system', content: system }]), ...messages.map(({ role, content }) => ({ role, content }))],
    stream: true,
    ...Object.assign({}, ...[...sent].map((name) => optional[name])) as Record<string, unknown>,
    ...(refused.has('max_tokens') && { max_completion_tokens: maxTokens }),
  };
  return { body, sent };
}

async function readReply(question: Omit<Exchange, 'patienceMs'>, request: ChatRequest, { onText }: ChatOptions, patienceMs: number): Promise<ChatReply> {
  let words = '';
  let refusal = '';
  let finish: string | undefined;
  let model = '';
  let usage: ChatReply['usage'];
  let done = false;
  let heard = false;
  const top: { token: string; top: { token: string; logprob: number }[] }[] = [];
  const exchange: Exchange = { ...question, patienceMs: () => (finish === undefined ? patienceMs : Math.min(patienceMs, LAST_WORDS_MS)) };

  const take = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) throw malformedFault(exchange);
    // An error may come after a 200, and instead of a reply.
    if ('error' in value && value.error !== null && value.error !== undefined) throw answerFault({ status: 200, body: JSON.stringify(value) }, exchange);
    const parsed = chunk.safeParse(value);
    if (!parsed.success) throw malformedFault(exchange);
    model ||= parsed.data.model ?? '';
    if (parsed.data.usage) usage = { input: parsed.data.usage.prompt_tokens, output: parsed.data.usage.completion_tokens };
    const first = parsed.data.choices.find(({ index }) => index === 0);
    if (first === undefined) return;
    heard = true;
    const part = first.delta ?? first.message;
    words += part?.content ?? '';
    refusal += part?.refusal ?? '';
    finish = first.finish_reason ?? finish;
    for (const one of first.logprobs?.content ?? []) top.push({ token: one.token, top: one.top_logprobs });
    if (part?.content) onText?.(withoutWholeKey(words, exchange.key));
  };

  const most = mostCharacters(request.maxTokens);
  try {
    for await (const piece of ask(exchange)) {
      if (piece.kind === 'whole') {
        take(piece.value);
        done = true;
        break;
      }
      if (piece.data.trim() === '[DONE]') {
        done = true;
        break;
      }
      if (piece.event === 'error') throw answerFault({ status: 200, body: piece.data }, exchange);
      take(parseOr(piece.data, () => malformedFault(exchange)));
      // A reply without end is cut where no honest one would be, kept, and seen to be cut.
      if (words.length + refusal.length > most) {
        finish = 'length';
        break;
      }
    }
  } catch (error) {
    // Whatever breaks after the model has stopped takes nothing from its reply.
    if (!(error instanceof ChatError) || error.fault !== 'cut' || finish === undefined) throw error;
  }
  if (!heard) throw malformedFault(exchange);
  // Servers that close without `[DONE]` have at least said why the model stopped.
  if (finish === undefined && !done) throw cutFault(exchange);
  return {
    text: withoutWholeKey((words !== '' ? words : refusal).slice(0, most), exchange.key),
    finish: refusal !== '' ? 'refused' : finish === undefined ? 'other' : (FINISHES[finish.toLowerCase()] ?? 'other'),
    model: withoutWholeKey((model || request.model).slice(0, 200), exchange.key),
    ...(usage !== undefined && { usage }),
    ...(top.length > 0 && { logprobs: top }),
  };
}
