import { describe, expect, it } from 'vitest';
import { UserError } from '../../../../src/engine/errors';
import { type HostTensor, type ModelConfig, parameterShapes } from '../../../../src/engine/model/config';
import { checkWeights, configToJson, parseConfigJson } from '../../../../src/engine/model/configJson';

// A config.json in the form that transformers 4 writes, at the size of SmolLM2-135M.
const smol = {
  architectures: ['LlamaForCausalLM'],
  attention_bias: false,
  attention_dropout: 0.0,
  bos_token_id: 0,
  eos_token_id: 0,
  hidden_act: 'silu',
  hidden_size: 576,
  initializer_range: 0.041666666666666664,
  intermediate_size: 1536,
  max_position_embeddings: 8192,
  model_type: 'llama',
  num_attention_heads: 9,
  num_hidden_layers: 30,
  num_key_value_heads: 3,
  pretraining_tp: 1,
  rms_norm_eps: 1e-5,
  rope_interleaved: false,
  rope_scaling: null,
  rope_theta: 100000,
  tie_word_embeddings: true,
  torch_dtype: 'bfloat16',
  use_cache: true,
  vocab_size: 49152,
};

describe('config.json', () => {
  it('is read from a model that the engine can run', () => {
    expect(parseConfigJson(smol)).toEqual({
      vocab_size: 49152,
      hidden_size: 576,
      intermediate_size: 1536,
      num_hidden_layers: 30,
      num_attention_heads: 9,
      num_key_value_heads: 3,
      max_position_embeddings: 8192,
      rms_norm_eps: 1e-5,
      rope_theta: 100000,
      tie_word_embeddings: true,
    });
  });

  it('takes transformers’ own defaults for what is absent, and the newer place of rope_theta', () => {
    const { num_key_value_heads: _kv, rope_theta: _theta, rms_norm_eps: _eps, ...rest } = smol;
    expect(parseConfigJson(rest)).toMatchObject({ num_key_value_heads: 9, rope_theta: 10000, rms_norm_eps: 1e-6 });
    expect(parseConfigJson({ ...rest, rope_parameters: { rope_type: 'default', rope_theta: 500 } }).rope_theta).toBe(500);
  });

  it('survives being written and read again', () => {
    const config = parseConfigJson(smol);
    const json = JSON.parse(JSON.stringify(configToJson(config, { pad: 0, user: 1, end: 3 }))) as Record<string, unknown>;
    expect(json).toMatchObject({ model_type: 'llama', head_dim: 64, eos_token_id: 3, pad_token_id: 0 });
    expect(parseConfigJson(json)).toEqual(config);
  });

  it.each<[string, Record<string, unknown>]>([
    ['model_type', { model_type: 'mistral' }],
    ['architectures', { architectures: ['LlamaForSequenceClassification'] }],
    ['hidden_act', { hidden_act: 'gelu' }],
    ['attention_bias', { attention_bias: true }],
    ['rope_scaling', { rope_scaling: { rope_type: 'llama3', factor: 8 } }],
    ['rope_parameters.rope_type', { rope_parameters: { rope_type: 'yarn' } }],
    ['tie_word_embeddings', { tie_word_embeddings: false }],
    ['tie_word_embeddings', { tie_word_embeddings: undefined }],
    ['quantization_config', { quantization_config: { bits: 4 } }],
    ['hidden_size', { hidden_size: 0 }],
    ['vocab_size', { vocab_size: 1e12 }],
    ['num_attention_heads', { num_attention_heads: 7 }],
    ['num_attention_heads', { hidden_size: 27 }],
    ['num_key_value_heads', { num_key_value_heads: 2 }],
    ['head_dim', { head_dim: 32 }],
  ])('is refused with the field %s named', (field, change) => {
    expect(() => parseConfigJson({ ...smol, ...change })).toThrow(UserError);
    expect(() => parseConfigJson({ ...smol, ...change })).toThrow(`“${field}”`);
  });

  it('that is no object is refused', () => {
    expect(() => parseConfigJson('llama')).toThrow(UserError);
  });
});

describe('a checkpoint’s parameters', () => {
  const config: ModelConfig = parseConfigJson({ ...smol, vocab_size: 5, hidden_size: 4, intermediate_size: 6, num_hidden_layers: 1, num_attention_heads: 2, num_key_value_heads: 1 });
  const whole = (): Record<string, HostTensor> =>
    Object.fromEntries(
      parameterShapes(config).map(([name, shape]) => [name, { shape, data: new Float32Array(shape.reduce((a, b) => a * b)).fill(0.5) }]),
    );

  it('pass when they are just those of the config, in any order', () => {
    const reversed = Object.fromEntries(Object.entries(whole()).reverse());
    expect(Object.keys(checkWeights(config, reversed).tensors)).toEqual(parameterShapes(config).map(([name]) => name));
  });

  it('pass with an output projection that repeats the embedding, and not with one that differs', () => {
    const tensors = whole();
    tensors['lm_head.weight'] = tensors['model.embed_tokens.weight']!;
    expect(Object.keys(checkWeights(config, tensors).tensors)).not.toContain('lm_head.weight');
    tensors['lm_head.weight'] = { shape: [5, 4], data: new Float32Array(20) };
    expect(() => checkWeights(config, tensors)).toThrow('“lm_head.weight”');
  });

  it('are refused by name when one is missing, misshapen, unknown or not finite', () => {
    const missing = whole();
    delete missing['model.layers.0.self_attn.k_proj.weight'];
    expect(() => checkWeights(config, missing)).toThrow(/lacks the parameter “model\.layers\.0\.self_attn\.k_proj\.weight”/);
    const misshapen = whole();
    misshapen['model.norm.weight'] = { shape: [5], data: new Float32Array(5) };
    expect(() => checkWeights(config, misshapen)).toThrow(/“model\.norm\.weight” has the shape \[5\], and config\.json calls for \[4\]/);
    const biased = whole();
    biased['model.layers.0.mlp.up_proj.bias'] = { shape: [6], data: new Float32Array(6) };
    expect(() => checkWeights(config, biased)).toThrow('“model.layers.0.mlp.up_proj.bias”');
    const infinite = whole();
    infinite['model.norm.weight']!.data[2] = NaN;
    expect(() => checkWeights(config, infinite)).toThrow(/“model\.norm\.weight” holds a number that is not finite/);
  });
});
