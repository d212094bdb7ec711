// Parameters on the device with their optimizer: K policies side by side, each clipped by its own gradient norm.
import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../errors';
import type { HostTensor } from '../model/config';
import { adamW, adamWDefaults, perPolicy, type AdamWSettings, type AdamWSlot } from '../ops/adamW/adamW';
import type { DeviceParameters } from '../model/forward';
import { read, tidy } from '../tidy';

export interface StepSettings {
  /** Peak rate times schedule, one a policy; 0 holds a policy still. */
  readonly learningRates: readonly number[];
  /** Policies whose gradients may hold anything and must not be used. */
  readonly ignored: ReadonlySet<number>;
  /** Gradient norms as `gradientNorms` gave them. */
  readonly norms: readonly number[];
  /** 0 switches clipping off. */
  readonly maxGradNorm: number;
  readonly adamW?: Partial<AdamWSettings>;
}

export interface Optimizer {
  readonly parameters: DeviceParameters;
  readonly step: number;
  /** Takes one step; `gradients` stay the caller's. */
  apply(gradients: Readonly<Record<string, tf.Tensor>>, settings: StepSettings): void;
  save(): Promise<Record<string, HostTensor>>;
  dispose(): void;
}

/** The L2 norm of each policy's whole gradient, `[K]`; call inside `tf.tidy`. */
export function gradientNorms(gradients: Readonly<Record<string, tf.Tensor>>): tf.Tensor1D {
  const squares = Object.values(gradients).map((gradient) =>
    tf.sum(tf.square(tf.reshape(gradient, [gradient.shape[0]!, -1])), 1),
  );
  // Not addN: on WebGPU it binds a buffer for each summand, beyond the limit fails validation and leaves zeros.
  return tf.sqrt(tf.sum(tf.stack(squares), 0)) as tf.Tensor1D;
}

/**
 * @param tensors each `[K, …]` by parameter name; with `adam_m/` and `adam_v/` entries where a run is taken up again.
 * @throws UserError naming a moment that is missing.
 */
export function createOptimizer(tensors: Readonly<Record<string, HostTensor>>, startStep = 0): Optimizer {
  const slots: Record<string, AdamWSlot> = {};
  const upload = ({ data, shape }: HostTensor) => tf.tensor(data, [...shape], 'float32');
  for (const [name, parameter] of Object.entries(tensors)) {
    if (name.startsWith('adam_')) continue;
    const moment = (kind: string) => {
      const stored = tensors[`adam_${kind}/${name}`];
      if (stored) return upload(stored);
      if (startStep > 0) {
        throw new UserError('The checkpoint lacks “{name}”, so the run cannot go on from step {step}.', {
          name: `adam_${kind}/${name}`,
          step: startStep,
        });
      }
      return tf.zeros([...parameter.shape]);
    };
    slots[name] = { parameter: upload(parameter), m: moment('m'), v: moment('v') };
  }
  let step = startStep;
  const parametersNow = (): DeviceParameters =>
    Object.fromEntries(Object.entries(slots).map(([name, slot]) => [name, slot.parameter]));
  let parameters = parametersNow();

  return {
    get parameters() {
      return parameters;
    },
    get step() {
      return step;
    },
    apply(gradients, { learningRates, ignored, norms, maxGradNorm, adamW: overrides }) {
      step += 1;
      const settings = { ...adamWDefaults, ...overrides };
      const scales = norms.map((norm) => (maxGradNorm > 0 && norm > maxGradNorm ? maxGradNorm / norm : 1));
      const old = Object.entries(slots).map(([name, slot]) => [name, slot] as const);
      for (const [name, slot] of old) {
        slots[name] = tidy(() => {
          const raw = gradients[name]!;
          const scale = perPolicy(tf.tensor1d(scales), raw.rank);
          // Gains are `[K, D]` and are not decayed, as usual.
          const weightDecay = raw.rank > 2 ? settings.weightDecay : 0;
          const rates = tf.tensor1d([...learningRates]);
          const { beta1, beta2 } = settings;
          const next = adamW(slot, tf.mul(raw, scale), rates, [1 - beta1 ** step, 1 - beta2 ** step], { ...settings, weightDecay });
          if (ignored.size === 0) return next;
          // These keep their moments too. A product with zero would keep a NaN; choosing does not.
          const use = perPolicy(tf.tensor1d(scales.map((_, k) => !ignored.has(k)), 'bool'), raw.rank);
          const choose = (name: keyof AdamWSlot) => tf.where(use, next[name], slot[name]);
          return { parameter: choose('parameter'), m: choose('m'), v: choose('v') };
        });
        tf.dispose([slot.parameter, slot.m, slot.v]);
      }
      parameters = parametersNow();
    },
    async save() {
      const out: Record<string, HostTensor> = {};
      for (const [name, { parameter, m, v }] of Object.entries(slots)) {
        const copy = async (tensor: tf.Tensor): Promise<HostTensor> => ({
          shape: [...tensor.shape],
          // A copy: the CPU backend hands out its own memory.
          data: (await read(tensor)).slice(),
        });
        out[name] = await copy(parameter);
        out[`adam_m/${name}`] = await copy(m);
        out[`adam_v/${name}`] = await copy(v);
      }
      return out;
    },
    dispose() {
      for (const slot of Object.values(slots)) tf.dispose([slot.parameter, slot.m, slot.v]);
    },
  };
}

/** Puts the same weights on every place of a policy axis of length K. */
export function stackWeights(tensors: Readonly<Record<string, HostTensor>>, K: number): Record<string, HostTensor> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]) => {
      const stacked = new Float32Array(K * data.length);
      for (let k = 0; k < K; k++) stacked.set(data, k * data.length);
      return [name, { shape: [K, ...shape], data: stacked }];
    }),
  );
}
