// What the benchmark found, as one JSON document, and what it says while it is at it.
import type { Counts } from '../../engine/benchmark/counters';
import type { KernelReport, KernelTime, Peaks } from '../../engine/benchmark/kernels';
import type { BackendName } from '../../engine/device';
import type { ModelConfig } from '../../engine/model/config';
import type { ContenderName } from './realm';
import type { SizeName } from './tasks';

export type { Counts, KernelReport, KernelTime, Peaks };

/** Milliseconds of the fastest and the slowest timed step. */
export type Spread = readonly [fastest: number, slowest: number];

export interface SizeReport {
  readonly model: ModelConfig;
  /** Policies that take a step; the others than ours take them one after the other. */
  readonly policies: number;
  readonly sequences: number;
  readonly tokensPerSequence: number;
  /** Timed steps of each contender, taken in turn, and steps before them. */
  readonly rounds: number;
  readonly warmUp: number;
  /** Median milliseconds of a step of all policies; null where a contender was left out. */
  readonly ours: number | null;
  readonly stockTfjs: number | null;
  readonly jaxJs: number | null;
  /** Medians over the rounds of the other's time by ours in the same round. */
  readonly timesStockTfjs: number | null;
  readonly timesJaxJs: number | null;
  readonly spread: Readonly<Partial<Record<ContenderName, Spread>>>;
  /** The mean loss before the first step and before the second: the same for all, or the benchmark fails. */
  readonly firstLoss: number;
  readonly losses: Readonly<Partial<Record<ContenderName, readonly number[]>>>;
  /** Of one step of ours as a run takes it, that is, without reading its loss; null where there is no WebGPU. */
  readonly dispatches: number | null;
  readonly submits: number | null;
  readonly uploadedBytes: number | null;
  readonly readBackBytes: number | null;
  /** The same of every contender; the others read their loss. */
  readonly counts: Readonly<Partial<Record<ContenderName, Counts | null>>>;
}

export interface PolicyTime {
  readonly K: number;
  /** Median milliseconds of a step of ours. */
  readonly ours: number;
  /** By the time of one policy. */
  readonly timesOne: number;
  readonly spread: Spread;
}

export interface SamplingReport {
  readonly promptTokens: number;
  readonly tokens: number;
  /** Tokens a second: as the engine samples, and from the whole prefix for each token. */
  readonly withCache: number;
  readonly withoutCache: number;
  readonly timesWithout: number;
}

/** What one backend did. */
export interface BackendReport {
  readonly backend: BackendName;
  readonly adapter: string;
  /** True where WebGPU runs on the processor, which says nothing about GPUs. */
  readonly software: boolean;
  readonly notes: readonly string[];
  /** Contenders that could not be run here, and why. */
  readonly failures: readonly { readonly contender: ContenderName; readonly size: SizeName; readonly reason: string }[];
  readonly sizes: Readonly<Partial<Record<SizeName, SizeReport>>>;
  /** At the small size. */
  readonly policies: readonly PolicyTime[];
  readonly sampling: SamplingReport | null;
  /** One step of `profiled`, slowest first. Empty without timestamps. */
  readonly kernels: readonly KernelTime[];
  /** What the kernels were timed in; null where they were not. */
  readonly profiled: { readonly size: SizeName; readonly policies: number; readonly sequences: number } | null;
  readonly peaks: Peaks | null;
}

export interface BenchmarkReport extends BackendReport {
  readonly date: string;
  /** Browser or Node, with its version. */
  readonly runtime: string;
  readonly versions: Readonly<Record<string, string>>;
  /** The other backends of the same run. */
  readonly others: readonly BackendReport[];
}

/** What is being done now. */
export interface BenchmarkProgress {
  readonly backend: BackendName;
  readonly stage: SizeName | 'policies' | 'sampling' | 'kernels';
  /** Of the whole, from 0 to 1. */
  readonly fraction: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export const spreadOf = (values: readonly number[]): Spread => [Math.min(...values), Math.max(...values)];
