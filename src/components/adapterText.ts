// The one line that says which device works, in the reader's language. Used by the header, the list of runs and the checks.
import type { DeviceReport } from '../engine/device';
import { t } from './text';

/** A GPU is called what its driver calls it, and so is a device of whose report only that line was kept. */
export function adapterText({ backend, adapter, features, limits }: DeviceReport): string {
  if (backend === 'cpu' && adapter === 'CPU · plain JavaScript') return t('CPU · plain JavaScript');
  const { threads } = limits;
  if (backend !== 'wasm' || threads === undefined) return adapter;
  return features.includes('simd')
    ? t('WASM · SIMD, {threads, plural, one {# thread} other {# threads}}', { threads })
    : t('WASM · no SIMD, {threads, plural, one {# thread} other {# threads}}', { threads });
}
