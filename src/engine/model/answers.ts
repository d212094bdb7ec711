// Answers while they are sampled: which still grow, and what they hold. Shared by every way of sampling, so that all end
// an answer for the same reasons.
import type { SampledSequence, SampleOptions } from '../training/types';

export interface Answers {
  /** True until the answer has ended, has as many tokens as were asked for, or fills the model's context. */
  growing(policy: number, prompt: number): boolean;
  /** Adds the next token of an answer that is growing. */
  take(policy: number, prompt: number, token: number, logProb: number): void;
  /** Tokens drawn so far, the end token included: the position that the next random number belongs to. */
  drawn(policy: number, prompt: number): number;
  /** Copies, `[K][prompt]`. */
  soFar(): SampledSequence[][];
}

interface Answer {
  ids: number[];
  ended: boolean;
  logProb: number;
}

/**
 * Nothing drawn yet for `prompts` under each of K policies.
 * @param context positions that the model has.
 * @throws RangeError for a prompt that is empty or longer than the context.
 */
export function createAnswers(
  K: number, prompts: readonly (readonly number[])[], { maxTokens, endToken }: Pick<SampleOptions, 'maxTokens' | 'endToken'>, context: number,
): Answers {
  for (const { length } of prompts) {
    if (length < 1 || length > context) throw new RangeError(`A prompt has ${length} tokens, not 1 to ${context}.`);
  }
  const answers = Array.from({ length: K }, () => prompts.map((): Answer => ({ ids: [], ended: false, logProb: 0 })));
  const of = (policy: number, prompt: number) => answers[policy]![prompt]!;
  return {
    growing(policy, prompt) {
      const { ids, ended } = of(policy, prompt);
      // A prompt that fills the context may be answered by one token, which needs no position of its own.
      const room = ids.length === 0 || prompts[prompt]!.length + ids.length < context;
      return !ended && ids.length < maxTokens && room;
    },
    take(policy, prompt, token, logProb) {
      const answer = of(policy, prompt);
      answer.logProb += logProb;
      if (token === endToken) answer.ended = true;
      else answer.ids.push(token);
    },
    drawn: (policy, prompt) => of(policy, prompt).ids.length + (of(policy, prompt).ended ? 1 : 0),
    soFar: () => answers.map((list) => list.map(({ ids, ended, logProb }) => ({ ids: [...ids], ended, logProb }))),
  };
}
