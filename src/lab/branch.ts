// A policy that was stopped goes on in a run of its own: the same experiment for that one policy, from its last good
// parameters, with another learning rate. Used by the page, which has the run's checkpoint.
import { UserError } from '../engine/errors';
import type { PolicyStop, RunCheckpoint, RunOrigin } from './protocol';
import { parseRecipe, policiesOf, type Recipe } from './recipe';

/** What a stopped policy's new learning rate is until a person says otherwise, as a share of the old one. */
export const LOWER_BY = 10;

export interface Branch {
  readonly recipe: Recipe;
  /** Absent where the policy goes back to the reference and so begins anew. */
  readonly resume?: RunCheckpoint;
  readonly origin?: RunOrigin;
}

export interface BranchFrom {
  readonly run: { readonly id: string; readonly name: string; readonly recipe: Recipe };
  /** The run's checkpoint, taken after the policy had been stopped. */
  readonly checkpoint: RunCheckpoint;
  readonly stop: PolicyStop;
  readonly learningRate: number;
  /** What the new run is to be called. */
  readonly name: string;
}

/** True where a policy has somewhere to go on from. */
export function canBranch(stop: PolicyStop): stop is PolicyStop & { readonly keptStep: number } {
  return stop.keptStep !== undefined;
}

/**
 * The request for the new run. Its steps are counted on from those of the run it comes from, so that in step t both see
 * the same batch and the same point of the schedule.
 * @throws UserError if the learning rate is no good, or if the checkpoint does not hold the policy's last good parameters.
 */
export function branchOf({ run, checkpoint, stop, learningRate, name }: BranchFrom): Branch {
  const policy = policiesOf(run.recipe)[stop.policy]!;
  const recipe = parseRecipe({
    ...run.recipe, name, cohort: [{ ...policy.member, learningRate }], seeds: [policy.seed],
  });
  const kept = checkpoint.stopped.find((one) => one.policy === stop.policy);
  if (kept?.keptStep === undefined) {
    throw new UserError('The checkpoint of “{name}” does not hold the stopped policy’s last good parameters. Nothing was changed; train the recipe anew with a lower learning rate.', {
      name: run.name,
    });
  }
  if (kept.keptStep === 0) return { recipe };
  const K = policiesOf(run.recipe).length;
  const tensors = Object.entries(checkpoint.tensors).map(([tensor, { shape, data }]) => {
    const size = data.length / K;
    return [tensor, { shape: [1, ...shape.slice(1)], data: data.slice(stop.policy * size, (stop.policy + 1) * size) }] as const;
  });
  return {
    recipe,
    resume: {
      step: kept.keptStep, tensors: Object.fromEntries(tensors), stopped: [], numTokens: [checkpoint.numTokens[stop.policy] ?? 0], elapsedMs: 0,
    },
    origin: {
      run: run.id, name: run.name, policy: stop.policy, label: policy.label, step: kept.keptStep,
      stoppedAt: stop.step, reason: stop.reason, learningRate: policy.member.learningRate,
    },
  };
}
