// What a dataset that the lab makes itself is made of, and how recipes name it: `made:clair:1` is CLAIR made with seed 1.
// The name and the checkpoint say everything, so such a dataset need not be stored to be had again.
import { z } from 'zod';

/** The four of the paper; `off_policy_weak` has only authors that are weaker than the model. */
export const datasetKinds = ['clair', 'on_policy', 'off_policy', 'off_policy_weak', 'stronger'] as const;
export type DatasetKind = (typeof datasetKinds)[number];

export const isDatasetKind = (name: string): name is DatasetKind => (datasetKinds as readonly string[]).includes(name);

/** Faults of the town's judge, in gold points; see `world/judge`. Zero is a judge without that fault. */
export const judgeSchema = z.strictObject({
  length: z.number().min(-5).max(5).default(0),
  position: z.number().min(-5).max(5).default(0),
  noise: z.number().min(0).max(5).default(0),
  style: z.number().min(-5).max(5).default(0),
});
export type JudgeFaults = z.output<typeof judgeSchema>;

export interface MadeName {
  readonly kind: DatasetKind;
  readonly seed: number;
  /** The held-out pairs come from the tuning part of the training prompts, by which hyper-parameters are chosen. */
  readonly tuning: boolean;
}

const NAME = /^(made|tuning):([a-z_]+):(\d{1,10})$/;

export const madeName = ({ kind, seed, tuning = false }: Omit<MadeName, 'tuning'> & { readonly tuning?: boolean }): string =>
  `${tuning ? 'tuning' : 'made'}:${kind}:${seed}`;

/** What the name of a recipe's dataset says; undefined where it names no dataset that is made. */
export function parseMadeName(dataset: string): MadeName | undefined {
  const [, way, kind, seed] = NAME.exec(dataset) ?? [];
  if (kind === undefined || !isDatasetKind(kind) || Number(seed) > 0xffffffff) return undefined;
  return { kind, seed: Number(seed), tuning: way === 'tuning' };
}

/** Kinds whose winners a judge has chosen. */
export const isJudged = (kind: DatasetKind): boolean => kind === 'on_policy' || kind === 'off_policy' || kind === 'off_policy_weak';

export const noFaults: JudgeFaults = { length: 0, position: 0, noise: 0, style: 0 };

export const hasFaults = (judge: JudgeFaults | undefined): boolean => judge !== undefined && Object.values(judge).some((fault) => fault !== 0);
