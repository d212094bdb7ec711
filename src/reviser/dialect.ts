// Which parameters a server takes, learned from its refusals. Chat APIs that call themselves compatible differ in a few:
// OpenAI's newest models want `max_completion_tokens` in place of `max_tokens` and no temperature, strict servers know no
// `stream_options`, small ones no `logprobs`. Each request begins with what nearly all take; a refusal that names a parameter
// (it costs no tokens) is answered by asking without it, and remembered for that model as long as the provider lives.
import type { ChatError } from './chat';

export type Parameter = 'max_tokens' | 'temperature' | 'stream_options' | 'logprobs';

/** What a server says names the parameter it refuses. */
const NAMED: Readonly<Record<Parameter, RegExp>> = {
  stream_options: /stream_options|include_usage/i,
  logprobs: /logprobs/i,
  max_tokens: /\bmax_tokens\b/i,
  temperature: /\btemperature\b/i,
};

/** That it is the parameter which is not taken, and not its value that is out of range. */
const REFUSAL = /unsupported|not (?:be )?support|only the default|unknown|unrecogni[sz]ed|unexpected|extra|not (?:permitted|allowed)|deprecated|instead|does not (?:take|accept)/i;

export interface Dialect {
  /** The parameters that this model's server has refused so far. */
  refused(model: string): ReadonlySet<Parameter>;
  /** Whether the error tells of a parameter that was sent, so that asking without it may help; remembers it. */
  learn(model: string, error: ChatError, sent: ReadonlySet<Parameter>): boolean;
}

export function createDialect(): Dialect {
  const learned = new Map<string, Set<Parameter>>();
  const refused = (model: string): Set<Parameter> => {
    const known = learned.get(model) ?? new Set<Parameter>();
    learned.set(model, known);
    return known;
  };
  return {
    refused,
    learn: (model, error, sent) => {
      if (error.fault !== 'bad_request' || (error.status !== 400 && error.status !== 422)) return false;
      // Only what the server itself said counts: the sentence around it is ours.
      const said = String(error.values.said ?? '');
      if (!REFUSAL.test(said)) return false;
      const parameter = (Object.keys(NAMED) as Parameter[]).find((name) => sent.has(name) && NAMED[name].test(said));
      if (parameter === undefined) return false;
      refused(model).add(parameter);
      return true;
    },
  };
}
