// How a chat server puts a reply on the wire, streamed or whole, in OpenAI's format and in Anthropic's, rightly or failing on
// the way. Used by the faulty server of the tests.
import type { ServerResponse } from 'node:http';
import type { Asked, Behaviour, FaultyServerOptions } from './faultyServer';

export function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

const tokensOf = (text: string): string[] => text.match(/\s?[\p{L}\p{N}]+|\s|[^\s\p{L}\p{N}]/gu) ?? [];

const halfOf = (tokens: readonly string[]): number => Math.ceil(tokens.length / 2);

export async function sayOpenAi({ behaviour, body }: Asked, said: string, response: ServerResponse, { top }: FaultyServerOptions): Promise<void> {
  const model = `${body.model ?? ''}-2026`;
  const tokens = tokensOf(said);
  const usage = { prompt_tokens: 12, completion_tokens: tokens.length, total_tokens: 12 + tokens.length };
  const finish = behaviour === 'length' || behaviour === 'content_filter' ? behaviour : 'stop';
  const alternatives = (token: string) => ({ token, logprob: -0.1, top_logprobs: (top?.(token) ?? [{ token, logprob: -0.1 }]).slice(0, body.top_logprobs ?? 0) });
  const refusal = behaviour === 'refusal' ? 'I can not help with that.' : null;
  if (behaviour === 'whole_json' || body.stream !== true) {
    const message = { role: 'assistant', content: refusal === null ? said : null, refusal };
    const logprobs = body.logprobs === true ? { content: tokens.map(alternatives) } : null;
    return json(response, 200, { object: 'chat.completion', model, choices: [{ index: 0, message, logprobs, finish_reason: finish }], usage });
  }
  const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
  const chunk = (delta: object, more: object = {}): string =>
    event({ object: 'chat.completion.chunk', model, choices: [{ index: 0, delta, finish_reason: null, ...more }] });
  const wantsUsage = (body.stream_options as { include_usage?: boolean } | undefined)?.include_usage === true && behaviour !== 'no_usage';
  await stream(behaviour, response, {
    opening: [chunk({ role: 'assistant', content: '' })],
    deltas: refusal !== null
      ? [chunk({ refusal })]
      : tokens.map((token) => chunk({ content: token }, body.logprobs === true ? { logprobs: { content: [alternatives(token)] } } : {})),
    half: halfOf(tokens),
    noise: chunk({ content: 'and so on '.repeat(1000) }),
    error: event({ error: { message: 'The server had an error', type: 'server_error', code: null } }),
    broken: 'data: {"choices":[{"delta":{"content":"\n\n',
    ending: [
      chunk({}, { finish_reason: finish }),
      ...(wantsUsage ? [event({ object: 'chat.completion.chunk', model, choices: [], usage })] : []),
      ...(behaviour === 'no_done' ? [] : ['data: [DONE]\n\n']),
    ],
  });
}

export async function sayAnthropic({ behaviour, body }: Asked, said: string, response: ServerResponse): Promise<void> {
  const model = `${body.model ?? ''}-2026`;
  const tokens = tokensOf(said);
  const stop = behaviour === 'length' ? 'max_tokens' : behaviour === 'refusal' ? 'refusal' : 'end_turn';
  if (behaviour === 'whole_json' || body.stream !== true) {
    const usage = { input_tokens: 12, output_tokens: tokens.length };
    return json(response, 200, { type: 'message', role: 'assistant', model, content: [{ type: 'text', text: said }], stop_reason: stop, usage });
  }
  const event = (value: { type: string }): string => `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`;
  const delta = (text: string): string => event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } } as { type: string });
  await stream(behaviour, response, {
    opening: [
      event({ type: 'message_start', message: { type: 'message', model, content: [], usage: { input_tokens: 12, output_tokens: 1 } } } as { type: string }),
      event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } } as { type: string }),
      event({ type: 'ping' }),
    ],
    deltas: tokens.map(delta),
    half: halfOf(tokens),
    noise: delta('and so on '.repeat(1000)),
    error: event({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } } as { type: string }),
    broken: 'event: content_block_delta\ndata: {"type":"content_block_delta","delta":\n\n',
    ending: [
      event({ type: 'content_block_stop', index: 0 } as { type: string }),
      event({ type: 'message_delta', delta: { stop_reason: stop }, usage: { output_tokens: tokens.length } } as { type: string }),
      ...(behaviour === 'no_done' ? [] : [event({ type: 'message_stop' })]),
    ],
  });
}

/** The parts of a streamed reply as they go over the wire. */
interface Wire {
  readonly opening: readonly string[];
  readonly deltas: readonly string[];
  /** How many deltas come before what goes wrong in the middle. */
  readonly half: number;
  readonly noise: string;
  readonly error: string;
  readonly broken: string;
  readonly ending: readonly string[];
}

async function stream(behaviour: Behaviour, response: ServerResponse, wire: Wire): Promise<void> {
  response.writeHead(200, { 'content-type': behaviour === 'mislabelled' ? 'text/plain' : 'text/event-stream; charset=utf-8' });
  const { opening, deltas, half, ending } = wire;
  const begun = [...opening, ...deltas.slice(0, half)];
  switch (behaviour) {
    case 'error_event':
      return void response.end(begun.join('') + wire.error);
    case 'broken_json':
      return void response.end(begun.join('') + wire.broken + deltas.slice(half).join('') + ending.join(''));
    case 'cut':
      // The connection, not the answer, ends: the asker must have met the beginning.
      return void response.write(begun.join(''), () => setTimeout(() => response.destroy(), 5));
    case 'stall':
      return void response.write(begun.join(''));
    case 'drip':
      response.write(begun.join(''));
      while (!response.destroyed) {
        response.write(': still here\n\n');
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return;
    case 'endless_text':
    case 'endless_noise':
    case 'endless_line': {
      const noise = 'noise '.repeat(2000);
      const more = behaviour === 'endless_text' ? wire.noise : behaviour === 'endless_noise' ? `: ${noise}\n\n` : noise;
      response.write(opening.join('') + (behaviour === 'endless_line' ? 'data: {"' : ''));
      while (!response.destroyed) {
        response.write(more);
        await new Promise((resolve) => setImmediate(resolve));
      }
      return;
    }
    case 'split_utf8': {
      // Seven divides no event, so that many characters lie in two chunks.
      const bytes = Buffer.from([...opening, ...deltas, ...ending].join(''), 'utf8');
      for (let at = 0; at < bytes.length; at += 7) response.write(bytes.subarray(at, at + 7));
      return void response.end();
    }
    case 'crlf':
      return void response.end([...opening, ...deltas, ...ending].join('').replaceAll('\n', '\r\n'));
    case 'comments':
      return void response.end([': keep-alive\n\n', ...opening, ...deltas.flatMap((delta) => [': still here\n\n', delta]), ...ending].join(''));
    default: {
      for (const piece of [...opening, ...deltas]) response.write(piece);
      response.end(ending.join(''));
    }
  }
}
