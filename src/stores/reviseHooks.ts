// The stores of the Revise page as hooks; apart from hooks.ts, so that no other page loads what stands behind them.
import { useStore } from 'zustand';
import { estimateStore, type EstimateState } from './reviseEstimate';
import { jobsStore, type JobsState } from './reviseJobs';
import { connectionStore, type ConnectionState } from './reviserConnection';
import { keyStore, type KeyState } from './reviserKey';
import { setupStore, type SetupState } from './reviseSetup';

/** What is set up to be revised or judged. */
export function useReviseSetup<T>(pick: (state: SetupState) => T): T {
  return useStore(setupStore, pick);
}

/** Changes when a key is held or forgotten. */
export function useReviserKey(): KeyState {
  return useStore(keyStore);
}

export function useReviserConnection(): ConnectionState {
  return useStore(connectionStore);
}

export function useReviseEstimate<T>(pick: (state: EstimateState) => T): T {
  return useStore(estimateStore, pick);
}

export function useReviseJobs<T>(pick: (state: JobsState) => T): T {
  return useStore(jobsStore, pick);
}
