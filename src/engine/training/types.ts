// The engine's face towards the lab: what a cohort is made of and what it answers. Implemented in `cohort.ts`.
import type { HostTensor, Weights } from '../model/config';
import type { CompiledObjective, Hyper } from '../objectives';

/** One policy's own settings; everything else is shared by the cohort. */
export interface PolicySettings {
  readonly objective: CompiledObjective;
  /** Holds `beta` and whatever else the objective needs. */
  readonly hyper: Hyper;
  readonly learningRate: number;
}

export interface Schedule {
  readonly steps: number;
  readonly warmupSteps: number;
  readonly decay: 'constant' | 'linear' | 'cosine';
  /** 0 switches clipping off. */
  readonly maxGradNorm: number;
  readonly weightDecay: number;
}

/** A token sequence with the place where its completion begins. */
export interface EncodedSequence {
  /** Prompt and completion, the end token included. */
  readonly ids: readonly number[];
  /** Index of the first completion token; tokens from here on are scored. */
  readonly completionStart: number;
}

export interface EncodedPair {
  readonly chosen: EncodedSequence;
  readonly rejected: EncodedSequence;
}

/** A pair together with the reference's summed log-probabilities of both sides. */
export interface ScoredPair extends EncodedPair {
  readonly referenceChosen: number;
  readonly referenceRejected: number;
}

/** What one policy did in one step: TRL's metric names; null once the policy is stopped. */
export type StepMetrics = Readonly<Record<string, number>> | null;

/** One step of all policies. */
export interface StepRow {
  readonly step: number;
  /** `[K]`. */
  readonly metrics: readonly StepMetrics[];
}

/** Why a policy trains no more, and the step whose update it did not take. */
export interface Stopped {
  readonly step: number;
  readonly reason: string;
}

/** Log-probabilities of one sequence under one policy. */
export interface SequenceLogProbs {
  /** Sum over completion tokens. */
  readonly sum: number;
  /** One for each completion token, in order. */
  readonly perToken: Float32Array;
  /** Mean over completion positions of the entropy of the next-token distribution, in nats. */
  readonly entropy: number;
}

export interface SampleOptions {
  readonly temperature: number;
  /** 0: no limit. */
  readonly topK: number;
  /** 1: no limit. */
  readonly topP: number;
  readonly greedy: boolean;
  readonly maxTokens: number;
  readonly seed: number;
  readonly endToken: number;
}

export interface SampledSequence {
  /** The new tokens, without the end token. */
  readonly ids: readonly number[];
  readonly ended: boolean;
  /** Sum of the log-probabilities of the sampled tokens at temperature 1, the end token included. */
  readonly logProb: number;
}

/** Called and awaited after each position, or after several where a GPU samples them together; may give false to stop early. */
export type OnToken = (soFar: SampledSequence[][]) => boolean | void | Promise<boolean | void>;

export interface CohortState {
  readonly step: number;
  /** Parameters by name, each `[K, …]`; AdamW's moments under `adam_m/` and `adam_v/` and the name. */
  readonly tensors: Readonly<Record<string, HostTensor>>;
}

/** K policies of one architecture on the device. */
export interface Cohort {
  /** K. */
  readonly size: number;
  /** Positions that the model has; longer sequences cannot be scored. */
  readonly context: number;
  /** Steps taken. */
  readonly step: number;
  /**
   * One training step of every active policy. `batches[k]` is policy k's batch; all have the same number of pairs.
   * Settles once the next step may be asked for; on a GPU this one may still be under way. A policy whose loss or
   * gradient is not finite is left at its last good parameters, and known to be stopped once the metrics are read.
   */
  train(batches: readonly (readonly ScoredPair[])[]): Promise<void>;
  /** The metrics of all steps since the last reading, oldest first; waits for the steps under way. */
  readMetrics(): Promise<StepRow[]>;
  /** True where reading metrics makes the host wait for the device, so that it should be done seldom. */
  readonly readsBack: boolean;
  /** Log-probabilities of the same sequences under every policy, `[K][sequence]`; changes nothing. */
  logProbs(sequences: readonly EncodedSequence[]): Promise<SequenceLogProbs[][]>;
  /** Continues prompts under every policy, `[K][prompt]`; no step may be taken meanwhile. */
  sample(prompts: readonly (readonly number[])[], options: SampleOptions, onToken?: OnToken): Promise<SampledSequence[][]>;
  /** Policies that were stopped, by index. */
  readonly stopped: ReadonlyMap<number, Stopped>;
  /** Stops a policy, unless it is stopped already; without `step` at the step taken last. */
  stop(policy: number, reason: string, step?: number): void;
  /** Reads everything needed to go on later. */
  save(): Promise<CohortState>;
  restore(state: CohortState): void;
  /** One policy's weights without the policy axis, for export. */
  weights(policy: number): Promise<Weights>;
  dispose(): void;
}

export interface CohortOptions {
  readonly weights: Weights;
  readonly policies: readonly PolicySettings[];
  readonly schedule: Schedule;
}
