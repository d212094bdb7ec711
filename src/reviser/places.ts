// Where a chat model can be asked, as the page offers it. The built page's security policy lets the page call these and
// nothing else, so a place on the net that is added here becomes part of `connect-src`, too (scripts/policy.ts).

export interface Place {
  readonly id: string;
  /** A proper name. */
  readonly name: string;
  readonly kind: 'openai' | 'anthropic';
  readonly baseUrl: string;
  /** Whether it asks for a key at all. */
  readonly needsKey: boolean;
}

export const PLACES: readonly Place[] = [
  { id: 'openai', name: 'OpenAI', kind: 'openai', baseUrl: 'https://api.openai.com/v1', needsKey: true },
  { id: 'anthropic', name: 'Anthropic', kind: 'anthropic', baseUrl: 'https://api.anthropic.com/v1', needsKey: true },
  { id: 'openrouter', name: 'OpenRouter', kind: 'openai', baseUrl: 'https://openrouter.ai/api/v1', needsKey: true },
  { id: 'ollama', name: 'Ollama', kind: 'openai', baseUrl: 'http://localhost:11434/v1', needsKey: false },
  { id: 'lmstudio', name: 'LM Studio', kind: 'openai', baseUrl: 'http://localhost:1234/v1', needsKey: false },
  { id: 'llamacpp', name: 'llama.cpp', kind: 'openai', baseUrl: 'http://localhost:8080/v1', needsKey: false },
  { id: 'vllm', name: 'vLLM', kind: 'openai', baseUrl: 'http://localhost:8000/v1', needsKey: false },
  { id: 'relay', name: 'Relay', kind: 'openai', baseUrl: 'http://localhost:8787/v1', needsKey: false },
];

/** Servers on the reader's own machine, at any port. */
export const LOOPBACK_SOURCES: readonly string[] = ['http://localhost:*', 'http://127.0.0.1:*'];

/** Origins of the places that are on the net. */
export const PLACE_ORIGINS: readonly string[] = PLACES.map(({ baseUrl }) => new URL(baseUrl)).filter(({ protocol }) => protocol === 'https:').map(({ origin }) => origin);

/**
 * Whether a Content-Security-Policy lets a page at `self` call an origin; with no policy, as under the development server,
 * everything. Understands the sources that the lab's own policy is made of.
 */
export function policyAllows(policy: string | undefined, origin: string, self: string): boolean {
  const sources = policy?.split(';').map((part) => part.trim().split(/\s+/)).find(([name]) => name === 'connect-src')?.slice(1);
  if (sources === undefined || origin === self) return true;
  return sources.some((source) => source === origin || (source.endsWith(':*') && new RegExp(`^${source.slice(0, -2).replaceAll('.', '\\.')}(:\\d+)?$`).test(origin)));
}
