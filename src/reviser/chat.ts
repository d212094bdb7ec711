// What the lab asks of a chat model, and what comes back: the one interface behind which a real API, a class's relay, the
// town's own reviser and a recording all stand. Used by the queue, the connection test and the command line.
import { UserError } from '../engine/errors';

export interface ChatMessage {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

/** One question to a chat model. Two requests that are equal as JSON are the same question, and are asked once. */
export interface ChatRequest {
  readonly model: string;
  /** Left out of what is sent where it is empty. */
  readonly system: string;
  readonly messages: readonly ChatMessage[];
  /** From 0; how much each server makes of it is its own. */
  readonly temperature: number;
  /** Most tokens of the reply. */
  readonly maxTokens: number;
  /** How many alternatives of each token to tell the log-probabilities of, where the server can; 0 asks for none. */
  readonly topLogprobs: number;
  /** Where a question is asked several times on purpose, which asking this is; not sent. */
  readonly sample: number;
}

/** Why the model stopped: at its own end, at `maxTokens`, because it or its server refused, or for another reason. */
export type ChatFinish = 'stop' | 'length' | 'refused' | 'other';

export interface TokenLogprob {
  readonly token: string;
  /** Natural logarithm. */
  readonly logprob: number;
}

export interface ChatReply {
  readonly text: string;
  readonly finish: ChatFinish;
  /** The model as the server names it. */
  readonly model: string;
  /** Tokens as the server counts them. */
  readonly usage?: { readonly input: number; readonly output: number };
  /** For each token of the reply its likeliest alternatives, itself among them or not. */
  readonly logprobs?: readonly { readonly token: string; readonly top: readonly TokenLogprob[] }[];
  /** What was asked for and the server would not take, so that the reply was made without it. */
  readonly without?: readonly ('temperature' | 'logprobs')[];
}

export interface ChatOptions {
  readonly signal?: AbortSignal;
  /** Hears the text so far, whole, as it streams in. */
  readonly onText?: (text: string) => void;
}

/** Whom a question is put to, as far as it decides the answer: part of what a stored reply is found by. */
export interface ProviderIdentity {
  readonly kind: 'openai' | 'anthropic' | 'offline';
  /** Scheme, host and port; `offline` where nothing is sent. */
  readonly origin: string;
}

export interface ChatProvider {
  readonly identity: ProviderIdentity;
  /**
   * @throws ChatError for everything that a server, a network or a key can do; an abort passes through as the signal's
   *   own reason.
   */
  complete(request: ChatRequest, options?: ChatOptions): Promise<ChatReply>;
}

/**
 * What went wrong, as far as it can be told from where the lab stands.
 * - `unreachable`: no answer at all; in a browser CORS, a refused local-network prompt and a server that is down look alike
 * - `cut`: the answer ended before its end, or nothing more came for too long
 * - `malformed`: an answer that is not what the protocol says
 * - `unrecorded`: a recording has no reply to this very request
 */
export type ChatFault =
  | 'wrong_key' | 'forbidden' | 'unknown_model' | 'unknown_path' | 'too_large' | 'bad_request' | 'quota' | 'rate_limit' | 'overloaded'
  | 'server' | 'unreachable' | 'cut' | 'malformed' | 'unrecorded';

/** Faults that may be gone at the next attempt. */
const PASSING: ReadonlySet<ChatFault> = new Set<ChatFault>(['rate_limit', 'overloaded', 'server', 'unreachable', 'cut', 'malformed']);

export class ChatError extends UserError {
  readonly fault: ChatFault;
  readonly status: number | undefined;
  /** How long the server asks to be left alone. */
  readonly retryAfterMs: number | undefined;

  constructor(
    fault: ChatFault,
    template: string,
    values: Readonly<Record<string, string | number>> = {},
    more: { readonly status?: number; readonly retryAfterMs?: number } = {},
  ) {
    super(template, values);
    this.name = 'ChatError';
    this.fault = fault;
    this.status = more.status;
    this.retryAfterMs = more.retryAfterMs;
  }

  /** Whether asking again may help. A wrong key or a spent quota is never asked twice. */
  get passing(): boolean {
    return PASSING.has(this.fault);
  }
}
