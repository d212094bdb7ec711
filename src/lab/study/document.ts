// Puts the cells of a study together into the document that everything shown is computed from.
import type { CellRecord } from './execute';
import type { StudyDocument, StudyPlan } from './types';

export interface DocumentFrame {
  readonly plan: StudyPlan;
  readonly createdAt: string;
  readonly lab: string;
  readonly runtime: string;
}

/** The document of the cells that are done, few or all. */
export function studyDocument({ plan, createdAt, lab, runtime }: DocumentFrame, records: readonly CellRecord[]): StudyDocument {
  const baselines = new Map(records.map(({ baseline }) => [`${baseline.round} ${baseline.seed ?? ''}`, baseline]));
  return {
    version: 1,
    plan,
    createdAt,
    lab,
    runtime,
    adapters: [...new Set(records.flatMap(({ adapters }) => adapters))],
    elapsedMs: records.reduce((total, { elapsedMs }) => total + elapsedMs, 0),
    datasets: records.map(({ facts }) => facts),
    baselines: [...baselines.values()],
    cells: records.map(({ cell }) => cell),
  };
}
