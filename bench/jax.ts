// The same training step in jax-js, as its users would write it: one jitted function for loss, gradient and update, on its
// own device. Arrays are consumed by whatever takes them; `.ref` keeps one for another use (see jax-js's README).
import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import {
  adapterIdentity, recipe, rectangle, rotaryAngles, taskPairs, taskWeights, type Contender, type Place, type Task,
} from '../src/engine/benchmark/contender';
import type { ModelConfig } from '../src/engine/model/config';
import type { Ability } from '../src/lab/benchmark/realm';

type Parameters = Record<string, np.Array>;
type Batch = {
  /** `[S, T]`. */
  ids: np.Array;
  next: np.Array;
  scored: np.Array;
  /** `[S / 2]`. */
  reference: np.Array;
  /** The number 1, see `gathered`. */
  one: np.Array;
};

export async function openJax(task: Task): Promise<Contender> {
  addIteratorHelpers();
  const device = task.backend;
  if (!(await init(device)).includes(device)) throw new Error(`jax-js offers no ${device} device here.`);
  defaultDevice(device);
  const weights = taskWeights(task);
  const { model } = task;
  const batch = rectangle(taskPairs(task));
  const { S, T } = batch;
  const entries = Object.entries(weights.tensors);
  const zeros = (): Parameters => Object.fromEntries(entries.map(([name, { shape }]) => [name, np.zeros([...shape])]));
  const states = Array.from({ length: task.policies }, () => ({
    parameters: Object.fromEntries(entries.map(([name, { shape, data }]) => [name, np.array(data.slice(), { shape: [...shape] })])) as Parameters,
    m: zeros(),
    v: zeros(),
  }));

  const lossOf = (parameters: Parameters, inputs: Batch): np.Array => {
    const reference = inputs.reference.ref;
    const logProbs = sequenceLogProbs(parameters, model, inputs, S, T);
    const margins = logProbs.ref.slice([0, S / 2]).sub(logProbs.slice([S / 2, S])).sub(reference);
    return nn.softplus(margins.mul(-recipe.beta)).mean();
  };
  /** `corrections` are Adam's 1 − β₁ᵗ and 1 − β₂ᵗ, an input so that no step is compiled anew. */
  const step = jit((parameters: Parameters, m: Parameters, v: Parameters, corrections: np.Array, inputs: Batch) => {
    const [loss, gradients] = valueAndGrad(lossOf)(tree.ref(parameters), inputs) as [np.Array, Parameters];
    const norm = np.sqrt(Object.values(gradients).map((g) => np.square(g.ref).sum()).reduce((a, b) => a.add(b)));
    const scale = np.minimum(1, np.reciprocal(norm.add(1e-6)).mul(recipe.maxGradNorm));
    const [first, second] = [corrections.ref.slice(0), corrections.slice(1)];
    const next: { loss: np.Array; parameters: Parameters; m: Parameters; v: Parameters } = { loss, parameters: {}, m: {}, v: {} };
    for (const [name] of entries) {
      const gradient = gradients[name]!.mul(scale.ref);
      const newM = m[name]!.mul(recipe.beta1).add(gradient.ref.mul(1 - recipe.beta1));
      const newV = v[name]!.mul(recipe.beta2).add(np.square(gradient).mul(1 - recipe.beta2));
      next.m[name] = newM.ref;
      next.v[name] = newV.ref;
      const change = newM.div(first.ref).div(np.sqrt(newV.div(second.ref)).add(recipe.epsilon));
      next.parameters[name] = parameters[name]!.sub(change.mul(recipe.learningRate));
    }
    for (const array of [scale, first, second]) array.dispose();
    return next;
  });

  let taken = 0;
  return {
    async train() {
      taken += 1;
      const losses = states.map((state) => {
        const inputs: Batch = {
          ids: np.array(batch.ids, { shape: [S, T] }),
          next: np.array(batch.next, { shape: [S, T] }),
          scored: np.array(batch.scored, { shape: [S, T] }),
          reference: np.array(batch.referenceMargins),
          one: np.array([1]),
        };
        const corrections = np.array([1 - recipe.beta1 ** taken, 1 - recipe.beta2 ** taken]);
        const { loss, ...next } = step(state.parameters, state.m, state.v, corrections, inputs) as ReturnType<typeof step>;
        Object.assign(state, next);
        return loss;
      });
      await blockUntilReady(states);
      const values = await Promise.all(losses.map((loss) => loss.data()));
      return values[0]![0]!;
    },
    dispose() {
      for (const state of states) tree.dispose(state);
      step.dispose();
    },
  };
}

/** Summed log-probabilities of the completions, `[S]`. */
function sequenceLogProbs(weights: Parameters, config: ModelConfig, { ids, next, scored, reference, one }: Batch, S: number, T: number): np.Array {
  reference.dispose();
  const D = config.hidden_size;
  const H = config.num_attention_heads;
  const headDim = D / H;
  const half = headDim / 2;
  const angles = rotaryAngles(T, headDim, config.rope_theta);
  const cos = np.array(angles.cos, { shape: [1, T, 1, half] });
  const sin = np.array(angles.sin, { shape: [1, T, 1, half] });
  const norm = (x: np.Array, gain: np.Array): np.Array =>
    x.ref.mul(np.reciprocal(np.sqrt(np.square(x).mean(-1, { keepdims: true }).add(config.rms_norm_eps)))).mul(gain);
  const project = (x: np.Array, weight: np.Array): np.Array => np.matmul(x, weight.transpose());
  const turn = (x: np.Array): np.Array => {
    const first = x.ref.slice([], [], [], [0, half]);
    const second = x.slice([], [], [], [half, headDim]);
    return np.concatenate([first.ref.mul(cos.ref).sub(second.ref.mul(sin.ref)), second.mul(cos.ref).add(first.mul(sin.ref))], -1);
  };
  // In 0.1.25 a jitted gather whose gradient arrives as a mere view does not compile; a product in between helps it, and
  // is still twice as fast as looking rows up by one-hot products.
  const gathered = (x: np.Array): np.Array => x.mul(one.ref);

  const embedding = weights['model.embed_tokens.weight']!;
  let x = gathered(np.take(embedding.ref, ids, 0));
  for (let i = 0; i < config.num_hidden_layers; i++) {
    const of = (name: string): np.Array => weights[`model.layers.${i}.${name}.weight`]!;
    const first = norm(x.ref, of('input_layernorm'));
    const q = turn(project(first.ref, of('self_attn.q_proj')).reshape([S, T, H, headDim]));
    const k = turn(project(first.ref, of('self_attn.k_proj')).reshape([S, T, H, headDim]));
    const v = project(first, of('self_attn.v_proj')).reshape([S, T, H, headDim]);
    const mixed = nn.dotProductAttention(q, k, v, { isCausal: true }).reshape([S, T, D]);
    x = x.add(project(mixed, of('self_attn.o_proj')));
    const second = norm(x.ref, of('post_attention_layernorm'));
    const gated = nn.silu(project(second.ref, of('mlp.gate_proj'))).mul(project(second, of('mlp.up_proj')));
    x = x.add(project(gated, of('mlp.down_proj')));
  }
  cos.dispose();
  sin.dispose();
  const logits = project(norm(x, weights['model.norm.weight']!), embedding);
  const labels = gathered(np.takeAlongAxis(nn.logSoftmax(logits, -1), next.reshape([S, T, 1]), -1)).reshape([S, T]);
  one.dispose();
  return labels.mul(scored).sum(1);
}

/** jax-js walks iterators by methods that Node 20 does not have yet. */
function addIteratorHelpers(): void {
  const prototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())) as object;
  const helpers = {
    *map<T, U>(this: Iterable<T>, of: (value: T, index: number) => U) {
      let index = 0;
      for (const value of this) yield of(value, index++);
    },
    *filter<T>(this: Iterable<T>, keep: (value: T, index: number) => boolean) {
      let index = 0;
      for (const value of this) if (keep(value, index++)) yield value;
    },
    toArray<T>(this: Iterable<T>) {
      return [...this];
    },
  };
  for (const [name, value] of Object.entries(helpers)) {
    if (!(name in prototype)) Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
  }
}

export const jaxAbility: Ability = {
  open: openJax,
  async device(backend, place: Place) {
    const { identity, software } = backend === 'webgpu' ? await adapterIdentity(place) : { identity: '', software: false };
    return { adapter: identity || backend, identity, software, notes: [] };
  },
};
