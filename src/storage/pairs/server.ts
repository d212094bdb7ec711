// The data core behind messages: answers what a page posts, and tells every tab what was changed. The worker is no more than
// this; tests wire it to a client without one.
import { UserError } from '../../engine/errors';
import { onOvertaken } from '../database';
import { createDataCore } from './core';
import type { DataEvent, Progress, RequestType, ToWorker } from './protocol';

/** Tabs tell each other of changes here. */
const CHANNEL = 'alignment-lab/datasets';
/** Progress is told at most this often, in milliseconds; the answer itself is never held back. */
const TELL_EVERY = 80;
/** Time for the first questions to be answered before anything is swept, in milliseconds. */
const SWEEP_AFTER = 2000;

interface Change {
  readonly dataset: string;
  readonly revision?: number;
}

export interface DataServer {
  hear(message: ToWorker): void;
  dispose(): void;
}

/** @param tell posts to the page. */
export function createDataServer(tell: (event: DataEvent) => void): DataServer {
  const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(CHANNEL);
  const core = createDataCore({
    changed: (dataset, revision) => {
      const change: Change = { dataset, ...(revision !== undefined && { revision }) };
      channel?.postMessage(change);
      tell({ type: 'changed', ...change });
    },
  });
  if (channel) channel.onmessage = ({ data }: MessageEvent<Change>) => tell({ type: 'changed', ...data });
  const unhear = onOvertaken(() => tell({ type: 'overtaken' }));
  const asked = new Map<number, AbortController>();

  async function answer({ id, request }: Extract<ToWorker, { type: 'ask' }>): Promise<void> {
    const controller = new AbortController();
    asked.set(id, controller);
    let told = 0;
    const onProgress = (progress: Progress<RequestType>): void => {
      const time = performance.now();
      if (controller.signal.aborted || time - told < TELL_EVERY) return;
      told = time;
      tell({ type: 'progress', id, progress });
    };
    try {
      tell({ type: 'answer', id, answer: await core.ask(request, { signal: controller.signal, onProgress }) });
    } catch (error) {
      tell(failure(id, error));
    } finally {
      asked.delete(id);
    }
  }

  // What fails here is no more than some space that stays taken.
  const sweeping = setTimeout(() => void core.sweep().catch((error: unknown) => console.warn(error)), SWEEP_AFTER);

  return {
    hear(message) {
      if (message.type === 'cancel') asked.get(message.id)?.abort(new DOMException('The request was cancelled.', 'AbortError'));
      else void answer(message);
    },
    dispose() {
      clearTimeout(sweeping);
      unhear();
      channel?.close();
    },
  };
}

function failure(id: number, error: unknown): DataEvent {
  const { name, message } = error instanceof Error || error instanceof DOMException ? error : new Error(String(error));
  const said =
    error instanceof UserError
      ? error
      : new UserError('Something failed that the lab did not expect: {reason}. Your work up to here is kept.', { reason: message });
  return { type: 'failed', id, name, message: said.message, template: said.template, values: said.values };
}
