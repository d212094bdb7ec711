// What the page and the worker say to each other: one union of requests, one union of events.
import type { BackendChoice, DeviceReport, KernelCheck, Parity } from '../engine/device';
import type { ErrorValues, Remark } from '../engine/errors';
import type { Weights } from '../engine/model/config';
import type { PreferencePair } from '../preferences/pair';
import type { GoldVerdict } from '../world/verdict';
import type { BenchmarkProgress, BenchmarkReport } from './benchmark/report';
import type { MakeSpec } from './making/dataset';
import type { Policy, Recipe } from './recipe';
import type { BenchmarkAnswers, BenchmarkSpec } from './study/answers';
import type { Evidence } from './study/evidence';

/**
 * One row of metrics: what one policy did at one step. Names are TRL's (`logps/chosen`, `eval_rewards/margins`, …).
 * A training row and an evaluation row of one step are two rows.
 */
export interface MetricsRow {
  readonly step: number;
  readonly policy: number;
  readonly values: Readonly<Record<string, number>>;
  /**
   * In evaluation rows, each held-out pair's log-probabilities, in the order of `RunStart.heldOutIds`: what a point of a
   * curve is the mean of. Left out where they would be too many to keep.
   */
  readonly pairs?: PairSums;
}

/** Sums over completion tokens, in nats. */
export interface PairSums {
  readonly chosen: readonly number[];
  readonly rejected: readonly number[];
  /**
   * The log-probability of each completion token, pair after pair, as `RunStart.heldOutTokens` lays them out. Left out where
   * they would be too many to keep, and in runs of earlier versions.
   */
  readonly chosenTokens?: Float32Array;
  readonly rejectedTokens?: Float32Array;
}

/** One side's completion tokens of all held-out pairs, end tokens included, pair after pair. */
export interface SideTokens {
  /** Where each pair's tokens begin and, as the last number, where all end. */
  readonly starts: Uint32Array;
  /** The tokens themselves, in the tokenizer of the recipe's model. */
  readonly ids: Uint32Array;
  /** 1 for a token that the other side has too. */
  readonly shared: Uint8Array;
  /** The reference's log-probabilities. */
  readonly reference: Float32Array;
}

export interface HeldOutTokens {
  readonly chosen: SideTokens;
  readonly rejected: SideTokens;
}

/** Everything needed to go on from a step: parameters and both moments of AdamW for all policies. */
export interface RunCheckpoint {
  readonly step: number;
  /** By parameter name, each `[K, …]`; moments are `adam_m/` and `adam_v/` and the name. */
  readonly tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>>;
  /** Policies that were stopped, with the step and the reason. */
  readonly stopped: readonly PolicyStop[];
  /** Tokens trained on so far, by policy: TRL's `num_tokens`. */
  readonly numTokens: readonly number[];
  /** Time spent training so far, without pauses. */
  readonly elapsedMs?: number;
}

/** A device that a run has gone on with, where it is not the one that the run began on or where that one was lost. */
export interface RunDevice {
  /** Rows of later steps were worked out on it. */
  readonly step: number;
  readonly device: DeviceReport;
  /** Why the device before it failed under the run, and the step of the checkpoint from which it goes on; absent where a person took the run up again. */
  readonly lost?: { readonly reason: string; readonly from: number };
}

export interface PolicyStop {
  readonly policy: number;
  readonly step: number;
  readonly reason: string;
  /**
   * The step of the parameters that it was set back to, the last that are known to be good; 0 is the reference. Absent
   * where not even the reference is, and in runs of earlier versions.
   */
  readonly keptStep?: number;
}

export type RunState = 'preparing' | 'training' | 'paused' | 'finished' | 'stopped' | 'failed';

export interface SampleSettings {
  readonly prompt: string;
  readonly temperature: number;
  /** 0: no limit. */
  readonly topK: number;
  /** 1: no limit. */
  readonly topP: number;
  readonly greedy: boolean;
  readonly maxTokens: number;
  readonly seed: number;
}

export type { GoldVerdict };

export interface SampledAnswer {
  /** Index on the policy axis; -1 is the reference. */
  readonly policy: number;
  readonly text: string;
  readonly tokens: number;
  /** False when the answer ran into the token limit. */
  readonly ended: boolean;
  /** Sum of the log-probabilities of the answer's tokens under its own model. */
  readonly logProb: number;
  /** Absent when the prompt is none the town knows. */
  readonly gold?: GoldVerdict;
}

/** Where a run began that did not begin at the reference: at a policy of another run that was stopped there. */
export interface RunOrigin {
  /** The other run's id in this browser, and its name at that time. */
  readonly run: string;
  readonly name: string;
  /** The policy's place on that run's policy axis, and what the legend called it. */
  readonly policy: number;
  readonly label: string;
  /** The step of the parameters that this run began with; its own steps are counted on from there. */
  readonly step: number;
  /** The step at which the policy was stopped there, and why. */
  readonly stoppedAt: number;
  readonly reason: string;
  /** What it had been trained with. */
  readonly learningRate: number;
}

/** What stands fixed when a run begins. */
export interface RunStart {
  readonly recipe: Recipe;
  readonly policies: readonly Policy[];
  readonly device: DeviceReport;
  /** SHA-256 (hex) over the pairs in order. */
  readonly dataHash: string;
  /** SHA-256 (hex) over the reference's checkpoint, its config and its tokenizer; runs of earlier versions lack it. */
  readonly modelHash?: string;
  readonly trainPairs: number;
  readonly heldOutPairs: number;
  /** Ids of the held-out pairs, in order; runs of earlier versions lack them. */
  readonly heldOutIds?: readonly string[];
  /** What their per-token log-probabilities belong to; absent where these are not kept. */
  readonly heldOutTokens?: HeldOutTokens;
  /** The reference's own held-out figures by the same names, e.g. `eval_logps/chosen`. */
  readonly reference: Readonly<Record<string, number>>;
  /** What was left out of the data and why. */
  readonly warnings: readonly Remark[];
  /** Absent where all policies began at the reference. */
  readonly origin?: RunOrigin;
}

/** Log-probability of one side of a pair under one model: of the completion and its end token, given the prompt. */
export interface SideScore {
  readonly sum: number;
  /** The end token included. */
  readonly tokens: number;
  /** One for each token, if they were asked for. */
  readonly perToken?: readonly number[];
  /** What each token adds to the text; empty for the end token and for one that ends within a character. */
  readonly texts?: readonly string[];
}

export interface PairScores {
  /** Index on the policy axis; -1 is the reference. */
  readonly policy: number;
  /** In the order asked for; null for a pair that is longer than the model's context. */
  readonly pairs: readonly ({ readonly chosen: SideScore; readonly rejected: SideScore } | null)[];
}

/** What can be checked about a device: each fused kernel, or twenty steps beside the same on another backend. */
export type CheckPart = 'kernels' | 'parity';

export type CheckResult =
  | {
      readonly part: 'kernels';
      /** Empty where nothing is fused. */
      readonly kernels: readonly KernelCheck[];
      /** Kernels that were trusted until this check; they are off from now on. */
      readonly switchedOff: readonly string[];
    }
  | { readonly part: 'parity'; readonly parity: Parity };

export type Request =
  | { readonly type: 'open'; readonly backend: BackendChoice }
  | {
      readonly type: 'train';
      readonly runId: string;
      readonly recipe: Recipe;
      /** The pairs of a stored dataset; absent for those that ship. */
      readonly pairs?: readonly PreferencePair[];
      /** What was left out of those pairs before they were sent, and why. */
      readonly leftOut?: readonly Remark[];
      readonly resume?: RunCheckpoint;
      /** Where the run began, if not at the reference; the same whenever it is taken up again. */
      readonly origin?: RunOrigin;
      /** What the run began with, as its `RunStart` has it; the run fails if data or model are others by now. */
      readonly expected?: { readonly dataHash: string; readonly modelHash?: string };
      /** Begin paused, so that the first step waits for `step` or `continue`. */
      readonly paused?: boolean;
    }
  | { readonly type: 'pause' | 'continue' | 'step' | 'stop'; readonly runId: string }
  /** Puts a stored run's policies on the device, so that they can be sampled. */
  | { readonly type: 'load'; readonly runId: string; readonly recipe: Recipe; readonly checkpoint: RunCheckpoint }
  | { readonly type: 'sample'; readonly requestId: string; readonly settings: SampleSettings }
  | { readonly type: 'cancelSample'; readonly requestId: string }
  /** What the reference and the policies on the device think of pairs; answered between steps. */
  | {
      readonly type: 'score';
      readonly requestId: string;
      readonly pairs: readonly Pick<PreferencePair, 'prompt' | 'chosen' | 'rejected'>[];
      /** Also for each token, and the tokens' texts. */
      readonly perToken: boolean;
    }
  /** Refused while a run is under way; ended by whatever else is asked of the device. */
  | { readonly type: 'check'; readonly requestId: string; readonly part: CheckPart; readonly seed: number }
  /** Like a check. */
  | { readonly type: 'benchmark'; readonly requestId: string }
  /** Makes pairs from the model of a recipe's name, by default from the one in use. Refused while a run is under way. */
  | { readonly type: 'make'; readonly requestId: string; readonly spec: MakeSpec; readonly model?: string }
  /** Has the reference and the policies at rest answer the benchmark. Refused while a run is under way. */
  | { readonly type: 'answer'; readonly requestId: string; readonly spec: BenchmarkSpec }
  /**
   * Makes a model that recipes may name (`own:…`) of a policy at rest, or of weights that were kept from one. The last few
   * are held by the worker, and are gone with it.
   */
  | { readonly type: 'adopt'; readonly requestId: string; readonly model: string; readonly from: { readonly runId: string; readonly policy: number } | Weights }
  /** What an adviser needs to know of a recipe's model, by default of the one in use, and of pairs. Refused while a run is under way. */
  | { readonly type: 'evidence'; readonly requestId: string; readonly pairs: readonly PreferencePair[]; readonly seed: number; readonly model?: string }
  | { readonly type: 'cancel'; readonly requestId: string };

export type LabEvent =
  | { readonly type: 'opened'; readonly device: DeviceReport }
  /** The device failed while no run was under way, and what lay on it is gone; the next request opens one anew. */
  | { readonly type: 'deviceLost'; readonly reason: string }
  | { readonly type: 'state'; readonly runId: string; readonly state: RunState; readonly step: number; readonly detail?: Remark }
  | { readonly type: 'started'; readonly runId: string; readonly start: RunStart }
  /** A run that was taken up again, by itself or by a person, is ready to go on. */
  | { readonly type: 'runDevice'; readonly runId: string; readonly used: RunDevice }
  | { readonly type: 'rows'; readonly runId: string; readonly rows: readonly MetricsRow[]; readonly elapsedMs: number }
  | { readonly type: 'policyStopped'; readonly runId: string; readonly stop: PolicyStop }
  | { readonly type: 'checkpoint'; readonly runId: string; readonly checkpoint: RunCheckpoint }
  | {
      readonly type: 'samples';
      readonly requestId: string;
      /** The run whose policies answered; absent when only the reference did. */
      readonly runId?: string;
      readonly answers: readonly SampledAnswer[];
      /** False while answers are still growing. */
      readonly done: boolean;
    }
  | {
      readonly type: 'scored';
      readonly requestId: string;
      /** The run whose policies were asked, and the steps they had behind them; absent when only the reference was. */
      readonly runId?: string;
      readonly step?: number;
      /** The reference first. */
      readonly scores: readonly PairScores[];
    }
  | { readonly type: 'made'; readonly requestId: string; readonly modelHash: string; readonly pairs: readonly PreferencePair[] }
  | { readonly type: 'answered'; readonly requestId: string; readonly runId?: string; readonly answers: BenchmarkAnswers }
  | { readonly type: 'evidence'; readonly requestId: string; readonly modelHash: string; readonly evidence: Evidence }
  | { readonly type: 'adopted'; readonly requestId: string; readonly model: string; readonly modelHash: string; readonly weights: Weights }
  /** A check, the benchmark or a scoring is under way; `share` of the whole, from 0 to 1. */
  | { readonly type: 'progress'; readonly requestId: string; readonly share: number; readonly stage?: BenchmarkProgress['stage'] }
  /** `adapter` is the line of the device that was checked. */
  | { readonly type: 'checked'; readonly requestId: string; readonly adapter: string; readonly result: CheckResult }
  /** `adapter` is the lab's own, whose backend was timed. */
  | { readonly type: 'benchmarked'; readonly requestId: string; readonly adapter: string; readonly report: BenchmarkReport }
  /** A check, the benchmark or a scoring was ended before its time, by a person or because something else needed the device. */
  | { readonly type: 'cancelled'; readonly requestId: string }
  | {
      readonly type: 'failed';
      readonly runId?: string;
      readonly requestId?: string;
      readonly message: string;
      readonly template: string;
      readonly values: ErrorValues;
    };
