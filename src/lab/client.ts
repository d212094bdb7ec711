// The page's side of the worker: sends requests, hands out events, and puts a worker that has died back on its feet.
import type { KernelCheck } from '../engine/device';
import { UserError } from '../engine/errors';
import type { LabEvent, Request } from './protocol';
import type { Greeting } from './worker';

export interface LabClient {
  send(request: Request): void;
  /** Calls the listener for every event from now on; gives back the way to end that. */
  subscribe(listener: (event: LabEvent) => void): () => void;
  /** Ends the worker at once. */
  dispose(): void;
}

/** The part of `Worker` that the client uses. */
export type WorkerLike = Pick<Worker, 'postMessage' | 'terminate' | 'addEventListener'>;

export interface ClientOptions {
  /** Where the page's files lie; by default where the document does. */
  readonly assets?: string;
  readonly createWorker?: () => WorkerLike;
}

/** A worker that dies this often without having answered anything is not started again until a backend is chosen. */
const MAX_DEATHS = 3;

const startWorker = (): WorkerLike => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'lab' });

/**
 * Starts the worker. When it dies (out of memory, say), the run under way and whatever else is being answered are
 * reported as failed, a new worker is started, and the backend is opened again as it was asked for last. One that keeps dying is
 * given up: then only a request to open a backend starts another, and every other request fails at once.
 */
export function createLabClient(options: ClientOptions = {}): LabClient {
  const { createWorker = startWorker } = options;
  const assets = options.assets ?? document.baseURI;
  const listeners = new Set<(event: LabEvent) => void>();
  /** Runs and other requests that are waiting for an end. */
  const runs = new Map<string, number>();
  const requests = new Set<string>();
  /** Kernels that were found wrong, by adapter. */
  const distrusted: Record<string, readonly KernelCheck[]> = {};
  let opened: Extract<Request, { type: 'open' }> | undefined;
  let deaths = 0;
  /** Why no worker is left, once it was given up. */
  let givenUp: UserError | undefined;
  let disposed = false;
  let worker = start();

  function start(): WorkerLike {
    const started = createWorker();
    started.addEventListener('message', (message) => {
      if (started !== worker || disposed) return;
      deaths = 0;
      note((message as MessageEvent<LabEvent>).data);
    });
    const died = (event: Event): void => {
      if (started === worker && !disposed) bury(event);
    };
    started.addEventListener('error', died);
    started.addEventListener('messageerror', died);
    const greeting: Greeting = { type: 'greeting', assets, ...(Object.keys(distrusted).length > 0 && { distrusted }) };
    started.postMessage(greeting);
    return started;
  }

  function emit(event: LabEvent): void {
    for (const listener of [...listeners]) listener(event);
  }

  function note(event: LabEvent): void {
    if (event.type === 'state') {
      if (event.state === 'finished' || event.state === 'stopped' || event.state === 'failed') runs.delete(event.runId);
      else runs.set(event.runId, event.step);
    } else if (event.type === 'rows') {
      const last = event.rows.at(-1);
      if (last && runs.has(event.runId)) runs.set(event.runId, last.step);
    } else if ('requestId' in event && event.requestId !== undefined) {
      const goesOn = event.type === 'progress' || (event.type === 'samples' && !event.done);
      if (!goesOn) requests.delete(event.requestId);
      if (event.type === 'checked' && event.result.part === 'kernels') {
        const { kernels, switchedOff } = event.result;
        const wrong = kernels.filter(({ kernel }) => switchedOff.includes(kernel));
        if (wrong.length > 0) distrusted[event.adapter] = [...(distrusted[event.adapter] ?? []), ...wrong];
      }
    }
    emit(event);
  }

  function bury(event: Event): void {
    worker.terminate();
    if (givenUp) return;
    deaths += 1;
    const reason = 'message' in event && typeof event.message === 'string' && event.message ? event.message : 'no reason was given';
    const told =
      deaths < MAX_DEATHS
        ? new UserError('The lab’s worker died ({reason}) and was started again. What was stored is kept; a run goes on from its last checkpoint.', { reason })
        : new UserError('The lab’s worker keeps dying ({reason}). What was stored is kept; reload the page or choose another backend.', { reason });
    if (deaths >= MAX_DEATHS) givenUp = told;
    const [lostRuns, lostRequests] = [[...runs], [...requests]];
    runs.clear();
    requests.clear();
    if (!givenUp) worker = start();
    if (lostRuns.length + lostRequests.length === 0) emit(failed(told));
    for (const [runId, step] of lostRuns) failRun(told, runId, step);
    for (const requestId of lostRequests) emit({ ...failed(told), requestId });
    if (!givenUp && opened) worker.postMessage(opened);
  }

  function failed({ message, template, values }: UserError): Extract<LabEvent, { type: 'failed' }> {
    return { type: 'failed', message, template, values };
  }

  function failRun(why: UserError, runId: string, step: number): void {
    emit({ ...failed(why), runId });
    emit({ type: 'state', runId, state: 'failed', step, detail: { template: why.template, values: why.values } });
  }

  /** The answer to a request that no worker is left for. */
  function refuse(request: Request, why: UserError): void {
    if (request.type === 'train') failRun(why, request.runId, request.resume?.step ?? 0);
    else if ('runId' in request) emit({ ...failed(why), runId: request.runId });
    else if ('requestId' in request) emit({ ...failed(why), requestId: request.requestId });
  }

  return {
    send(request) {
      if (request.type === 'open') {
        opened = request;
        if (givenUp) {
          givenUp = undefined;
          deaths = 0;
          worker = start();
        }
      }
      if (givenUp) {
        refuse(request, givenUp);
        return;
      }
      if (request.type === 'train') runs.set(request.runId, request.resume?.step ?? 0);
      if ('requestId' in request && request.type !== 'cancel' && request.type !== 'cancelSample') requests.add(request.requestId);
      worker.postMessage(request);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    dispose() {
      disposed = true;
      worker.terminate();
    },
  };
}
