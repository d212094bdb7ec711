// The model's shape, in the words of Hugging Face's LlamaConfig, so that config.json needs no translation.

export interface ModelConfig {
  readonly vocab_size: number;
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  /** Fewer than the heads: grouped-query attention. */
  readonly num_key_value_heads: number;
  readonly max_position_embeddings: number;
  readonly rms_norm_eps: number;
  readonly rope_theta: number;
  /** Always true here: the output projection is the embedding. */
  readonly tie_word_embeddings: boolean;
}

/** One tensor on the host. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A single model's parameters on the host, by Hugging Face's names, without the policy axis. */
export interface Weights {
  readonly config: ModelConfig;
  readonly tensors: Readonly<Record<string, HostTensor>>;
}

/** Every parameter's name and shape, in the order in which they are stored. */
export function parameterShapes(config: ModelConfig): [name: string, shape: number[]][] {
  const { vocab_size: V, hidden_size: D, intermediate_size: F } = config;
  const headDim = D / config.num_attention_heads;
  const kv = config.num_key_value_heads * headDim;
  const out: [string, number[]][] = [['model.embed_tokens.weight', [V, D]]];
  for (let i = 0; i < config.num_hidden_layers; i++) {
    const layer = `model.layers.${i}`;
    out.push(
      [`${layer}.input_layernorm.weight`, [D]],
      [`${layer}.self_attn.q_proj.weight`, [D, D]],
      [`${layer}.self_attn.k_proj.weight`, [kv, D]],
      [`${layer}.self_attn.v_proj.weight`, [kv, D]],
      [`${layer}.self_attn.o_proj.weight`, [D, D]],
      [`${layer}.post_attention_layernorm.weight`, [D]],
      [`${layer}.mlp.gate_proj.weight`, [F, D]],
      [`${layer}.mlp.up_proj.weight`, [F, D]],
      [`${layer}.mlp.down_proj.weight`, [D, F]],
    );
  }
  out.push(['model.norm.weight', [D]]);
  return out;
}
