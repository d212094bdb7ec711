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
