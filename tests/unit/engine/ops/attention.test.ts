// Causal attention with rotary positions and grouped queries against float64 loops and finite differences.
import { beforeAll, describe, it } from 'vitest';
import { attention, attentionGradient, causalMask } from '../../../../src/engine/ops/attention/attention';
import { rotaryTables } from '../../../../src/engine/ops/attention/rotary';
import { expectClose, forShapes, normals, onDevice3d, slopes, weigh } from '../../../support/float64';
import { openInNode } from '../../../support/nodeBackend';
import { turnPairs } from './turnPairs';

const THETA = 100;
interface Shape {
  /** Policies times sequences. */
  readonly batch: number;
  readonly T: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
}

/** Softmax of the scaled products with all keys so far, applied to the values; flat `[batch, T, heads, d]`. */
function attend(q: Float64Array, k: Float64Array, v: Float64Array, shape: Shape): Float64Array {
  const { batch, T, heads, kvHeads, headDim: d } = shape;
  const [qr, kr] = [turnPairs(q, T, d, heads, THETA), turnPairs(k, T, d, kvHeads, THETA)];
  const y = new Float64Array(q.length);
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < T; t++) {
      for (let h = 0; h < heads; h++) {
        const own = ((b * T + t) * heads + h) * d;
        const other = (s: number) => ((b * T + s) * kvHeads + Math.floor((h * kvHeads) / heads)) * d;
        const exps = Array.from({ length: t + 1 }, (_, s) => {
          let score = 0;
          for (let i = 0; i < d; i++) score += qr[own + i]! * kr[other(s) + i]!;
          return Math.exp(score / Math.sqrt(d));
        });
        const total = exps.reduce((sum, e) => sum + e, 0);
        exps.forEach((e, s) => {
          for (let i = 0; i < d; i++) y[own + i]! += (e / total) * v[other(s) + i]!;
        });
      }
    }
  }
  return y;
}

/** Heads of queries and of keys. */
const groups: [heads: number, kvHeads: number][] = [[1, 1], [3, 3], [4, 2], [3, 1], [6, 2]];
const sizes = { K: [1, 3], S: [1, 2], T: [1, 6], half: [1, 3], group: [0, groups.length - 1] } as const;

describe.each(['cpu', 'wasm'] as const)('attention on %s', (backend) => {
  beforeAll(() => openInNode(backend));

  it('gives what float64 gives and has the slopes of finite differences, each sequence by itself', () =>
    forShapes(
      sizes,
      ({ K, S, T, half, group }, random) => {
        const [heads, kvHeads] = groups[group]!;
        const shape = { batch: K * S, T, heads, kvHeads, headDim: 2 * half };
        const wide: [number, number, number] = [K, S * T, heads * 2 * half];
        const narrow: [number, number, number] = [K, S * T, kvHeads * 2 * half];
        const [length, kvLength] = [K * S * T * heads * 2 * half, K * S * T * kvHeads * 2 * half];
        const [q, k, v, dy] = [normals(random, length), normals(random, kvLength), normals(random, kvLength), normals(random, length)];
        const f = () => weigh(dy, attend(q, k, v, shape));

        const tables = rotaryTables(T, 2 * half, THETA);
        const { y, saved } = attention(
          onDevice3d(q, wide), onDevice3d(k, narrow), onDevice3d(v, narrow), shape, tables, causalMask(T),
        );
        expectClose(y, attend(q, k, v, shape), wide, 'y');
        const { dq, dk, dv } = attentionGradient(onDevice3d(dy, wide), saved, shape, tables);
        expectClose(dq, slopes(f, q), wide, 'dq');
        expectClose(dk, slopes(f, k), narrow, 'dk');
        expectClose(dv, slopes(f, v), narrow, 'dv');
      },
      12,
    ));
});
