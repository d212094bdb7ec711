// The import under way: where it reads from, what was recognised in it, what a person overrode, how far it has come, and
// what came of it. One at a time; it goes on while one looks at other pages.
import { createStore } from 'zustand/vanilla';
import type { ImportPreview, Mapping } from '../preferences/import';
import { datasetName } from '../storage/pairs/datasetName';
import type { ImportAnswer, ImportProgress, ImportSource } from '../storage/pairs/protocol';
import { listDatasets, measureStorage } from './datasets';
import { refreshView, viewedId } from './datasetView';
import { experimentStore } from './experiment';
import { report, sentenceOf, type Sentence } from './notices';
import { services } from './services';
import { fetchReading } from './tokenizer';

export interface ImportOptions {
  /** The new dataset's name; empty for the source's own. */
  readonly name: string;
  /** From 0 to 1. */
  readonly heldOutShare: number;
  readonly seed: number;
  /** Adds to this dataset instead of making a new one. */
  readonly into?: string | undefined;
}

export type ImportStage = 'choosing' | 'previewing' | 'ready' | 'running' | 'done';

export interface ImportState {
  readonly stage: ImportStage;
  readonly source?: ImportSource;
  readonly preview?: ImportPreview;
  /** What a person has put in the place of the recognised mapping. */
  readonly mapping?: Mapping;
  readonly options: ImportOptions;
  readonly progress?: ImportProgress;
  readonly answer?: ImportAnswer;
  /** Why the last thing asked for did not come about. */
  readonly problem?: Sentence;
}

const start: ImportState = { stage: 'choosing', options: { name: '', heldOutShare: 0.1, seed: 0 } };

export const importStore = createStore<ImportState>()(() => start);

let asking: AbortController | undefined;

export function sourceName(source: ImportSource): string {
  return source.kind === 'viewer' ? source.dataset : source.name;
}

/** What the dataset is called where no name is given. */
export const unnamed = datasetName;

/** Forgets everything of the last import, and ends it if it is still under way. */
export function resetImport(): void {
  asking?.abort();
  asking = undefined;
  importStore.setState(start, true);
}

/** The page is left: a finished import has been read about, and the next visit begins afresh. Any other stays as it is. */
export function leaveImport(): void {
  if (importStore.getState().stage === 'done') resetImport();
}

/** Reads the first rows of a source, to show what would come of it. */
export async function previewSource(source: ImportSource): Promise<void> {
  resetImport();
  importStore.setState({ source });
  await look();
}

/** Looks at the source again, under another mapping. */
export async function overrideMapping(mapping: Mapping | undefined): Promise<void> {
  importStore.setState({ mapping });
  await look();
}

export function changeImport(options: Partial<ImportOptions>): void {
  importStore.setState((state) => ({ options: { ...state.options, ...options } }));
}

async function look(): Promise<void> {
  const { source, mapping, options } = importStore.getState();
  if (source === undefined) return;
  asking?.abort();
  const mine = new AbortController();
  asking = mine;
  importStore.setState({ stage: 'previewing', problem: undefined });
  try {
    const preview = await services().data.ask(
      { type: 'preview', source, rows: 20, heldOutShare: options.heldOutShare, seed: options.seed, ...(mapping && { mapping }) },
      { signal: mine.signal },
    );
    if (mine === asking) importStore.setState({ stage: 'ready', preview });
  } catch (error) {
    if (mine !== asking) return;
    // What was shown before still holds, if there was anything.
    const { preview } = importStore.getState();
    importStore.setState({ stage: preview === undefined ? 'choosing' : 'ready', problem: sentenceOf(error) });
  }
}

/** Imports all rows; in one piece, or not at all. */
export async function runImport(): Promise<void> {
  const { source, preview, mapping: own, options, stage } = importStore.getState();
  const mapping = own ?? preview?.mapping;
  if (source === undefined || mapping === undefined || stage !== 'ready') return;
  const { name, heldOutShare, seed, into } = options;
  const mine = new AbortController();
  asking = mine;
  importStore.setState({ stage: 'running', problem: undefined, progress: undefined });
  try {
    // Without the model's tokenizer nothing is counted; the pairs are as good.
    const model = await fetchReading(experimentStore.getState().recipe.model).catch(() => undefined);
    const answer = await services().data.ask(
      { type: 'import', source, heldOutShare, seed, mapping, ...(model && { model }), ...(into === undefined ? name.trim() !== '' && { name: name.trim() } : { into }) },
      { signal: mine.signal, onProgress: (progress) => mine === asking && importStore.setState({ progress }) },
    );
    if (mine !== asking) return;
    importStore.setState({ stage: 'done', answer });
    await listDatasets();
    if (into !== undefined && into === viewedId()) await refreshView();
    // From here on there is something to lose.
    if (answer.first && answer.dataset !== undefined) await services().data.persist();
    await measureStorage();
  } catch (error) {
    if (mine !== asking) return;
    importStore.setState({ stage: 'ready', progress: undefined, ...(mine.signal.aborted ? {} : { problem: sentenceOf(error) }) });
  }
}

/** Ends the import under way; nothing of it is kept. */
export function cancelImport(): void {
  asking?.abort();
}

/** Takes back what the import has brought, as undo on the dataset's own page would. */
export async function undoImport(): Promise<void> {
  const { answer } = importStore.getState();
  if (answer?.dataset === undefined) return;
  try {
    await services().data.ask<'undo' | 'redo'>({ type: 'undo', dataset: answer.dataset.id });
    importStore.setState({ stage: 'ready', answer: undefined, progress: undefined });
    await listDatasets();
  } catch (error) {
    report(error);
  }
}

/** Goes on with a public dataset that broke off, into what has been stored of it. */
export async function resumeImport(): Promise<void> {
  const { source, answer, preview } = importStore.getState();
  if (source?.kind !== 'viewer' || answer?.position === undefined || preview === undefined) return;
  importStore.setState(({ options }) => ({
    stage: 'ready',
    source: { ...source, offset: answer.position!.next, ...(source.length !== undefined && { length: source.length - (answer.position!.next - (source.offset ?? 0)) }) },
    options: { ...options, into: answer.dataset?.id },
    mapping: answer.report.mapping,
    answer: undefined,
  }));
  await runImport();
}
