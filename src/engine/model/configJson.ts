// Translates between Hugging Face's config.json and ModelConfig, and refuses what this engine can not run.
import { z } from 'zod';
import { UserError } from '../errors';
import type { HostTensor, ModelConfig, Weights } from './config';
import { parameterShapes } from './config';

const size = (most: number): z.ZodNumber => z.number().int().min(1).max(most);
/** A field whose other values would need an operation that the model does not have. */
const only = <T extends string | number | boolean | null>(value: T): z.ZodOptional<z.ZodLiteral<T>> =>
  z.literal(value, `only ${JSON.stringify(value)} is supported`).optional();
const positive = z.number().positive();

const configSchema = z.looseObject({
  architectures: z
    .array(z.string())
    .refine((names) => names.includes('LlamaForCausalLM'), 'only LlamaForCausalLM is supported')
    .optional(),
  model_type: z.literal('llama', 'only "llama" is supported'),
  hidden_act: only('silu'),
  attention_bias: only(false),
  mlp_bias: only(false),
  rope_scaling: only(null),
  // Since version 5, transformers writes the rotary settings here.
  rope_parameters: z
    .looseObject({ rope_type: only('default'), rope_theta: positive.optional(), partial_rotary_factor: only(1) })
    .optional(),
  quantization_config: only(null),
  tie_word_embeddings: z.literal(true, 'only tied embeddings (true) are supported'),
  vocab_size: size(1_000_000),
  hidden_size: size(65_536),
  intermediate_size: size(262_144),
  num_hidden_layers: size(1_000),
  num_attention_heads: size(1_024),
  num_key_value_heads: size(1_024).optional(),
  head_dim: size(65_536).nullish(),
  max_position_embeddings: size(10_000_000),
  rms_norm_eps: positive.max(1).default(1e-6),
  rope_theta: positive.optional(),
});

function wrong(field: string, reason: string): UserError {
  return new UserError('The model’s config.json can not be used: “{field}” – {reason}. The model in use was kept.', { field, reason });
}

/** @throws UserError naming the field that is wrong or that the engine can not honour. */
export function parseConfigJson(json: unknown): ModelConfig {
  const result = configSchema.safeParse(json);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    throw wrong(issue.path.join('.') || 'config', issue.message);
  }
  const c = result.data;
  const heads = c.num_attention_heads;
  const kvHeads = c.num_key_value_heads ?? heads;
  if (c.hidden_size % heads !== 0) {
    throw wrong('num_attention_heads', `hidden_size ${c.hidden_size} is not divisible by ${heads}`);
  }
  const headDim = c.hidden_size / heads;
  if (headDim % 2 !== 0) throw wrong('num_attention_heads', `a head would be ${headDim} wide, and rotary positions need an even width`);
  if (c.head_dim && c.head_dim !== headDim) throw wrong('head_dim', `only hidden_size / num_attention_heads, ${headDim}, is supported`);
  if (heads % kvHeads !== 0) throw wrong('num_key_value_heads', `${heads} heads are not divisible by ${kvHeads}`);
  return {
    vocab_size: c.vocab_size,
    hidden_size: c.hidden_size,
    intermediate_size: c.intermediate_size,
    num_hidden_layers: c.num_hidden_layers,
    num_attention_heads: heads,
    num_key_value_heads: kvHeads,
    max_position_embeddings: c.max_position_embeddings,
    rms_norm_eps: c.rms_norm_eps,
    rope_theta: c.rope_theta ?? c.rope_parameters?.rope_theta ?? 10_000,
    tie_word_embeddings: true,
  };
}

/** The config.json that transformers reads; `tokens` are the ids of the chat form's special tokens. */
export function configToJson(config: ModelConfig, tokens: { readonly pad: number; readonly user: number; readonly end: number }): Record<string, unknown> {
  return {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    ...config,
    head_dim: config.hidden_size / config.num_attention_heads,
    hidden_act: 'silu',
    attention_bias: false,
    mlp_bias: false,
    attention_dropout: 0,
    rope_scaling: null,
    bos_token_id: tokens.user,
    eos_token_id: tokens.end,
    pad_token_id: tokens.pad,
    torch_dtype: 'float32',
    use_cache: true,
  };
}

/**
 * Checks that the tensors are just the model's parameters and finite, and puts them in the order of `parameterShapes`.
 * A `lm_head.weight` is let pass where it repeats the embedding, and so are old files' rotary tables.
 * @throws UserError naming the parameter that is missing, misshapen, unknown or not finite.
 */
export function checkWeights(config: ModelConfig, tensors: Readonly<Record<string, HostTensor>>): Weights {
  const known: Record<string, HostTensor> = {};
  for (const [name, shape] of parameterShapes(config)) {
    const tensor = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
    if (!tensor) {
      throw new UserError('The checkpoint lacks the parameter “{name}”, which its config.json calls for. The model in use was kept.', { name });
    }
    if (tensor.shape.length !== shape.length || tensor.shape.some((length, i) => length !== shape[i])) {
      throw new UserError(
        'The checkpoint’s parameter “{name}” has the shape [{found}], and config.json calls for [{wanted}]. The model in use was kept.',
        { name, found: tensor.shape.join(', '), wanted: shape.join(', ') },
      );
    }
    if (!tensor.data.every(Number.isFinite)) {
      throw new UserError('The checkpoint’s parameter “{name}” holds a number that is not finite. The model in use was kept.', { name });
    }
    known[name] = tensor;
  }
  for (const name of Object.keys(tensors)) {
    if (Object.hasOwn(known, name) || name.endsWith('.rotary_emb.inv_freq')) continue;
    if (name === 'lm_head.weight' && repeats(tensors[name]!, known['model.embed_tokens.weight']!)) continue;
    throw new UserError('The checkpoint holds “{name}”, which a model of its config.json does not have. The model in use was kept.', { name });
  }
  return { config, tensors: known };
}

function repeats(a: HostTensor, b: HostTensor): boolean {
  return a.data.length === b.data.length && a.data.every((value, i) => value === b.data[i]);
}
