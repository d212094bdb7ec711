// Asks the training worker what the reference and the policies on the device think of pairs, as one promise each.
import type { Request } from '../lab/protocol';
import { askLab, type AnswerOf, type AskOptions } from './askLab';

export type Scored = AnswerOf<'score'>;
export type AskedPair = Extract<Request, { type: 'score' }>['pairs'][number];

export interface ScoreOptions extends AskOptions {
  /** Also for each token. */
  readonly perToken?: boolean;
}

/** @throws UserError if they could not be asked; an AbortError after `signal` was aborted. */
export function askScores(pairs: readonly AskedPair[], { perToken = false, ...options }: ScoreOptions = {}): Promise<Scored> {
  // No more than what is asked for goes to the worker.
  return askLab({ type: 'score', perToken, pairs: pairs.map(({ prompt, chosen, rejected }) => ({ prompt, chosen, rejected })) }, options);
}
