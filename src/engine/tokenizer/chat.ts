// How a conversation becomes tokens: one user turn, one assistant turn, special tokens between. Training, evaluation and
// sampling all build their sequences here, so they can not disagree.
import type { EncodedSequence } from '../training/types';
import type { Tokenizer } from './tokenizer';

export const PAD = '<|pad|>';
export const USER = '<|user|>';
export const ASSISTANT = '<|assistant|>';
export const END = '<|end|>';

/** In the order of their ids in a tokenizer trained here. */
export const specialTokens: readonly string[] = [PAD, USER, ASSISTANT, END];

/** `<|user|>` prompt `<|assistant|>`: what the model continues. */
export function encodePrompt(tokenizer: Tokenizer, prompt: string): number[] {
  return [tokenizer.idOf(USER), ...tokenizer.encode(prompt), tokenizer.idOf(ASSISTANT)];
}

/** The prompt with its completion and `<|end|>`; the completion and the end token are what is scored. */
export function encodeSequence(tokenizer: Tokenizer, prompt: string, completion: string): EncodedSequence {
  const start = encodePrompt(tokenizer, prompt);
  return { ids: [...start, ...tokenizer.encode(completion), tokenizer.idOf(END)], completionStart: start.length };
}

/**
 * Whether the sequences of a prompt with each of its completions have at most so many tokens: what `encodeSequence` would
 * tell, for data that is too much to encode.
 */
export function sequencesFit(tokenizer: Tokenizer, prompt: string, completions: readonly string[], context: number): boolean {
  const marks = encodeSequence(tokenizer, '', '').ids.length;
  const room = context - marks - tokenizer.count(prompt, context - marks);
  return room >= 0 && completions.every((completion) => tokenizer.count(completion, room) <= room);
}
