// The relay's HTTP side: who may call, what passes, and one line of counts for each request. What was asked and answered
// goes through it and is written nowhere.
import { createHash } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import { Hono, type Context, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ContentfulStatusCode, StatusCode } from 'hono/utils/http-status';
import type { AnswerSource } from './answers';
import { createLimits, type Limits, type Refusal } from './limits';
import { createMeter } from './meter';
import type { RelayOptions } from './options';
import { errorBody, estimateBody, parseBody } from './wire';

/** Bytes of a request: more than any model's prompt of this lab, far less than what fills a memory. */
const LARGEST_BODY = 512 * 1024;

export interface RelayParts {
  readonly source: AnswerSource;
  /** Gets lines that hold counts only. */
  readonly log: (line: string) => void;
}

type Environment = { Bindings: HttpBindings };

export type RelaySettings = Pick<RelayOptions, 'models' | 'origin' | 'codes' | 'limits'>;

const refuse = (c: Context, status: ContentfulStatusCode, message: string, code: string, type?: string): Response => c.json(errorBody(message, code, type), status);

/** One page may call from a browser; other programs, which send no origin, are held by the limits alone. */
function onlyFrom(allowed: string): MiddlewareHandler {
  return async (c, next) => {
    const origin = c.req.header('origin');
    c.header('Vary', 'Origin');
    c.header('X-Content-Type-Options', 'nosniff');
    c.header('Cache-Control', 'no-store');
    if (origin !== undefined && origin !== allowed) return refuse(c, 403, `This relay serves pages at ${allowed} only. Whoever runs it can allow another with --origin.`, 'origin_not_allowed');
    if (origin !== undefined) {
      c.header('Access-Control-Allow-Origin', allowed);
      c.header('Access-Control-Expose-Headers', 'Retry-After');
    }
    if (c.req.method !== 'OPTIONS') return next();
    c.header('Access-Control-Allow-Methods', 'GET, POST');
    c.header('Access-Control-Allow-Headers', 'Authorization, Content-Type');
    c.header('Access-Control-Max-Age', '600');
    // A page of the net that calls a machine of the local network has to be let in by name.
    if (c.req.header('access-control-request-private-network') === 'true') c.header('Access-Control-Allow-Private-Network', 'true');
    return c.body(null, 204);
  };
}

export function createRelay({ models, origin, codes, limits: options }: RelaySettings, { source, log }: RelayParts): { readonly app: Hono<Environment>; readonly limits: Limits } {
  const app = new Hono<Environment>();
  const limits = createLimits(options);
  const numbers = new Map<string, number>();
  const allowed = codes && new Set(codes.map(digest));

  /** The student's code, or address, as a hash that stands for it; undefined for a code that is not served. */
  function studentOf(c: Context): string | undefined {
    const code = /^Bearer\s+(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
    if (allowed !== undefined) return code !== undefined && allowed.has(digest(code)) ? digest(code) : undefined;
    return digest(code ?? getConnInfo(c).remote.address ?? '');
  }

  function numberOf(student: string): number {
    const number = numbers.get(student) ?? numbers.size + 1;
    numbers.set(student, number);
    return number;
  }

  app.use(onlyFrom(origin));

  app.get('/v1/models', async (c) => {
    if (studentOf(c) === undefined) return unknownCode(c);
    try {
      const known = models ?? (await source.models(c.req.raw.signal));
      return c.json({ object: 'list', data: known.map((id) => ({ id, object: 'model', created: 0, owned_by: 'relay' })) });
    } catch {
      return refuse(c, 502, 'The relay could not get the list of models from the API.', 'relay_unreachable', 'server_error');
    }
  });

  const tooLarge = (c: Context): Response => refuse(c, 413, `The request is larger than the ${LARGEST_BODY / 1024} kB that the relay forwards.`, 'request_too_large');

  app.post('/v1/chat/completions', bodyLimit({ maxSize: LARGEST_BODY, onError: tooLarge }), async (c) => {
    const began = performance.now();
    const student = studentOf(c);
    if (student === undefined) return unknownCode(c);
    const number = numberOf(student);
    const done = (status: number, input = 0, output = 0): void =>
      log(`${new Date().toISOString()} student ${number} ${status} ${input}+${output} tokens ${Math.round(performance.now() - began)} ms`);
    const refused = (status: ContentfulStatusCode, message: string, code: string, type?: string): Response => {
      done(status);
      return refuse(c, status, message, code, type);
    };

    if (!/^application\/json\b/i.test(c.req.header('content-type') ?? '')) return refused(415, 'The relay takes JSON: send Content-Type: application/json.', 'not_json');
    const parsed = parseBody(await c.req.text());
    if ('problem' in parsed) return refused(400, parsed.problem, 'bad_request');
    const { body } = parsed;
    if (models !== undefined && !models.includes(body.model)) return refused(404, `This relay forwards the models ${models.join(', ')} and no other.`, 'model_not_found');

    const estimate = estimateBody(body);
    const grant = limits.ask(student, estimate.input + estimate.output);
    if ('reason' in grant) {
      if (grant.reason === 'rate') c.header('Retry-After', String(grant.retryAfterSeconds));
      return refused(429, refusalText(grant), grant.reason === 'rate' ? 'rate_limit_exceeded' : 'insufficient_quota', grant.reason === 'rate' ? 'requests' : 'insufficient_quota');
    }

    const leaving = new AbortController();
    c.req.raw.signal.addEventListener('abort', () => leaving.abort(), { once: true });
    let answer: Response;
    try {
      answer = await source.complete(body, leaving.signal);
    } catch {
      // Gone before the answer came: what it cost nobody will tell, so what it may have cost stands.
      done(leaving.signal.aborted ? 499 : 500);
      return refuse(c, 500, 'The relay failed. Try again, and tell whoever runs it.', 'relay_failed', 'server_error');
    }
    const { headers } = answer;
    if (answer.status !== 200 || answer.body === null) {
      grant.settle(0);
      done(answer.status);
      return c.newResponse(answer.body, answer.status as StatusCode, Object.fromEntries(headers));
    }
    const meter = createMeter(/^text\/event-stream/.test(headers.get('content-type') ?? ''), estimate.input);
    const settle = (status: number): void => {
      const { input, output } = meter.cost();
      grant.settle(input + output);
      done(status, input, output);
    };
    // Backpressure: nothing is read from the source that the student has not taken. A student who leaves breaks off the
    // source; a source that breaks off cuts the connection, so that half an answer cannot be taken for a whole one.
    answer.body.pipeTo(meter.through.writable, { signal: leaving.signal, preventAbort: true }).then(
      () => settle(200),
      () => {
        settle(leaving.signal.aborted ? 499 : 502);
        c.env.outgoing.destroy();
      },
    );
    return c.newResponse(meter.through.readable, 200, Object.fromEntries(headers));
  });

  app.notFound((c) => refuse(c, 404, 'The relay answers POST /v1/chat/completions and GET /v1/models only.', 'not_found'));
  app.onError((_error, c) => refuse(c, 500, 'The relay failed. Try again, and tell whoever runs it.', 'relay_failed', 'server_error'));
  return { app, limits };
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

const unknownCode = (c: Context): Response => refuse(c, 401, 'This relay serves students by a code. Ask whoever runs it for yours, and put it where the key goes.', 'invalid_api_key');

function refusalText(refusal: Refusal): string {
  const who = refusal.whose === 'student' ? 'You have' : 'Your class has';
  return refusal.reason === 'rate'
    ? `${who} asked as often as the relay allows in a minute. Try again in ${refusal.retryAfterSeconds} seconds.`
    : `${who} used up the tokens that the relay allows. Whoever runs it can raise the limit.`;
}
