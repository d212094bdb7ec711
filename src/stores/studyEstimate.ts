// How long a study's cells will take here, by what cells of this device took before. Nothing measured, nothing said.
import { cellsOf } from '../lab/study/plan';
import type { StudyPlan } from '../lab/study/types';
import type { StoredStudy } from '../storage/studies';

/** A pair takes more than one sampled answer, since many an answer gives no pair. */
const ANSWERS_PER_PAIR = 2.5;
/** What a sequence costs in a training step as against being scored alone. */
const TRAINED_AGAINST_SCORED = 3;

/** What one cell costs, in sequences trained or scored by one policy, and in answers of one policy. */
function workOf({ members, schedule, evaluation, heldOut, train, benchmark }: StudyPlan): { readonly trained: number; readonly answered: number } {
  const evaluations = Math.floor(schedule.steps / Math.max(1, evaluation.every)) + 1;
  return {
    trained: 2 * members.length * (TRAINED_AGAINST_SCORED * schedule.steps * schedule.batchSize + evaluations * heldOut),
    answered: benchmark.prompts * benchmark.modes.length * (members.length + 1) + ANSWERS_PER_PAIR * (train + heldOut),
  };
}

/**
 * Milliseconds that a plan's cells will take, all of them or as many as are left; undefined where no cell was carried out on
 * the device alone.
 */
export function estimateMs(plan: StudyPlan, measured: readonly StoredStudy[], adapter: string | undefined, cells = cellsOf(plan).length): number | undefined {
  const mine = measured.filter(({ done, adapters }) => done > 0 && adapters.length === 1 && adapters[0] === adapter);
  if (mine.length === 0) return undefined;
  let [trainMs, trained, restMs, answered] = [0, 0, 0, 0];
  for (const study of mine) {
    const work = workOf(study.plan);
    trainMs += study.trainMs;
    trained += study.done * work.trained;
    restMs += study.elapsedMs - study.trainMs;
    answered += study.done * work.answered;
  }
  const work = workOf(plan);
  return cells * ((trainMs / trained) * work.trained + (restMs / answered) * work.answered);
}
