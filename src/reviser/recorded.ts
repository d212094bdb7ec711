// Replays stored replies in place of asking: for lessons without a network, for tests, and to run a job again exactly as it
// was. Nothing is ever sent.
import { z } from 'zod';
import { UserError } from '../engine/errors';
import { ChatError, type ChatProvider, type ChatReply, type ProviderIdentity } from './chat';
import { requestHash } from './requestHash';

const probability = z.object({ token: z.string(), logprob: z.number() });
const replySchema = z.object({
  text: z.string(),
  finish: z.enum(['stop', 'length', 'refused', 'other']),
  model: z.string(),
  usage: z.object({ input: z.number(), output: z.number() }).optional(),
  logprobs: z.array(z.object({ token: z.string(), top: z.array(probability) })).optional(),
  without: z.array(z.enum(['temperature', 'logprobs'])).optional(),
});
const line = z.object({ hash: z.string().regex(/^[0-9a-f]{64}$/), reply: replySchema });

/**
 * Reads a recording: one JSON object a line with `hash`, as `requestHash` makes it, and `reply`; what else a line holds is
 * passed over, so that a journal of the command line is one. Of two replies to one request the last counts.
 * @throws UserError that names the first line which is none.
 */
export function parseRecording(text: string): ReadonlyMap<string, ChatReply> {
  const replies = new Map<string, ChatReply>();
  for (const [index, one] of text.split(/\r?\n/).entries()) {
    if (one.trim() === '') continue;
    const parsed = line.safeParse(jsonOr(one));
    if (!parsed.success) {
      throw new UserError('Line {line} of the recording holds no reply. Nothing was read from it; choose a file that the lab has written.', { line: index + 1 });
    }
    replies.set(parsed.data.hash, parsed.data.reply);
  }
  return replies;
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export interface Recording {
  /** Whom the recorded requests were put to: part of what a reply is found by. */
  readonly identity: ProviderIdentity;
  /** The reply to the request with this hash. */
  readonly reply: (hash: string) => ChatReply | undefined | Promise<ChatReply | undefined>;
}

/** A request that was not recorded is an error that is not tried again. */
export function recordedProvider({ identity, reply }: Recording): ChatProvider {
  return {
    identity,
    complete: async (request, { signal, onText } = {}) => {
      signal?.throwIfAborted();
      const found = await reply(requestHash(request, identity));
      signal?.throwIfAborted();
      if (found === undefined) {
        throw new ChatError('unrecorded', 'The recording holds no reply to this request: the model, the settings, the prompt or the pair is another. Nothing was sent; choose a real model to ask it.');
      }
      onText?.(found.text);
      return found;
    },
  };
}
