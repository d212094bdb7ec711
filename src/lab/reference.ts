// The reference: the checkpoint as it was, kept on the device beside the policies. Its log-probabilities of a dataset are
// worked out once and remembered for as long as the model stays there.
import { compileObjective } from '../engine/objectives';
import type { Cohort, CohortOptions } from '../engine/training/types';
import { END } from '../engine/tokenizer/chat';
import { answerFigures, answerPrompts } from './answers';
import type { LoadedModel } from './assets';
import type { PreparedData } from './datasets';
import { scorePairs, type PairLogProbs } from './evaluation';

export interface ReferenceScores {
  /** Summed log-probabilities of the training pairs, in order. */
  readonly trainChosen: readonly number[];
  readonly trainRejected: readonly number[];
  readonly heldOut: PairLogProbs;
  /** What comes of its answers to held-out prompts. */
  readonly answers: Readonly<Record<string, number>>;
}

export interface Wanted {
  /** As in `scorePairs`. */
  readonly mismatchedIn: number | undefined;
  /** Held-out prompts to answer. */
  readonly samples: number;
}

export interface Reference {
  readonly model: LoadedModel;
  /** A cohort of one that is never trained. */
  readonly cohort: Cohort;
  score(data: PreparedData, wanted: Wanted, between: () => Promise<void>): Promise<ReferenceScores>;
  dispose(): void;
}

/** Datasets whose scores are remembered; a person goes back and forth between few. */
const REMEMBERED = 4;

export function createReference(model: LoadedModel, createCohort: (options: CohortOptions) => Cohort): Reference {
  const cohort = createCohort({
    weights: model.weights,
    // A cohort wants an objective; this one is never asked.
    policies: [{ objective: compileObjective('sft'), hyper: {}, learningRate: 0 }],
    schedule: { steps: 1, warmupSteps: 0, decay: 'constant', maxGradNorm: 0, weightDecay: 0 },
  });
  const remembered = new Map<string, ReferenceScores>();
  return {
    model,
    cohort,
    async score(data, { mismatchedIn, samples }, between) {
      const key = `${data.hash} ${data.train.length} ${mismatchedIn ?? ''} ${samples}`;
      const known = remembered.get(key);
      if (known) return known;
      const heldOut = (await scorePairs(cohort, data.heldOut, mismatchedIn, between))[0]!;
      const train = (await scorePairs(cohort, data.train, undefined, between))[0]!;
      const scores: ReferenceScores = {
        trainChosen: train.chosen.map(({ sum }) => sum),
        trainRejected: train.rejected.map(({ sum }) => sum),
        heldOut,
        answers: (await answerFigures(cohort, answerPrompts(data.heldOut, samples), model.tokenizer.idOf(END), between))[0]!,
      };
      if (remembered.size >= REMEMBERED) remembered.delete(remembered.keys().next().value!);
      remembered.set(key, scores);
      return scores;
    },
    dispose: () => cohort.dispose(),
  };
}
