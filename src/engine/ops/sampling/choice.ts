// What the choice of a token on the device reads and writes, and the same choice on the host.
import { asInts, type Memory } from '../../gpu/operation';
import { chooseToken, type ChoiceOptions } from '../../model/chooseToken';
import { hashWords } from '../../random';
import type { SampleOptions } from '../../training/types';
import { STATE } from '../attention/decoding.wgsl';

export interface ChoiceShape {
  /** Rows lie policy by policy, S prompts each. */
  readonly rows: number;
  readonly S: number;
  readonly V: number;
  /** Positions that the model has. */
  readonly context: number;
}

export interface ChoiceBuffers {
  /** `packSettings`'. */
  readonly settings: GPUBuffer;
  /** `[rows, V]`. */
  readonly logits: GPUBuffer;
  /** The prompts' lengths, `[S]`. */
  readonly prompts: GPUBuffer;
  /** Each row's length, the newest token included, and 1 once its answer is complete: `[rows, 2]`. */
  readonly state: GPUBuffer;
  /** Each row's newest token, `[rows]`; stays where an answer is complete. */
  readonly ids: GPUBuffer;
  /** What was drawn at each position of the answers and its log-probability's bits, `[position, rows, 2]`. */
  readonly drawn: GPUBuffer;
}

export const SETTINGS = 8;

const floatBits = (value: number): number => new Uint32Array(Float32Array.of(value).buffer)[0]!;
const bitsFloat = (bits: number): number => new Float32Array(Uint32Array.of(bits).buffer)[0]!;

/** @param firstPrompt the place of the first prompt in the caller's whole list: random numbers belong to places there. */
export function packSettings({ temperature, topK, topP, greedy, seed, endToken }: SampleOptions, firstPrompt: number): Uint32Array {
  return Uint32Array.of(
    greedy || temperature <= 0 ? 1 : 0, floatBits(1 / temperature), topK, topP < 1 ? 1 : 0, floatBits(topP), seed | 0, endToken, firstPrompt,
  );
}

function unpackSettings(settings: Uint32Array): ChoiceOptions & { seed: number; endToken: number; firstPrompt: number } {
  const [greedy, inverse, topK, limited, topP, seed, endToken, firstPrompt] = settings as unknown as number[];
  return {
    greedy: greedy === 1, temperature: 1 / bitsFloat(inverse!), topK: topK!, topP: limited === 1 ? bitsFloat(topP!) : 1,
    seed: seed!, endToken: endToken!, firstPrompt: firstPrompt!,
  };
}

/**
 * The first 24 bits of `createRandom(seed, prompt, position).next()`, as many as a float32 keeps.
 */
export function shortUniform(seed: number, prompt: number, position: number): number {
  return (hashWords(hashWords(seed, prompt, position), 0, 0) >>> 8) / 2 ** 24;
}

/** The choice by `chooseToken`, on the same buffers. */
export async function composedChoice(memory: Memory, { rows, S, V, context }: ChoiceShape, buffers: ChoiceBuffers): Promise<void> {
  const [settings, logits, prompts, state, ids, drawn] = await Promise.all([
    memory.read(buffers.settings, SETTINGS), memory.read(buffers.logits, rows * V), memory.read(buffers.prompts, S),
    memory.read(buffers.state, rows * STATE), memory.read(buffers.ids, rows), memory.read(buffers.drawn),
  ]);
  const options = unpackSettings(asInts(settings));
  const lengths = asInts(prompts);
  const states = asInts(state);
  for (let row = 0; row < rows; row++) {
    if (states[row * STATE + 1] === 1) continue;
    const length = states[row * STATE]!;
    const position = length - lengths[row % S]!;
    const uniform = shortUniform(options.seed, options.firstPrompt + (row % S), position);
    const { token, logProb } = chooseToken(logits.subarray(row * V, (row + 1) * V), options, uniform);
    const at = (position * rows + row) * 2;
    asInts(drawn)[at] = token;
    drawn[at + 1] = logProb;
    const ended = token === options.endToken;
    if (!ended) {
      asInts(ids)[row] = token;
      states[row * STATE] = length + 1;
    }
    states[row * STATE + 1] = ended || length + 1 >= context ? 1 : 0;
  }
  memory.write(state, buffers.state);
  memory.write(ids, buffers.ids);
  memory.write(drawn, buffers.drawn);
}
