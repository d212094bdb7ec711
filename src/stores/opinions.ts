// What the models think of the pair being read or written: asked anew whenever its texts have settled.
import { createStore } from 'zustand/vanilla';
import type { PairScores } from '../lab/protocol';
import { policiesOf, type Policy } from '../lab/recipe';
import { report, sentenceOf, type Sentence } from './notices';
import { findRun, runsStore } from './runs';
import { loadCurrent } from './samples';
import { askScores, type AskedPair } from './scoring';

export interface OpinionState {
  /** The texts that the scores are of. */
  readonly pair?: AskedPair;
  /** The reference first. */
  readonly scores?: readonly PairScores[];
  /** Whose policies were asked, and the steps they had behind them. */
  readonly run?: { readonly name: string; readonly step: number; readonly policies: readonly Policy[] };
  readonly pending: boolean;
  readonly problem?: Sentence;
}

export const opinionStore = createStore<OpinionState>()(() => ({ pending: false }));

let asking: AbortController | undefined;

export function forgetOpinion(): void {
  asking?.abort();
  asking = undefined;
  opinionStore.setState({ pending: false }, true);
}

/** Asks about a pair; an earlier question that is still open is given up. */
export async function askOpinion(pair: AskedPair): Promise<void> {
  asking?.abort();
  const mine = new AbortController();
  asking = mine;
  opinionStore.setState({ pending: true, problem: undefined });
  try {
    const { scores, runId, step } = await askScores([pair], { perToken: true, signal: mine.signal });
    if (mine !== asking) return;
    const run = findRun(runId);
    opinionStore.setState(
      { pending: false, pair, scores, ...(run && { run: { name: run.name, step: step ?? run.step, policies: policiesOf(run.recipe) } }) },
      true,
    );
  } catch (error) {
    if (mine !== asking) return;
    opinionStore.setState({ pending: false, ...(mine.signal.aborted ? {} : { problem: sentenceOf(error) }) });
  }
}

/** The run on screen whose policies could be asked, too, if they were put on the device. */
export function runToLoad(): { readonly id: string; readonly name: string } | undefined {
  const { currentId, loadedId, activeId } = runsStore.getState();
  const run = findRun(currentId);
  if (run === undefined || activeId !== undefined || loadedId === run.id || run.checkpointStep === undefined) return undefined;
  return { id: run.id, name: run.name };
}

/** Puts the run on screen on the device, and asks again. */
export async function askPoliciesToo(pair: AskedPair): Promise<void> {
  try {
    await loadCurrent();
    await askOpinion(pair);
  } catch (error) {
    report(error);
  }
}
