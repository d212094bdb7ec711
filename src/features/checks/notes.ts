// The engine's notes on why a better backend was not taken, in the reader's language. The reasons that are its own are
// listed here; what a browser says is shown in the browser's words.
import { formatError } from '../../components/format';
import { t } from '../../components/text';

function reasonText(reason: string): string {
  switch (reason) {
    case 'this browser offers no WebGPU.':
      return t('this browser offers no WebGPU.');
    case 'WebGPU found no adapter on this machine.':
      return t('WebGPU found no adapter on this machine.');
    case 'the only adapter is a software one, which is slower than WASM.':
      return t('the only adapter is a software one, which is slower than WASM.');
    case 'it failed to start.':
      return t('it failed to start.');
    default:
      return reason;
  }
}

/** What is said against a kernel: the engine's own words in the reader's language, a browser's as they are. */
export function faultText(fault: string): string {
  const [, error] = /^it differs from its composed form by (\S+)$/.exec(fault) ?? [];
  return error === undefined ? fault : t('it differs from its composed form by {error}', { error: formatError(Number(error)) });
}

/** Notes on single kernels stand in the table of kernels. */
export const isKernelNote = (note: string): boolean => note.startsWith('The kernel “');

export function noteText(note: string): string {
  const [, count, why] = /^WebGPU was given up after (\d+) failures in one run: (.+)$/s.exec(note) ?? [];
  if (count !== undefined && why !== undefined) {
    return t('WebGPU was given up after {count} failures in one run: {reason} The lab stays on WASM until you choose a device here or reload the page.', {
      count,
      reason: why,
    });
  }
  const [, backend, reason] = /^(.+) was not taken: (.+)$/s.exec(note) ?? [];
  return backend === undefined || reason === undefined ? note : t('{backend} was not taken: {reason}', { backend, reason: reasonText(reason) });
}
