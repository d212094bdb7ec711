// Where the relay's answers come from: an API behind it, or one of the lab's own chat providers in OpenAI's wire format.
import { ChatError, type ChatProvider, type ChatReply } from '../../src/reviser/chat';
import type { ChatFinish } from '../../src/reviser/chat';
import { contentText, errorBody, USUAL_OUTPUT, type ChatBody } from './wire';

export interface AnswerSource {
  /** Answers a request that has passed all limits. Rejects only with the signal's reason. */
  complete(body: ChatBody, signal: AbortSignal): Promise<Response>;
  /** What may be asked for, as far as the source tells; may be slow. */
  models(signal: AbortSignal): Promise<readonly string[]>;
}

const json = (status: number, body: object, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });

/** Most characters of an upstream's error message that are passed on. */
const LONGEST_MESSAGE = 500;
/** Most bytes of an error or a list of models that are read. */
const MOST_READ = 256_000;

/** An API. Its key goes to its own address only: nothing follows a redirect, and no answer of an error passes unread. */
export function upstreamSource(base: string, key: string | undefined): AnswerSource {
  const ask = (path: string, signal: AbortSignal, body?: string): Promise<Response> =>
    fetch(`${base}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...(key !== undefined && { authorization: `Bearer ${key}` }) },
      ...(body !== undefined && { body }),
      redirect: 'manual',
      signal,
    });

  async function failure(response: Response): Promise<Response> {
    const { status } = response;
    const retryAfter = response.headers.get('retry-after');
    const error = messageOf(await readText(response));
    // 403, since asking again would not help: the lab's queue then stops at once.
    if (status === 401 || status === 403) return json(403, errorBody('The API does not accept the relay’s key. Tell whoever runs the relay.', 'relay_key_refused', 'permission_error'));
    if (status >= 300 && status < 400) return json(403, errorBody('The API points to another address, and the relay follows no redirects. Tell whoever runs the relay.', 'relay_redirected', 'permission_error'));
    const message = (key === undefined ? error.message : error.message.replaceAll(key, '…')).slice(0, LONGEST_MESSAGE);
    return json(status < 400 ? 502 : status, errorBody(message || `The API answered with ${status}.`, error.code, error.type), {
      ...(retryAfter !== null && /^[\w ,:]{1,40}$/.test(retryAfter) && { 'retry-after': retryAfter }),
    });
  }

  return {
    async complete(body, signal) {
      let response: Response;
      try {
        response = await ask('/chat/completions', signal, JSON.stringify(body));
      } catch (error) {
        if (signal.aborted) throw error;
        return json(502, errorBody('The relay could not reach the API. Try again, and tell whoever runs the relay.', 'relay_unreachable', 'server_error'));
      }
      if (response.status !== 200) return failure(response);
      // Nothing of the upstream's headers but what the answer is.
      const streamed = /^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '');
      return new Response(response.body, { headers: { 'content-type': streamed ? 'text/event-stream; charset=utf-8' : 'application/json' } });
    },
    async models(signal) {
      const response = await ask('/models', signal);
      if (response.status !== 200) throw new Error(`The API answered with ${response.status}.`);
      const list = JSON.parse(await readText(response)) as { data?: unknown };
      return (Array.isArray(list.data) ? list.data : []).flatMap((one: { id?: unknown } | null) => (typeof one?.id === 'string' ? [one.id.slice(0, 200)] : []));
    },
  };
}

async function readText(response: Response): Promise<string> {
  let text = '';
  if (response.body === null) return text;
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      if (text.length > MOST_READ) break;
    }
  } catch {
    // What has come has to do.
  }
  return text;
}

function messageOf(text: string): { message: string; code: string; type: string } {
  let error: { message?: unknown; code?: unknown; type?: unknown } | null | undefined;
  try {
    error = (JSON.parse(text) as { error?: typeof error } | null)?.error;
  } catch {
    error = undefined;
  }
  const short = (value: unknown, fallback: string): string => (typeof value === 'string' && /^\w{1,60}$/.test(value) ? value : fallback);
  return { message: typeof error?.message === 'string' ? error.message : '', code: short(error?.code, 'upstream_error'), type: short(error?.type, 'server_error') };
}

const finishes: Record<ChatFinish, string> = { stop: 'stop', length: 'length', refused: 'content_filter', other: 'stop' };

/** Characters of a streamed piece: a word or so, as models send them. */
const PIECE = 6;

/** One of the lab's own providers, e.g. the town's reviser and judge, as if it were an API. */
export function providerSource(provider: ChatProvider, model: string): AnswerSource {
  let count = 0;
  return {
    models: () => Promise.resolve([model]),
    async complete(body, signal) {
      const systems = body.messages.filter(({ role }) => role === 'system' || role === 'developer');
      let reply: ChatReply;
      try {
        reply = await provider.complete(
          {
            model: body.model,
            system: systems.map(({ content }) => contentText(content)).join('\n'),
            messages: body.messages.flatMap(({ role, content }) => (role === 'user' || role === 'assistant' ? [{ role, content: contentText(content) }] : [])),
            temperature: body.temperature ?? 1,
            maxTokens: body.max_completion_tokens ?? body.max_tokens ?? USUAL_OUTPUT,
            topLogprobs: body.logprobs === true ? (body.top_logprobs ?? 0) : 0,
            sample: body.seed ?? 0,
          },
          { signal },
        );
      } catch (error) {
        if (signal.aborted || !(error instanceof ChatError)) throw error;
        return json(error.status ?? 400, errorBody(error.message, error.fault));
      }
      count += 1;
      const head = { id: `chatcmpl-${count}`, created: Math.floor(Date.now() / 1000), model: reply.model };
      const usage = reply.usage && { prompt_tokens: reply.usage.input, completion_tokens: reply.usage.output, total_tokens: reply.usage.input + reply.usage.output };
      const logprobs = reply.logprobs && {
        content: reply.logprobs.map(({ token, top }) => ({ token, logprob: top.find((one) => one.token === token)?.logprob ?? top[0]?.logprob ?? 0, top_logprobs: top })),
      };
      const finish_reason = finishes[reply.finish];
      if (body.stream !== true) {
        const choice = { index: 0, message: { role: 'assistant', content: reply.text }, ...(logprobs && { logprobs }), finish_reason };
        return json(200, { ...head, object: 'chat.completion', choices: [choice], ...(usage && { usage }) });
      }
      const chunk = (choices: readonly object[], more: object = {}): string => `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices, ...more })}\n\n`;
      const pieces = [...reply.text].reduce<string[]>((list, letter, i) => {
        if (i % PIECE === 0) list.push('');
        list[list.length - 1] += letter;
        return list;
      }, []);
      const events = [
        chunk([{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }]),
        ...pieces.map((content) => chunk([{ index: 0, delta: { content }, finish_reason: null }])),
        chunk([{ index: 0, delta: {}, ...(logprobs && { logprobs }), finish_reason }]),
        ...(usage && body.stream_options?.include_usage === true ? [chunk([], { usage })] : []),
        'data: [DONE]\n\n',
      ];
      return new Response(events.join(''), { headers: { 'content-type': 'text/event-stream; charset=utf-8' } });
    },
  };
}
