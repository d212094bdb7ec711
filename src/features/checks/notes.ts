// The engine's notes on why a better backend was not taken, in the reader's language. The reasons that are its own are
// listed here; what a browser says is shown in the browser's words.
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

export function noteText(note: string): string {
  const [, kernel, fault] = /^The kernel “(.+?)” is switched off on this device: (.+)$/s.exec(note) ?? [];
  if (kernel !== undefined && fault !== undefined) {
    return t('The kernel “{kernel}” is switched off on this device: {fault}', { kernel, fault });
  }
  const [, backend, reason] = /^(.+) was not taken: (.+)$/s.exec(note) ?? [];
  return backend === undefined || reason === undefined ? note : t('{backend} was not taken: {reason}', { backend, reason: reasonText(reason) });
}
