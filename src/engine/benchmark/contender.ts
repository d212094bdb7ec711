// What the benchmark asks of an implementation of the training step. The lab's own (`ours.ts`), stock TensorFlow.js
// (`stock.ts`) and whatever else is held against them answer to it, each in a realm of its own.
import { isSoftware, type BackendName } from '../device';
import { initialiseWeights } from '../model/initialise';
import type { ModelConfig, Weights } from '../model/config';
import { createRandom } from '../random';
import type { EncodedSequence, ScoredPair } from '../training/types';

/** One thing to be timed: DPO on one batch, by `policies` models of one shape that start from the same weights. */
export interface Task {
  readonly backend: BackendName;
  readonly model: ModelConfig;
  readonly policies: number;
  readonly pairs: number;
  /** Tokens of every sequence, and where its completion begins. */
  readonly length: number;
  readonly completionStart: number;
}

/** Where a realm finds what differs between a browser and Node. */
export interface Place {
  /** Dawn's in Node; by default the browser's own. */
  readonly gpu?: GPU;
  /** The folder of tfjs's WASM binaries, ending in `/`, or an address for each. */
  readonly wasmPaths: string | Readonly<Record<string, string>>;
}

/** What WebGPU says of the adapter that everybody asks for; empty where there is none. */
export async function adapterIdentity({ gpu = globalThis.navigator?.gpu }: Place): Promise<{ readonly identity: string; readonly software: boolean }> {
  const info = (await gpu?.requestAdapter({ powerPreference: 'high-performance' }))?.info;
  if (!info) return { identity: '', software: false };
  const identity = [info.vendor, info.architecture, info.device, info.description].filter(Boolean).join(' ');
  return { identity, software: isSoftware(info) };
}

export interface Contender {
  /** One training step of every policy; settles with the first policy's loss before it, once the step is done. */
  train(): Promise<number>;
  /** A step as a run takes it, where that is less than `train` does: without reading its loss. */
  step?(): Promise<void>;
  dispose(): void;
}

export type OpenContender = (task: Task, place: Place) => Promise<Contender>;

/** What all contenders train with. */
export const recipe = {
  beta: 0.5,
  /** Small, since the same batch comes again and again: the loss should stay an ordinary number. */
  learningRate: 2e-5,
  maxGradNorm: 1,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
} as const;

export function taskWeights({ model }: Task): Weights {
  return initialiseWeights(model, 1);
}

/** Pairs of random tokens, the same for every contender; what they say has no bearing on the time a step takes. */
export function taskPairs({ model, pairs, length, completionStart }: Task): ScoredPair[] {
  const random = createRandom(7);
  const sequence = (): EncodedSequence => ({
    ids: Array.from({ length }, () => random.below(model.vocab_size)),
    completionStart,
  });
  // About what a fresh model says of so many tokens, so that the loss is neither log 2 whatever it says, nor saturated.
  const expected = -Math.log(model.vocab_size) * (length - completionStart);
  return Array.from({ length: pairs }, () => ({
    chosen: sequence(),
    rejected: sequence(),
    referenceChosen: expected + random.next(),
    referenceRejected: expected + random.next(),
  }));
}

/** A batch as arrays of one rectangle, chosen sequences first, as implementations without the lab's own layout want it. */
export interface Rectangle {
  /** Sequences and positions. */
  readonly S: number;
  readonly T: number;
  /** `[S, T]`: tokens, the token that follows each, and 1 where that one is scored. */
  readonly ids: Int32Array;
  readonly next: Int32Array;
  readonly scored: Float32Array;
  /** Chosen less rejected, `[S / 2]`. */
  readonly referenceMargins: Float32Array;
}

export function rectangle(pairs: readonly ScoredPair[]): Rectangle {
  const sequences = [...pairs.map(({ chosen }) => chosen), ...pairs.map(({ rejected }) => rejected)];
  const S = sequences.length;
  const T = Math.max(...sequences.map(({ ids }) => ids.length));
  const ids = new Int32Array(S * T);
  const next = new Int32Array(S * T);
  const scored = new Float32Array(S * T);
  sequences.forEach((sequence, s) => {
    ids.set(sequence.ids, s * T);
    for (let t = sequence.completionStart; t < sequence.ids.length; t++) {
      next[s * T + t - 1] = sequence.ids[t]!;
      scored[s * T + t - 1] = 1;
    }
  });
  return { S, T, ids, next, scored, referenceMargins: Float32Array.from(pairs, (pair) => pair.referenceChosen - pair.referenceRejected) };
}

/** Cosines and sines of the rotary positions' angles, `[T, headDim / 2]` each. */
export function rotaryAngles(T: number, headDim: number, theta: number): { cos: Float32Array; sin: Float32Array } {
  const half = headDim / 2;
  const angle = (i: number) => Math.floor(i / half) * theta ** (-(i % half) / half);
  return {
    cos: Float32Array.from({ length: T * half }, (_, i) => Math.cos(angle(i))),
    sin: Float32Array.from({ length: T * half }, (_, i) => Math.sin(angle(i))),
  };
}
