// The tiny lab in Node, on plain CPU unless a test asks for WASM.
import type { BackendName } from '../../src/engine/device';
import { createCohort } from '../../src/engine/training/cohort';
import { openInNode } from './nodeBackend';
import { tinyLabOn, type TinyLab, type TinyLabOptions } from './tinyLabOn';

export * from './tinyLabOn';

export function tinyLab({ backend = 'cpu', ...options }: TinyLabOptions & { readonly backend?: BackendName } = {}): TinyLab {
  return tinyLabOn({ open: () => openInNode(backend), createCohort }, options);
}
