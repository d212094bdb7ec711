// The page's side of the data worker: asks it, hands on what it tells, and starts it again when it has died.
import { UserError } from '../../engine/errors';
import type { Answers, DataClient, DataEvent, Progresses, RequestType, ToWorker } from './protocol';

/** The part of `Worker` that the client uses. */
export type WorkerLike = Pick<Worker, 'postMessage' | 'terminate' | 'addEventListener'>;

interface Waiting {
  readonly resolve: (answer: Answers[RequestType]) => void;
  readonly reject: (error: unknown) => void;
  readonly onProgress?: (progress: Progresses[keyof Progresses]) => void;
}

const startWorker = (): WorkerLike => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'data' });

/** The worker is started with the first request. A request under way when it dies fails; the next one starts another. */
export function createDataClient(createWorker: () => WorkerLike = startWorker): DataClient {
  const waiting = new Map<number, Waiting>();
  const listeners = new Set<Parameters<DataClient['onChange']>[0]>();
  const overtakenListeners = new Set<() => void>();
  let worker: WorkerLike | undefined;
  let lastId = 0;

  function start(): WorkerLike {
    const started = createWorker();
    started.addEventListener('message', (message) => {
      if (started === worker) hear((message as MessageEvent<DataEvent>).data);
    });
    const died = (event: Event): void => {
      if (started === worker) bury(event);
    };
    started.addEventListener('error', died);
    started.addEventListener('messageerror', died);
    return started;
  }

  function hear(event: DataEvent): void {
    if (event.type === 'changed') {
      const { type: _type, ...change } = event;
      for (const listener of [...listeners]) listener(change);
      return;
    }
    if (event.type === 'overtaken') {
      for (const listener of [...overtakenListeners]) listener();
      return;
    }
    const asked = waiting.get(event.id);
    if (asked === undefined) return;
    if (event.type === 'progress') {
      asked.onProgress?.(event.progress);
      return;
    }
    waiting.delete(event.id);
    if (event.type === 'answer') asked.resolve(event.answer);
    else asked.reject(event.name === 'AbortError' ? new DOMException(event.message, 'AbortError') : new UserError(event.template, event.values));
  }

  function bury(event: Event): void {
    worker?.terminate();
    worker = undefined;
    const reason = 'message' in event && typeof event.message === 'string' && event.message ? event.message : 'no reason was given';
    const lost = [...waiting.values()];
    waiting.clear();
    for (const { reject } of lost) {
      reject(new UserError('The worker that keeps the datasets died ({reason}), so this was not done. What was stored is kept; try again.', { reason }));
    }
  }

  const post = (message: ToWorker): void => (worker ??= start()).postMessage(message);

  return {
    ask(request, { signal, onProgress } = {}) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason as Error);
          return;
        }
        const id = ++lastId;
        const cancel = (): void => post({ type: 'cancel', id });
        const settle = <A>(then: (value: A) => void) => (value: A): void => {
          signal?.removeEventListener('abort', cancel);
          then(value);
        };
        waiting.set(id, {
          resolve: settle(resolve as Waiting['resolve']),
          reject: settle(reject),
          ...(onProgress && { onProgress: onProgress as Waiting['onProgress'] }),
        });
        signal?.addEventListener('abort', cancel, { once: true });
        try {
          post({ type: 'ask', id, request });
        } catch (error) {
          // Something in it can not be sent.
          waiting.get(id)?.reject(error);
          waiting.delete(id);
        }
      });
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onOvertaken(listener) {
      overtakenListeners.add(listener);
      return () => overtakenListeners.delete(listener);
    },
    async persist() {
      try {
        return (await navigator.storage?.persist?.()) ?? false;
      } catch {
        return false;
      }
    },
    dispose() {
      worker?.terminate();
      worker = undefined;
      const gone = new DOMException('The page is being closed.', 'AbortError');
      for (const { reject } of waiting.values()) reject(gone);
      waiting.clear();
    },
  };
}
