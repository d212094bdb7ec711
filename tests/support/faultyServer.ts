// A real HTTP server on loopback that speaks as OpenAI's and Anthropic's do, and fails in every way a test asks for: by
// name for the next requests, or for a share of all requests from a seed. Used by the tests of the providers, the queue,
// the command line and the relay.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRandom } from '../../src/engine/random';
import { readFilled } from '../../src/reviser/prompts/template';
import { json, sayAnthropic, sayOpenAi } from './chatWire';

/** Ways to fail. */
export type ServerFault =
  | 'bad_key' | 'forbidden' | 'no_model' | 'no_path' | 'too_large' | 'bad_request' | 'quota'
  /** 429: bare, with Retry-After in seconds, and with it as a date. */
  | 'rate_limit' | 'rate_limit_wait' | 'rate_limit_date'
  | 'server_error' | 'overloaded' | 'html_gateway'
  /** After a 200: an error event, an event that is no JSON, a connection that is cut in the middle of the text. */
  | 'error_event' | 'broken_json' | 'cut'
  /** The connection ends before there is any answer. */
  | 'hang_up'
  /** Text without end, comments without end, one line without end. */
  | 'redirect' | 'endless_text' | 'endless_noise' | 'endless_line'
  /** Half of the reply and then nothing more, or nothing but a comment now and then; or nothing at all. */
  | 'stall' | 'drip' | 'silence'
  /** Newer models' refusals of older parameters, and strict servers' of newer ones; only while the request holds them. */
  | 'needs_max_completion_tokens' | 'needs_default_temperature' | 'no_stream_options' | 'no_logprobs';

/** Ways to answer rightly, but not as the simplest server does. */
export type ServerManner =
  | 'plain' | 'no_done' | 'split_utf8' | 'whole_json' | 'crlf' | 'comments' | 'no_usage' | 'mislabelled'
  | 'length' | 'content_filter' | 'refusal' | 'echo_key';

export type Behaviour = ServerFault | ServerManner;

/** Faults that may be gone at the next attempt, quick to meet: what a share of faults is drawn from. */
export const PASSING_FAULTS: readonly ServerFault[] = [
  'rate_limit', 'rate_limit_wait', 'rate_limit_date', 'server_error', 'overloaded', 'html_gateway', 'error_event', 'broken_json', 'cut', 'hang_up',
];
const RIGHT_MANNERS: readonly ServerManner[] = ['plain', 'plain', 'no_done', 'split_utf8', 'whole_json', 'crlf', 'comments', 'no_usage'];

/** The body of a question, as far as the server reads it. */
export interface AskedBody {
  readonly model?: string;
  readonly messages?: readonly { readonly role: string; readonly content: string }[];
  readonly stream?: boolean;
  readonly logprobs?: boolean;
  readonly top_logprobs?: number;
  readonly [name: string]: unknown;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: AskedBody;
  /** What became of it. */
  readonly behaviour: Behaviour;
  /** Whether the asker went away before the answer was whole. */
  left: boolean;
}

export interface FaultyServerOptions {
  /** Share of questions that fail, from 0 to 1. */
  readonly faultShare?: number;
  readonly seed?: number;
  /** What a share of faults is drawn from. */
  readonly faults?: readonly ServerFault[];
  /** What the model says; by default a revision that adds an exclamation mark to the student's solution. */
  readonly reply?: (body: AskedBody) => string;
  /** The alternatives of one token of the reply, for those that ask. */
  readonly top?: (token: string) => readonly { readonly token: string; readonly logprob: number }[];
  /** Milliseconds before the answer begins. */
  readonly delayMs?: number;
  /** What Retry-After says in seconds. */
  readonly retryAfter?: number;
  readonly models?: readonly string[];
  /** The one origin whose pages may ask; nobody's by default. */
  readonly cors?: string;
}

export interface FaultyServer {
  readonly origin: string;
  /** `{origin}/v1` */
  readonly baseUrl: string;
  /** Every question put to the model, in the order of arrival; lists of models are in `listed`. */
  readonly asked: readonly Asked[];
  readonly listed: readonly Asked[];
  /** The next questions behave like this, one each; those after them as the options say. */
  next(...behaviours: Behaviour[]): void;
  /** All questions behave like this until told otherwise; undefined ends it. */
  always(behaviour: Behaviour | undefined): void;
  close(): Promise<void>;
}

/** The default reply, with characters of two, three and four bytes in UTF-8. */
export function plainReply(body: AskedBody): string {
  const said = body.messages?.find(({ role }) => role === 'user')?.content ?? '';
  const { student_solution: solution = 'Hello' } = readFilled(said);
  return `{teacher_reasoning}: It wants more cheer – 더 밝게 🙂.\n\n{corrected_student_solution}: ${solution}!`;
}

const STATUS: Partial<Record<Behaviour, readonly [number, string, string, string]>> = {
  bad_key: [401, 'invalid_request_error', 'authentication_error', 'Incorrect API key provided'],
  forbidden: [403, 'permission_error', 'permission_error', 'Not allowed from this country'],
  no_model: [404, 'invalid_request_error', 'not_found_error', 'The model does not exist'],
  too_large: [413, 'request_too_large', 'request_too_large', 'Request exceeds the maximum size'],
  bad_request: [400, 'invalid_request_error', 'invalid_request_error', 'messages: at least one message is required'],
  quota: [429, 'insufficient_quota', 'billing_error', 'You exceeded your current quota, please check your plan and billing details.'],
  rate_limit: [429, 'requests', 'rate_limit_error', 'Rate limit reached for requests'],
  rate_limit_wait: [429, 'requests', 'rate_limit_error', 'Rate limit reached for requests'],
  rate_limit_date: [429, 'requests', 'rate_limit_error', 'Rate limit reached for requests'],
  overloaded: [529, 'overloaded', 'overloaded_error', 'Overloaded'],
  server_error: [500, 'server_error', 'api_error', 'The server had an error while processing your request'],
};

const CODES: Partial<Record<Behaviour, string>> = { bad_key: 'invalid_api_key', no_model: 'model_not_found', quota: 'insufficient_quota' };

/** What a server that does not take a parameter says, and the parameter; as OpenAI's and vLLM's servers word it. */
const REFUSED: Partial<Record<Behaviour, readonly [string, object]>> = {
  needs_max_completion_tokens: ['max_tokens', { error: { message: "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", type: 'invalid_request_error', param: 'max_tokens', code: 'unsupported_parameter' } }],
  needs_default_temperature: ['temperature', { error: { message: "Unsupported value: 'temperature' does not support 0.7 with this model. Only the default (1) value is supported.", type: 'invalid_request_error', param: 'temperature', code: 'unsupported_value' } }],
  no_stream_options: ['stream_options', { object: 'error', message: "[{'type': 'extra_forbidden', 'loc': ('body', 'stream_options'), 'msg': 'Extra inputs are not permitted'}]", type: 'BadRequestError', param: null, code: 400 }],
  no_logprobs: ['logprobs', { error: { message: "This model does not support 'logprobs'.", type: 'invalid_request_error', param: 'logprobs', code: null } }],
};

/** Starts on a free port of loopback. */
export async function startFaultyServer(options: FaultyServerOptions = {}): Promise<FaultyServer> {
  const { faultShare = 0, seed = 0, faults = PASSING_FAULTS, reply = plainReply, models = ['small', 'large'] } = options;
  const random = createRandom(seed, 5);
  const asked: Asked[] = [];
  const listed: Asked[] = [];
  const queue: Behaviour[] = [];
  let lasting: Behaviour | undefined;

  const draw = (): Behaviour => {
    const queued = queue.shift() ?? lasting;
    if (queued !== undefined) return queued;
    if (faultShare === 0) return 'plain';
    return random.chance(faultShare) ? random.pick(faults) : random.pick(RIGHT_MANNERS);
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const text = Buffer.concat(pieces).toString('utf8');
    const path = request.url ?? '';
    if (options.cors !== undefined) {
      response.setHeader('Access-Control-Allow-Origin', options.cors);
      response.setHeader('Access-Control-Allow-Headers', 'authorization, content-type, x-api-key, anthropic-version, anthropic-dangerous-direct-browser-access');
      response.setHeader('Access-Control-Allow-Private-Network', 'true');
    }
    if (request.method === 'OPTIONS') return void response.writeHead(options.cors === undefined ? 403 : 204).end();
    const list = path === '/v1/models';
    const body = (text === '' ? {} : JSON.parse(text)) as AskedBody;
    const one: Asked = { method: request.method ?? '', path, headers: request.headers, body, behaviour: draw(), left: false };
    (list ? listed : asked).push(one);
    response.on('close', () => (one.left = !response.writableFinished));
    if (options.delayMs) await new Promise((resolve) => setTimeout(resolve, options.delayMs));
    const anthropic = path.endsWith('/messages') || request.headers['x-api-key'] !== undefined;
    if (fail(one, response, anthropic, options.retryAfter ?? 1)) return;
    if (list) return json(response, 200, { object: 'list', data: models.map((id) => ({ id, object: 'model' })) });
    if (path !== '/v1/chat/completions' && path !== '/v1/messages') return json(response, 404, { detail: 'Not Found' });
    const said = one.behaviour === 'echo_key' ? `{corrected_student_solution}: ${keyOf(one)}` : reply(body);
    await (anthropic ? sayAnthropic : sayOpenAi)(one, said, response, options);
  };

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    baseUrl: `${origin}/v1`,
    asked,
    listed,
    next: (...behaviours) => void queue.push(...behaviours),
    always: (behaviour) => void (lasting = behaviour),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const keyOf = ({ headers }: Asked): string => String(headers.authorization ?? headers['x-api-key'] ?? '').replace(/^Bearer /, '');

/** Fails before a reply has begun; false where this behaviour does not. */
function fail({ behaviour, headers, body }: Asked, response: ServerResponse, anthropic: boolean, retryAfter: number): boolean {
  const refused = REFUSED[behaviour];
  if (refused !== undefined && refused[0] in body) {
    json(response, 400, refused[1]);
    return true;
  }
  if (behaviour === 'hang_up') response.destroy();
  else if (behaviour === 'silence') return true;
  else if (behaviour === 'no_path') json(response, 404, { detail: 'Not Found' });
  else if (behaviour === 'redirect') response.writeHead(307, { location: '/v1/elsewhere' }).end();
  else if (behaviour === 'html_gateway') response.writeHead(502, { 'content-type': 'text/html' }).end('<html><body><h1>502 Bad Gateway</h1></body></html>');
  else {
    const failure = STATUS[behaviour];
    if (failure === undefined) return false;
    const [status, openAiType, anthropicType, words] = failure;
    if (behaviour === 'rate_limit_wait') response.setHeader('retry-after', String(retryAfter));
    if (behaviour === 'rate_limit_date') response.setHeader('retry-after', new Date(Date.now() + retryAfter * 1000).toUTCString());
    // A careless server shows the key that it did not know.
    const message = behaviour === 'bad_key' ? `${words}: ${String(headers.authorization ?? headers['x-api-key'])}` : words;
    const error = anthropic ? { type: anthropicType, message } : { message, type: openAiType, param: null, code: CODES[behaviour] ?? null };
    json(response, status, anthropic ? { type: 'error', error } : { error });
  }
  return true;
}
