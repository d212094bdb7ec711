// OpenAI's chat completions as far as the relay lets them through: what a request may hold, and the shape of errors.
import { z } from 'zod';

const textPart = z.strictObject({ type: z.literal('text'), text: z.string() });

/**
 * What may be asked. Strict on purpose: tools, searches, images by address, several answers to one question and whatever
 * comes next cost the teacher money or make the upstream fetch things, so nothing passes that is not named here.
 */
const bodySchema = z.strictObject({
  model: z.string().min(1).max(200),
  messages: z
    .array(
      z.strictObject({
        role: z.enum(['system', 'developer', 'user', 'assistant']),
        content: z.union([z.string(), z.array(textPart)]),
        name: z.string().optional(),
      }),
    )
    .min(1)
    .max(200),
  temperature: z.number().optional(),
  top_p: z.number().optional(),
  max_tokens: z.int().min(1).optional(),
  max_completion_tokens: z.int().min(1).optional(),
  stream: z.boolean().nullish(),
  stream_options: z.strictObject({ include_usage: z.boolean().optional() }).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  seed: z.int().nullish(),
  n: z.literal(1).optional(),
  presence_penalty: z.number().optional(),
  frequency_penalty: z.number().optional(),
  reasoning_effort: z.string().optional(),
});

export type ChatBody = z.output<typeof bodySchema>;

export type ParsedBody = { readonly body: ChatBody } | { readonly problem: string };

export function parseBody(text: string): ParsedBody {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { problem: 'The request is not valid JSON.' };
  }
  const result = bodySchema.safeParse(json);
  if (result.success) return { body: result.data };
  // Names of fields and rules, never what stood there.
  const issue = result.error.issues[0]!;
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => key.slice(0, 40)).join(', ') : undefined;
  const place = issue.path.map(String).join('.');
  return { problem: unknown ? `The relay does not forward ${unknown}${place && ` in ${place}`}.` : `${place || 'The request'} is not what the relay forwards.` };
}

export const contentText = (content: ChatBody['messages'][number]['content']): string =>
  typeof content === 'string' ? content : content.map(({ text }) => text).join('');

/** What an answer may be long where the request does not say. */
export const USUAL_OUTPUT = 4096;

/** Tokens of a text, for limits, where nobody has counted them: about four bytes each, as in English. */
export const estimateTokens = (text: string): number => Math.ceil(Buffer.byteLength(text) / 4);

/** Tokens of the prompt by estimate, and of the answer at most. */
export function estimateBody({ messages, max_tokens, max_completion_tokens }: ChatBody): { input: number; output: number } {
  const input = messages.reduce((sum, { content }) => sum + estimateTokens(contentText(content)) + 4, 3);
  return { input, output: max_completion_tokens ?? max_tokens ?? USUAL_OUTPUT };
}

/** Errors as OpenAI's clients know them. */
export function errorBody(message: string, code: string, type = 'invalid_request_error'): object {
  return { error: { message, type, param: null, code } };
}
