// The page's side of a study worker: sends it orders, hands on what it tells, and says so where it died.
import type { FromClerk, ToClerk } from './studyProtocol';

export interface Clerk {
  send(message: ToClerk): void;
  /** Ends it with whatever it is at. */
  dispose(): void;
}

export interface ClerkListeners {
  readonly hear: (event: FromClerk) => void;
  /** It tells nothing more. */
  readonly died: (reason: string) => void;
}

export type StartClerk = (listeners: ClerkListeners) => Clerk;

export const startClerkWorker: StartClerk = ({ hear, died }) => {
  const worker = new Worker(new URL('./studyWorker.ts', import.meta.url), { type: 'module', name: 'study' });
  const fail = (event: Event): void => {
    worker.terminate();
    died('message' in event && typeof event.message === 'string' && event.message ? event.message : 'no reason was given');
  };
  worker.addEventListener('message', ({ data }: MessageEvent<FromClerk>) => hear(data));
  worker.addEventListener('error', fail);
  worker.addEventListener('messageerror', fail);
  const greeting: ToClerk = { type: 'greeting', assets: document.baseURI };
  worker.postMessage(greeting);
  return { send: (message) => worker.postMessage(message), dispose: () => worker.terminate() };
};
