// The sample panel's question and the answers to it, from the reference and from every policy of the loaded run.
import { createStore } from 'zustand/vanilla';
import type { LabEvent, SampledAnswer, SampleSettings } from '../lab/protocol';
import { policiesOf, type Recipe } from '../lab/recipe';
import { report, type Sentence } from './notices';
import { findRun, runsStore, type Run } from './runs';
import { services } from './services';

export interface SamplesState {
  readonly settings: SampleSettings;
  /** The request that is being answered. */
  readonly pending?: string;
  readonly answers: readonly SampledAnswer[];
  /** The prompt that the answers answer. */
  readonly asked?: string;
  /** The run whose policies answered, which need not be the one on screen, and its name then; absent when the reference alone did. */
  readonly run?: { readonly id: string; readonly name: string };
  /** The recipe of that run. */
  readonly recipe?: Recipe;
  /** Training steps the policies had behind them. */
  readonly step?: number;
  readonly problem?: Sentence;
}

export const samplesStore = createStore<SamplesState>()(() => ({
  settings: { prompt: '', temperature: 0.7, topK: 0, topP: 1, greedy: false, maxTokens: 48, seed: 1 },
  answers: [],
}));

let count = 0;

export function changeSampling(change: Partial<SampleSettings>): void {
  samplesStore.setState(({ settings }) => ({ settings: { ...settings, ...change } }));
}

/** Puts the run on screen on the device if it is not there, so that its policies can answer. */
export async function loadCurrent(): Promise<void> {
  const run = findRun(runsStore.getState().currentId);
  if (run !== undefined) await loadRun(run);
}

/** Puts a run's policies on the device, unless they lie there, a run is under way or there is no checkpoint. */
export async function loadRun(run: Run): Promise<void> {
  const { loadedId, activeId } = runsStore.getState();
  if (activeId !== undefined || loadedId === run.id || run.checkpointStep === undefined) return;
  const checkpoint = await services().shelf.loadCheckpoint(run.id);
  if (checkpoint === undefined) return;
  services().lab.send({ type: 'load', runId: run.id, recipe: run.recipe, checkpoint });
  runsStore.setState({ loadedId: run.id });
}

/** Asks the question. Answers arrive as they grow. */
export async function ask(): Promise<void> {
  const { settings, pending } = samplesStore.getState();
  if (pending !== undefined || settings.prompt.trim() === '') return;
  const requestId = `sample-${++count}`;
  samplesStore.setState({ pending: requestId, answers: [], asked: settings.prompt, problem: undefined });
  try {
    await loadCurrent();
    services().lab.send({ type: 'sample', requestId, settings });
  } catch (error) {
    samplesStore.setState({ pending: undefined });
    report(error);
  }
}

export function cancelAsking(): void {
  const { pending } = samplesStore.getState();
  if (pending === undefined) return;
  services().lab.send({ type: 'cancelSample', requestId: pending });
  samplesStore.setState({ pending: undefined });
}

export function samplesArrived(event: Extract<LabEvent, { type: 'samples' }>): void {
  if (samplesStore.getState().pending !== event.requestId) return;
  const run = findRun(event.runId);
  samplesStore.setState({
    answers: event.answers,
    run: run === undefined ? undefined : { id: run.id, name: run.name },
    recipe: run?.recipe,
    step: run?.step,
    ...(event.done ? { pending: undefined } : {}),
  });
}

export function samplesFailed(requestId: string, problem: Sentence): void {
  if (samplesStore.getState().pending !== requestId) return;
  samplesStore.setState({ pending: undefined, problem });
}

/** What the legend calls each policy that answered. */
export function answerLabels(recipe: Recipe | undefined): readonly string[] {
  return recipe === undefined ? [] : policiesOf(recipe).map((policy) => policy.label);
}
