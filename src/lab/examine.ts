// Examinations of the device, asked for on the Checks page: the numerics check and the benchmark. The runner serves them
// when no run is under way; whatever else is asked of the device ends them.
import type { DeviceReport } from '../engine/device';
import { UserError } from '../engine/errors';
import type { BenchmarkProgress, BenchmarkReport } from './benchmark/report';
import { breathe } from './breathe';
import type { Holdings } from './holdings';
import type { CheckPart, CheckResult, LabEvent, Request } from './protocol';
import { reasonOf } from './recovery';

export interface CheckOptions {
  readonly part: CheckPart;
  readonly seed: number;
  /** Told and awaited now and then, as a share of the whole; gives false to end it there. */
  readonly onProgress: (share: number) => Promise<boolean>;
}

/** What a place that has the engine at hand can do for the lab. */
export interface Examiners {
  /** Undefined if it was ended early. Kernels that it names as switched off are off once the device is opened again. */
  readonly checkDevice?: (device: DeviceReport, options: CheckOptions) => Promise<CheckResult | undefined>;
  /** Times the device's backend, in realms of its own; ends with the signal's reason when that is aborted. */
  readonly benchmark?: (
    device: DeviceReport, onProgress: (progress: BenchmarkProgress) => void, signal: AbortSignal,
  ) => Promise<BenchmarkReport>;
}

export type Examination = Extract<Request, { type: 'check' | 'benchmark' }>;

export interface Examinations {
  /** Takes note of a request that will be served later, so that it can be cancelled meanwhile. */
  expect(request: Examination): void;
  cancel(requestId: string): void;
  cancelAll(): void;
  /**
   * @param busy that a run is under way.
   * @throws UserError where it is refused, and whatever an examination that breaks throws.
   */
  serve(request: Examination, busy: boolean): Promise<void>;
}

export function createExaminations(
  { checkDevice, benchmark, emit }: Examiners & { readonly emit: (event: LabEvent) => void },
  holdings: Pick<Holdings, 'device' | 'drop'>,
): Examinations {
  /** Those that are waiting or under way. */
  const asked = new Map<string, AbortController>();

  const time = async (requestId: string, signal: AbortSignal): Promise<void> => {
    if (!benchmark) throw new UserError('The device cannot be timed from here. Open the lab in a browser, or run its benchmark from the command line.');
    const device = await holdings.device();
    const tell = ({ fraction, stage }: BenchmarkProgress): void => {
      if (!signal.aborted) emit({ type: 'progress', requestId, share: fraction, stage });
    };
    try {
      const report = await benchmark(device, tell, signal);
      if (!signal.aborted) emit({ type: 'benchmarked', requestId, adapter: device.adapter, report });
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof UserError) throw error;
      // It ran in realms of its own, so the lab's device is as good as before.
      throw new UserError('The benchmark broke off ({reason}). Nothing else was touched; run it again.', { reason: reasonOf(error) });
    }
  };

  const check = async ({ requestId, part, seed }: Extract<Examination, { type: 'check' }>, signal: AbortSignal): Promise<void> => {
    if (!checkDevice) throw new UserError('The device cannot be checked from here. Open the lab in a browser.');
    const device = await holdings.device();
    const result = await checkDevice(device, {
      part,
      seed,
      async onProgress(share) {
        if (!signal.aborted) emit({ type: 'progress', requestId, share });
        await breathe();
        return !signal.aborted;
      },
    });
    if (result?.part === 'kernels' && result.switchedOff.length > 0) {
      // What lies on the device was made with kernels that are wrong.
      holdings.drop();
      await holdings.device();
    }
    if (result && !signal.aborted) emit({ type: 'checked', requestId, adapter: device.adapter, result });
  };

  return {
    expect: ({ requestId }) => void asked.set(requestId, new AbortController()),
    cancel: (requestId) => asked.get(requestId)?.abort(),
    cancelAll() {
      for (const controller of asked.values()) controller.abort();
    },
    async serve(request, busy) {
      const { requestId } = request;
      const { signal } = asked.get(requestId)!;
      try {
        if (!signal.aborted) {
          if (busy) throw new UserError('A run is under way. Stop it before you check or time the device.');
          await (request.type === 'check' ? check(request, signal) : time(requestId, signal));
        }
        if (signal.aborted) emit({ type: 'cancelled', requestId });
      } finally {
        asked.delete(requestId);
      }
    },
  };
}
