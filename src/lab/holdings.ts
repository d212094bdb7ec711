// What lies on the device: the device itself, the reference, and the policies of a run that is over, which can still be
// sampled. The runner asks for them here and drops them all when the device has failed it.
import type { BackendChoice, DeviceReport } from '../engine/device';
import type { Cohort, CohortOptions } from '../engine/training/types';
import { loadModel, type AssetLoader } from './assets';
import type { LabEvent } from './protocol';
import { createReference, type Reference } from './reference';

export interface HoldingsOptions {
  readonly load: AssetLoader;
  readonly emit: (event: LabEvent) => void;
  readonly openBackend: (choice: BackendChoice) => Promise<DeviceReport>;
  readonly createCohort: (options: CohortOptions) => Cohort;
}

/** Policies that are trained no more. */
export interface Resting {
  readonly runId: string;
  readonly cohort: Cohort;
}

export interface Holdings {
  /** Opens a backend in place of the one before, and tells which it was. */
  open(choice: BackendChoice): Promise<void>;
  /** The open device; opens it as it was asked for last. */
  device(): Promise<DeviceReport>;
  /** The reference of a model; without one, of the model that is there already, else of the one that ships. */
  reference(model?: string): Promise<Reference>;
  readonly resting: Resting | undefined;
  /** Puts policies to rest in place of those before. */
  rest(next: Resting | undefined): void;
  /** Forgets the device and all that lies on it, `also` included; the next request opens it anew. */
  drop(also?: { dispose(): void }): void;
}

const SHIPPED_MODEL = 'town';

export function createHoldings({ load, emit, openBackend, createCohort }: HoldingsOptions): Holdings {
  let choice: BackendChoice = 'auto';
  let device: DeviceReport | undefined;
  let reference: Reference | undefined;
  let resting: Resting | undefined;

  const rest = (next: Resting | undefined): void => {
    if (resting && resting.cohort !== next?.cohort) resting.cohort.dispose();
    resting = next;
  };

  const drop = (also?: { dispose(): void }): void => {
    for (const held of [also, resting?.cohort, reference]) {
      try {
        held?.dispose();
      } catch {
        // What lived on a device that is gone cannot be freed, and need not be.
      }
    }
    device = reference = resting = undefined;
  };

  const openDevice = async (): Promise<DeviceReport> => {
    if (!device) {
      device = await openBackend(choice);
      emit({ type: 'opened', device });
    }
    return device;
  };

  return {
    async open(next) {
      drop();
      choice = next;
      await openDevice();
    },
    device: openDevice,
    async reference(model = reference?.model.id ?? SHIPPED_MODEL) {
      await openDevice();
      if (reference?.model.id !== model) {
        const loaded = await loadModel(load, model);
        rest(undefined);
        reference?.dispose();
        reference = createReference(loaded, createCohort);
      }
      return reference;
    },
    get resting() {
      return resting;
    },
    rest,
    drop,
  };
}
