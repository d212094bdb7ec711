// Which held-out pair of a run is looked at token by token, under which policy and after which step. Chosen where the tokens
// are shown and in lists of pairs.
import { createStore } from 'zustand/vanilla';

export interface LensChoice {
  /** Index on the policy axis. */
  readonly policy: number;
  /** The pair's place among the held-out ones; absent: the one that has moved most. */
  readonly place?: number;
  /** Absent: the last there is. */
  readonly step?: number;
}

export interface TokenLens {
  /** Whether the tokens are shown at all. */
  readonly open: boolean;
  /** The run that the choice is of. */
  readonly runId?: string;
  readonly choice: LensChoice;
  /** Grows whenever somebody asks from elsewhere to be shown the tokens. */
  readonly asked: number;
}

const FIRST: LensChoice = { policy: 0 };

export const lensStore = createStore<TokenLens>()(() => ({ open: false, choice: FIRST, asked: 0 }));

export function openLens(open: boolean): void {
  lensStore.setState({ open });
}

/** What is chosen of a run; another run begins with its first policy. */
export function choiceOf({ runId, choice }: TokenLens, run: string): LensChoice {
  return runId === run ? choice : FIRST;
}

/** Changes a part of the choice; a part that is given as undefined is left to the run again. */
export function chooseTokens(run: string, part: { readonly [Key in keyof LensChoice]?: LensChoice[Key] | undefined }): void {
  const { policy = FIRST.policy, place, step } = { ...choiceOf(lensStore.getState(), run), ...part };
  lensStore.setState({ runId: run, choice: { policy, ...(place !== undefined && { place }), ...(step !== undefined && { step }) } });
}

/** Opens the view of the tokens on a pair. */
export function lookAtTokens(run: string, choice: LensChoice): void {
  lensStore.setState(({ asked }) => ({ open: true, runId: run, choice, asked: asked + 1 }));
}
