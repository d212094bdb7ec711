// The linear layer's three products against plain float64 loops and finite differences.
import { beforeAll, describe, it } from 'vitest';
import { linear, linearInputGradient, linearWeightGradient } from '../../../../src/engine/ops/linear/linear';
import { expectClose, forShapes, normals, onDevice3d, slopes, weigh } from '../../../support/float64';
import { openInNode } from '../../../support/nodeBackend';

interface Shape {
  readonly K: number;
  readonly N: number;
  readonly I: number;
  readonly O: number;
}
const sizes = { K: [1, 3], N: [1, 7], I: [1, 9], O: [1, 9] } as const;

/** y[k, n, o] = Σᵢ x[k, n, i] · w[k, o, i]. */
function product(x: Float64Array, w: Float64Array, { K, N, I, O }: Shape): Float64Array {
  const y = new Float64Array(K * N * O);
  for (let k = 0; k < K; k++) {
    for (let n = 0; n < N; n++) {
      for (let o = 0; o < O; o++) {
        for (let i = 0; i < I; i++) y[(k * N + n) * O + o]! += x[(k * N + n) * I + i]! * w[(k * O + o) * I + i]!;
      }
    }
  }
  return y;
}

describe.each(['cpu', 'wasm'] as const)('the linear layer on %s', (backend) => {
  beforeAll(() => openInNode(backend));

  it('multiplies each policy’s rows by its own weights, as float64 does', () =>
    forShapes(sizes, (shape, random) => {
      const { K, N, I, O } = shape;
      const [x, w] = [normals(random, K * N * I), normals(random, K * O * I)];
      expectClose(linear(onDevice3d(x, [K, N, I]), onDevice3d(w, [K, O, I])), product(x, w, shape), [K, N, O], 'y');
    }));

  it('has the slopes of finite differences, for its input and for its weights', () =>
    forShapes(sizes, (shape, random) => {
      const { K, N, I, O } = shape;
      const [x, w, dy] = [normals(random, K * N * I), normals(random, K * O * I), normals(random, K * N * O)];
      const f = () => weigh(dy, product(x, w, shape));
      const d = onDevice3d(dy, [K, N, O]);
      expectClose(linearInputGradient(d, onDevice3d(w, [K, O, I])), slopes(f, x), [K, N, I], 'dx');
      expectClose(linearWeightGradient(d, onDevice3d(x, [K, N, I])), slopes(f, w), [K, O, I], 'dw');
    }));
});
