// Which variant of APO does a dataset call for? Asks the training worker how the dataset's winners compare with what a model
// itself says to the same prompts, and keeps what follows from it on screen.
import { createStore } from 'zustand/vanilla';
import type { Made } from '../lab/making/provenance';
import { advise, type Advice } from '../lab/study/adviser';
import { studyMembers } from '../lab/study/plan';
import type { DatasetInfo } from '../storage/pairs/protocol';
import { askLab } from './askLab';
import { experimentStore, replaceRecipe } from './experiment';
import { modelOf, type MakingChoice } from './making';
import { sentenceOf, type Sentence } from './notices';
import { modelOfMade } from './ownModels';
import { services } from './services';

export interface Advised {
  readonly advice: Advice;
  /** Pairs that were looked at, and those of them whose prompts the town knows. */
  readonly pairs: number;
  readonly known: number;
  readonly model: Made['model'];
}

export interface AdviceState {
  /** The dataset that is asked about. */
  readonly id?: string | undefined;
  readonly from?: MakingChoice['from'];
  /** Of the asking, from 0 to 1; absent while nobody asks. */
  readonly share?: number | undefined;
  readonly problem?: Sentence | undefined;
  readonly advised?: Advised | undefined;
}

export const adviceStore = createStore<AdviceState>()(() => ({}));

/** Held-out pairs that are looked at: enough for an interval of a tenth of a gold point, in a few seconds. */
const MOST_PAIRS = 128;
const SEED = 1;

let current: AbortController | undefined;

export function cancelAdvice(): void {
  current?.abort();
}

/** Turns to a dataset; what was found of another is forgotten. */
export function openAdvice(id: string): void {
  if (adviceStore.getState().id !== id) {
    cancelAdvice();
    adviceStore.setState({ id }, true);
  }
}

export function chooseAdvised(from: MakingChoice['from']): void {
  adviceStore.setState({ from, advised: undefined, problem: undefined });
}

/** Asks about held-out pairs of the dataset that is open; what comes of it, or why nothing does, is in the store. */
export async function askAdvice(): Promise<void> {
  const { id, from } = adviceStore.getState();
  if (id === undefined || current !== undefined) return;
  const mine = new AbortController();
  current = mine;
  adviceStore.setState({ share: 0, problem: undefined, advised: undefined });
  try {
    const { signal } = mine;
    const model = await modelOf({ from });
    const { rows } = await services().data.ask({ type: 'query', dataset: id, filter: { splits: ['heldOut'] } }, { signal });
    const stored = await services().data.ask({ type: 'pairs', dataset: id, rows: rows.subarray(0, MOST_PAIRS) }, { signal });
    const { evidence } = await askLab({ type: 'evidence', pairs: stored.map(({ pair }) => pair), seed: SEED, model: model.id }, {
      signal, onProgress: (share) => adviceStore.setState({ share }),
    });
    const { winnerGold, ownGold, loserGold, wordJaccard, winnerLogProb, ownLogProb } = evidence;
    const advice = advise({ winnerGold, ownGold, loserGold, paired: true, wordJaccard, winnerLogProbPerToken: winnerLogProb, ownLogProbPerToken: ownLogProb });
    if (adviceStore.getState().id === id) adviceStore.setState({ advised: { advice, pairs: evidence.pairs, known: winnerGold.length, model: model.of } });
  } catch (error) {
    if (!mine.signal.aborted) adviceStore.setState({ problem: sentenceOf(error) });
  } finally {
    current = undefined;
    adviceStore.setState({ share: undefined });
  }
}

/** The variants at the rates that the study found for them on its tuning prompts. */
const variants = studyMembers.filter(({ objective }) => objective === 'apo_zero' || objective === 'apo_down');

/** Sets up the run that tests the advice: both variants on the dataset, from the model that was asked, with the schedule that is there. */
export function setUpTest(dataset: string, { trainPairs, heldOutPairs }: DatasetInfo, model: Made['model']): void {
  const { recipe } = experimentStore.getState();
  const least = (wanted: number, there: number): number => Math.max(1, Math.min(wanted, there));
  replaceRecipe({
    ...recipe,
    model: modelOfMade({ model }),
    data: { ...recipe.data, dataset, trainPairs: least(recipe.data.trainPairs, trainPairs), heldOutPairs: least(recipe.data.heldOutPairs, heldOutPairs) },
    cohort: [...variants],
  });
}
