// Which states of a run are known to be good, so that a policy whose numbers break can be set back to one. Used by a run.
//
// A policy breaks in the step after the one that ruined it: its loss is not finite at parameters that were the outcome of
// an update that looked well. So the parameters it has then are of no use, and a checkpoint is good only once the step
// after it has been read.
import type { CohortState } from '../engine/training/types';
import type { Weights } from '../engine/model/config';
import type { RunCheckpoint } from './protocol';

export interface GoodStates {
  /** A checkpoint was taken. */
  took(checkpoint: RunCheckpoint): void;
  /** All steps up to this one have been read. */
  read(step: number): void;
  /** The last good state before the parameters of step `bad`, which broke; undefined where that is the beginning. */
  before(bad: number): RunCheckpoint | undefined;
  /** What has to outlive a lost device: at most the last checkpoint and the one before it. */
  readonly held: readonly RunCheckpoint[];
}

export function createGoodStates(held: readonly RunCheckpoint[] = []): GoodStates {
  let list = [...held];
  return {
    took(checkpoint) {
      list = [...list.filter((one) => one.step < checkpoint.step), checkpoint];
    },
    read(step) {
      // The last one that a later step has tried makes all before it dispensable.
      const tried = list.findLastIndex((one) => one.step < step);
      if (tried > 0) list = list.slice(tried);
    },
    before: (bad) => list.findLast((one) => one.step < bad),
    get held() {
      return list;
    },
  };
}

/**
 * A cohort's state with some policies' parameters and moments taken from earlier states.
 * @param from by policy; undefined stands for the reference, from which all began.
 */
export function setBack(
  state: CohortState, K: number, reference: Weights, from: ReadonlyMap<number, RunCheckpoint | undefined>,
): CohortState {
  const tensors = Object.entries(state.tensors).map(([name, { shape, data }]) => {
    const size = data.length / K;
    const changed = data.slice();
    for (const [k, source] of from) {
      const place = changed.subarray(k * size, (k + 1) * size);
      if (source) place.set(source.tensors[name]!.data.subarray(k * size, (k + 1) * size));
      else if (name in reference.tensors) place.set(reference.tensors[name]!.data);
      else place.fill(0);
    }
    return [name, { shape, data: changed }] as const;
  });
  return { step: state.step, tensors: Object.fromEntries(tensors) };
}
