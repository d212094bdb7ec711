// What is tried next when the device under a run has failed: a fresh one, then WASM, then nothing. The runner asks here.
import type { BackendName } from '../engine/device';
import { DeviceLostError, remark, UserError, type Remark } from '../engine/errors';

/** Fresh devices that one run gets, each in place of one that failed, before it goes on without WebGPU. */
const FRESH_DEVICES = 2;

export type Remedy = 'fresh' | 'wasm';

export interface Recovery {
  readonly failures: number;
  /** Counts a failure of a device of this backend and says what to try next; undefined where nothing is left. */
  after(backend: BackendName): Remedy | undefined;
}

export function createRecovery(): Recovery {
  let failures = 0;
  return {
    get failures() {
      return failures;
    },
    after(backend) {
      failures += 1;
      if (failures <= FRESH_DEVICES) return 'fresh';
      return failures === FRESH_DEVICES + 1 && backend === 'webgpu' ? 'wasm' : undefined;
    },
  };
}

/** Longest that a browser's words may be inside a sentence of ours. */
const LONGEST = 160;

/** Why a device failed, in words that fit into a sentence: one line, no full stop. */
export function reasonOf(error: unknown): string {
  const text = error instanceof DeviceLostError ? error.reason : error instanceof Error ? error.message : String(error);
  const line = text.trim().split('\n')[0]!.replace(/\.$/, '');
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/** What a person is told while the run is made ready again. */
export function goingOn(error: unknown, remedy: Remedy, step: number): Remark {
  const values = { reason: reasonOf(error), step };
  if (remedy === 'wasm') {
    return remark('The device failed once more ({reason}), so WebGPU is given up. The run goes on from step {step} on WASM.', values);
  }
  return error instanceof DeviceLostError
    ? remark('The device was lost ({reason}). The run goes on from step {step} on a fresh one.', values)
    : remark('The device failed ({reason}). The run goes on from step {step} on a fresh one.', values);
}

/** What a person is told of an error that ended what was asked for, a run or (with `requestId`) something smaller. */
export function sentenceOf(error: unknown, { requestId }: { readonly requestId?: string }): UserError {
  if (error instanceof UserError) return error;
  if (error instanceof DeviceLostError) {
    const values = { reason: reasonOf(error) };
    return requestId === undefined
      ? new UserError('The device was lost ({reason}). What is stored is kept; try again, or choose another device on the Checks page.', values)
      : new UserError('The device was lost ({reason}) before this was done. Ask again; a run under way goes on by itself.', values);
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new UserError('Something in the lab broke: {reason} What was stored is kept; reload the page if it happens again.', {
    reason: /[.!?]$/.test(reason) ? reason : `${reason}.`,
  });
}
