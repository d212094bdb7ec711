// The stable scalar functions every objective is made of, in float64 and in float32 rounded after each operation.
// The WGSL helpers of `wgsl.ts` are the same formulas.

export type Precision = 'float64' | 'float32';

/** The operations a graph is evaluated with. */
export interface Arithmetic {
  /** Rounds a number to the precision. */
  round(x: number): number;
  sigmoid(x: number): number;
  /** σ(x)(1 − σ(x)), the slope of the sigmoid. */
  delta(x: number): number;
  /** log(1 + eˣ). */
  softplus(x: number): number;
  /** log(1 − eˣ) for x < 0. */
  log1mexp(x: number): number;
}

/**
 * Every formula takes the exponential of a number that is never positive, so nothing overflows
 * and no product of 0 and ∞ arises, whatever the argument.
 */
function arithmetic(round: (x: number) => number): Arithmetic {
  const exp = (x: number): number => round(Math.exp(x));
  return {
    round,
    sigmoid(x) {
      const e = exp(-Math.abs(x));
      return round((x >= 0 ? 1 : e) / round(1 + e));
    },
    delta(x) {
      const e = exp(-Math.abs(x));
      const sum = round(1 + e);
      return round(e / round(sum * sum));
    },
    softplus(x) {
      return round(Math.max(x, 0) + round(Math.log1p(exp(-Math.abs(x)))));
    },
    log1mexp(x) {
      // Mächler 2012, "Accurately computing log(1 − exp(−|a|))": the better form changes at −log 2.
      return x > -Math.LN2 ? round(Math.log(round(-Math.expm1(x)))) : round(Math.log1p(-exp(x)));
    },
  };
}

export const float64: Arithmetic = arithmetic((x) => x);
export const float32: Arithmetic = arithmetic(Math.fround);
