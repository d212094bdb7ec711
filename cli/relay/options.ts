// What a teacher says on the relay's command line, read and checked once. Used by cli/relay.ts.
import { parseArgs } from 'node:util';
import { UserError } from '../../src/engine/errors';
import type { LimitOptions } from './limits';

export const USAGE = `Usage:
  relay --upstream URL --key-env NAME [options]
      serves POST /v1/chat/completions for a class: holds the key that the environment variable NAME holds, so that
      students need none; URL is the API's base, e.g. https://api.openai.com/v1
  relay --offline [options]
      serves the town's own reviser and judge in the same format, with no upstream and no key
  --models A,B           models that may be asked for (default: any the upstream has)
  --origin ORIGIN        the one page that may call from a browser (default http://localhost:4173)
  --port N --host NAME   where it listens (default 8787 on 127.0.0.1; --host 0.0.0.0 for a whole room)
  --codes A,B            student codes that are served; without it any code is, and students without one by address
  --rpm N                requests a minute in all (default 300)
  --student-rpm N        requests a minute for a student (default 30)
  --tokens N             tokens in all until it is stopped (default 5000000)
  --student-tokens N     tokens for a student until it is stopped (default 200000)`;

export interface RelayOptions {
  /** Absent for the town's own reviser and judge. */
  readonly upstream?: { readonly base: string; readonly key?: string };
  /** Undefined allows any. */
  readonly models: readonly string[] | undefined;
  readonly origin: string;
  readonly port: number;
  readonly host: string;
  readonly codes: readonly string[] | undefined;
  readonly limits: LimitOptions;
}

const names = ['upstream', 'key-env', 'models', 'origin', 'port', 'host', 'codes', 'rpm', 'student-rpm', 'tokens', 'student-tokens'] as const;

/** @throws UserError with one line that says what is wrong; never with the key. */
export function parseRelay(args: readonly string[], env: Readonly<Record<string, string | undefined>>): RelayOptions {
  const values = read(args);
  const count = (name: (typeof names)[number], fallback: number, least = 1): number => {
    const text = values[name];
    const number = text === undefined ? fallback : Number(text);
    if (!Number.isSafeInteger(number) || number < least) throw new UserError('--{name} must be a whole number from {least} on, and “{text}” is not.', { name, least, text: text ?? '' });
    return number;
  };
  const port = count('port', 8787, 0);
  if (port > 65535) throw new UserError('--port must be at most 65535, and “{port}” is not.', { port });
  return {
    ...upstreamOf(values, env),
    models: listOf(values.models),
    origin: originOf(values.origin ?? 'http://localhost:4173'),
    port,
    host: values.host ?? '127.0.0.1',
    codes: listOf(values.codes),
    limits: {
      requestsPerMinute: count('rpm', 300),
      studentRequestsPerMinute: count('student-rpm', 30),
      tokens: count('tokens', 5_000_000),
      studentTokens: count('student-tokens', 200_000),
    },
  };
}

type Values = Partial<Record<(typeof names)[number], string>> & { offline?: boolean };

function read(args: readonly string[]): Values {
  const texts = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  try {
    return parseArgs({ args: [...args], options: { ...texts, offline: { type: 'boolean' } } }).values as Values;
  } catch (error) {
    throw new UserError('{reason}', { reason: (error as Error).message.split('\n')[0]! });
  }
}

function upstreamOf(values: Values, env: Readonly<Record<string, string | undefined>>): Pick<RelayOptions, 'upstream'> {
  const variable = values['key-env'];
  if (values.offline === true) {
    if (values.upstream !== undefined || variable !== undefined) throw new UserError('--offline needs no upstream and no key: leave out --upstream and --key-env, or --offline.');
    return {};
  }
  if (values.upstream === undefined) throw new UserError('relay needs an API to forward to, --upstream URL, or --offline for the town’s own reviser.');
  const url = URL.canParse(values.upstream) ? new URL(values.upstream) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new UserError('--upstream must be the address of an API such as https://api.openai.com/v1, with no name, password, question mark or hash in it.');
  }
  const base = url.href.replace(/\/+$/, '').replace(/\/chat\/completions$/, '');
  // A server of one's own on the same machine may want none.
  if (variable === undefined) return { upstream: { base } };
  const key = env[variable]?.trim();
  if (key === undefined || key === '') throw new UserError('--key-env names {variable}, and no such environment variable is set. Set it to the API’s key and start the relay again.', { variable });
  if (/[^\x21-\x7e]/.test(key)) throw new UserError('The environment variable {variable} holds blanks or other characters that no key has.', { variable });
  const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === 'http:' && !loopback) throw new UserError('--upstream is plain http to another machine, which would let anybody on the way read the key. Use https.');
  return { upstream: { base, key } };
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.origin !== text.replace(/\/$/, '')) {
    throw new UserError('--origin is the page’s scheme, host and port, such as https://lab.school.org, and “{text}” is not.', { text });
  }
  return url.origin;
}

function listOf(text: string | undefined): readonly string[] | undefined {
  const parts = text?.split(',').map((part) => part.trim()).filter((part) => part !== '');
  return parts === undefined || parts.length === 0 ? undefined : parts;
}
