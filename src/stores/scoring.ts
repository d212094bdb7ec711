// Asks the training worker what the reference and the policies on the device think of pairs, as one promise each.
import { UserError } from '../engine/errors';
import type { LabEvent, Request } from '../lab/protocol';
import { services } from './services';

export type Scored = Extract<LabEvent, { type: 'scored' }>;
export type AskedPair = Extract<Request, { type: 'score' }>['pairs'][number];

export interface ScoreOptions {
  /** Also for each token. */
  readonly perToken?: boolean;
  readonly signal?: AbortSignal;
  /** Share of the whole, from 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

let count = 0;

/** @throws UserError if they could not be asked; an AbortError after `signal` was aborted. */
export function askScores(pairs: readonly AskedPair[], { perToken = false, signal, onProgress }: ScoreOptions = {}): Promise<Scored> {
  const { lab } = services();
  const requestId = `score-${++count}`;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason as Error);
      return;
    }
    const cancel = (): void => lab.send({ type: 'cancel', requestId });
    const settle = (work: () => void): void => {
      leave();
      signal?.removeEventListener('abort', cancel);
      work();
    };
    const leave = lab.subscribe((event) => {
      if (!('requestId' in event) || event.requestId !== requestId) return;
      if (event.type === 'scored') settle(() => resolve(event));
      else if (event.type === 'progress') onProgress?.(event.share);
      else if (event.type === 'cancelled') settle(() => reject(new DOMException('The scoring was cancelled.', 'AbortError')));
      else if (event.type === 'failed') settle(() => reject(new UserError(event.template, event.values)));
    });
    signal?.addEventListener('abort', cancel, { once: true });
    // No more than what is asked for goes to the worker.
    lab.send({ type: 'score', requestId, perToken, pairs: pairs.map(({ prompt, chosen, rejected }) => ({ prompt, chosen, rejected })) });
  });
}
