import { afterEach, describe, expect, it } from 'vitest';
import { anthropicProvider } from '../../../src/reviser/anthropic';
import { ChatError, type ChatFault, type ChatProvider, type ChatRequest } from '../../../src/reviser/chat';
import { openAiProvider, type ProviderOptions } from '../../../src/reviser/openai';
import { PASSING_FAULTS, startFaultyServer, type Behaviour, type FaultyServer, type FaultyServerOptions } from '../../support/faultyServer';

const CANARY = 'sk-proj-canary0123456789ABCDEF';

const request: ChatRequest = {
  model: 'small',
  system: 'Be brief.',
  messages: [{ role: 'user', content: 'Hi' }, { role: 'assistant', content: 'Hello' }, { role: 'user', content: '안녕 🙂' }],
  temperature: 0.7,
  maxTokens: 200,
  topLogprobs: 0,
  sample: 3,
};

/** The server's default reply, with characters of two, three and four bytes. */
const TEXT = '{teacher_reasoning}: It wants more cheer – 더 밝게 🙂.\n\n{corrected_student_solution}: Hello!';

let server: FaultyServer;
afterEach(() => server.close());

const start = async (options?: FaultyServerOptions): Promise<FaultyServer> => (server = await startFaultyServer(options));

const providers: readonly ['openai' | 'anthropic', (options: ProviderOptions) => ChatProvider][] = [
  ['openai', openAiProvider],
  ['anthropic', anthropicProvider],
];

describe.each(providers)('the %s provider', (kind, make) => {
  const provider = (more: Partial<ProviderOptions> = {}): ChatProvider => make({ baseUrl: server.baseUrl, key: () => CANARY, ...more });
  const failure = async (behaviour: Behaviour, more: Partial<ProviderOptions> = {}): Promise<ChatError> => {
    server.next(behaviour);
    const error = await provider(more).complete(request).then(
      () => new Error('It did not fail'),
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ChatError);
    expect(`${String(error)} ${JSON.stringify(error)} ${String((error as ChatError).stack)}`).not.toContain('canary');
    return error as ChatError;
  };

  it('streams a reply, tells the text so far, and counts tokens', async () => {
    await start();
    const heard: string[] = [];
    const reply = await provider().complete(request, { onText: (text) => heard.push(text) });
    expect(reply).toEqual({ text: TEXT, finish: 'stop', model: 'small-2026', usage: { input: 12, output: expect.any(Number) } });
    expect(heard.length).toBeGreaterThan(10);
    expect(heard.at(-1)).toBe(TEXT);
    for (const [i, text] of heard.entries()) expect(text.startsWith(heard[i - 1] ?? '')).toBe(true);
  });

  it('knows whom it asks', async () => {
    await start();
    expect(provider().identity).toEqual({ kind, origin: server.origin });
  });

  it('sends what was asked, and no header but those that the format wants', async () => {
    await start();
    await provider().complete(request);
    const { body, headers } = server.asked[0]!;
    expect(body).toMatchObject({ model: 'small', temperature: 0.7, max_tokens: 200, stream: true });
    expect(JSON.stringify(body)).toContain('안녕 🙂');
    expect(body.messages).toHaveLength(kind === 'openai' ? 4 : 3);
    expect(Object.keys(body)).not.toContain('sample');
    // What Node's fetch adds by itself, as a browser does; a page's preflight does not ask for these.
    const own = Object.keys(headers).filter((name) => !/^(?:host|connection|accept.*|user-agent|content-length|sec-fetch-.*|cache-control|pragma)$/.test(name));
    expect(own.sort()).toEqual(
      kind === 'openai' ? ['authorization', 'content-type'] : ['anthropic-dangerous-direct-browser-access', 'anthropic-version', 'content-type', 'x-api-key'],
    );
    expect(headers[kind === 'openai' ? 'authorization' : 'x-api-key']).toContain(CANARY);
  });

  it('leaves out an empty system message, and the key where there is none', async () => {
    await start();
    await make({ baseUrl: `${server.baseUrl}/` }).complete({ ...request, system: '' });
    const { body, headers } = server.asked[0]!;
    expect(body.messages).toHaveLength(3);
    expect(body).not.toHaveProperty('system');
    expect(headers).not.toHaveProperty('authorization');
    expect(headers).not.toHaveProperty('x-api-key');
  });

  it.each(['no_done', 'split_utf8', 'whole_json', 'crlf', 'comments', 'no_usage', 'mislabelled'] as const)('reads a reply that comes as %s', async (manner) => {
    await start();
    server.next(manner);
    const heard: string[] = [];
    expect(await provider().complete(request, { onText: (text) => heard.push(text) })).toMatchObject({ text: TEXT, finish: 'stop' });
    expect(heard.at(-1)).toBe(TEXT);
  });

  it('tells a reply that was cut by its limit, and one that was refused', async () => {
    await start();
    server.next('length', 'refusal');
    expect(await provider().complete(request)).toMatchObject({ text: TEXT, finish: 'length' });
    expect(await provider().complete(request)).toMatchObject({ finish: 'refused' });
  });

  const faults: readonly [Behaviour, ChatFault, boolean][] = [
    ['bad_key', 'wrong_key', false],
    ['forbidden', 'forbidden', false],
    ['no_model', 'unknown_model', false],
    ['no_path', 'unknown_path', false],
    ['too_large', 'too_large', false],
    ['quota', 'quota', false],
    ['rate_limit', 'rate_limit', true],
    ['server_error', 'server', true],
    ['overloaded', 'overloaded', true],
    ['html_gateway', 'server', true],
    ['error_event', kind === 'openai' ? 'server' : 'overloaded', true],
    ['broken_json', 'malformed', true],
    ['cut', 'cut', true],
    ['hang_up', 'unreachable', true],
    ['redirect', 'unreachable', true],
    ['endless_noise', 'malformed', true],
    ['endless_line', 'malformed', true],
  ];
  it.each(faults)('meets %s with the fault %s', async (behaviour, fault, passing) => {
    await start();
    const error = await failure(behaviour);
    expect(error).toMatchObject({ fault, passing });
    expect(error.message).toMatch(/\w/);
    // Nothing was asked twice, and no redirect was followed.
    expect(server.asked).toHaveLength(1);
  });

  it('tells how long to wait, from seconds and from a date', async () => {
    await start({ retryAfter: 7 });
    expect((await failure('rate_limit_wait')).retryAfterMs).toBe(7000);
    const wait = (await failure('rate_limit_date')).retryAfterMs!;
    expect(wait).toBeGreaterThan(4000);
    expect(wait).toBeLessThanOrEqual(7000);
    expect((await failure('rate_limit')).retryAfterMs).toBeUndefined();
  });

  it('gives up a server that falls silent before or in the middle of its answer', async () => {
    await start();
    expect(await failure('silence', { patienceMs: 80 })).toMatchObject({ fault: 'cut' });
    expect(await failure('stall', { patienceMs: 80 })).toMatchObject({ fault: 'cut' });
    expect(await failure('drip', { patienceMs: 40 })).toMatchObject({ fault: 'cut' });
    await expect.poll(() => server.asked.every(({ left }) => left)).toBe(true);
  });

  it('cuts a reply without end, says so, and hangs up', async () => {
    await start();
    server.next('endless_text');
    const reply = await provider().complete(request);
    expect(reply.finish).toBe('length');
    expect(reply.text.length).toBeLessThan(20_000);
    await expect.poll(() => server.asked[0]!.left).toBe(true);
  });

  it('stops at once with the reason of the signal, before, while waiting and in the middle', async () => {
    await start();
    const reason = new Error('enough');
    await expect(provider().complete(request, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(server.asked).toHaveLength(0);
    for (const behaviour of ['silence', 'stall', 'endless_text'] as const) {
      server.next(behaviour);
      const control = new AbortController();
      const asking = provider().complete({ ...request, maxTokens: 1e6 }, { signal: control.signal });
      await expect.poll(() => server.asked.length).toBeGreaterThan(0);
      setTimeout(() => control.abort(reason), 20);
      await expect(asking).rejects.toBe(reason);
    }
    await expect.poll(() => server.asked.every(({ left }) => left)).toBe(true);
  });

  it('says that nothing answers where nothing runs', async () => {
    await start();
    await server.close();
    await expect(provider().complete(request)).rejects.toMatchObject({ fault: 'unreachable', passing: true });
  });

  it('sends no key that no header can hold, and shows none of it', async () => {
    await start();
    const asking = provider({ key: () => 'sk-canary…broken' }).complete(request);
    await expect(asking).rejects.toMatchObject({ fault: 'wrong_key' });
    await expect(asking).rejects.not.toThrow(/canary/);
    expect(server.asked).toHaveLength(0);
  });

  it('takes the key out of a reply that echoes it', async () => {
    await start();
    server.next('echo_key', 'echo_key');
    const reply = await provider().complete(request, { onText: (text) => expect(text).not.toContain(CANARY) });
    expect(reply.text).toBe('{corrected_student_solution}: [key]');
  });

  it('asks for the key each time', async () => {
    await start();
    let key: string | undefined = CANARY;
    const one = provider({ key: () => key });
    await one.complete(request);
    key = undefined;
    await one.complete(request);
    expect(JSON.stringify(server.asked[1]!.headers)).not.toContain('canary');
  });

  it('asks without a temperature where the model takes none, and says so in each reply', async () => {
    await start();
    server.always('needs_default_temperature');
    const one = provider();
    expect(await one.complete(request)).toMatchObject({ text: TEXT, without: ['temperature'] });
    expect(await one.complete(request)).toMatchObject({ text: TEXT, without: ['temperature'] });
    expect(server.asked.map(({ body }) => 'temperature' in body)).toEqual([true, false, false]);
  });

  it('gets through to an answer where a fifth of all answers fail', async () => {
    await start({ faultShare: 0.2, seed: 4 });
    const faultsMet = new Set<string>();
    const one = provider();
    for (let i = 0; i < 60; i++) {
      try {
        expect((await one.complete(request)).text).toBe(TEXT);
      } catch (error) {
        expect(error).toMatchObject({ name: 'ChatError', passing: true });
        faultsMet.add((error as ChatError).fault);
      }
    }
    const failed = server.asked.filter(({ behaviour }) => (PASSING_FAULTS as readonly string[]).includes(behaviour)).length;
    expect(failed).toBeGreaterThan(4);
    expect(failed).toBeLessThan(24);
    expect(faultsMet.size).toBeGreaterThan(2);
  });
});

describe('the openai provider alone', () => {
  const provider = (): ChatProvider => openAiProvider({ baseUrl: server.baseUrl, key: () => CANARY });

  it('tells the alternatives of each token', async () => {
    await start({ reply: () => 'So [1]', top: (token) => (token === '1' ? [{ token: '1', logprob: -0.2 }, { token: '2', logprob: -1.7 }] : [{ token, logprob: 0 }]) });
    const reply = await provider().complete({ ...request, topLogprobs: 2 });
    expect(server.asked[0]!.body).toMatchObject({ logprobs: true, top_logprobs: 2 });
    expect(reply.logprobs!.map(({ token }) => token).join('')).toBe('So [1]');
    expect(reply.logprobs!.find(({ token }) => token === '1')!.top).toEqual([{ token: '1', logprob: -0.2 }, { token: '2', logprob: -1.7 }]);
    server.next('whole_json');
    expect((await provider().complete({ ...request, topLogprobs: 2 })).logprobs).toEqual(reply.logprobs);
  });

  it('names the limit as newer models want it', async () => {
    await start();
    server.always('needs_max_completion_tokens');
    const one = provider();
    await one.complete(request);
    await one.complete(request);
    expect(server.asked.map(({ body }) => [body.max_tokens, body.max_completion_tokens])).toEqual([[200, undefined], [undefined, 200], [undefined, 200]]);
  });

  it('asks for no count of tokens where a strict server refuses the question', async () => {
    await start();
    server.always('no_stream_options');
    const reply = await provider().complete(request);
    expect(reply).toMatchObject({ text: TEXT });
    expect(reply.usage).toBeUndefined();
    expect(server.asked.map(({ body }) => 'stream_options' in body)).toEqual([true, false]);
  });

  it('asks without log-probabilities where there are none', async () => {
    await start();
    server.always('no_logprobs');
    expect(await provider().complete({ ...request, topLogprobs: 5 })).toMatchObject({ text: TEXT, without: ['logprobs'] });
  });

  it('asks once where the request itself is wrong', async () => {
    await start();
    server.next('bad_request');
    const error = (await provider().complete(request).catch((reason: unknown) => reason)) as ChatError;
    expect(error).toMatchObject({ fault: 'bad_request', passing: false });
    expect(server.asked).toHaveLength(1);
  });

  it('tells a reply that the server\'s filter stopped', async () => {
    await start();
    server.next('content_filter');
    expect(await provider().complete(request)).toMatchObject({ finish: 'refused' });
  });
});
