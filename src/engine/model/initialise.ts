// Fresh parameters for pretraining.
import { createRandom, hashText } from '../random';
import { parameterShapes, type HostTensor, type ModelConfig, type Weights } from './config';

/**
 * Normal with standard deviation 0.02 for embeddings and 1/√fan-in for matrices; the projections that write into the
 * residual stream are scaled down by √(2·layers), as in GPT-2 (Radford et al. 2019, §2.3). Gains are 1.
 */
export function initialiseWeights(config: ModelConfig, seed: number): Weights {
  const tensors: Record<string, HostTensor> = {};
  for (const [name, shape] of parameterShapes(config)) {
    const size = shape.reduce((product, n) => product * n, 1);
    const data = new Float32Array(size);
    if (shape.length === 1) {
      data.fill(1);
    } else {
      const random = createRandom(seed, hashText(name));
      let deviation = name.includes('embed_tokens') ? 0.02 : shape[1]! ** -0.5;
      if (/o_proj|down_proj/.test(name)) deviation /= Math.sqrt(2 * config.num_hidden_layers);
      for (let i = 0; i < size; i++) data[i] = deviation * random.normal();
    }
    tensors[name] = { shape, data };
  }
  return { config, tensors };
}
