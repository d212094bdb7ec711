// Tries a chat API once and tells what is wrong with it as far as a browser can: a wrong key, a wrong model, a wrong path,
// CORS, a refused local-network prompt, a server that is down. Used by the page before anything is asked in earnest.
import { z } from 'zod';
import { remark, UserError, type Remark } from '../engine/errors';
import { levenshtein } from '../preferences/levenshtein';
import { anthropicHeaders, anthropicProvider } from './anthropic';
import { ChatError, type ChatFault, type ChatRequest } from './chat';
import { headerKey, parseBaseUrl, type Endpoint } from './endpoint';
import { PRIVATE, type Fetch } from './exchange';
import { isLocal, localServerOf, type Fix } from './localServers';
import { openAiProvider } from './openai';

export type FindingKind =
  | 'works' | 'bad_url' | 'mixed_content' | 'policy' | 'no_key' | 'cors' | 'prompt_refused' | 'down' | 'models'
  | Exclude<ChatFault, 'unreachable' | 'unrecorded'>;

export interface Finding {
  readonly kind: FindingKind;
  /** Whether it is known, or one of several things that it may be; `good` asks for nothing. */
  readonly level: 'good' | 'bad' | 'maybe';
  readonly says: Remark;
  readonly fix?: Fix;
}

export interface ConnectionReport {
  /** Whether the model has answered. */
  readonly ok: boolean;
  /** The surest first. */
  readonly findings: readonly Finding[];
  /** The models that the server names; empty where it names none. */
  readonly models: readonly string[];
}

export interface ConnectionQuestion {
  readonly kind: 'openai' | 'anthropic';
  readonly baseUrl: string;
  readonly model: string;
  readonly key?: string | undefined;
  /** The address of the page; left out on the command line, where nothing but the server itself is in the way. */
  readonly pageUrl?: string;
  /** Whether the page's Content-Security-Policy lets it call an origin. */
  readonly policyAllows?: (origin: string) => boolean;
  /** What the browser's prompt about the local network was answered with, where it tells. */
  readonly permission?: () => Promise<PermissionState | undefined>;
  readonly fetch?: Fetch;
  readonly signal?: AbortSignal;
  readonly patienceMs?: number;
}

const MOST_MODELS = 1000;
const TEST_PATIENCE_MS = 60_000;

/** One short question; it costs a few tokens, and is how a model is known to answer. */
const question = (model: string): ChatRequest => ({
  model,
  system: '',
  messages: [{ role: 'user', content: 'Reply with the word OK.' }],
  temperature: 0,
  maxTokens: 16,
  topLogprobs: 0,
  sample: 0,
});

/** Never throws but for an abort, whose reason passes through. */
export async function testConnection(asked: ConnectionQuestion): Promise<ConnectionReport> {
  const { kind, model, signal } = asked;
  let endpoint: Endpoint;
  let key: string | undefined;
  try {
    endpoint = parseBaseUrl(asked.baseUrl);
    key = headerKey(asked.key);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return report([{ kind: error instanceof ChatError ? 'wrong_key' : 'bad_url', level: 'bad', says: sentenceOf(error) }]);
  }
  const before = notAtAll(asked, endpoint);
  if (before !== undefined) return report([before]);

  const fetch = asked.fetch ?? ((url, init) => globalThis.fetch(url, init));
  const listed = await listModels(asked, endpoint, key, fetch);
  const make = kind === 'anthropic' ? anthropicProvider : openAiProvider;
  const provider = make({ baseUrl: endpoint.base, key: () => key, fetch, patienceMs: asked.patienceMs ?? TEST_PATIENCE_MS });
  try {
    const reply = await provider.complete(question(model), signal ? { signal } : {});
    return report([{ kind: 'works', level: 'good', says: remark('The model answered, as {model}.', { model: reply.model }) }], listed ?? [], true);
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    if (error.fault === 'unreachable') return report(await diagnose(asked, endpoint, listed !== undefined, fetch), listed ?? []);
    return report(findingsOf(error, asked, endpoint, key, listed ?? []), listed ?? []);
  }
}

const sentenceOf = ({ template, values }: UserError): Remark => ({ template, values });

const report = (findings: readonly Finding[], models: readonly string[] = [], ok = false): ConnectionReport => ({ ok, findings, models });

/** What a browser would not even try. */
function notAtAll({ pageUrl, policyAllows }: ConnectionQuestion, { base, origin, loopback }: Endpoint): Finding | undefined {
  if (pageUrl?.startsWith('https:') && base.startsWith('http:') && !loopback) {
    return {
      kind: 'mixed_content',
      level: 'bad',
      says: remark('This page came over https, and browsers let it call {origin} only over https, too.', { origin }),
      fix: { says: remark('Put the server behind https, run it on this machine, or open the lab over http.') },
    };
  }
  if (policyAllows?.(origin) === false) {
    return {
      kind: 'policy',
      level: 'bad',
      says: remark('This copy of the lab was built to call a fixed list of servers, and {origin} is not among them.', { origin }),
      fix: { says: remark('Choose a server of the list or on this machine, or build the lab with that server added.') },
    };
  }
  return undefined;
}

const list = z.object({ data: z.array(z.object({ id: z.string() })) });

/** The models that the server names; undefined where it can not be reached so, empty where it has no list. */
async function listModels({ kind, signal }: ConnectionQuestion, { base }: Endpoint, key: string | undefined, fetch: Fetch): Promise<string[] | undefined> {
  const headers = kind === 'anthropic' ? anthropicHeaders(key) : key === undefined ? undefined : { Authorization: `Bearer ${key}` };
  const patience = AbortSignal.timeout(10_000);
  try {
    const response = await fetch(`${base}/models`, {
      ...PRIVATE,
      method: 'GET',
      ...(headers && { headers }),
      signal: signal ? AbortSignal.any([signal, patience]) : patience,
    });
    if (!response.ok) {
      await response.body?.cancel();
      return [];
    }
    const parsed = list.safeParse(await boundedJson(response));
    return parsed.success ? parsed.data.data.slice(0, MOST_MODELS).map(({ id }) => id.slice(0, 200)) : [];
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}

/** The JSON of a body of at most four megabytes; undefined for any other. */
async function boundedJson(response: Response): Promise<unknown> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const read = await reader?.read();
    if (read === undefined || read.done) break;
    text += decoder.decode(read.value, { stream: true });
    if (text.length > 4 * 1024 * 1024) {
      await reader?.cancel();
      return undefined;
    }
  }
  try {
    return JSON.parse(text + decoder.decode()) as unknown;
  } catch {
    return undefined;
  }
}

/** What an answer of the server itself tells. */
function findingsOf(error: ChatError, { model, pageUrl }: ConnectionQuestion, endpoint: Endpoint, key: string | undefined, models: readonly string[]): Finding[] {
  const url = new URL(endpoint.base);
  const server = localServerOf(url);
  const fault = error.fault as Exclude<ChatFault, 'unreachable' | 'unrecorded'>;
  const found: Finding = { kind: fault, level: 'bad', says: sentenceOf(error) };
  switch (fault) {
    case 'wrong_key':
      return [key === undefined ? { kind: 'no_key', level: 'bad', says: remark('{host} wants a key, and none was given.', { host: url.host }) } : found];
    case 'unknown_model':
      return [found, ...nearest(model, models)];
    case 'unknown_path':
      return [server === undefined || url.pathname === server.path ? found : { ...found, fix: { says: remark('The base URL of {name} is usually this one.', { name: server.name }), command: `${url.origin}${server.path}` } }];
    case 'forbidden':
      return [server === undefined || pageUrl === undefined ? found : { ...found, fix: server.allow(new URL(pageUrl).origin) }];
    default:
      return [found];
  }
}

/** The names most like the one that was given. */
function nearest(model: string, models: readonly string[]): Finding[] {
  if (models.length === 0) return [];
  const likeness = new Map(models.map((name) => [name, levenshtein(name.toLowerCase(), model.toLowerCase())]));
  const names = [...models].sort((a, b) => likeness.get(a)! - likeness.get(b)!).slice(0, 5);
  return [{ kind: 'models', level: 'maybe', says: remark('The server has, among others: {models}', { models: names.join(', ') }) }];
}

/**
 * Why nothing at all came back. A browser says the same of CORS, of a refused prompt and of a server that is down, on purpose;
 * what can be found out beyond that makes one of them sure, else all that may be are told.
 */
async function diagnose({ pageUrl, permission, signal }: ConnectionQuestion, { base, origin }: Endpoint, listed: boolean, fetch: Fetch): Promise<Finding[]> {
  const url = new URL(base);
  const server = localServerOf(url);
  const down: Finding = {
    kind: 'down',
    level: pageUrl === undefined ? 'bad' : 'maybe',
    says: remark('Nothing may be running at {host}, or it can not be reached from here.', { host: url.host }),
    fix: server?.start ?? { says: remark('Check the address and the network.') },
  };
  if (pageUrl === undefined) return [down];
  const page = new URL(pageUrl);
  const cors: Finding = {
    kind: 'cors',
    level: 'maybe',
    says: remark('The server may not allow pages of {page} to call it (CORS).', { page: page.origin }),
    fix: server?.allow(page.origin) ?? { says: remark('Allow this page’s origin in the settings of the server, or go through a relay that does.'), command: page.origin },
  };
  const sure: Finding = { ...cors, level: 'bad', says: remark('A server runs at {host}, but it does not allow pages of {page} to call it (CORS).', { host: url.host, page: page.origin }) };
  if (page.origin === origin) return [down];
  const prompted = isLocal(url.hostname) && !isLocal(page.hostname);
  const refused: Finding = {
    kind: 'prompt_refused',
    level: 'maybe',
    says: remark('The browser may not have been allowed to reach the local network.'),
    fix: { says: remark('Open the settings of this site beside the address bar, allow access to the local network, and reload.') },
  };
  if (prompted && (await permission?.()) === 'denied') {
    return [{ ...refused, level: 'bad', says: remark('The browser is not allowed to reach the local network from this site.') }];
  }
  // The list came, the question did not go through: something runs there, and the headers of a question are the likeliest reason.
  if (listed) return [cors, down];
  if (await answersAtAll(base, fetch, signal)) return [sure];
  return [down, cors, ...(prompted ? [refused] : [])];
}

/**
 * Whether anything answers where the answer need not be readable: then CORS alone is in the way. No key goes along. Where the
 * page is isolated, as the lab's is, browsers refuse most such answers, too, so a no tells nothing.
 */
async function answersAtAll(base: string, fetch: Fetch, signal: AbortSignal | undefined): Promise<boolean> {
  const patience = AbortSignal.timeout(5000);
  try {
    await fetch(`${base}/models`, { ...PRIVATE, mode: 'no-cors', redirect: 'follow', signal: signal ? AbortSignal.any([signal, patience]) : patience });
    return true;
  } catch {
    signal?.throwIfAborted();
    return false;
  }
}

/** Names that browsers have given the permission to reach this machine and its network, the newest first. */
const PERMISSIONS = ['loopback-network', 'local-network', 'local-network-access'];

/** What the prompt about the local network was answered with, in a browser that tells. */
export async function localNetworkPermission(permissions: Pick<Permissions, 'query'> | undefined = globalThis.navigator?.permissions): Promise<PermissionState | undefined> {
  for (const name of PERMISSIONS) {
    try {
      const status = await permissions?.query({ name: name as PermissionName });
      if (status) return status.state;
    } catch {
      // Not known under this name here.
    }
  }
  return undefined;
}
