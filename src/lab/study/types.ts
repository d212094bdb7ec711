// What a re-enactment of the paper is asked for and what it finds, as plain data: the plan, and the document that the page
// shows, the command line writes and the report is made of. Everything that is claimed is computed from this document.
import type { PolicyStop } from '../protocol';
import type { Member, Recipe } from '../recipe';
import type { DatasetKind } from '../making/spec';
import type { AnswerMode, BenchmarkSpec } from './answers';

/** A second round starts from policies of the first: from one member's, trained on one dataset, with each seed its own. */
export interface SecondRound {
  readonly from: { readonly dataset: DatasetKind; readonly objective: string };
  readonly datasets: readonly DatasetKind[];
}

export interface StudyPlan {
  readonly version: 1;
  readonly name: string;
  readonly datasets: readonly DatasetKind[];
  readonly members: readonly Member[];
  /** A seed fixes a dataset's prompts and samples as well as the order of the batches: bands hold the data's chance too. */
  readonly seeds: readonly number[];
  /** In pairs. */
  readonly train: number;
  readonly heldOut: number;
  readonly schedule: Recipe['schedule'];
  readonly evaluation: Recipe['evaluation'];
  readonly benchmark: BenchmarkSpec;
  readonly secondRound?: SecondRound;
}

export type Round = 1 | 2;

/** What one dataset is like; lists have one number for each pair, training pairs first. */
export interface DatasetFacts {
  readonly kind: DatasetKind;
  readonly seed: number;
  readonly round: Round;
  /** SHA-256 (hex) over the pairs, as a run of them has it. */
  readonly hash: string;
  readonly wordJaccard: readonly number[];
  readonly tokenJaccard: readonly number[];
  /** Characters. */
  readonly levenshtein: readonly number[];
  /** Words of the winner less words of the loser. */
  readonly lengthDifference: readonly number[];
  readonly winnerGold: readonly number[];
  readonly loserGold: readonly number[];
  /** Pairs at quantiles of the word Jaccard similarity, from the least contrastive to the most. */
  readonly examples: readonly { readonly quantile: number; readonly prompt: string; readonly chosen: string; readonly rejected: string; readonly wordJaccard: number }[];
}

/** One policy's answers to the benchmark in one mode, as numbers; lists have one entry for each prompt. */
export interface PolicyScore {
  readonly mode: AnswerMode;
  /** Gold score in quarters, 0 to 4. */
  readonly gold: readonly number[];
  /** Each 0 or 1. */
  readonly correct: readonly number[];
  readonly clear: readonly number[];
  readonly engaging: readonly number[];
  readonly harmless: readonly number[];
  readonly ended: readonly number[];
  readonly tokens: readonly number[];
  readonly words: readonly number[];
  /** Against the answer of the round's reference in the same mode, by gold score: 1 better, 0.5 alike, 0 worse. */
  readonly wins: readonly number[];
  /** Words more than that answer has. */
  readonly longer: readonly number[];
  /** Different n-grams of words over all n-grams, of all answers together. */
  readonly distinct1: number;
  readonly distinct2: number;
  /** In nats per token, from the log-probabilities of its own samples; only at temperature 1. */
  readonly entropy?: number;
  /** Log-probability under the policy less under the round's reference, in nats; only at temperature 1. Their mean estimates KL. */
  readonly kl?: readonly number[];
}

/** One policy of a cell: its curves and what it has become. */
export interface MemberResult {
  readonly member: Member;
  readonly label: string;
  /** Steps with an evaluation; every curve has one number for each, or null where the policy had been stopped. */
  readonly steps: readonly number[];
  /** Held-out figures by TRL's names and the lab's own: `eval_logps/chosen`, `eval_rewards/margins`, `eval_delta/chosen_shared`, … */
  readonly curves: Readonly<Record<string, readonly (number | null)[]>>;
  /** Each held-out pair's change of log-probability from the reference to the last evaluation, in nats. */
  readonly change: { readonly chosen: readonly number[]; readonly rejected: readonly number[] };
  readonly stopped?: PolicyStop;
  readonly scores: readonly PolicyScore[];
}

/** One dataset and seed, trained on by all members as one cohort. */
export interface CellResult {
  readonly kind: DatasetKind;
  readonly seed: number;
  readonly round: Round;
  readonly dataHash: string;
  readonly modelHash: string;
  /** The reference's held-out figures by the same names. */
  readonly reference: Readonly<Record<string, number>>;
  readonly members: readonly MemberResult[];
  /** The cell's own time in training, without making data and answering. */
  readonly trainMs: number;
}

/** What a cohort began with: the checkpoint in the first round, one policy for each seed in the second. */
export interface BaselineResult {
  readonly round: Round;
  /** Absent in the first round, where all seeds begin with the same. */
  readonly seed?: number;
  readonly modelHash: string;
  readonly scores: readonly PolicyScore[];
}

export interface StudyDocument {
  readonly version: 1;
  readonly plan: StudyPlan;
  /** ISO 8601. */
  readonly createdAt: string;
  /** The lab's version, and what it ran in: `Node 22.1` or a browser. */
  readonly lab: string;
  readonly runtime: string;
  /** The line of each device that was used. */
  readonly adapters: readonly string[];
  readonly elapsedMs: number;
  readonly datasets: readonly DatasetFacts[];
  readonly baselines: readonly BaselineResult[];
  readonly cells: readonly CellResult[];
}
