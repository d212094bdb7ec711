// The generated product against sums in float64, in a memory whose every other number is poison.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/engine/random';
import { matmulModule, scratchBytes, type Multiply } from '../../../../src/engine/wasm/matmul';

const memory = new WebAssembly.Memory({ initial: 64 });
const heap = new Float32Array(memory.buffer);
const random = createRandom(5);

interface Shape {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** The largest error of a product, in parts of Σ |a·b|; NaN if anything outside the product was written or read into it. */
function worstError(multiply: Multiply, { m, k, n, transposeA, transposeB }: Shape): number {
  heap.fill(NaN);
  const [a, b] = [3, 3 + m * k + 5];
  const out = b + k * n + 7;
  const scratch = out + m * n + 9;
  for (let i = 0; i < m * k; i++) heap[a + i] = random.normal();
  for (let i = 0; i < k * n; i++) heap[b + i] = random.normal();
  const [aRow, aColumn] = transposeA ? [1, m] : [k, 1];
  const [bRow, bColumn] = transposeB ? [1, k] : [n, 1];
  multiply(4 * a, 4 * aRow, 4 * aColumn, 4 * b, 4 * bRow, 4 * bColumn, 4 * out, m, k, n, 4 * scratch);
  let worst = 0;
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      let size = 0;
      for (let s = 0; s < k; s++) {
        const term = heap[a + i * aRow + s * aColumn]! * heap[b + s * bRow + j * bColumn]!;
        sum += term;
        size += Math.abs(term);
      }
      worst = Math.max(worst, Math.abs(heap[out + i * n + j]! - sum) / size);
    }
  }
  const outside = [a - 1, a + m * k, b - 1, b + k * n, out - 1, out + m * n, scratch - 1, scratch + scratchBytes(n) / 4];
  return outside.every((place) => Number.isNaN(heap[place])) ? worst : NaN;
}

describe.each([['with plain products', false], ['with relaxed multiply-add', true]])('the generated product %s', (_, relaxed) => {
  const bytes = matmulModule(relaxed);
  // Node knows relaxed SIMD from version 21 on; browsers run this form in the WebGPU project's tests.
  if (!WebAssembly.validate(bytes)) {
    it('is passed over where the engine does not know it', () => expect(() => new WebAssembly.Module(bytes)).toThrow(/relaxed|simd/i));
    return;
  }
  const { multiply } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports as unknown as { multiply: Multiply };

  it('agrees with float64 on any shape, plain or transposed', () => {
    const size = fc.integer({ min: 1, max: 37 });
    const shapes = fc.record({ m: size, k: size, n: size, transposeA: fc.boolean(), transposeB: fc.boolean() });
    fc.assert(fc.property(shapes, (shape) => worstError(multiply, shape) < 1e-6), { numRuns: 300 });
  });

  it.each([
    { m: 5, k: 256, n: 17, transposeA: false, transposeB: false },
    { m: 7, k: 257, n: 8, transposeA: true, transposeB: true },
    { m: 96, k: 1408, n: 96, transposeA: true, transposeB: false },
    { m: 3, k: 515, n: 1, transposeA: false, transposeB: true },
  ])('adds up what is cut along k: $m × $k × $n', (shape) => {
    expect(worstError(multiply, shape)).toBeLessThan(1e-6);
  });
});
