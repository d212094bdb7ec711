// Which run's held-out pairs stand on the theory view's plane, up to which step, and which of them is under the lens. Not
// kept: the runs are.
import { createStore } from 'zustand/vanilla';
import { encodeSequence } from '../engine/tokenizer/chat';
import { findHeldOut, type FoundPair } from './heldOutPairs';
import { report } from './notices';
import { recordedStore } from './recorded';
import { loadTable } from './runActions';
import { findRun, runsStore, type Run } from './runs';
import { fetchTokenizer, MOST_COUNTED } from './tokenizer';

/** One held-out pair as one policy of a run sees it. */
export interface Lens {
  readonly runId: string;
  /** Place on the run's policy axis. */
  readonly policy: number;
  /** Place among the run's held-out pairs. */
  readonly place: number;
}

/** The texts of the pair under the lens, and what its tokens count. */
export interface LensPair extends FoundPair {
  /** Tokens that are scored, the end token included; absent where they could not be counted. */
  readonly chosenLength?: number;
  readonly rejectedLength?: number;
}

export interface TheoryRunState {
  readonly shown: boolean;
  /** A stored run; undefined for the one on screen. */
  readonly runId?: string;
  /** The dots stand where they stood at this step; undefined for the last. */
  readonly step?: number;
  readonly lens?: Lens;
  /** Of the lens's pair; undefined while it is looked for, null where it is not in the dataset any more. */
  readonly pair?: LensPair | null;
}

export const startingTheoryRun: TheoryRunState = { shown: true };

export const theoryRunStore = createStore<TheoryRunState>()(() => startingTheoryRun);

/** The run that is on the plane: the one chosen, the one on screen, or before there is any the recorded one. */
export function runOnPlane({ runId }: Pick<TheoryRunState, 'runId'>): Run | undefined {
  return findRun(runId) ?? findRun(runsStore.getState().currentId) ?? recordedStore.getState().run;
}

export function showRunDots(shown: boolean): void {
  theoryRunStore.setState({ shown });
  if (!shown) leaveLens();
}

/** Puts a stored run on the plane, reading its rows where that was not done yet; undefined: whichever is on screen. */
export async function chooseRunOnPlane(runId: string | undefined): Promise<void> {
  theoryRunStore.setState({ runId, step: undefined });
  leaveLens();
  try {
    if (runId !== undefined) await loadTable(runId);
  } catch (error) {
    // A run of which nothing can be read is none to look at.
    if (theoryRunStore.getState().runId === runId) theoryRunStore.setState({ runId: undefined });
    report(error);
  }
}

export function chooseStep(step: number | undefined): void {
  theoryRunStore.setState({ step });
}

export function leaveLens(): void {
  if (theoryRunStore.getState().lens !== undefined) theoryRunStore.setState({ lens: undefined, pair: undefined });
}

const samePair = (one: Lens | undefined, other: Lens): boolean => one?.runId === other.runId && one.place === other.place;

/** Puts a pair under the lens and looks for its texts; another policy's view of the same pair needs no new look. */
export async function putUnderLens(lens: Lens): Promise<void> {
  const before = theoryRunStore.getState();
  if (samePair(before.lens, lens)) {
    theoryRunStore.setState({ lens });
    return;
  }
  theoryRunStore.setState({ lens, pair: undefined });
  const still = (): boolean => samePair(theoryRunStore.getState().lens, lens);
  try {
    const run = runOnPlane(lens);
    const id = run?.id !== lens.runId ? undefined : run.start?.heldOutIds?.[lens.place];
    const found = run !== undefined && id !== undefined ? (await findHeldOut(run.recipe, new Set([id]))).get(id) : undefined;
    if (!still()) return;
    theoryRunStore.setState({ pair: found ?? null });
    if (run === undefined || found === undefined || found.prompt.length + found.chosen.length + found.rejected.length > MOST_COUNTED) return;
    const { tokenizer } = await fetchTokenizer(run.recipe.model);
    if (!still()) return;
    const tokens = (text: string): number => {
      const { ids, completionStart } = encodeSequence(tokenizer, found.prompt, text);
      return ids.length - completionStart;
    };
    theoryRunStore.setState({ pair: { ...found, chosenLength: tokens(found.chosen), rejectedLength: tokens(found.rejected) } });
  } catch (error) {
    if (still() && theoryRunStore.getState().pair === undefined) theoryRunStore.setState({ pair: null });
    report(error);
  }
}
