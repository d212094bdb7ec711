// What a training step asks of a device at the least: the operations and bytes of each of its kernels, from shapes alone.
// With measured times they say how near a kernel comes to what the device could do (the roofline of Williams et al. 2009).
import type { KernelName } from '../gpu/operation';
import type { StepShape } from '../gpu/step';
import { parameterShapes, type ModelConfig } from '../model/config';

export interface Cost {
  /** Additions, products, comparisons and elementary functions, one each; those of a product of matrices are 2·m·n·i. */
  readonly operations: number;
  /** Every number that goes in read once and every one that comes out written once, as if nothing had to be read again. */
  readonly bytes: number;
}

/** The cost of a DPO step of K policies, by kernel; the divergence is not part of it. */
export function stepCosts(c: ModelConfig, { K, S, T, M }: StepShape, pairs: number): Partial<Record<KernelName, Cost>> {
  const { hidden_size: D, intermediate_size: F, vocab_size: V, num_hidden_layers: L, num_attention_heads: H } = c;
  const d = D / H;
  const kv = c.num_key_value_heads * d;
  const W = D + 2 * kv;
  const N = S * T;
  const P = parameterShapes(c).reduce((sum, [, shape]) => sum + shape.reduce((product, n) => product * n, 1), 0);
  // Query and key pairs that causal attention looks at.
  const seen = S * H * ((T * (T + 1)) / 2);
  const times = (n: number, { operations, bytes }: Cost): Cost => ({ operations: n * operations, bytes: n * bytes });
  const sum = (...costs: Cost[]): Cost => ({
    operations: costs.reduce((total, cost) => total + cost.operations, 0),
    bytes: costs.reduce((total, cost) => total + cost.bytes, 0),
  });
  /** `numbers` of four bytes, all for one policy. */
  const cost = (operations: number, numbers: number): Cost => ({ operations: K * operations, bytes: 4 * K * numbers });
  const product = (m: number, n: number, i: number, added = 0): Cost => cost(2 * m * n * i + added, m * i + n * i + m * n + added);
  /** The products of a layer, whose rows go from width `from` to width `to`. */
  const matrices = [[D, W], [D, D], [D, 2 * F], [F, D]] as const;
  const norms = (n: number, per: (rows: number) => Cost): Cost => sum(times(n, per(N)), per(M));

  return {
    embedding: sum(cost(0, N + 2 * N * D), cost(0, M + 2 * M * D), cost(0, N + M * D + N * D)),
    'embedding gradient': cost(N * D, N * D + V + N + 2 * Math.min(V, N) * D),
    linear: sum(
      ...matrices.map(([from, to], i) => times(L, product(N, to, from, i % 2 ? N * to : 0))),
      product(M, V, D),
    ),
    'linear input gradient': sum(...matrices.map(([from, to]) => times(L, product(N, from, to))), product(M, D, V)),
    'linear weight gradient': sum(...matrices.map(([from, to]) => times(L, product(to, from, N))), product(V, D, M)),
    'rms norm': norms(2 * L, (rows) => cost(4 * rows * D, 2 * rows * D + rows + D)),
    'rms norm gradient': sum(times(2 * L, cost(9 * N * D, 4 * N * D + N + D)), cost(8 * M * D, 3 * M * D + M + D)),
    'rms norm gain gradient': norms(2 * L, (rows) => cost(3 * rows * D, 2 * rows * D + rows + D)),
    rotary: times(L, cost(4 * N * (D + kv), 2 * N * (D + kv))),
    'rotary gradient': times(L, cost(4 * N * (D + kv), 2 * N * (D + kv))),
    // Scores and the weighted sum, each a product over the head's width; the running softmax beside them.
    attention: times(L, cost(seen * (4 * d + 8), N * W + N * D + N * H)),
    // Five such products, and the scores and their gradient once more for keys and values.
    'attention gradient': times(L, cost(seen * (14 * d + 8), 2 * (N * W + N * D + N * H) + N * D + N * W)),
    swiglu: times(L, cost(5 * N * F, 3 * N * F)),
    'swiglu gradient': times(L, cost(9 * N * F, 5 * N * F)),
    'token log-probability': cost(6 * M * V, M * V + 4 * M),
    'token log-probability gradient': cost(4 * M * V, 2 * M * V + 3 * M),
    objective: cost(2 * M + 40 * pairs, 3 * M + 8 * pairs),
    // Squares for the norm; then gradient, parameter and both moments read, and all but the gradient written.
    adamw: cost(17 * P, P + 7 * P),
  };
}
