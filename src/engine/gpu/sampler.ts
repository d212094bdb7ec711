// Sampling on the fused kernels, from the prompts to the tokens without the host: a recorded list of operations is replayed
// for each token, many of them go to the device together, and only the tokens come back, once for all of those.
import type { ModelConfig } from '../model/config';
import { createAnswers } from '../model/answers';
import { packSettings } from '../ops/sampling/choice';
import type { OnToken, SampledSequence, SampleOptions } from '../training/types';
import {
  promptOperations, samplingBuffers, samplingNumbers, tokenOperations, type SamplingBuffers, type SamplingShape, type SamplingSize,
} from './decoder';
import type { ParameterLayout } from './layout';
import { asInts } from './operation';
import type { GpuRuntime, Plan } from './runtime';

export interface Sampler {
  /**
   * Continues each prompt under each policy, `[K][prompt]`. The random number of a token depends only on the seed, the
   * prompt's index and the position. Calls are answered one after the other. `onToken` is told of several tokens at once.
   * @throws RangeError for a prompt that is empty or longer than the context.
   */
  sample(prompts: readonly (readonly number[])[], options: SampleOptions, onToken?: OnToken): Promise<SampledSequence[][]>;
  dispose(): void;
}

/** Tokens of each row that go to the device with one submit; fewer at first where somebody is waiting to read. */
const MOST_TOKENS = 16;
const FIRST_TOKENS = 2;
/** Rows that are sampled together at most, and bytes of all their buffers: more gain nothing and hold up what else runs. */
const MOST_ROWS = 512;
const MOST_BYTES = 2 ** 28;
/** Shapes whose plans are kept. */
const MOST_PLANS = 8;

interface Plans {
  readonly prompt: Plan;
  readonly token: Plan;
}

/** @param parameters `[K, P]` by `layout`, as they are when a call begins; they must not change while it runs. */
export function createSampler(gpu: GpuRuntime, config: ModelConfig, K: number, parameters: GPUBuffer, layout: ParameterLayout): Sampler {
  const context = config.max_position_embeddings;
  let held: { readonly size: SamplingSize; readonly buffers: SamplingBuffers } | undefined;
  const plans = new Map<string, Plans>();
  let turn: Promise<unknown> = Promise.resolve();

  function forget(key: string): void {
    const { prompt, token } = plans.get(key)!;
    prompt.dispose();
    token.dispose();
    plans.delete(key);
  }

  function dispose(): void {
    for (const key of [...plans.keys()]) forget(key);
    held?.buffers.destroy();
    held = undefined;
  }

  /** Buffers that are long enough for a shape, and for all that came before. */
  function buffersFor({ S, P, capacity }: SamplingShape): SamplingBuffers {
    const rows = K * S;
    const size = { rows, tokens: rows * P, places: rows * capacity };
    if (!held || held.size.rows < rows || held.size.tokens < size.tokens || held.size.places < size.places) {
      const before = held?.size ?? { rows: 0, tokens: 0, places: 0 };
      const grown = {
        rows: Math.max(size.rows, before.rows),
        tokens: Math.max(size.tokens, before.tokens),
        places: Math.max(size.places, before.places),
      };
      dispose();
      held = { size: grown, buffers: samplingBuffers(gpu, config, grown) };
    }
    return held.buffers;
  }

  function plansFor(shape: SamplingShape, buffers: SamplingBuffers): Plans {
    const key = `${shape.S} ${shape.P} ${shape.capacity}`;
    let made = plans.get(key);
    if (!made) {
      if (plans.size === MOST_PLANS) forget(plans.keys().next().value!);
      made = {
        prompt: gpu.record(promptOperations(config, shape, parameters, layout, buffers)),
        token: gpu.record(tokenOperations(config, shape, parameters, layout, buffers)),
      };
      plans.set(key, made);
    }
    return made;
  }

  /** The shape that all prompts of a call share; S of them go together. */
  function shapeFor(prompts: readonly (readonly number[])[], maxTokens: number): SamplingShape {
    const up = (value: number, by: number) => Math.ceil(value / by) * by;
    const longest = Math.max(...prompts.map(({ length }) => length));
    const P = Math.min(context, up(longest, 8));
    const capacity = Math.min(context, up(longest + maxTokens, 32));
    const { longest: numbers, all } = samplingNumbers(config, { rows: K, tokens: K * P, places: K * capacity });
    const { maxBufferSize, maxStorageBufferBindingSize } = gpu.device.limits;
    const most = Math.min(
      Math.min(maxBufferSize, maxStorageBufferBindingSize) / (4 * numbers), MOST_BYTES / (4 * all), MOST_ROWS / K,
    );
    // Rounded up, so that few shapes occur; rows without a prompt are complete from the start.
    const wanted = prompts.length <= 4 ? prompts.length : up(prompts.length, 4);
    return { K, S: Math.max(1, Math.min(wanted, Math.floor(most))), P, capacity };
  }

  function writePrompts({ S, P }: SamplingShape, buffers: SamplingBuffers, prompts: readonly (readonly number[])[]): void {
    const lengths = Array.from({ length: S }, (_, s) => prompts[s]?.length ?? 1);
    const ids = new Uint32Array(S * P);
    prompts.forEach((prompt, s) => ids.set(prompt, s * P));
    const write = (buffer: GPUBuffer, numbers: readonly number[] | Uint32Array) => {
      // Every policy answers the same prompts.
      const all = new Uint32Array(K * numbers.length);
      for (let k = 0; k < K; k++) all.set(numbers, k * numbers.length);
      gpu.device.queue.writeBuffer(buffer, 0, all);
    };
    write(buffers.promptIds, ids);
    write(buffers.prompts, lengths);
    write(buffers.lastTokens, lengths.map((length, s) => s * P + length - 1));
    write(buffers.state, lengths.flatMap((length, s) => [length, s < prompts.length ? 0 : 1]));
  }

  async function sample(
    prompts: readonly (readonly number[])[], options: SampleOptions, onToken?: OnToken,
  ): Promise<SampledSequence[][]> {
    const answers = createAnswers(K, prompts, options, context);
    if (prompts.length === 0 || options.maxTokens < 1) return answers.soFar();
    const shape = shapeFor(prompts, options.maxTokens);
    const { S, capacity } = shape;
    // An answer that fills the context has fewer tokens than it has room for.
    const most = Math.min(options.maxTokens, capacity);
    const rows = K * S;
    const buffers = buffersFor(shape);
    const { prompt, token } = plansFor(shape, buffers);

    for (let first = 0; first < prompts.length; first += S) {
      const chosen = prompts.slice(first, first + S);
      writePrompts(shape, buffers, chosen);
      gpu.device.queue.writeBuffer(buffers.settings, 0, packSettings(options, first) as Uint32Array<ArrayBuffer>);
      const growing = () => chosen.some((_, s) => Array.from({ length: K }, (__, k) => k).some((k) => answers.growing(k, first + s)));
      let together = onToken ? FIRST_TOKENS : MOST_TOKENS;
      for (let position = 0; position < most && growing(); together = Math.min(MOST_TOKENS, 2 * together)) {
        const count = Math.min(together, most - position);
        await gpu.run(Array.from({ length: count }, (_, i) => (position + i === 0 ? prompt : token)));
        const drawn = await gpu.read(buffers.drawn, count * rows * 2, position * rows * 2);
        const tokens = asInts(drawn);
        for (let row = 0; row < rows; row++) {
          const [k, p] = [Math.floor(row / S), first + (row % S)];
          if (p >= prompts.length) continue;
          // What lies behind an answer's end is left over from before.
          for (let i = 0; i < count && answers.growing(k, p); i++) {
            const at = (i * rows + row) * 2;
            answers.take(k, p, tokens[at]!, drawn[at + 1]!);
          }
        }
        position += count;
        if ((await onToken?.(answers.soFar())) === false) return answers.soFar();
      }
    }
    return answers.soFar();
  }

  return {
    sample(...args) {
      // They share their buffers.
      const mine = turn.then(() => sample(...args));
      turn = mine.catch(() => undefined);
      return mine;
    },
    dispose,
  };
}
