// One POST to a chat API and its answer, whole or as server-sent events: what the clients of OpenAI's and Anthropic's wire
// formats share. It knows about limits, silence, cut connections and keys, and nothing about what an event says.
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { ChatError } from './chat';
import { answerFault, cutFault, malformedFault, networkFault, silenceFault, type FaultContext } from './faults';

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface Exchange extends FaultContext {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly signal?: AbortSignal | undefined;
  readonly fetch: Fetch;
  /** Milliseconds without a single byte after which a server is given up, as it stands at each wait. */
  readonly patienceMs: () => number;
}

/** How long a server that has said why its model stopped is waited for: the count of tokens may still come. */
export const LAST_WORDS_MS = 3000;

export type Piece = { readonly kind: 'whole'; readonly value: unknown } | { readonly kind: 'event'; readonly event: string | undefined; readonly data: string };

/** Most bytes of one answer: log-probabilities with twenty alternatives take about 2 kB a token. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Most bytes of an error that are read. */
const MOST_FAULT_BYTES = 64 * 1024;
/** Most characters of an answer that is not streamed. */
const MOST_WHOLE = 32 * 1024 * 1024;
/** Most characters without an event, after which an answer is noise; one event is no longer than that either. */
const MOST_NOISE = 4 * 1024 * 1024;

/** Times the patience with silence that a server may go on with signs of life alone, such as comments, before it is given up. */
const MOST_DRIPS = 6;

/**
 * How every request of the lab to a chat API is made. A redirect is an error, since it could carry the key to another host;
 * nothing tells who asks, and no cookie goes along.
 */
export const PRIVATE: RequestInit = { credentials: 'omit', referrerPolicy: 'no-referrer', redirect: 'error', cache: 'no-store', mode: 'cors' };

/**
 * Waits for the next of an answer, but not for ever. The promise that loses goes on unheard, so its error is not lost on
 * anybody.
 */
async function within<T>(promise: Promise<T>, { patienceMs, url, signal }: Exchange): Promise<T> {
  promise.catch(() => undefined);
  const most = patienceMs();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let aborted: (() => void) | undefined;
  try {
    return await Promise.race([
      promise,
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(silenceFault({ url }, Math.round(most / 1000))), most);
        aborted = () => reject(signal?.reason);
        signal?.addEventListener('abort', aborted);
      }),
    ]);
  } finally {
    clearTimeout(timer);
    if (aborted) signal?.removeEventListener('abort', aborted);
  }
}

/** The text of a body as it comes, characters never split. */
async function* textOf(response: Response, exchange: Exchange, mostBytes: number): AsyncGenerator<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  const decoder = new TextDecoder();
  let bytes = 0;
  try {
    for (;;) {
      let read: ReadableStreamReadResult<Uint8Array>;
      try {
        read = await within(reader.read(), exchange);
      } catch (error) {
        exchange.signal?.throwIfAborted();
        throw error instanceof ChatError ? error : cutFault(exchange);
      }
      if (read.done) break;
      bytes += read.value.length;
      if (bytes > mostBytes) throw malformedFault(exchange);
      yield decoder.decode(read.value, { stream: true });
    }
    yield decoder.decode();
  } finally {
    // Whoever stops listening ends the connection, so that a server does not write for nobody, nor bill for it.
    reader.cancel().catch(() => undefined);
  }
}

async function wholeText(response: Response, exchange: Exchange, mostBytes: number): Promise<string> {
  let text = '';
  try {
    for await (const part of textOf(response, exchange, mostBytes)) text += part;
  } catch (error) {
    // What is left of an error's body is still its best explanation.
    exchange.signal?.throwIfAborted();
    if (response.ok) throw error;
  }
  return text;
}

/** The events of a text in pieces. Throws for endless noise between them. */
async function* eventsOf(parts: AsyncIterable<string>, exchange: Exchange): AsyncGenerator<EventSourceMessage> {
  const ready: EventSourceMessage[] = [];
  let broken = false;
  let noise = 0;
  let heard = Date.now();
  const parser = createParser({
    onEvent: (event) => ready.push(event),
    onError: ({ type }) => (broken ||= type === 'max-buffer-size-exceeded'),
    maxBufferSize: MOST_NOISE,
  });
  const drain = function* (): Generator<EventSourceMessage> {
    yield* ready.splice(0);
  };
  for await (const part of parts) {
    parser.feed(part);
    noise = ready.length > 0 ? 0 : noise + part.length;
    if (ready.length > 0) heard = Date.now();
    const longest = MOST_DRIPS * exchange.patienceMs();
    if (Date.now() - heard > longest) throw silenceFault(exchange, Math.round(longest / 1000));
    if (broken || noise > MOST_NOISE) throw malformedFault(exchange);
    yield* drain();
  }
  // Some servers leave out the blank line after the last event.
  parser.feed('\n\n');
  yield* drain();
}

/**
 * Asks, and yields the answer: one piece that is whole JSON, or events as they come, whichever the server sends; the first
 * character tells, since content types are not to be relied on. Ending the loop early ends the connection.
 * @throws ChatError; an abort passes through as the signal's reason.
 */
export async function* ask(exchange: Exchange): AsyncGenerator<Piece> {
  const { url, headers, body, signal, fetch } = exchange;
  signal?.throwIfAborted();
  // A server that is given up must not keep its connection.
  const leaving = new AbortController();
  const leave = (): void => leaving.abort(signal?.reason);
  signal?.addEventListener('abort', leave);
  try {
    let response: Response;
    try {
      const answer = fetch(url, { ...PRIVATE, method: 'POST', headers, body: JSON.stringify(body), signal: leaving.signal });
      response = await within(answer, exchange);
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof ChatError ? error : networkFault(exchange);
    }
    if (!response.ok) {
      const said = await wholeText(response, exchange, MOST_FAULT_BYTES);
      throw answerFault({ status: response.status, headers: response.headers, body: said }, exchange);
    }
    yield* piecesOf(textOf(response, exchange, MOST_BYTES), exchange);
  } finally {
    signal?.removeEventListener('abort', leave);
    leaving.abort();
  }
}

async function* piecesOf(parts: AsyncGenerator<string>, exchange: Exchange): AsyncGenerator<Piece> {
  let begun = '';
  try {
    // The beginning may come byte by byte.
    while (begun.trimStart() === '') {
      const next = await parts.next();
      if (next.done) throw cutFault(exchange);
      begun += next.value;
      if (begun.length > MOST_NOISE) throw malformedFault(exchange);
    }
    const rest = async function* (): AsyncGenerator<string> {
      yield begun;
      yield* parts;
    };
    // A page of a proxy or of a network that wants a log-in first.
    if (/^\s*</.test(begun)) throw malformedFault(exchange);
    if (!/^\s*\{/.test(begun)) {
      for await (const { event, data } of eventsOf(rest(), exchange)) yield { kind: 'event', event, data };
      return;
    }
    let whole = '';
    for await (const part of rest()) {
      whole += part;
      if (whole.length > MOST_WHOLE) throw malformedFault(exchange);
    }
    yield { kind: 'whole', value: parseOr(whole, () => malformedFault(exchange)) };
  } finally {
    await parts.return(undefined);
  }
}

/**
 * Characters after which a reply is cut: tokens of a usual vocabulary have at most some sixteen, but for runs of spaces.
 * An endless reply of a hostile server costs no more memory than this.
 */
export function mostCharacters(maxTokens: number): number {
  return 16 * maxTokens + 4096;
}

/** JSON, or the error for what is none. */
export function parseOr(text: string, fault: () => Error): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw fault();
  }
}
