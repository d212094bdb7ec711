// Sampling by running the whole prefix again for each token. Slow and plain: what sampling with a cache is tested
// against, and what the benchmark measures its gain by.
import { createRandom } from '../random';
import type { OnToken, SampledSequence, SampleOptions } from '../training/types';
import { createAnswers } from './answers';
import { chooseToken } from './chooseToken';
import type { ModelConfig } from './config';

/** What sampling asks of a model. */
export interface SamplingModel {
  readonly K: number;
  readonly config: ModelConfig;
  /** Logits after each `[prompt][K]` sequence, flattened from `[K, prompt, V]`. */
  nextLogits(sequences: readonly (readonly (readonly number[])[])[]): Promise<Float32Array>;
}

/**
 * Continues each prompt under each policy, `[K][prompt]`. The random number of a token depends only on the seed, the
 * prompt's index and the position, so that policies that agree say the same, and a batch says what its parts would.
 */
export async function sampleByRerunning(
  model: SamplingModel,
  prompts: readonly (readonly number[])[],
  options: SampleOptions,
  onToken?: OnToken,
): Promise<SampledSequence[][]> {
  const { K, config } = model;
  const answers = createAnswers(K, prompts, options, config.max_position_embeddings);
  const policies = Array.from({ length: K }, (_, k) => k);
  for (;;) {
    const open = prompts.map((_, p) => p).filter((p) => policies.some((k) => answers.growing(k, p)));
    if (open.length === 0) break;
    const soFar = answers.soFar();
    const logits = await model.nextLogits(open.map((p) => policies.map((k) => [...prompts[p]!, ...soFar[k]![p]!.ids])));
    open.forEach((p, place) => {
      for (const k of policies) {
        if (!answers.growing(k, p)) continue;
        const from = (k * open.length + place) * config.vocab_size;
        const uniform = createRandom(options.seed, p, answers.drawn(k, p)).next();
        const { token, logProb } = chooseToken(logits.subarray(from, from + config.vocab_size), options, uniform);
        answers.take(k, p, token, logProb);
      }
    });
    if ((await onToken?.(answers.soFar())) === false) break;
  }
  return answers.soFar();
}

export const sampleSequences = sampleByRerunning;
