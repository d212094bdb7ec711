// What lies on the device: the device itself, the reference, and the policies of a run that is over, which can still be
// sampled. The runner asks for them here and drops them all when the device has failed it.
import type { BackendChoice, BackendName, DeviceReport } from '../engine/device';
import { UserError, type DeviceLostError } from '../engine/errors';
import type { Cohort, CohortOptions } from '../engine/training/types';
import { isAdopted, loadModel, type AssetLoader, type LoadedModel } from './assets';
import { createMakings, type Makings } from './making/dataset';
import type { LabEvent } from './protocol';
import { createReference, type Reference } from './reference';

export interface HoldingsOptions {
  readonly load: AssetLoader;
  readonly emit: (event: LabEvent) => void;
  /** `onLoss` hears that the device went away by itself. */
  readonly openBackend: (choice: BackendChoice, onLoss: (loss: DeviceLostError) => void) => Promise<DeviceReport>;
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
  /** The open device; opens it as it was asked for last, or WASM where WebGPU was given up since. */
  device(): Promise<DeviceReport>;
  /** The backend that is open or, where none is, that would be tried first. */
  readonly backend: BackendName;
  /** Why the open device is of no use any more; undefined while it is, and where none is open. */
  readonly loss: DeviceLostError | undefined;
  /** Opens WASM from now on, whatever was asked for; `note` says why. Holds until it is taken back or a backend is asked for. */
  giveUpGpu(note: string | undefined): void;
  /**
   * The reference of a model; without one, of the model in use, which is the one asked for last or the one that ships.
   * One asked for in passing does not come into use.
   */
  reference(model?: string, passing?: boolean): Promise<Reference>;
  readonly resting: Resting | undefined;
  /** The model whose files were loaded last. */
  readonly model: LoadedModel | undefined;
  /** Holds a model under a name of its own, `own:…`, in place of one of that name. */
  adopt(model: LoadedModel): void;
  /** The pairs of a dataset that is made from a reference's own answers. */
  readonly make: Makings;
  /** Puts policies to rest in place of those before. */
  rest(next: Resting | undefined): void;
  /** Forgets the device and all that lies on it, `also` included; the next request opens it anew. Loaded files are kept. */
  drop(also?: { dispose(): void }): void;
}

const SHIPPED_MODEL = 'town';

/** Models of one's own that are held: a seed each of a second round, and some to spare. */
const MOST_ADOPTED = 8;

/** @param onLoss hears that the open device went away by itself. */
export function createHoldings({ load, emit, openBackend, createCohort }: HoldingsOptions, onLoss: () => void): Holdings {
  let choice: BackendChoice = 'auto';
  let device: DeviceReport | undefined;
  let loss: DeviceLostError | undefined;
  /** Why WASM stands in for what was asked for. */
  let instead: string | undefined;
  /** Tells the device that is open from those before it, whose end is no news. */
  let opening = 0;
  let inUse = SHIPPED_MODEL;
  let model: LoadedModel | undefined;
  let reference: Reference | undefined;
  let resting: Resting | undefined;
  const adopted = new Map<string, LoadedModel>();

  const find = async (id: string): Promise<LoadedModel> => {
    const own = adopted.get(id);
    if (!own && isAdopted(id)) {
      throw new UserError('The recipe’s field “model” names “{model}”, a policy that is not here any more. Nothing was changed; make it anew from its run.', { model: id });
    }
    return own ?? loadModel(load, id);
  };

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
    device = loss = reference = resting = undefined;
    opening += 1;
  };

  const openDevice = async (): Promise<DeviceReport> => {
    if (!device) {
      const mine = ++opening;
      let opened: DeviceReport;
      try {
        opened = await openBackend(instead === undefined ? choice : 'wasm', (why) => {
          if (mine !== opening) return;
          loss = why;
          onLoss();
        });
      } catch (error) {
        drop();
        throw error;
      }
      device = instead === undefined ? opened : { ...opened, notes: [...opened.notes, instead] };
      emit({ type: 'opened', device });
    }
    return device;
  };

  return {
    async open(next) {
      drop();
      choice = next;
      instead = undefined;
      await openDevice();
    },
    device: openDevice,
    get backend() {
      if (device) return device.backend;
      if (instead !== undefined) return 'wasm';
      return choice === 'auto' ? 'webgpu' : choice;
    },
    get loss() {
      return loss;
    },
    giveUpGpu(note) {
      instead = note;
    },
    async reference(wanted = inUse, passing = false) {
      await openDevice();
      if (reference?.model.id !== wanted) {
        // Kept when a device is lost, so that going on needs no network.
        if (model?.id !== wanted) model = await find(wanted);
        rest(undefined);
        reference?.dispose();
        reference = createReference(model, createCohort);
      }
      if (!passing) inUse = wanted;
      return reference;
    },
    get resting() {
      return resting;
    },
    get model() {
      return model;
    },
    adopt(own) {
      adopted.delete(own.id);
      if (adopted.size >= MOST_ADOPTED) adopted.delete(adopted.keys().next().value!);
      adopted.set(own.id, own);
      if (model?.id !== own.id) return;
      model = undefined;
      reference?.dispose();
      reference = undefined;
    },
    make: createMakings(),
    rest,
    drop,
  };
}
