// What a person asks to be re-enacted: the quick or the whole plan, or one of their own. Pure.
import type { DatasetKind } from '../../lab/making/spec';
import { fullPlan, parsePlan, quickPlan, studyMembers } from '../../lab/study/plan';
import type { StudyPlan } from '../../lab/study/types';

export type PlanKind = 'quick' | 'full' | 'own';

export interface OwnPlan {
  readonly datasets: readonly DatasetKind[];
  /** Ids of objectives. */
  readonly objectives: readonly string[];
  /** How many. */
  readonly seeds: number;
  /** In pairs. */
  readonly train: number;
  readonly heldOut: number;
  readonly steps: number;
  /** Of the benchmark. */
  readonly prompts: number;
  readonly secondRound: boolean;
}

export const firstOwn: OwnPlan = {
  datasets: ['clair', 'off_policy'], objectives: ['dpo', 'apo_zero', 'apo_down'],
  seeds: 1, train: 192, heldOut: 48, steps: 60, prompts: 120, secondRound: false,
};

/** What a second round starts from: a policy trained on revisions, where there is one, by the objective that pulls winners up. */
export function secondFrom({ datasets, objectives }: Pick<OwnPlan, 'datasets' | 'objectives'>): { readonly dataset: DatasetKind; readonly objective: string } | undefined {
  const dataset = datasets.includes('clair') ? 'clair' : datasets[0];
  const objective = objectives.includes('apo_zero') ? 'apo_zero' : objectives[0];
  return dataset === undefined || objective === undefined ? undefined : { dataset, objective };
}

/** Points on a curve between its first and its last. */
const EVALUATIONS = 10;

/** @throws UserError where something is missing or out of range. */
function planOfOwn(own: OwnPlan): StudyPlan {
  const { datasets, objectives, seeds, train, heldOut, steps, prompts } = own;
  const from = own.secondRound ? secondFrom(own) : undefined;
  return parsePlan({
    ...fullPlan,
    name: 'A re-enactment of one’s own',
    datasets,
    members: studyMembers.filter(({ objective }) => objectives.includes(objective)),
    seeds: Array.from({ length: seeds }, (_, i) => i + 1),
    train,
    heldOut,
    schedule: {
      ...fullPlan.schedule, steps,
      batchSize: Math.min(fullPlan.schedule.batchSize, train),
      warmupSteps: Math.min(fullPlan.schedule.warmupSteps, Math.floor(steps / 10)),
    },
    evaluation: { ...fullPlan.evaluation, every: Math.max(1, Math.round(steps / EVALUATIONS)) },
    benchmark: { ...fullPlan.benchmark, prompts },
    secondRound: from && { from, datasets: fullPlan.secondRound?.datasets ?? [from.dataset] },
  });
}

/** @throws UserError where a plan of one's own is none. */
export function planOf(kind: PlanKind, own: OwnPlan): StudyPlan {
  switch (kind) {
    case 'quick':
      return quickPlan;
    case 'full':
      return fullPlan;
    case 'own':
      return planOfOwn(own);
  }
}
