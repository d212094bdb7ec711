/**
 * Rotary positions in float64: features i and i + d/2 of a head are a complex number, which is multiplied by
 * e^(i · position · θ^(−2i/d)) (Su et al. 2021, arXiv 2104.09864, Eq. 34). x is flat `[…, T, heads, d]`.
 */
export function turnPairs(x: Float64Array, T: number, d: number, heads: number, theta: number): Float64Array {
  const y = new Float64Array(x.length);
  for (let at = 0; at < x.length; at += d) {
    const position = Math.floor(at / (heads * d)) % T;
    for (let i = 0; i < d / 2; i++) {
      const angle = position * theta ** ((-2 * i) / d);
      const [re, im] = [x[at + i]!, x[at + i + d / 2]!];
      y[at + i] = re * Math.cos(angle) - im * Math.sin(angle);
      y[at + i + d / 2] = re * Math.sin(angle) + im * Math.cos(angle);
    }
  }
  return y;
}
