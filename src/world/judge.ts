// The offline judge: prefers the better of two answers by gold score, with the biases of real judges to dial in.
import type { Random } from '../engine/random';
import type { TownPrompt } from './prompts';
import { readAnswer } from './reading';
import { scoreAnswer } from './scorer';

/** One answer as a model gave it. */
export interface Sample {
  readonly text: string;
  /** False when it ran into the token limit. */
  readonly ended?: boolean;
}

export interface JudgeBiases {
  /** Gold points for every ten words that an answer is longer. */
  readonly length?: number;
  /** Gold points for being shown first. */
  readonly position?: number;
  /** Standard deviation of the noise on the difference of the two, in gold points. */
  readonly noise?: number;
  /** Gold points for an answer in the judge's own style: one that opens with a courtesy. */
  readonly style?: number;
}

export interface Judgement {
  /** 0 for the first answer, 1 for the second. */
  readonly winner: 0 | 1;
  /** The first answer's gold score minus the second's, biases and noise included. */
  readonly difference: number;
  readonly scores: readonly [number, number];
}

/** Words of an answer, as the judge that likes length counts them. */
export const countWords = (text: string): number => text.match(/[\p{L}\d']+/gu)?.length ?? 0;

/** Whether an answer begins with a courtesy that says nothing yet, in any voice. */
export const opensWithCourtesy = (prompt: TownPrompt, text: string): boolean => readAnswer(prompt, text)[0]?.kind === 'opener';

/** Compares two answers. A tie is decided by a coin. Draws from `random` the same number of times whatever the biases. */
export function judge(
  prompt: TownPrompt,
  first: Sample,
  second: Sample,
  random: Random,
  { length = 0, position = 0, noise = 0, style = 0 }: JudgeBiases = {},
): Judgement {
  const scores = [
    scoreAnswer(prompt, first.text, first).score,
    scoreAnswer(prompt, second.text, second).score,
  ] as const;
  const error = random.normal();
  const coin = random.chance(0.5);
  const longer = (countWords(first.text) - countWords(second.text)) / 10;
  const manner = Number(opensWithCourtesy(prompt, first.text)) - Number(opensWithCourtesy(prompt, second.text));
  const difference = scores[0] - scores[1] + length * longer + position + style * manner + noise * error;
  const winner = difference === 0 ? (coin ? 0 : 1) : difference > 0 ? 0 : 1;
  return { winner, difference, scores };
}
