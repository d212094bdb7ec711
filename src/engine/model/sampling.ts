// Sampling by running the whole prefix again for each token. Slow and plain: what sampling with a cache is tested
// against, and what the benchmark measures its gain by.
import { createRandom } from '../random';
import { take, tidy } from '../tidy';
import type { OnToken, SampledSequence, SampleOptions } from '../training/types';
import { createAnswers } from './answers';
import { chooseToken } from './chooseToken';
import type { ModelConfig } from './config';
import { EMBEDDING, logitsAt, type DeviceParameters } from './forward';
import type { Positions } from './positions';
import { disposeBatch, lastTokens, layOut } from './tokens';

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

/** The composed model as `sampleByRerunning` wants it. */
export function rerunningModel(parameters: DeviceParameters, config: ModelConfig, positions: Positions): SamplingModel {
  const K = parameters[EMBEDDING]!.shape[0]!;
  return {
    K,
    config,
    async nextLogits(sequences) {
      const longest = Math.max(...sequences.flat().map((ids) => ids.length));
      const byPolicy = Array.from({ length: K }, (_, k) =>
        sequences.map((list) => ({ ids: list[k]!, completionStart: list[k]!.length })),
      );
      // Lengths are rounded up, so that tables and pipelines are made for few of them.
      const batch = layOut(byPolicy, Math.min(config.max_position_embeddings, Math.ceil(longest / 8) * 8));
      const logits = tidy(() => logitsAt(parameters, config, batch, positions.of(batch.T), lastTokens(byPolicy)));
      disposeBatch(batch);
      return take(logits);
    },
  };
}
