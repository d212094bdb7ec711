// The relay between a real client and a real upstream, both on loopback. What the upstream was sent is looked at as it came.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve } from '@hono/node-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { providerSource, upstreamSource, type AnswerSource } from '../../../cli/relay/answers';
import { createRelay, type RelaySettings } from '../../../cli/relay/app';
import { createLimits } from '../../../cli/relay/limits';
import { parseRelay } from '../../../cli/relay/options';
import { ChatError, type ChatRequest } from '../../../src/reviser/chat';

const KEY = 'sk-the-teachers-own-key-0123456789';
const CODE = 'student-code-7';
const ORIGIN = 'https://lab.school.org';
const SECRET_TEXT = 'What hides behind the mill?';

const opened: { close(): void; closeAllConnections(): void }[] = [];
const logged: string[] = [];
let sent: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[];
let behave: (response: ServerResponse, body: string) => void;
let upstream: string;

async function listen(server: Server): Promise<number> {
  opened.push(server);
  if (!server.listening) await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

beforeEach(async () => {
  sent = [];
  logged.length = 0;
  behave = (response) => completion(response, 'Ada bakes.');
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (text: string) => (body += text));
    request.on('end', () => {
      sent.push({ method: request.method!, url: request.url!, headers: request.headers, body });
      behave(response, body);
    });
  });
  upstream = `http://127.0.0.1:${await listen(server)}/v1`;
});

afterEach(() => {
  for (const server of opened.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

function completion(response: ServerResponse, content: string): void {
  response.setHeader('content-type', 'application/json');
  response.setHeader('set-cookie', 'who=me');
  response.end(JSON.stringify({ choices: [{ message: { role: 'assistant', content } }], usage: { prompt_tokens: 30, completion_tokens: 12 } }));
}

const plenty = { requestsPerMinute: 100, studentRequestsPerMinute: 100, tokens: 1_000_000, studentTokens: 1_000_000 };

async function relay(settings: Partial<RelaySettings> = {}, source: AnswerSource = upstreamSource(upstream, KEY)) {
  const { app, limits } = createRelay({ models: ['small'], origin: ORIGIN, codes: undefined, limits: plenty, ...settings }, { source, log: (line) => logged.push(line) });
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server;
  if (!server.listening) await once(server, 'listening');
  return { url: `http://127.0.0.1:${await listen(server)}`, limits };
}

const question = { model: 'small', messages: [{ role: 'user', content: SECRET_TEXT }], max_tokens: 100 };

const ask = (url: string, body: unknown = question, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${CODE}`, origin: ORIGIN, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal && { signal }),
  });

const codeOf = async (response: Response): Promise<[number, unknown]> => [response.status, ((await response.json()) as { error: { code: unknown } }).error.code];

describe('what the relay forwards', () => {
  it('puts its own key in the place of the student’s, and sends nothing else of the student’s', async () => {
    const { url } = await relay();
    const response = await ask(url, question, { cookie: 'a=b', 'x-other': 'thing' });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'Ada bakes.' } }] });
    expect(response.headers.get('set-cookie')).toBeNull();
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ method: 'POST', url: '/v1/chat/completions', headers: { authorization: `Bearer ${KEY}` } });
    expect(JSON.parse(sent[0]!.body)).toEqual(question);
    const { headers } = sent[0]!;
    expect([headers.cookie, headers.origin, headers['x-other'], headers.referer]).toEqual([undefined, undefined, undefined, undefined]);
    expect(JSON.stringify(headers)).not.toContain(CODE);
  });

  it('refuses other models, other paths and whatever costs money or fetches things, without asking upstream', async () => {
    const { url } = await relay();
    expect(await codeOf(await ask(url, { ...question, model: 'large' }))).toEqual([404, 'model_not_found']);
    expect(await codeOf(await ask(url, { ...question, tools: [] }))).toEqual([400, 'bad_request']);
    expect(await codeOf(await ask(url, { ...question, n: 8 }))).toEqual([400, 'bad_request']);
    const image = { role: 'user', content: [{ type: 'image_url', image_url: { url: 'http://10.0.0.1/' } }] };
    expect(await codeOf(await ask(url, { ...question, messages: [image] }))).toEqual([400, 'bad_request']);
    expect(await codeOf(await ask(url, '{"model":'))).toEqual([400, 'bad_request']);
    expect(await codeOf(await ask(url, question, { 'content-type': 'text/plain' }))).toEqual([415, 'not_json']);
    expect(await codeOf(await fetch(`${url}/v1/embeddings`, { method: 'POST', body: '{}' }))).toEqual([404, 'not_found']);
    expect(sent).toEqual([]);
  });

  it('refuses a body that is too large, whether or not it tells its length', async () => {
    const { url } = await relay();
    const large = JSON.stringify({ ...question, messages: [{ role: 'user', content: 'x'.repeat(600_000) }] });
    expect(await codeOf(await ask(url, large))).toEqual([413, 'request_too_large']);
    const request = httpRequest(`${url}/v1/chat/completions`, { method: 'POST', headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' } });
    request.on('error', () => undefined);
    request.write(large);
    request.end();
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(413);
    expect(sent).toEqual([]);
  });

  it('names the allowed models, or those of the upstream where all are', async () => {
    const list = async (url: string): Promise<unknown> => ((await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] }).data.map(({ id }) => id);
    expect(await list((await relay({ models: ['small', 'other'] })).url)).toEqual(['small', 'other']);
    behave = (response) => response.end(JSON.stringify({ data: [{ id: 'one', secret: KEY }, { id: 'two' }, null] }));
    expect(await list((await relay({ models: undefined })).url)).toEqual(['one', 'two']);
    expect(sent[0]).toMatchObject({ method: 'GET', url: '/v1/models', headers: { authorization: `Bearer ${KEY}` } });
  });
});

describe('streams', () => {
  it('pass as they come, bytes unchanged, and tell their cost', async () => {
    const first = Buffer.from('data: {"choices":[{"delta":{"content":"안녕"}}]}\n\n');
    let go: (() => void) | undefined;
    behave = (response) => {
      response.setHeader('content-type', 'text/event-stream');
      response.write(first.subarray(0, 37)); // in the middle of a letter
      go = () => {
        response.write(first.subarray(37));
        response.end('data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}}\n\ndata: [DONE]\n\n');
      };
    };
    const { url, limits } = await relay();
    const response = await ask(url, { ...question, stream: true, stream_options: { include_usage: true } });
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const reader = response.body!.getReader();
    // The first bytes are here although the upstream has not sent the rest.
    expect(Buffer.from((await reader.read()).value!)).toEqual(first.subarray(0, 37));
    go!();
    const rest: Uint8Array[] = [];
    for (let step = await reader.read(); !step.done; step = await reader.read()) rest.push(step.value);
    expect(Buffer.concat(rest).toString()).toContain('[DONE]');
    await expect.poll(() => limits.total).toEqual({ requests: 1, tokens: 9 });
  });

  it('end upstream when the student leaves', async () => {
    let closed = false;
    behave = (response) => {
      response.setHeader('content-type', 'text/event-stream');
      response.write('data: {"choices":[{"delta":{"content":"A"}}]}\n\n');
      response.on('close', () => (closed = true));
    };
    const { url, limits } = await relay();
    const leave = new AbortController();
    const response = await ask(url, { ...question, stream: true }, {}, leave.signal);
    await response.body!.getReader().read();
    expect(closed).toBe(false);
    leave.abort();
    await expect.poll(() => closed).toBe(true);
    // What came is paid for, what was set aside is free again.
    await expect.poll(() => limits.total.tokens).toBeLessThan(30);
    expect(logged.at(-1)).toMatch(/ 499 /);
  });

  it('end upstream when the student leaves before the answer has begun', async () => {
    let closed = false;
    behave = (response) => void response.on('close', () => (closed = true));
    const { url } = await relay();
    const leave = new AbortController();
    const asked = ask(url, question, {}, leave.signal).catch((error: Error) => error.name);
    await expect.poll(() => sent.length).toBe(1);
    leave.abort();
    expect(await asked).toBe('AbortError');
    await expect.poll(() => closed).toBe(true);
  });

  it('are read from upstream no faster than the student takes them', async () => {
    let written = 0;
    behave = (response) => {
      response.setHeader('content-type', 'text/event-stream');
      const block = `data: ${'x'.repeat(64 * 1024)}\n\n`;
      const push = (): void => {
        while (written < 64 * 1024 * 1024) {
          written += block.length;
          if (!response.write(block)) return void response.once('drain', push);
        }
        response.end();
      };
      push();
    };
    const { url } = await relay();
    const request = httpRequest(`${url}/v1/chat/completions`, { method: 'POST', headers: { 'content-type': 'application/json' } });
    request.on('error', () => undefined);
    request.end(JSON.stringify({ ...question, stream: true }));
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    answer.pause();
    // Until the pipes are full, and then no more.
    let before = -1;
    await expect.poll(() => before === (before = written), { interval: 300, timeout: 10_000 }).toBe(true);
    expect(written).toBeLessThan(32 * 1024 * 1024);
    answer.destroy();
  });

  it('that break off upstream break off for the student, too', async () => {
    behave = (response) => {
      response.setHeader('content-type', 'text/event-stream');
      response.write('data: {"choices":[{"delta":{"content":"A"}}]}\n\n', () => response.destroy());
    };
    const { url } = await relay();
    const response = await ask(url, { ...question, stream: true });
    await expect(response.text()).rejects.toThrow();
    await expect.poll(() => logged.at(-1)).toMatch(/ 502 /);
  });
});

describe('limits', () => {
  it('hold a student to requests a minute and leave the others alone', async () => {
    const { url } = await relay({ limits: { ...plenty, studentRequestsPerMinute: 2 } });
    for (let i = 0; i < 2; i++) expect((await ask(url)).status).toBe(200);
    const refused = await ask(url);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(refused.headers.get('access-control-expose-headers')).toBe('Retry-After');
    expect(await codeOf(refused)).toEqual([429, 'rate_limit_exceeded']);
    expect((await ask(url, question, { authorization: 'Bearer another' })).status).toBe(200);
    // Without a code the address counts.
    for (const status of [200, 200, 429]) expect((await ask(url, question, { authorization: '' })).status).toBe(status);
    expect(sent).toHaveLength(5);
  });

  it('hold the class to its tokens, as the upstream counts them', async () => {
    // Each costs 42; a question may cost 100 and some more.
    const { url, limits } = await relay({ limits: { ...plenty, tokens: 180 } });
    expect((await ask(url)).status).toBe(200);
    expect((await ask(url, question, { authorization: 'Bearer another' })).status).toBe(200);
    expect(limits.total).toEqual({ requests: 2, tokens: 84 });
    expect(await codeOf(await ask(url, question, { authorization: 'Bearer a-third' }))).toEqual([429, 'insufficient_quota']);
    expect(sent).toHaveLength(2);
  });

  it('set aside what a request may cost while it is under way', async () => {
    const answers: (() => void)[] = [];
    behave = (response) => void answers.push(() => completion(response, 'A'));
    const { url } = await relay({ limits: { ...plenty, studentTokens: 180 } });
    const first = ask(url);
    await expect.poll(() => answers.length).toBe(1);
    expect(await codeOf(await ask(url))).toEqual([429, 'insufficient_quota']);
    answers[0]!();
    expect((await first).status).toBe(200);
    const second = ask(url);
    await expect.poll(() => answers.length).toBe(2);
    answers[1]!();
    expect((await second).status).toBe(200);
  });

  it('charge nothing for what failed upstream', async () => {
    behave = (response) => void response.writeHead(500).end('{"error":{"message":"No."}}');
    const { url, limits } = await relay();
    expect((await ask(url)).status).toBe(500);
    expect(limits.total.tokens).toBe(0);
  });

  it('serve only known codes where there is a list of them', async () => {
    const { url } = await relay({ codes: [CODE] });
    expect((await ask(url)).status).toBe(200);
    expect(await codeOf(await ask(url, question, { authorization: 'Bearer guessed' }))).toEqual([401, 'invalid_api_key']);
    expect(await codeOf(await ask(url, question, { authorization: '' }))).toEqual([401, 'invalid_api_key']);
  });

  it('let requests in again as the minute passes', () => {
    let now = 1_000_000;
    const limits = createLimits({ ...plenty, studentRequestsPerMinute: 2 }, () => now);
    const askAt = (time: number) => ((now = time), limits.ask('a', 1));
    expect(askAt(1_000_000)).toHaveProperty('settle');
    expect(askAt(1_020_000)).toHaveProperty('settle');
    expect(askAt(1_030_000)).toEqual({ reason: 'rate', whose: 'student', retryAfterSeconds: 30 });
    expect(askAt(1_060_000)).toHaveProperty('settle');
    expect(askAt(1_070_000)).toEqual({ reason: 'rate', whose: 'student', retryAfterSeconds: 10 });
  });
});

describe('pages', () => {
  const preflight = (url: string, origin: string): Promise<Response> =>
    fetch(`${url}/v1/chat/completions`, {
      method: 'OPTIONS',
      headers: {
        origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type', 'access-control-request-private-network': 'true',
      },
    });

  it('of the one origin may call, from a public page, too', async () => {
    const { url } = await relay();
    const answer = await preflight(url, ORIGIN);
    expect(answer.status).toBe(204);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-headers': 'Authorization, Content-Type',
      'access-control-allow-private-network': 'true',
      vary: 'Origin',
    });
    expect((await ask(url)).headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect((await ask(url, '{')).headers.get('access-control-allow-origin')).toBe(ORIGIN);
  });

  it('of any other origin may not, and cost nothing', async () => {
    const { url } = await relay();
    for (const origin of ['https://evil.example', 'null', `${ORIGIN}.evil.example`, 'http://lab.school.org']) {
      for (const answer of [await preflight(url, origin), await ask(url, question, { origin })]) {
        expect(answer.status).toBe(403);
        expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      }
    }
    expect(sent).toEqual([]);
  });
});

describe('what may not leak', () => {
  it('is in no line of the log: neither texts nor codes nor the key', async () => {
    const { url } = await relay();
    await (await ask(url)).json();
    await ask(url, '{"model": "what was typed"');
    await ask(url, { ...question, model: 'a-name' });
    await expect.poll(() => logged.length).toBe(3);
    expect(logged[2]).toMatch(/^\S+Z student 1 200 30\+12 tokens \d+ ms$|^\S+Z student 1 4\d\d 0\+0 tokens \d+ ms$/);
    const all = logged.join('\n');
    for (const text of [KEY, CODE, SECRET_TEXT, 'bakes', 'typed', 'a-name']) expect(all).not.toContain(text);
  });

  it('is in no error, not even where the upstream says it', async () => {
    const { url } = await relay();
    behave = (response) => void response.writeHead(401, { 'www-authenticate': KEY }).end(JSON.stringify({ error: { message: `Incorrect API key provided: ${KEY}` } }));
    const refused = await ask(url);
    expect(refused.status).toBe(403);
    expect(await refused.text()).toMatch(/does not accept the relay’s key/);
    behave = (response) => void response.writeHead(429, { 'retry-after': '7', 'x-key': KEY }).end(JSON.stringify({ error: { message: `Slow down, ${KEY}`, code: 'rate_limit_exceeded' } }));
    const busy = await ask(url);
    expect([busy.status, busy.headers.get('retry-after'), busy.headers.get('x-key')]).toEqual([429, '7', null]);
    expect(await busy.json()).toEqual({ error: { message: 'Slow down, …', code: 'rate_limit_exceeded', type: 'server_error', param: null } });
  });

  it('goes to no other address: redirects are not followed', async () => {
    const other = createServer((request, response) => {
      sent.push({ method: request.method!, url: 'the other server', headers: request.headers, body: '' });
      response.end('{}');
    });
    const port = await listen(other);
    behave = (response) => void response.writeHead(307, { location: `http://127.0.0.1:${port}/v1/chat/completions` }).end();
    const { url } = await relay();
    expect(await codeOf(await ask(url))).toEqual([403, 'relay_redirected']);
    expect(sent.map((one) => one.url)).toEqual(['/v1/chat/completions']);
  });

  it('is not told where the upstream is down', async () => {
    const { url } = await relay({}, upstreamSource('http://127.0.0.1:9', KEY));
    const response = await ask(url);
    expect(response.status).toBe(502);
    expect(await response.text()).not.toMatch(/127\.0\.0\.1|ECONN|sk-/);
  });
});

describe('a provider of the lab’s own', () => {
  const asked: ChatRequest[] = [];
  const echo = providerSource(
    {
      identity: { kind: 'offline', origin: 'offline' },
      complete: async (request) => {
        asked.push(request);
        if (request.temperature === 2) throw new ChatError('bad_request', 'That is too hot.');
        return { text: 'Ada 🐈 bakes bread.', finish: 'length', model: 'town', usage: { input: 5, output: 6 } };
      },
    },
    'town',
  );

  it('answers in one piece', async () => {
    const { url } = await relay({ models: undefined }, echo);
    const body = { model: 'town', messages: [{ role: 'system', content: 'Be kind.' }, { role: 'user', content: [{ type: 'text', text: 'Hello?' }] }], temperature: 0.5 };
    expect(await (await ask(url, body)).json()).toMatchObject({
      object: 'chat.completion', model: 'town',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Ada 🐈 bakes bread.' }, finish_reason: 'length' }],
      usage: { prompt_tokens: 5, completion_tokens: 6, total_tokens: 11 },
    });
    expect(asked.at(-1)).toMatchObject({ system: 'Be kind.', messages: [{ role: 'user', content: 'Hello?' }], temperature: 0.5 });
    expect(await codeOf(await ask(url, { ...body, temperature: 2 }))).toEqual([400, 'bad_request']);
  });

  it('streams', async () => {
    const { url, limits } = await relay({ models: undefined }, echo);
    const text = await (await ask(url, { ...question, stream: true, stream_options: { include_usage: true } })).text();
    const data = text.trim().split('\n\n').map((event) => event.slice('data: '.length));
    expect(data.pop()).toBe('[DONE]');
    const chunks = data.map((one) => JSON.parse(one) as { choices: { delta: { content?: string }; finish_reason: string | null }[]; usage?: object });
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('Ada 🐈 bakes bread.');
    expect(chunks.filter(({ choices }) => choices[0]?.finish_reason === 'length')).toHaveLength(1);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 5, completion_tokens: 6 } });
    await expect.poll(() => limits.total.tokens).toBe(11);
  });
});

describe('the command line', () => {
  const env = { THE_KEY: KEY };

  it('reads what a teacher says', () => {
    expect(parseRelay(['--upstream', 'https://api.openai.com/v1/', '--key-env', 'THE_KEY', '--models', 'a, b', '--student-rpm', '5'], env)).toMatchObject({
      upstream: { base: 'https://api.openai.com/v1', key: KEY }, models: ['a', 'b'], host: '127.0.0.1', limits: { studentRequestsPerMinute: 5 },
    });
    expect(parseRelay(['--offline', '--origin', 'http://localhost:5173'], {})).toMatchObject({ origin: 'http://localhost:5173' });
  });

  it.each([
    [['--upstream', 'https://x.org/v1', '--key-env', 'NONE'], /NONE.*no such environment variable/],
    [[], /--upstream URL.*--offline/],
    [['--upstream', 'ftp://x.org'], /--upstream must be/],
    [['--upstream', 'https://me:secret@x.org'], /--upstream must be/],
    [['--upstream', 'http://x.org/v1', '--key-env', 'THE_KEY'], /plain http/],
    [['--offline', '--key-env', 'THE_KEY'], /--offline needs no/],
    [['--offline', '--origin', '*'], /--origin is/],
    [['--offline', '--origin', 'https://x.org/path'], /--origin is/],
    [['--offline', '--rpm', '0'], /--rpm must be/],
    [['--offline', '--port', '70000'], /--port/],
    [['--what'], /what/],
  ])('says what is wrong with %j', (args, message) => {
    expect(() => parseRelay(args, env)).toThrow(message);
    expect(() => parseRelay(args, env)).not.toThrow(KEY);
  });

  it('ends with 2 and one line where the key is not there', () => {
    const root = fileURLToPath(new URL('../../../', import.meta.url));
    const run = spawnSync(process.execPath, [join(root, 'scripts/run.mjs'), join(root, 'cli/relay.ts'), '--upstream', 'https://x.org/v1', '--key-env', 'NO_SUCH_KEY'], { cwd: root, encoding: 'utf8' });
    expect([run.status, run.stdout]).toEqual([2, '']);
    expect(run.stderr).toMatch(/^--key-env names NO_SUCH_KEY[^\n]*\n$/);
  });
});
