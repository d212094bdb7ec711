// Text from the policies: every policy continues the same prompts, one position at a time, from a seed.
import { createRandom } from '../random';
import type { OnToken, SampledSequence, SampleOptions } from '../training/types';
import type { ModelConfig } from './config';

/** What sampling asks of a model. */
export interface SamplingModel {
  readonly K: number;
  readonly config: ModelConfig;
  /** Logits after each `[prompt][K]` sequence, flattened from `[K, prompt, V]`. */
  nextLogits(sequences: readonly (readonly (readonly number[])[])[]): Promise<Float32Array>;
}

interface Growing {
  ids: number[];
  ended: boolean;
  logProb: number;
  full: boolean;
}

/**
 * Continues each prompt under each policy, `[K][prompt]`. The random number of a token depends only on the seed, the
 * prompt's index and the position, so that policies that agree say the same, and a batch says what its parts would.
 */
export async function sampleSequences(
  model: SamplingModel,
  prompts: readonly (readonly number[])[],
  options: SampleOptions,
  onToken?: OnToken,
): Promise<SampledSequence[][]> {
  const { K, config } = model;
  const answers: Growing[][] = Array.from({ length: K }, () =>
    prompts.map(() => ({ ids: [], ended: false, logProb: 0, full: false })),
  );
  const result = () => answers.map((list) => list.map(({ ids, ended, logProb }) => ({ ids: [...ids], ended, logProb })));
  const growing = (answer: Growing) => !answer.ended && !answer.full;

  for (let position = 0; position < options.maxTokens; position++) {
    const open = prompts.map((_, p) => p).filter((p) => answers.some((list) => growing(list[p]!)));
    if (open.length === 0) break;
    const logits = await model.nextLogits(open.map((p) => answers.map((list) => [...prompts[p]!, ...list[p]!.ids])));
    open.forEach((p, place) => {
      answers.forEach((list, k) => {
        const answer = list[p]!;
        if (!growing(answer)) return;
        const from = (k * open.length + place) * config.vocab_size;
        const row = logits.subarray(from, from + config.vocab_size);
        const uniform = createRandom(options.seed, p, position).next();
        const token = chooseToken(row, options, uniform);
        answer.logProb += row[token]! - logSumExp(row);
        if (token === options.endToken) answer.ended = true;
        else answer.ids.push(token);
        answer.full = prompts[p]!.length + answer.ids.length >= config.max_position_embeddings;
      });
    });
    if ((await onToken?.(result())) === false) break;
  }
  return result();
}

/**
 * Picks a token from logits with one uniform number: top-k, then top-p over what is left, then the inverse of the
 * cumulative distribution in order of falling probability (ties by token number).
 */
export function chooseToken(
  logits: Float32Array,
  { temperature, topK, topP, greedy }: Pick<SampleOptions, 'temperature' | 'topK' | 'topP' | 'greedy'>,
  uniform: number,
): number {
  let best = 0;
  for (let v = 1; v < logits.length; v++) if (logits[v]! > logits[best]!) best = v;
  if (greedy || temperature <= 0) return best;
  const top = logits[best]!;
  let order = Array.from(logits.keys());
  const weights = Float64Array.from(logits, (logit) => Math.exp((logit - top) / temperature));
  order.sort((a, b) => weights[b]! - weights[a]! || a - b);
  if (topK > 0) order = order.slice(0, topK);
  let total = order.reduce((sum, v) => sum + weights[v]!, 0);
  if (topP < 1) {
    let mass = 0;
    const enough = order.findIndex((v) => (mass += weights[v]!) >= topP * total);
    order = order.slice(0, enough + 1);
    total = mass;
  }
  let left = uniform * total;
  for (const v of order) {
    left -= weights[v]!;
    if (left < 0) return v;
  }
  return order.at(-1)!;
}

function logSumExp(logits: Float32Array): number {
  let top = -Infinity;
  for (const value of logits) if (value > top) top = value;
  let sum = 0;
  for (const value of logits) sum += Math.exp(value - top);
  return top + Math.log(sum);
}
