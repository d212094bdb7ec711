// What the stores need from below, given to them once by the app (or by a test): the lab's worker, the shelf where work
// is kept, and the worker that keeps preference pairs. Actions of the stores are plain functions that ask for these here.
import type { LabEvent, MetricsRow, PolicyStop, Request, RunCheckpoint, RunDevice, RunStart, RunState } from '../lab/protocol';
import type { Recipe } from '../lab/recipe';
import type { DataClient } from '../storage/pairs/protocol';

export interface Lab {
  send(request: Request): void;
  subscribe(listener: (event: LabEvent) => void): () => void;
}

/** A run as it lies on the shelf, without its rows. */
export interface KeptRun {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly recipe: Recipe;
  readonly state: RunState;
  readonly step: number;
  readonly elapsedMs: number;
  readonly start: RunStart;
  /** Devices that it went on with after the one in `start`, in order. */
  readonly devices?: readonly RunDevice[];
  readonly stops: readonly PolicyStop[];
  /** The step of the last checkpoint that was kept. */
  readonly checkpointStep?: number;
}

export type RunChange = Partial<Pick<KeptRun, 'name' | 'state' | 'step' | 'elapsedMs' | 'stops' | 'start' | 'devices'>>;

/** Storage as the stores see it. Every function may reject with a UserError. */
export interface Shelf {
  createRun(run: KeptRun): Promise<void>;
  changeRun(id: string, change: RunChange): Promise<void>;
  appendRows(id: string, rows: readonly MetricsRow[]): Promise<void>;
  /** Forgets rows that a run going on from its checkpoint will tell again. */
  dropRowsAfter(id: string, step: number): Promise<void>;
  saveCheckpoint(id: string, checkpoint: RunCheckpoint): Promise<void>;
  loadCheckpoint(id: string): Promise<RunCheckpoint | undefined>;
  listRuns(): Promise<KeptRun[]>;
  loadRows(id: string): Promise<MetricsRow[]>;
  deleteRun(id: string): Promise<void>;
  loadSetting(key: string): Promise<unknown>;
  saveSetting(key: string, value: unknown): Promise<void>;
  /** Calls the listener when a newer version of the lab has taken the storage over; gives back the way to end that. */
  onOvertaken(listener: () => void): () => void;
}

export interface Services {
  readonly lab: Lab;
  readonly shelf: Shelf;
  readonly data: DataClient;
}

let current: Services | undefined;

/** Gives the stores their services; called once when the page starts, and by tests. */
export function provideServices(services: Services): void {
  current = services;
}

export function services(): Services {
  if (current === undefined) throw new Error('The stores were used before the page gave them their services.');
  return current;
}
