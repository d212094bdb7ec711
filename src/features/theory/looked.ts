// One loss as the page looks at it: compiled, with its field on the plane and its behaviour, each computed once.
import { useMemo } from 'react';
import { looksOf, seriesColor, type Look } from '../../components/chart/palette';
import { t } from '../../components/text';
import { UserError } from '../../engine/errors';
import { behaviourOf, fieldOf, type Behaviour, type CompiledObjective, type Field, type PairAt } from '../../engine/objectives';
import { useTheory, useTheoryRun } from '../../stores/hooks';
import { compiledOf, mistakeIn, START_BETA, type Loss, type PairSettings, type TheoryState } from '../../stores/theory';
import type { Ratios } from './runDots';
import type { UnderLens } from './useRunOnPlane';

/** Points along each side of the plane. */
const GRID = 49;

export interface Looked {
  readonly loss: Loss;
  readonly label: string;
  readonly look: Look;
  readonly color: string;
  readonly objective: CompiledObjective | undefined;
  readonly pair: PairAt;
  readonly mistake: UserError | undefined;
}

/** Undefined instead of an error that is told elsewhere. */
export function unlessWrong<T>(compute: () => T): T | undefined {
  try {
    return compute();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

export function labelOf({ objective, name }: Loss, compiled: CompiledObjective | undefined): string {
  if (name.trim() !== '') return name.trim();
  return objective === 'custom' ? t('Your own loss') : (compiled?.name ?? objective);
}

function useLooked(loss: Loss, look: Look, settings: PairSettings): Looked {
  const { objective, drawn } = loss;
  const compiled = useMemo(() => compiledOf({ objective, drawn }), [objective, drawn]);
  const beta = loss.hyper['beta'] ?? START_BETA;
  const pair = useMemo(() => ({ ...settings, beta }), [settings, beta]);
  return useMemo(
    () => ({ loss, label: labelOf(loss, compiled), look, color: seriesColor(look), objective: compiled, pair, mistake: mistakeIn(loss) }),
    [loss, compiled, look, pair],
  );
}

/** Both losses of the state given. */
export function useBoth({ losses, pair }: Pick<TheoryState, 'losses' | 'pair'>): readonly [Looked, Looked] {
  const ids = `${losses[0].objective} ${losses[1].objective}`;
  const looks = useMemo(() => looksOf(ids.split(' ')), [ids]);
  return [useLooked(losses[0], looks[0]!, pair), useLooked(losses[1], looks[1]!, pair)];
}

/** What the page looks at: where a pair of a run is under the lens, its numbers stand in place of those that were set. */
export interface LookedAt extends TheoryState {
  /** Of the pair under the lens. */
  readonly ratios?: Ratios;
}

export function useLookedAt(lens: UnderLens | undefined): LookedAt {
  const state = useTheory((whole) => whole);
  const counted = useTheoryRun(({ pair }) => pair);
  const [referenceChosen, referenceRejected] = lens?.reference ?? [];
  const { chosenLength = state.pair.chosenLength, rejectedLength = state.pair.rejectedLength } = counted ?? {};
  const own = useMemo(
    () => (referenceChosen === undefined || referenceRejected === undefined ? undefined : { referenceChosen, referenceRejected, chosenLength, rejectedLength }),
    [referenceChosen, referenceRejected, chosenLength, rejectedLength],
  );
  const pair = useMemo(() => ({ ...state.pair, ...own }), [state.pair, own]);
  return useMemo(() => (lens === undefined ? state : { ...state, pair, ratios: lens.ratios }), [state, lens, pair]);
}

/** Where the lens is on a plane whose rewards are by this β. */
export function pointAt({ point, ratios }: LookedAt, beta: number): readonly [number, number] {
  return ratios === undefined ? point : [ratios[0] * beta, ratios[1] * beta];
}

/** The loss's field; `pair` may be another's, where two losses stand on one plane. */
export function useField({ objective, loss }: Looked, pair: PairAt, reach: number, wanted = true): Field | undefined {
  const { hyper } = loss;
  return useMemo(
    () => (wanted && objective ? unlessWrong(() => fieldOf(objective, hyper, pair, reach, GRID)) : undefined),
    [objective, hyper, pair, reach, wanted],
  );
}

export function useBehaviour({ objective, loss, pair }: Looked): Behaviour | undefined {
  const { hyper } = loss;
  return useMemo(() => objective && unlessWrong(() => behaviourOf(objective, hyper, pair)), [objective, hyper, pair]);
}
