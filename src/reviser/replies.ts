// Where replies of chat models are kept, raw, so that an identical request is never asked twice. In the page that is
// IndexedDB (storage/revisions), on the command line a file. No key is ever part of one.
import type { ChatReply, ChatRequest, ProviderIdentity } from './chat';
import type { Tokens } from './budget';

export interface StoredReply {
  /** `requestHash` of the request and of whom it was put to. */
  readonly hash: string;
  readonly identity: ProviderIdentity;
  /** Model, parameters and all that was said. */
  readonly request: ChatRequest;
  /** As it came. */
  readonly reply: ChatReply;
  /** `templateVersion` of the template that made the request. */
  readonly promptVersion: string;
  /** When it was whole, in milliseconds since 1970. */
  readonly time: number;
  /** As the server counts them, else estimated. */
  readonly tokens: Tokens & { readonly estimated: boolean };
}

export interface ReplyStore {
  get(hash: string): Promise<StoredReply | undefined>;
  /** Resolves when it lies where a closed page or a killed process cannot take it away. */
  put(reply: StoredReply): Promise<void>;
}

/** Keeps nothing beyond its own life; for tests, and for single questions. */
export function memoryReplies(): ReplyStore & { readonly all: ReadonlyMap<string, StoredReply> } {
  const all = new Map<string, StoredReply>();
  return { all, get: (hash) => Promise.resolve(all.get(hash)), put: (reply) => Promise.resolve(void all.set(reply.hash, reply)) };
}
