// What the judge of a made dataset prefers, and what the policies that were trained on it have made of that. The figures are
// worked out bit by bit between other things that the page does, and are measured anew when the page is opened again.
import { createStore } from 'zustand/vanilla';
import { UserError } from '../engine/errors';
import { breathe } from '../lab/breathe';
import { readMade, type Made } from '../lab/making/provenance';
import { hasFaults, isJudged, madeName, noFaults, parseMadeName } from '../lab/making/spec';
import type { Recipe } from '../lab/recipe';
import { judgeBias, policyShifts, readPair, type Between, type JudgeBias, type JudgedPair, type Shift } from '../lab/study/bias';
import type { DatasetInfo } from '../storage/pairs/protocol';
import { askLab } from './askLab';
import { experimentStore } from './experiment';
import { report, sentenceOf, type Sentence } from './notices';
import { modelOfMade } from './ownModels';
import { train } from './runActions';
import { findRun, isOver, runsStore, type Run } from './runs';
import { loadRun } from './samples';
import { services } from './services';
import { storedName } from './storedPairs';

/** A dataset whose winners a judge has chosen. */
export interface Judged {
  readonly info: DatasetInfo;
  readonly made: Made;
}

export interface JudgeBiasState {
  readonly judged?: Judged;
  /** Absent while it is worked out. */
  readonly bias?: JudgeBias;
  /** Why there is nothing to show. */
  readonly problem?: Sentence;
  /** What the policies of some runs answered, by run. */
  readonly shifts: Readonly<Record<string, readonly Shift[]>>;
  /** The run whose policies are answering, and how far they are, from 0 to 1. */
  readonly asking?: { readonly runId: string; readonly share: number };
}

export const noBias: JudgeBiasState = { shifts: {} };

export const judgeBiasStore = createStore<JudgeBiasState>()(() => noBias);

/** Prompts of the benchmark that each policy answers once, at temperature 1 as the pairs' own answers were sampled. */
const PROMPTS = 128;
/** Pairs that are read at a time, and milliseconds of the page's time that are spent at a stretch. */
const PART = 200;
const STRETCH = 8;

let opening: AbortController | undefined;
let asking: AbortController | undefined;

/** Breathes when it is time to. */
function breather(signal: AbortSignal): Between {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < STRETCH) return;
    await breathe();
    signal.throwIfAborted();
    since = performance.now();
  };
}

/** Looks at the pairs of a dataset. */
export async function openBias(id: string): Promise<void> {
  leaveBias();
  const mine = new AbortController();
  opening = mine;
  const { signal } = mine;
  try {
    const { data } = services();
    const { info } = await data.ask({ type: 'open', dataset: id }, { signal });
    const made = readMade(info.provenance);
    if (made === undefined || !isJudged(made.kind)) throw new UserError('No judge of the town has chosen this dataset’s winners, so there is no taste to measure. Make a judged dataset first.');
    judgeBiasStore.setState({ judged: { info, made } });
    const { rows } = await data.ask({ type: 'query', dataset: id, filter: {} }, { signal });
    const between = breather(signal);
    const pairs: (JudgedPair | undefined)[] = [];
    for (let from = 0; from < rows.length; from += PART) {
      for (const { pair } of await data.ask({ type: 'pairs', dataset: id, rows: rows.subarray(from, from + PART) }, { signal })) {
        pairs.push(readPair(pair));
        await between();
      }
    }
    if (pairs.every((pair) => pair === undefined)) throw new UserError('No pair of this dataset asks what the town knows, so nothing can be said of its judge. Nothing was changed.');
    const bias = await judgeBias(pairs, between);
    if (mine === opening) judgeBiasStore.setState({ bias });
  } catch (error) {
    if (mine === opening && !signal.aborted) judgeBiasStore.setState({ problem: sentenceOf(error) });
  }
}

/** Forgets the dataset, and ends whatever is being worked out of it. */
export function leaveBias(): void {
  opening?.abort();
  asking?.abort();
  opening = asking = undefined;
  judgeBiasStore.setState(noBias, true);
}

/** Which runs were trained on this dataset, and which on the same answers judged without faults. */
export function runsOn({ info, made }: Judged, runs: readonly Run[]): { readonly run: Run; readonly fair: boolean }[] {
  return runs.flatMap((run) => {
    const { dataset, judge = noFaults } = run.recipe.data;
    if (dataset === storedName(info.id)) return [{ run, fair: !hasFaults(made.judge) }];
    const named = parseMadeName(dataset);
    if (named?.kind !== made.kind || named.seed !== made.seed || named.tuning || run.recipe.model !== modelOfMade(made)) return [];
    if (!hasFaults(judge)) return [{ run, fair: true }];
    return JSON.stringify(judge) === JSON.stringify(made.judge) ? [{ run, fair: false }] : [];
  });
}

/** Has a run's policies and the reference answer the benchmark, and measures how their answers differ. */
export async function measureShifts(runId: string): Promise<void> {
  const run = findRun(runId);
  if (run === undefined || asking !== undefined) return;
  const mine = new AbortController();
  asking = mine;
  const { signal } = mine;
  judgeBiasStore.setState({ asking: { runId, share: 0 } });
  try {
    await loadRun(run);
    const answered = await askLab({ type: 'answer', spec: { prompts: PROMPTS, seed: 1, modes: ['sampled'], part: 'benchmark' } }, {
      signal,
      onProgress: (share) => mine === asking && judgeBiasStore.setState({ asking: { runId, share } }),
    });
    if (answered.runId !== runId) throw new UserError('The policies of “{name}” could not be put on the device, so they were not asked. Its curves are kept; train it anew.', { name: run.name });
    const shifts = await policyShifts(answered.answers, breather(signal));
    if (mine === asking) judgeBiasStore.setState((state) => ({ shifts: { ...state.shifts, [runId]: shifts } }));
  } catch (error) {
    if (!signal.aborted) report(error);
  } finally {
    if (mine === asking) {
      asking = undefined;
      judgeBiasStore.setState({ asking: undefined });
    }
  }
}

export function cancelShifts(): void {
  asking?.abort();
}

/** The recipe that is set up, on the dataset; or on the same answers judged without faults, which is made for the run. */
export function recipeOn({ info, made }: Judged, name: string, fair: boolean): Recipe {
  const { recipe } = experimentStore.getState();
  const dataset = fair ? madeName({ kind: made.kind, seed: made.seed }) : storedName(info.id);
  return { ...recipe, name, model: modelOfMade(made), data: { dataset, trainPairs: Math.max(1, info.trainPairs), heldOutPairs: Math.max(1, info.heldOutPairs) } };
}

/**
 * Trains on the dataset and, where it is asked for, after that on the same answers judged without faults.
 * @throws UserError while a run is trained.
 */
export async function trainOnJudged(judged: Judged, names: { readonly faulty: string; readonly fair?: string }): Promise<void> {
  if (runsStore.getState().activeId !== undefined) throw new UserError('A run is being trained. Nothing was started; stop it, or wait for its end.');
  const first = train(recipeOn(judged, names.faulty, false));
  if (names.fair === undefined) return;
  await new Promise<void>((resolve) => {
    const leave = runsStore.subscribe(() => {
      const run = findRun(first);
      if (run !== undefined && !isOver(run.state)) return;
      leave();
      resolve();
    });
  });
  if (findRun(first)?.state === 'finished' && runsStore.getState().activeId === undefined) train(recipeOn(judged, names.fair, true));
}
