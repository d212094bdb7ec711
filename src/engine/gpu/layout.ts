// Where each parameter lies in the one buffer that holds them all, `[K, P]`.
import { UserError } from '../errors';
import { parameterShapes, type HostTensor, type ModelConfig } from '../model/config';

export interface ParameterLayout {
  /** Numbers a policy. */
  readonly P: number;
  offset(name: string): number;
  readonly names: readonly string[];
  /** `[K, …]` tensors by name → one `[K, P]` array. Throws a UserError naming a tensor that is missing or misshapen. */
  pack(tensors: Readonly<Record<string, HostTensor>>, K: number, prefix?: string): Float32Array;
  /** The other way. */
  unpack(flat: Float32Array, K: number, prefix?: string): Record<string, HostTensor>;
  /** 1 where weight decay applies: matrices, not gains. */
  readonly decayed: Float32Array;
}

export function layoutOf(config: ModelConfig): ParameterLayout {
  const places = new Map<string, { at: number; size: number; shape: readonly number[] }>();
  let P = 0;
  for (const [name, shape] of parameterShapes(config)) {
    const size = shape.reduce((product, n) => product * n, 1);
    places.set(name, { at: P, size, shape });
    P += size;
  }
  const decayed = new Float32Array(P);
  for (const { at, size, shape } of places.values()) if (shape.length > 1) decayed.fill(1, at, at + size);
  return {
    P,
    decayed,
    names: [...places.keys()],
    offset: (name) => places.get(name)!.at,
    pack(tensors, K, prefix = '') {
      const flat = new Float32Array(K * P);
      for (const [name, { at, size }] of places) {
        const data = tensors[prefix + name]?.data;
        if (data?.length !== K * size) {
          throw new UserError('The checkpoint lacks “{name}” or holds it in another size. Nothing was changed.', { name: prefix + name });
        }
        for (let k = 0; k < K; k++) flat.set(data.subarray(k * size, (k + 1) * size), k * P + at);
      }
      return flat;
    },
    unpack(flat, K, prefix = '') {
      const out: Record<string, HostTensor> = {};
      for (const [name, { at, size, shape }] of places) {
        const data = new Float32Array(K * size);
        for (let k = 0; k < K; k++) data.set(flat.subarray(k * P + at, k * P + at + size), k * size);
        out[prefix + name] = { shape: [K, ...shape], data };
      }
      return out;
    },
  };
}
