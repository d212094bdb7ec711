// The border where a `tokenizer.json` comes in: says what the tokenizer relies on and refuses what it could not honour.
import { z } from 'zod';
import { UserError } from '../errors';
import { byteToChar, charToByte } from './bytes';

const byteLevel = z.looseObject({
  type: z.literal('ByteLevel'),
  add_prefix_space: z.literal(false, 'only false is supported').optional(),
  use_regex: z.literal(true, 'only true is supported').optional(),
});

// Fields whose other values would change the tokens; anything unknown beside them is left alone.
const none = z.union([z.null(), z.literal(''), z.literal(false), z.literal(0)], 'must be absent or null').optional();
const id = z.number().int().min(0).max(1_000_000);

const documentSchema = z.looseObject({
  version: z.string().optional(),
  added_tokens: z
    .array(
      z.looseObject({
        id,
        content: z.string().min(1),
        special: z.literal(true, 'only special added tokens are supported'),
      }),
    )
    .default([]),
  normalizer: none,
  pre_tokenizer: byteLevel,
  post_processor: z.union([z.null(), z.looseObject({ type: z.literal('ByteLevel') })], 'must be null or ByteLevel').optional(),
  decoder: z.looseObject({ type: z.literal('ByteLevel') }),
  model: z.looseObject({
    type: z.literal('BPE'),
    dropout: none,
    unk_token: none,
    continuing_subword_prefix: none,
    end_of_word_suffix: none,
    byte_fallback: none,
    ignore_merges: none,
    vocab: z.custom<Record<string, unknown>>(
      (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
      'must be an object from token to id',
    ),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])], 'must be “left right” or [left, right]')),
  }),
});

/** The document as it is stored; also what `trainTokenizer` writes. */
export type TokenizerJson = z.input<typeof documentSchema>;

export interface ParsedTokenizer {
  readonly vocab: ReadonlyMap<string, number>;
  readonly merges: readonly (readonly [left: string, right: string])[];
  readonly special: ReadonlyMap<string, number>;
}

function wrong(field: string, reason: string): UserError {
  return new UserError('The tokenizer’s field “{field}” is wrong: {reason}. The tokenizer in use was kept.', { field, reason });
}

/** @throws UserError naming the first field that is wrong. */
export function parseTokenizerJson(json: unknown): ParsedTokenizer {
  const result = documentSchema.safeParse(json);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    throw wrong(issue.path.join('.') || 'tokenizer', issue.message);
  }
  const { model, added_tokens: added } = result.data;

  // A Map, because a vocabulary may well hold a token called `__proto__`.
  const vocab = new Map<string, number>();
  const tokenOf = new Map<number, string>();
  for (const [token, value] of Object.entries(model.vocab)) {
    const parsed = id.safeParse(value);
    if (!parsed.success) throw wrong(`model.vocab.${token}`, 'a token’s id must be a whole number from 0 to 1000000');
    const twin = tokenOf.get(parsed.data);
    if (twin !== undefined) throw wrong(`model.vocab.${token}`, `id ${parsed.data} already belongs to “${twin}”`);
    vocab.set(token, parsed.data);
    tokenOf.set(parsed.data, token);
  }

  const special = new Map<string, number>();
  added.forEach((token, index) => {
    const field = `added_tokens.${index}`;
    if (special.has(token.content)) throw wrong(`${field}.content`, `“${token.content}” occurs twice`);
    const owner = tokenOf.get(token.id);
    if (owner !== undefined && owner !== token.content) throw wrong(`${field}.id`, `id ${token.id} already belongs to “${owner}”`);
    const known = vocab.get(token.content);
    if (known !== undefined && known !== token.id) throw wrong(`${field}.id`, `model.vocab gives “${token.content}” the id ${known}`);
    special.set(token.content, token.id);
    tokenOf.set(token.id, token.content);
  });

  byteToChar.forEach((char, byte) => {
    if (!vocab.has(char)) throw wrong('model.vocab', `byte ${byte} (“${char}”) is missing, so not every text could be encoded`);
  });
  for (const [token, tokenId] of vocab) {
    if (special.get(token) === tokenId) continue;
    if (token === '' || [...token].some((char) => !charToByte.has(char))) {
      throw wrong(`model.vocab.${token}`, 'it is spelt with characters outside the byte alphabet');
    }
  }
  for (let i = 0; i < tokenOf.size; i++) {
    if (!tokenOf.has(i)) throw wrong('model.vocab', `no token has the id ${i}; ids must run from 0 without a gap`);
  }

  const merges = model.merges.map((merge, index): readonly [string, string] => {
    const field = `model.merges.${index}`;
    const parts = typeof merge === 'string' ? merge.split(' ') : merge;
    const [left, right] = parts;
    if (parts.length !== 2 || !left || !right) throw wrong(field, 'it must name two tokens');
    for (const token of [left, right, left + right]) {
      if (!vocab.has(token)) throw wrong(field, `“${token}” is not in model.vocab`);
      // Otherwise ordinary text could turn into a special token.
      if (special.has(token)) throw wrong(field, `“${token}” is a special token`);
    }
    return [left, right];
  });
  for (const char of byteToChar) {
    if (special.has(char)) throw wrong('added_tokens', `“${char}” stands for a byte and can not be special`);
  }
  return { vocab, merges, special };
}
