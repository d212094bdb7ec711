// The gated activation against float64 and finite differences, out to where the sigmoid is 0 or 1.
import { beforeAll, describe, it } from 'vitest';
import { swiGlu, swiGluGradient } from '../../../../src/engine/ops/swiGlu/swiGlu';
import { expectClose, forShapes, normals, onDevice3d, slopes, weigh } from '../../../support/float64';
import { openInNode } from '../../../support/nodeBackend';

const sizes = { K: [1, 3], N: [1, 7], F: [1, 9], spread: [1, 60] } as const;
const activate = (gate: Float64Array, up: Float64Array): Float64Array => gate.map((g, i) => (g / (1 + Math.exp(-g))) * up[i]!);

describe.each(['cpu', 'wasm'] as const)('the gated activation on %s', (backend) => {
  beforeAll(() => openInNode(backend));

  it('gives what float64 gives and has the slopes of finite differences', () =>
    forShapes(sizes, ({ K, N, F, spread }, random) => {
      const shape: [number, number, number] = [K, N, F];
      const size = K * N * F;
      const [gate, up, dh] = [normals(random, size, spread), normals(random, size), normals(random, size)];
      const f = () => weigh(dh, activate(gate, up));
      const { h, saved } = swiGlu(onDevice3d(gate, shape), onDevice3d(up, shape));
      expectClose(h, activate(gate, up), shape, 'h');
      const { dGate, dUp } = swiGluGradient(onDevice3d(dh, shape), saved);
      expectClose(dGate, slopes(f, gate), shape, 'dGate');
      expectClose(dUp, slopes(f, up), shape, 'dUp');
    }));
});
