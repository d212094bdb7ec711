// From what a server, a network or a browser did to the one error a person reads: its kind, its sentence, and how long to
// wait. No key is ever in it.
import { ChatError } from './chat';
import { withoutKey } from './secrets';

/** An answer that is none, as far as it has been read. */
export interface FailedAnswer {
  /** The HTTP status; 200 where the error came as an event of a stream. */
  readonly status: number;
  readonly headers?: Headers;
  /** The body, or the event's data. */
  readonly body: string;
}

export interface FaultContext {
  readonly model: string;
  /** Taken out of whatever the server says. */
  readonly key?: string | undefined;
  /** Where the request went, for the sentence. */
  readonly url: string;
  /** Milliseconds since 1970, to read a Retry-After that is a date. */
  readonly now?: number;
}

/** What a server says is wrong, from any of the shapes that OpenAI, Anthropic, Ollama, llama.cpp, vLLM and FastAPI use. */
export interface ServerWords {
  readonly message: string;
  /** `type`, `code` and `param` of the error, in lower case; for matching only. */
  readonly labels: string;
  /** Where the error's code is a status of HTTP. */
  readonly status?: number;
}

const MOST_WORDS = 300;

/** One line of at most 300 characters without control characters. */
function oneLine(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return line.length <= MOST_WORDS ? line : `${[...line.slice(0, MOST_WORDS)].slice(0, -1).join('')}…`;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

export function serverWords(body: string): ServerWords {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    // A page of a proxy: its words without its tags, which are shown as text all the same.
    return { message: oneLine(body.slice(0, 20_000).replace(/<(style|script)[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]{0,500}>/g, ' ')), labels: '' };
  }
  const root = isRecord(Array.isArray(value) ? value[0] : value) ? ((Array.isArray(value) ? value[0] : value) as Record<string, unknown>) : {};
  const error = isRecord(root.error) ? root.error : root;
  const detail = root.detail === undefined ? '' : typeof root.detail === 'string' ? root.detail : JSON.stringify(root.detail);
  const message = textOf(error.message) || textOf(root.error) || detail || textOf(value);
  const labels = [error.type, error.code, error.param, error.status].map(textOf).join(' ').toLowerCase();
  const code = Number(error.code);
  return { message: oneLine(message), labels, ...(Number.isInteger(code) && code >= 400 && code < 600 && { status: code }) };
}

const SECONDS = /^\d+(?:\.\d+)?$/;
const MOST_WAIT_MS = 24 * 3600 * 1000;

/** How long a server asks to be left alone: Retry-After in seconds or as a date, or the milliseconds that OpenAI sends. */
export function retryAfter(headers: Headers | undefined, now = Date.now()): number | undefined {
  const precise = headers?.get('retry-after-ms')?.trim() ?? '';
  const plain = headers?.get('retry-after')?.trim() ?? '';
  let wait = Number.NaN;
  if (SECONDS.test(precise)) wait = Number(precise);
  else if (SECONDS.test(plain)) wait = Number(plain) * 1000;
  // A date begins with its weekday; by itself Date.parse takes "-5" for a month.
  else if (/^[a-z]{3}/i.test(plain)) wait = Date.parse(plain) - now;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), MOST_WAIT_MS);
}

// Not any mention of billing: a rate limit may be told with the advice to add a payment method.
const SPENT = /insufficient_quota|billing_error|billing details|exceeded your current quota|credit balance|insufficient (?:credits?|balance|funds)|payment required|out of credits/i;
const TOO_LONG = /context_length_exceeded|context length|context window|maximum context|too many tokens|prompt is too long|request_too_large|exceeds? the (?:maximum|available context)/i;
const BAD_KEY = /invalid_api_key|authentication_error|api[ _-]?key (?:is )?(?:not valid|invalid|missing)|(?:invalid|incorrect|missing|no) api[ _-]?key|unauthori[sz]ed/i;
const LIMITED = /rate_limit|rate limit|too many requests|requests per|tokens per/i;
const BUSY = /overloaded|unavailable|loading model|at capacity|capacity/i;
const BROKEN = /server_error|api_error|internal/i;
// A path that is not there is told in fixed words; a model is told by name.
const NO_MODEL = /model_not_found|\bmodels?\b/i;

/** How long to wait by the words of OpenAI and those who speak like it: across origins a page can often read no header. */
export function waitInWords(message: string): number | undefined {
  const said = /\b(?:try again|retry) (?:in|after) (?:(\d{1,4})h)?(?:(\d{1,4})m(?!s))?(?:(\d{1,6}(?:\.\d{1,6})?) ?(ms|s|seconds)\b)?/i.exec(message);
  if (said === null) return undefined;
  const [, hours = '0', minutes = '0', rest = '0', unit = 's'] = said;
  const wait = (Number(hours) * 60 + Number(minutes)) * 60_000 + Number(rest) * (unit.toLowerCase() === 'ms' ? 1 : 1000);
  return wait > 0 ? Math.min(wait, MOST_WAIT_MS) : undefined;
}

/** The error for an answer that says it is none. */
export function answerFault({ status: httpStatus, headers, body }: FailedAnswer, { model, key, url, now }: FaultContext): ChatError {
  const words = serverWords(body);
  const status = httpStatus < 400 && words.status !== undefined ? words.status : httpStatus;
  const said = withoutKey(words.message, key) || '–';
  const text = `${words.labels} ${words.message}`;
  const wait = retryAfter(headers, now) ?? waitInWords(words.message);
  const more = { status, ...(wait !== undefined && { retryAfterMs: wait }) };
  const values = { said, status };
  const host = hostOf(url);

  if (status === 402 || ((status === 429 || status === 400 || status === 403 || status < 400) && SPENT.test(text))) {
    return new ChatError('quota', 'The account behind the key has no credit left. What was answered so far is kept; add credit at the provider, then go on. It says: {said}', values, more);
  }
  if (status === 401 || ((status === 400 || status === 403 || status < 400) && BAD_KEY.test(text))) {
    return new ChatError('wrong_key', 'The server at {host} does not accept the key. What was answered so far is kept; enter the key anew. It says: {said}', { ...values, host }, more);
  }
  if (status === 413 || status === 414 || status === 431 || ((status === 400 || status === 422 || status < 400) && TOO_LONG.test(text))) {
    return new ChatError('too_large', 'The task and its solution are too long for the model {model}. The pair is kept as it was; shorten it or choose a model with a longer context. It says: {said}', { ...values, model }, more);
  }
  if (status === 429 || (status < 400 && LIMITED.test(text))) {
    return new ChatError('rate_limit', 'The server at {host} asks for fewer requests at a time. Wait a while, or allow fewer requests a minute. It says: {said}', { ...values, host }, more);
  }
  if (status === 404 || status === 405 || status === 410 || (status === 400 && /model_not_found/.test(text))) {
    if (NO_MODEL.test(text)) {
      return new ChatError('unknown_model', 'The server at {host} has no model called “{model}”. Nothing was asked; choose one that it has. It says: {said}', { ...values, host, model }, more);
    }
    return new ChatError('unknown_path', 'There is a server at {host}, but no chat API at {url}. Check the base URL: it often ends in /v1. It says: {said}', { ...values, host, url: withoutKey(url, key) }, more);
  }
  if (status === 403) {
    return new ChatError('forbidden', 'The server at {host} refuses: the key may lack the right to this model, or the server does not take requests from this page. What was answered so far is kept. It says: {said}', { ...values, host }, more);
  }
  if (status === 503 || status === 529 || status === 408 || status === 425 || (status < 400 && BUSY.test(text))) {
    return new ChatError('overloaded', 'The server at {host} has too much to do just now. Asked later it may answer. It says: {said}', { ...values, host }, more);
  }
  if (status >= 500 || (status < 400 && BROKEN.test(text))) {
    return new ChatError('server', 'The server at {host} failed ({status}). Asked again it may answer. It says: {said}', { ...values, host }, more);
  }
  if (status < 400) {
    return new ChatError('server', 'The server at {host} began to answer and then reported an error; nothing of it was used. Asked again it may answer. It says: {said}', { ...values, host }, more);
  }
  return new ChatError('bad_request', 'The server at {host} does not take the request ({status}). Nothing was changed; check the model and its settings. It says: {said}', { ...values, host }, more);
}

/** The error for a request that got no answer at all. The browser's own words say no more than that, and may hold the key. */
export function networkFault({ url }: Pick<FaultContext, 'url'>): ChatError {
  return new ChatError('unreachable', 'No answer came from {host}. Either nothing runs there, or it does not allow this page (CORS), or the browser was not allowed to reach the local network. The connection test tells more.', { host: hostOf(url) });
}

/** The error for an answer that ended before its end. */
export function cutFault({ url }: Pick<FaultContext, 'url'>): ChatError {
  return new ChatError('cut', 'The answer of {host} broke off before its end and was not used. Asked again it may come whole.', { host: hostOf(url) });
}

export function silenceFault({ url }: Pick<FaultContext, 'url'>, seconds: number): ChatError {
  return new ChatError('cut', 'Nothing came from {host} for {seconds} seconds, and the request was given up. Asked again it may answer.', { host: hostOf(url), seconds });
}

export function malformedFault({ url }: Pick<FaultContext, 'url'>): ChatError {
  return new ChatError('malformed', 'What {host} answered is not in the form of a chat API, and was not used. Check that the base URL is that of a chat API.', { host: hostOf(url) });
}

export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '–';
}
