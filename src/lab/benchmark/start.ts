// Starts realms in a browser, one worker each.
import { createRealm, type ContenderName, type Realm } from './realm';

const labWorker = (name: ContenderName): Worker => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name });

export function startWorker(name: ContenderName, create: (name: ContenderName) => Worker = labWorker): Realm {
  const worker = create(name);
  const { realm, hear, fail } = createRealm((order) => worker.postMessage(order), () => worker.terminate());
  worker.onmessage = ({ data }) => hear(data as Parameters<typeof hear>[0]);
  worker.onerror = (event) => fail(event.message || 'the worker died.');
  return realm;
}
