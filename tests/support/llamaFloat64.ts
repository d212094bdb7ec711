// A Llama-shaped decoder written from the published description, one number at a time in float64. It shares nothing
// with the engine but parameter names and the configuration.
import type { ModelConfig, Weights } from '../../src/engine/model/config';
import { constant, dot, Scalar, sum } from './scalarAutodiff';

export type ScalarParameters = Record<string, Scalar[]>;

export function scalarParameters(weights: Weights): ScalarParameters {
  return Object.fromEntries(
    Object.entries(weights.tensors).map(([name, { data }]) => [name, Array.from(data, (value) => new Scalar(value))]),
  );
}

/** log p(ids[t] | ids[<t]) for every t from 1. */
export function logProbabilities(ids: readonly number[], p: ScalarParameters, c: ModelConfig): Scalar[] {
  const D = c.hidden_size;
  const d = D / c.num_attention_heads;
  const embedding = rows(p['model.embed_tokens.weight']!, D);
  let stream = ids.map((id) => embedding[id]!);
  for (let layer = 0; layer < c.num_hidden_layers; layer++) {
    const w = (name: string) => p[`model.layers.${layer}.${name}.weight`]!;
    const normed = stream.map((x) => rmsNorm(x, w('input_layernorm'), c.rms_norm_eps));
    const heads = (name: string) =>
      normed.map((x) => rows(matVec(w(`self_attn.${name}`), x), d));
    const queries = heads('q_proj').map((list, t) => list.map((q) => rotate(q, t, c.rope_theta)));
    const keys = heads('k_proj').map((list, t) => list.map((k) => rotate(k, t, c.rope_theta)));
    const values = heads('v_proj');
    const group = c.num_attention_heads / c.num_key_value_heads;
    stream = stream.map((x, t) => {
      const mixed = queries[t]!.flatMap((q, h) => {
        const kv = Math.floor(h / group);
        const scores = keys.slice(0, t + 1).map((k) => dot(q, k[kv]!).times(1 / Math.sqrt(d)));
        const exps = scores.map((score) => score.exp());
        const total = sum(exps);
        return Array.from({ length: d }, (_, i) =>
          sum(exps.map((e, s) => e.div(total).mul(values[s]![kv]![i]!))),
        );
      });
      return addVec(x, matVec(w('self_attn.o_proj'), mixed));
    });
    stream = stream.map((x) => {
      const n = rmsNorm(x, w('post_attention_layernorm'), c.rms_norm_eps);
      const gate = matVec(w('mlp.gate_proj'), n);
      const up = matVec(w('mlp.up_proj'), n);
      const inner = gate.map((g, i) => g.div(constant(1).add(g.times(-1).exp())).mul(up[i]!));
      return addVec(x, matVec(w('mlp.down_proj'), inner));
    });
  }
  return ids.slice(1).map((next, t) => {
    const h = rmsNorm(stream[t]!, p['model.norm.weight']!, c.rms_norm_eps);
    const logits = embedding.map((row) => dot(row, h));
    return logits[next]!.sub(sum(logits.map((logit) => logit.exp())).log());
  });
}

function rows(flat: readonly Scalar[], width: number): Scalar[][] {
  return Array.from({ length: flat.length / width }, (_, r) => flat.slice(r * width, (r + 1) * width));
}

/** `[out, in]` times `[in]`. */
function matVec(matrix: readonly Scalar[], x: readonly Scalar[]): Scalar[] {
  return rows(matrix, x.length).map((row) => dot(row, x));
}

function addVec(a: readonly Scalar[], b: readonly Scalar[]): Scalar[] {
  return a.map((value, i) => value.add(b[i]!));
}

function rmsNorm(x: readonly Scalar[], gain: readonly Scalar[], epsilon: number): Scalar[] {
  const scale = dot(x, x).times(1 / x.length).add(constant(epsilon)).power(-0.5);
  return x.map((value, i) => value.mul(scale).mul(gain[i]!));
}

/** Complex rotation of the pairs (x[i], x[i + d/2]) by position · θ^(−2i/d). */
function rotate(x: readonly Scalar[], position: number, theta: number): Scalar[] {
  const half = x.length / 2;
  const turn = (i: number) => position * theta ** ((-2 * i) / x.length);
  return x.map((value, i) =>
    i < half
      ? value.times(Math.cos(turn(i))).sub(x[i + half]!.times(Math.sin(turn(i))))
      : value.times(Math.cos(turn(i - half))).add(x[i - half]!.times(Math.sin(turn(i - half)))),
  );
}
