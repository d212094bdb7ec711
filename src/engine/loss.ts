// Notices that a GPU device has gone away, and makes whatever waits for it fail at once. A browser does not: after a loss
// a wait may never end or end as if the work were done. Used by the backend, the GPU runtime and everything that reads back.
import { DeviceLostError } from './errors';

export interface LossWatch {
  /** Why the device is gone; undefined while it is there, and after `close`. */
  readonly loss: DeviceLostError | undefined;
  /** @throws DeviceLostError if the device is gone. */
  check(): void;
  /** Settles as `work` does, or rejects with DeviceLostError as soon as the device is gone: what comes of it then is no result. */
  guard<T>(work: Promise<T>): Promise<T>;
  /** Calls the listener when the device goes away; at once if it is gone already. */
  onLoss(listener: (loss: DeviceLostError) => void): void;
  /** Gives the device back on purpose, which is no loss. */
  close(): void;
}

/** A read that fails because its device goes away fails some time before the browser says that the device is gone. */
const NEWS_MS = 5000;
const LIKELY_LOST = new Set(['AbortError', 'OperationError']);

const watches = new WeakMap<GPUDevice, LossWatch>();

/** The watch over a device; there is one for each. */
export function watchDevice(device: GPUDevice): LossWatch {
  const known = watches.get(device);
  if (known) return known;
  let loss: DeviceLostError | undefined;
  let closed = false;
  // Not `Promise.race` with `device.lost`: that promise would keep every result of a long run alive.
  const waiting = new Set<(loss: DeviceLostError) => void>();
  const listeners: ((loss: DeviceLostError) => void)[] = [];
  const news = device.lost.then((info) => {
    if (closed) return;
    loss = new DeviceLostError(info.reason, info.message);
    for (const fail of waiting) fail(loss);
    waiting.clear();
    for (const listener of listeners.splice(0)) listener(loss);
  });

  const watch: LossWatch = {
    get loss() {
      return loss;
    },
    check() {
      if (loss) throw loss;
    },
    guard: (work) =>
      new Promise((resolve, reject) => {
        waiting.add(reject);
        work
          .then(
            (value) => (loss ? reject(loss) : resolve(value)),
            async (error: unknown) => {
              const { name } = error as Error;
              if (!closed && LIKELY_LOST.has(name)) await Promise.race([news, new Promise((wake) => setTimeout(wake, NEWS_MS))]);
              reject(loss ?? (error as Error));
            },
          )
          .finally(() => waiting.delete(reject));
      }),
    onLoss(listener) {
      if (loss) listener(loss);
      else listeners.push(listener);
    },
    close() {
      closed = true;
      device.destroy();
    },
  };
  watches.set(device, watch);
  return watch;
}

let current: LossWatch | undefined;

/** Says which device tensors live on; undefined where that is the processor, which does not go away. */
export function watchTensorsOf(device: GPUDevice | undefined): void {
  current = device && watchDevice(device);
}

/** Guards a wait for tensors, on whatever device they live. */
export function whileDeviceLasts<T>(work: Promise<T>): Promise<T> {
  return current ? current.guard(work) : work;
}
