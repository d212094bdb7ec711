// The fused model as `sampleByRerunning` wants it: the whole prefix again for each token, and the logits to the host.
// The benchmark measures the gain of the cache by it.
import type { ModelConfig } from '../model/config';
import type { SamplingModel } from '../model/sampling';
import type { ParameterLayout } from './layout';
import { createPass } from './pass';
import type { GpuRuntime } from './runtime';
import { forwardOperations } from './step';

/** @param parameters `[K, P]` by `layout`; they stay the caller's. */
export function fusedRerunningModel(
  gpu: GpuRuntime, config: ModelConfig, K: number, parameters: GPUBuffer, layout: ParameterLayout,
): SamplingModel & { dispose(): void } {
  const pass = createPass(gpu, config, false, (shape, buffers) => forwardOperations(config, shape, parameters, layout, buffers));
  return {
    K,
    config,
    async nextLogits(sequences) {
      const S = sequences.length;
      // Each sequence scores one row, its last position; the label there is whatever and goes unread.
      const { buffers, arrangement } = pass.prepare(
        Array.from({ length: K }, (_, k) => sequences.map((list) => ({ ids: [...list[k]!, 0], completionStart: list[k]!.length }))),
        S,
      );
      await gpu.run([pass.plan(arrangement)]);
      return gpu.read(buffers.logits, K * S * config.vocab_size);
    },
    dispose: () => pass.dispose(),
  };
}
