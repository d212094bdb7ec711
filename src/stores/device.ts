// The device that the lab's worker found, or why it found none.
import { createStore } from 'zustand/vanilla';
import type { BackendChoice, DeviceReport } from '../engine/device';
import type { Sentence } from './notices';
import { services } from './services';

export type DeviceState =
  | { readonly status: 'opening' }
  | { readonly status: 'open'; readonly report: DeviceReport }
  | { readonly status: 'failed'; readonly problem: Sentence };

export const deviceStore = createStore<DeviceState>()(() => ({ status: 'opening' }));

/** Asks the worker for a device; the answer arrives as an event. */
export function openDevice(backend: BackendChoice): void {
  deviceStore.setState({ status: 'opening' }, true);
  services().lab.send({ type: 'open', backend });
}

export function deviceOpened(report: DeviceReport): void {
  deviceStore.setState({ status: 'open', report }, true);
}

export function deviceFailed(problem: Sentence): void {
  deviceStore.setState({ status: 'failed', problem }, true);
}
