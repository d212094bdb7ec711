// A dataset in the making: of which kind, how large, from whose answers and by what judge; how far it has come; and what is
// kept of it. One at a time; it goes on while one looks at other pages, and nothing is stored before all of it is there.
import { createStore } from 'zustand/vanilla';
import { UserError } from '../engine/errors';
import { madeProvenance, type Made } from '../lab/making/provenance';
import { isJudged, noFaults, type DatasetKind, type JudgeFaults } from '../lab/making/spec';
import { policiesOf } from '../lab/recipe';
import type { DatasetInfo } from '../storage/pairs/protocol';
import { askLab } from './askLab';
import { listDatasets, measureStorage } from './datasets';
import { sentenceOf, type Sentence } from './notices';
import { ownModel } from './ownModels';
import { findRun, runsStore } from './runs';
import { loadRun } from './samples';
import { services } from './services';

export interface MakingChoice {
  readonly kind: DatasetKind;
  /** In pairs. */
  readonly train: number;
  readonly heldOut: number;
  readonly seed: number;
  readonly judge: JudgeFaults;
  /** The policy whose answers are used; absent for the model that ships. */
  readonly from?: { readonly runId: string; readonly policy: number } | undefined;
}

export interface MakingState {
  readonly choice: MakingChoice;
  readonly stage: 'choosing' | 'making' | 'storing';
  /** Of the making, from 0 to 1. */
  readonly share: number;
  /** Why the last one came to nothing. */
  readonly problem?: Sentence | undefined;
}

export const firstMaking: MakingState = {
  choice: { kind: 'clair', train: 320, heldOut: 128, seed: 1, judge: noFaults },
  stage: 'choosing',
  share: 0,
};

export const makingStore = createStore<MakingState>()(() => firstMaking);

/** Of one side of the split. The town has some thousand prompts, and a dataset has at most one pair of each. */
export const MOST_PAIRS = 10_000;

const SHIPPED_MODEL = 'town';

let current: AbortController | undefined;

export function changeMaking(change: Partial<MakingChoice>): void {
  makingStore.setState(({ choice }) => ({ choice: { ...choice, ...change }, problem: undefined }));
}

/** Ends the making under way; nothing of it is kept. */
export function cancelMaking(): void {
  current?.abort();
}

/**
 * Makes the dataset that was chosen and stores it under a name. @returns it, or undefined where it came to nothing: then the
 * store says why, unless a person ended it.
 */
export async function makeDataset(name: string): Promise<DatasetInfo | undefined> {
  if (current !== undefined) return undefined;
  const mine = new AbortController();
  current = mine;
  const { choice } = makingStore.getState();
  makingStore.setState({ stage: 'making', share: 0, problem: undefined });
  try {
    const { kind, seed, train, heldOut } = choice;
    const judge = isJudged(kind) ? choice.judge : undefined;
    const model = await modelOf(choice);
    const spec = { kind, seed, tuning: false, train, heldOut, ...(judge && { judge }) };
    const { pairs, modelHash } = await askLab({ type: 'make', spec, model: model.id }, {
      signal: mine.signal,
      onProgress: (share) => makingStore.setState({ share }),
    });
    if (pairs.length === 0) throw new UserError('No prompt gave a pair: the model’s answers never ended, or needed no revision. Nothing was stored; choose another seed, kind or model.');
    makingStore.setState({ stage: 'storing' });
    const made = { kind, seed, asked: { train, heldOut }, model: model.of, modelHash, ...(judge && { judge }) };
    const info = await services().data.ask({ type: 'create', name, pairs, provenance: madeProvenance(made, Date.now()) }, { signal: mine.signal });
    await listDatasets();
    void measureStorage();
    return info;
  } catch (error) {
    if (!mine.signal.aborted) makingStore.setState({ problem: sentenceOf(error) });
    return undefined;
  } finally {
    current = undefined;
    makingStore.setState({ stage: 'choosing', share: 0 });
  }
}

/**
 * The model whose answers are used, by the name that the worker has for it, and as the provenance tells of it.
 * @throws UserError while a run is trained, or where the policy is not here any more.
 */
export async function modelOf({ from }: Pick<MakingChoice, 'from'>): Promise<{ readonly id: string; readonly of: Made['model'] }> {
  if (runsStore.getState().activeId !== undefined) {
    throw new UserError('A run is being trained, and this needs the device alone. Nothing was changed; ask again when the run has ended.');
  }
  if (from === undefined) return { id: SHIPPED_MODEL, of: SHIPPED_MODEL };
  const run = findRun(from.runId);
  const policy = run && policiesOf(run.recipe)[from.policy];
  if (run === undefined || policy === undefined) {
    throw new UserError('The run whose policy was chosen is not here any more. Nothing was made; choose another model.');
  }
  await loadRun(run);
  const step = run.checkpointStep ?? run.step;
  const id = ownModel({ ...from, step });
  await askLab({ type: 'adopt', model: id, from });
  // Making puts the adopted model on the device, in the place of the run's policies.
  runsStore.setState({ loadedId: undefined });
  return { id, of: { run: run.id, name: run.name, policy: from.policy, label: policy.label, step } };
}
