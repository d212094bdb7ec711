import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { remarkText } from '../../../src/engine/errors';
import { localNetworkPermission, testConnection, type ConnectionQuestion, type ConnectionReport } from '../../../src/reviser/connectionTest';
import { isLocal, LOCAL_SERVERS, localServerOf } from '../../../src/reviser/localServers';
import { browserFetch } from '../../support/browserFetch';
import { startFaultyServer, type FaultyServer, type FaultyServerOptions } from '../../support/faultyServer';

const CANARY = 'sk-canary-0123456789abcdef';
const PAGE = 'https://lab.example';

let server: FaultyServer;
const start = async (options?: FaultyServerOptions): Promise<void> => {
  await server?.close();
  server = await startFaultyServer(options);
};
beforeEach(() => start({ cors: PAGE }));
afterEach(() => server.close());

const test = (more: Partial<ConnectionQuestion> = {}): Promise<ConnectionReport> =>
  testConnection({ kind: 'openai', baseUrl: server.baseUrl, model: 'small', key: CANARY, pageUrl: `${PAGE}/lab/#/revise`, fetch: browserFetch(PAGE), ...more });
const kinds = ({ findings }: ConnectionReport) => findings.map(({ kind, level }) => `${kind} ${level}`);

describe('the connection test', () => {
  it.each(['openai', 'anthropic'] as const)('lists the models and has one answer, as %s', async (kind) => {
    const report = await test({ kind });
    expect(report).toMatchObject({ ok: true, models: ['small', 'large'] });
    expect(kinds(report)).toEqual(['works good']);
    expect(server.asked).toHaveLength(1);
    expect(server.asked[0]!.body.max_tokens).toBeLessThan(50);
  });

  it('works where there is no list of models', async () => {
    server.next('no_path', 'plain');
    expect(await test()).toMatchObject({ ok: true, models: [] });
  });

  it('tells a wrong key from a missing one, and shows neither', async () => {
    server.always('bad_key');
    const wrong = await test();
    expect(kinds(wrong)).toEqual(['wrong_key bad']);
    expect(JSON.stringify(wrong)).not.toContain('canary');
    expect(kinds(await test({ key: '' }))).toEqual(['no_key bad']);
    const broken = await test({ key: 'sk-canary 12' });
    expect(kinds(broken)).toEqual(['wrong_key bad']);
    expect(JSON.stringify(broken)).not.toContain('canary');
  });

  it('names the models most like one that is wrong', async () => {
    server.next('plain', 'no_model');
    const report = await test({ model: 'smal' });
    expect(kinds(report)).toEqual(['unknown_model bad', 'models maybe']);
    expect(remarkText(report.findings[1]!.says)).toBe('The server has, among others: small, large');
  });

  it.each([
    ['quota', 'quota bad'],
    ['rate_limit', 'rate_limit bad'],
    ['no_path', 'unknown_path bad'],
    ['overloaded', 'overloaded bad'],
    ['broken_json', 'malformed bad'],
    ['cut', 'cut bad'],
  ] as const)('tells %s', async (behaviour, expected) => {
    server.next('plain', behaviour);
    expect(kinds(await test())).toEqual([expected]);
  });

  it('knows for sure that a server runs and refuses this page, and says how to allow it', async () => {
    await start();
    const report = await test();
    expect(kinds(report)).toEqual(['cors bad']);
    expect(report.findings[0]!.fix!.command).toBe(PAGE);
    // Nothing that carries the key came through.
    expect([...server.asked, ...server.listed].every(({ headers }) => headers.authorization === undefined)).toBe(true);
  });

  it('tells all three things that it may be where nothing answers', async () => {
    await server.close();
    const report = await test();
    expect(kinds(report)).toEqual(['down maybe', 'cors maybe', 'prompt_refused maybe']);
    expect(report.findings.every(({ fix }) => fix !== undefined)).toBe(true);
  });

  it('does not speak of the prompt to a page of this machine itself, nor of pages where there is none', async () => {
    await server.close();
    expect(kinds(await test({ pageUrl: 'http://localhost:5173/', fetch: browserFetch('http://localhost:5173') }))).toEqual(['down maybe', 'cors maybe']);
    const { pageUrl: _, ...bare } = { kind: 'openai' as const, baseUrl: server.baseUrl, model: 'small', pageUrl: '' };
    expect(kinds(await testConnection(bare))).toEqual(['down bad']);
  });

  it('knows for sure that the prompt was refused where the browser tells', async () => {
    await server.close();
    expect(kinds(await test({ permission: () => Promise.resolve('denied') }))).toEqual(['prompt_refused bad']);
  });

  it('asks nothing where the browser would not let it: plain http from https, and what the policy leaves out', async () => {
    const never = () => Promise.reject(new Error('asked'));
    const mixed = await test({ baseUrl: 'http://192.168.1.20:11434/v1', fetch: never });
    expect(kinds(mixed)).toEqual(['mixed_content bad']);
    expect(kinds(await test({ baseUrl: 'https://api.example/v1', fetch: never, policyAllows: () => false }))).toEqual(['policy bad']);
    expect(kinds(await test({ baseUrl: 'ftp://x', fetch: never }))).toEqual(['bad_url bad']);
    expect(kinds(await test({ baseUrl: 'https://me:secret@x/v1', fetch: never }))).toEqual(['bad_url bad']);
  });

  it('passes an abort through', async () => {
    const reason = new Error('enough');
    await expect(test({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe('the servers of a person\'s own machine', () => {
  const fixOf = async (baseUrl: string, status: number | 'down') => {
    // Ports such as 11434 may be taken on the machine that tests; the server's answer is what counts here.
    const fetch = () => (status === 'down' ? Promise.reject(new TypeError('Failed to fetch')) : Promise.resolve(new Response('', { status })));
    return (await testConnection({ kind: 'openai', baseUrl, model: 'm', pageUrl: PAGE, fetch })).findings;
  };

  it.each([
    ['http://localhost:11434/v1', 'OLLAMA_ORIGINS=https://lab.example ollama serve', 'ollama serve'],
    ['http://127.0.0.1:1234/v1', 'lms server start --cors', 'lms server start --cors'],
    ['http://localhost:8080/v1', 'llama-server -m MODEL.gguf --cors-origins https://lab.example', 'llama-server -m MODEL.gguf'],
    ['http://localhost:8000/v1', 'vllm serve MODEL --allowed-origins \'["https://lab.example"]\'', 'vllm serve MODEL'],
  ])('at %s are told how to allow the page', async (baseUrl, command, start) => {
    const findings = await fixOf(baseUrl, 'down');
    expect(findings.find(({ kind }) => kind === 'cors')!.fix!.command).toBe(command);
    expect(findings.find(({ kind }) => kind === 'down')!.fix!.command).toBe(start);
    expect((await fixOf(baseUrl, 403))[0]).toMatchObject({ kind: 'forbidden', fix: { command } });
  });

  it('are told their usual path where another was given', async () => {
    expect((await fixOf('http://localhost:11434', 404))[0]).toMatchObject({ kind: 'unknown_path', fix: { command: 'http://localhost:11434/v1' } });
    expect((await fixOf('http://localhost:11434/v1', 404))[0]!.fix).toBeUndefined();
  });

  it('are known by port, here and in the network, and not on the net', () => {
    expect(localServerOf(new URL('http://192.168.0.7:11434/v1'))?.name).toBe('Ollama');
    expect(localServerOf(new URL('https://api.example:11434/v1'))).toBeUndefined();
    expect(localServerOf(new URL('http://localhost:9999/v1'))).toBeUndefined();
    expect(new Set(LOCAL_SERVERS.map(({ port }) => port)).size).toBe(LOCAL_SERVERS.length);
  });

  it.each([
    ['localhost', true], ['127.3.2.1', true], ['[::1]', true], ['10.0.0.1', true], ['172.16.0.1', true], ['172.32.0.1', false], ['192.168.9.9', true],
    ['169.254.1.1', true], ['printer.local', true], ['[fd00::1]', true], ['[fe80::1]', true], ['8.8.8.8', false], ['[2001:db8::1]', false], ['local.example', false],
  ])('%s is local: %s', (host, local) => {
    expect(isLocal(host)).toBe(local);
  });
});

describe('the permission of the local network', () => {
  const query = (known: string, state: PermissionState) => ({
    query: ({ name }: { name: string }) => (name === known ? Promise.resolve({ state } as PermissionStatus) : Promise.reject(new TypeError('not a permission'))),
  });

  it('is read under whichever name the browser has for it', async () => {
    expect(await localNetworkPermission(query('local-network-access', 'denied'))).toBe('denied');
    expect(await localNetworkPermission(query('loopback-network', 'granted'))).toBe('granted');
    expect(await localNetworkPermission(query('camera', 'granted'))).toBeUndefined();
    expect(await localNetworkPermission(undefined)).toBeUndefined();
  });
});
