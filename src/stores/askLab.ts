// Asks the training worker for something that has one answer, as a promise: scores, a dataset, answers to the benchmark.
import { UserError } from '../engine/errors';
import type { LabEvent, Request } from '../lab/protocol';
import { services } from './services';

/** Which event answers which request. */
interface Answering {
  score: 'scored';
  make: 'made';
  answer: 'answered';
  adopt: 'adopted';
  evidence: 'evidence';
}
const answers: Readonly<Answering> = { score: 'scored', make: 'made', answer: 'answered', adopt: 'adopted', evidence: 'evidence' };

export type AnswerOf<T extends keyof Answering> = Extract<LabEvent, { type: Answering[T] }>;

export interface AskOptions {
  readonly signal?: AbortSignal;
  /** Share of the whole, from 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

let count = 0;

/** @throws UserError if it came to nothing, be it that the worker died; an AbortError after `signal` was aborted. */
export function askLab<T extends keyof Answering>(
  request: { readonly type: T } & Omit<Extract<Request, { type: T }>, 'requestId'>, { signal, onProgress }: AskOptions = {},
): Promise<AnswerOf<T>> {
  const { lab } = services();
  const requestId = `${request.type}-${++count}`;
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
      if (event.type === answers[request.type]) settle(() => resolve(event as AnswerOf<T>));
      else if (event.type === 'progress') onProgress?.(event.share);
      else if (event.type === 'cancelled') settle(() => reject(new DOMException('The request was cancelled.', 'AbortError')));
      else if (event.type === 'failed') settle(() => reject(new UserError(event.template, event.values)));
    });
    signal?.addEventListener('abort', cancel, { once: true });
    lab.send({ ...request, requestId } as unknown as Request);
  });
}
