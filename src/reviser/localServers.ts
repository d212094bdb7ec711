// The servers that people run chat models on at home, known by their ports, and what to do so that they answer a page.
// Shown by the connection test.
import { remark, type Remark } from '../engine/errors';

/** What to do, and the command or setting to copy where there is one. */
export interface Fix {
  readonly says: Remark;
  readonly command?: string;
}

export interface LocalServer {
  readonly name: string;
  readonly port: number;
  /** The path of its chat API below the origin. */
  readonly path: string;
  readonly start: Fix;
  /** Makes it answer pages of an origin. */
  readonly allow: (origin: string) => Fix;
}

const START = remark('Start the server, or check that it still runs.');
const RESTART = remark('Stop the server and start it so that it answers this page.');

/** An origin is `scheme://host:port`: nothing in it means anything to a shell. */
export const LOCAL_SERVERS: readonly LocalServer[] = [
  {
    name: 'Ollama',
    port: 11434,
    path: '/v1',
    start: { says: START, command: 'ollama serve' },
    allow: (origin) => ({
      says: remark('Ollama answers pages of other origins only where a setting allows them. Set it, then restart Ollama.'),
      command: `OLLAMA_ORIGINS=${origin} ollama serve`,
    }),
  },
  {
    name: 'LM Studio',
    port: 1234,
    path: '/v1',
    start: { says: START, command: 'lms server start --cors' },
    allow: () => ({ says: remark('LM Studio answers pages only with CORS switched on: in its server settings, or by this command.'), command: 'lms server start --cors' }),
  },
  {
    name: 'llama.cpp',
    port: 8080,
    path: '/v1',
    start: { says: START, command: 'llama-server -m MODEL.gguf' },
    allow: (origin) => ({ says: RESTART, command: `llama-server -m MODEL.gguf --cors-origins ${origin}` }),
  },
  {
    name: 'vLLM',
    port: 8000,
    path: '/v1',
    start: { says: START, command: 'vllm serve MODEL' },
    allow: (origin) => ({ says: RESTART, command: `vllm serve MODEL --allowed-origins '["${origin}"]'` }),
  },
  {
    name: 'Relay',
    port: 8787,
    path: '/v1',
    start: { says: START, command: 'npm run relay -- --offline' },
    allow: (origin) => ({ says: remark('The relay answers pages of one origin. Start it with that of this page.'), command: `npm run relay -- --offline --origin ${origin}` }),
  },
];

/** The server that a URL is likely to be of: by its port, on this machine or in its network. */
export function localServerOf(url: URL): LocalServer | undefined {
  if (url.protocol !== 'http:' || !isLocal(url.hostname)) return undefined;
  return LOCAL_SERVERS.find(({ port }) => url.port === String(port));
}

/** Whether a host is this machine or lies in its own network, as browsers see it from the name alone. */
export function isLocal(hostname: string): boolean {
  const host = hostname.toLowerCase();
  if (host === 'localhost' || host.endsWith('.localhost') || host.endsWith('.local')) return true;
  // Loopback, link-local and unique local addresses of IPv6.
  if (/^\[(?:::1|fe[89ab][0-9a-f]:|f[cd][0-9a-f]{2}:)/.test(host)) return true;
  const parts = /^(\d+)\.(\d+)\.\d+\.\d+$/.exec(host);
  if (parts === null) return false;
  const [a, b] = [Number(parts[1]), Number(parts[2])];
  return a === 127 || a === 10 || (a === 192 && b === 168) || (a === 172 && b >= 16 && b <= 31) || (a === 169 && b === 254);
}
