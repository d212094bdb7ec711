// The choice of the next token from its logits on the host: greedy, or by temperature, top-k and top-p with one uniform
// number. The truth that the choice on the GPU is held to.
import type { SampleOptions } from '../training/types';

export type ChoiceOptions = Pick<SampleOptions, 'temperature' | 'topK' | 'topP' | 'greedy'>;

export interface Chosen {
  readonly token: number;
  /** Its log-probability at temperature 1. */
  readonly logProb: number;
}

/**
 * Picks a token from logits: top-k, then top-p over what is left, then the inverse of the cumulative distribution in
 * order of falling probability (ties by token number). Greedy, or at temperature 0, the likeliest of lowest number.
 * @param uniform in [0, 1).
 */
export function chooseToken(logits: Float32Array, options: ChoiceOptions, uniform: number): Chosen {
  const { temperature, greedy } = options;
  let best = 0;
  for (let v = 1; v < logits.length; v++) if (logits[v]! > logits[best]!) best = v;
  const top = logits[best]!;
  // Plain loops: `from` with a function takes six times as long, and this runs for each token of each answer.
  const weights = new Float64Array(logits.length);
  let sum = 0;
  for (let v = 0; v < weights.length; v++) sum += weights[v] = Math.exp(logits[v]! - top);
  const logZ = top + Math.log(sum);
  if (greedy || temperature <= 0) return { token: best, logProb: top - logZ };
  if (temperature !== 1) for (let v = 0; v < weights.length; v++) weights[v] = Math.exp((logits[v]! - top) / temperature);
  const token = draw(weights, options, uniform) ?? best;
  return { token, logProb: logits[token]! - logZ };
}

function draw(weights: Float64Array, options: ChoiceOptions, uniform: number): number | undefined {
  return options.topK > 0 || options.topP < 1 ? drawOfFew(weights, options, uniform) : drawOfAll(weights, uniform);
}

/** Bits of a double's high word that stay behind its exponent: a class holds weights of one octave's half. */
const CLASS_SHIFT = 19;
/** Weights are at most 1, whose class is the highest. */
const CLASSES = (0x3ff00000 >>> CLASS_SHIFT) + 1;

/**
 * No limits: sorting everything would take longer than all else here. The weights are added up by classes of about the same
 * weight, and only the class that the number falls into is sorted.
 */
function drawOfAll(weights: Float64Array, uniform: number): number | undefined {
  const words = new Uint32Array(weights.buffer, weights.byteOffset, 2 * weights.length);
  const sums = new Float64Array(CLASSES);
  let total = 0;
  for (let v = 0; v < weights.length; v++) {
    const of = words[2 * v + 1]! >>> CLASS_SHIFT;
    sums[of] = sums[of]! + weights[v]!;
    total += weights[v]!;
  }
  let left = uniform * total;
  let found = CLASSES - 1;
  while (left >= sums[found]! && found > 0) left -= sums[found--]!;
  if (left >= sums[found]!) {
    // Rounding has carried it past the lightest token.
    found = sums.findIndex((sum) => sum > 0);
    left = Infinity;
  }
  const rising = weights.filter((_, v) => words[2 * v + 1]! >>> CLASS_SHIFT === found).sort();
  // A model whose numbers broke gives logits that are none.
  if (rising.length === 0) return undefined;
  let rank = rising.length - 1;
  while ((left -= rising[rank]!) >= 0 && rank > 0) rank -= 1;
  let twins = 0;
  while (rising[rank + twins + 1] === rising[rank]) twins += 1;
  return nthOf(weights, rising[rank]!, twins);
}

function nthOf(weights: Float64Array, weight: number, n: number): number | undefined {
  for (let v = 0; v < weights.length; v++) if (weights[v] === weight && n-- === 0) return v;
  return undefined;
}

/**
 * The numbers alone are sorted, natively and without a comparison function, which takes a tenth of the time that sorting
 * token numbers by weight does; the token is found by its weight and its place among those of the same weight.
 */
function drawOfFew(weights: Float64Array, { topK, topP }: ChoiceOptions, uniform: number): number | undefined {
  const V = weights.length;
  const rising = weights.slice().sort();
  const weightAt = (rank: number) => rising[V - 1 - rank]!;
  let kept = topK > 0 ? Math.min(topK, V) : V;
  let total = 0;
  for (let rank = 0; rank < kept; rank++) total += weightAt(rank);
  if (topP < 1) {
    let mass = 0;
    for (let rank = 0; rank < kept; rank++) {
      mass += weightAt(rank);
      if (mass >= topP * total) kept = rank + 1;
    }
    total = mass;
  }
  let left = uniform * total;
  let rank = 0;
  while ((left -= weightAt(rank)) >= 0 && rank < kept - 1) rank += 1;
  const weight = weightAt(rank);
  let twins = 0;
  while (rank > twins && weightAt(rank - twins - 1) === weight) twins += 1;
  return nthOf(weights, weight, twins);
}
