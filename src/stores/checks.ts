// What the Checks page has found out about devices since the page was opened, and what it is finding out now. Results
// are kept by the adapter's line, so that those of one device are never shown as another's.
import { createStore } from 'zustand/vanilla';
import type { KernelCheck, Parity } from '../engine/device';
import type { BenchmarkProgress, BenchmarkReport } from '../lab/benchmark/report';
import type { CheckPart, LabEvent } from '../lab/protocol';
import { notify, sentence, type Sentence } from './notices';
import { services } from './services';

export type ExamName = CheckPart | 'benchmark';

/** The one examination that is asked for or under way. */
export interface PendingExam {
  readonly exam: ExamName;
  readonly requestId: string;
  /** How much of it is done, from 0 to 1, and what is being done. */
  readonly share: number;
  readonly stage?: BenchmarkProgress['stage'] | undefined;
  /** When it was asked for, on this page's clock. */
  readonly since: number;
  /** About how many milliseconds it will take yet, once there is something to go by. */
  readonly msLeft?: number | undefined;
}

/** Before this share is done, any guess at the rest would be a wild one. */
const GUESS_FROM = 0.15;

export interface ChecksState {
  readonly pending?: PendingExam | undefined;
  /** What the last check of the kernels found, by adapter. */
  readonly kernels: Readonly<Record<string, readonly KernelCheck[]>>;
  readonly parity: Readonly<Record<string, Parity>>;
  readonly benchmark: Readonly<Record<string, BenchmarkReport>>;
  /** Why the last examination of a kind came to nothing. */
  readonly problems: Readonly<Partial<Record<ExamName, Sentence>>>;
}

export const noChecks: ChecksState = { kernels: {}, parity: {}, benchmark: {}, problems: {} };

export const checksStore = createStore<ChecksState>()(() => noChecks);

let count = 0;

/** Asks for an examination, unless one is under way. The numbers that are drawn for it are others each time. */
export function examine(exam: ExamName): void {
  if (checksStore.getState().pending !== undefined) return;
  count += 1;
  const requestId = `exam-${count}`;
  const pending = { exam, requestId, share: 0, since: performance.now() };
  checksStore.setState(({ problems }) => ({ pending, problems: { ...problems, [exam]: undefined } }));
  // The start has drawn from seed 1.
  services().lab.send(exam === 'benchmark' ? { type: exam, requestId } : { type: 'check', requestId, part: exam, seed: count + 1 });
}

export function cancelExam(): void {
  const { pending } = checksStore.getState();
  if (pending === undefined) return;
  checksStore.setState({ pending: undefined });
  services().lab.send({ type: 'cancel', requestId: pending.requestId });
}

type ExamEvent = Extract<LabEvent, { type: 'progress' | 'checked' | 'benchmarked' | 'cancelled' }>;

/** What the worker says of an examination; of one that is not waited for any more, nothing is heard. */
export function examEvent(event: ExamEvent): void {
  const { pending } = checksStore.getState();
  if (pending?.requestId !== event.requestId) return;
  switch (event.type) {
    case 'progress': {
      const { share, stage } = event;
      const msLeft = share < GUESS_FROM ? undefined : ((performance.now() - pending.since) * (1 - share)) / share;
      checksStore.setState({ pending: { ...pending, share, stage, msLeft } });
      return;
    }
    case 'checked': {
      const { adapter, result } = event;
      if (result.part === 'parity') {
        checksStore.setState(({ parity }) => ({ pending: undefined, parity: { ...parity, [adapter]: result.parity } }));
        return;
      }
      checksStore.setState(({ kernels }) => ({ pending: undefined, kernels: { ...kernels, [adapter]: result.kernels } }));
      if (result.switchedOff.length > 0) tellOf(result.switchedOff);
      return;
    }
    case 'benchmarked':
      checksStore.setState(({ benchmark }) => ({ pending: undefined, benchmark: { ...benchmark, [event.adapter]: event.report } }));
      return;
    case 'cancelled':
      examFailed(event.requestId, sentence('It was ended, for something else was asked of the device.'));
      return;
  }
}

/** Gives true if the request was an examination that is waited for. */
export function examFailed(requestId: string, problem: Sentence): boolean {
  const { pending } = checksStore.getState();
  if (pending?.requestId !== requestId) return false;
  checksStore.setState(({ problems }) => ({ pending: undefined, problems: { ...problems, [pending.exam]: problem } }));
  return true;
}

function tellOf(kernels: readonly string[]): void {
  const values = { kernels: kernels.map((kernel) => `“${kernel}”`).join(', ') };
  notify(
    'problem',
    sentence('A check found {kernels} wrong on this device. Until the page is reloaded the composed form does that work; do not trust what was trained here before.', values),
  );
}
