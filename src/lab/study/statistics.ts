// Intervals and rates for the study: a seeded bootstrap for one list of values or one list for each seed, the share of yes
// and no, the length-controlled win rate, distinct n-grams. Pure functions; the same input gives the same digits everywhere.
import { createRandom } from '../../engine/random';

/** A mean with its 95 % interval. All three are NaN where there were no values. */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** One list for each seed. */
export type Lists = readonly (readonly number[])[];

/** The ends of the interval move by about a tenth of its half width from one set of 1,000 resamples to another. */
export const RESAMPLES = 1000;
const LOW = 0.025;
const HIGH = 0.975;
const Z = 1.959963984540054;

const NONE: Interval = { mean: NaN, low: NaN, high: NaN };

export function meanOf(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** The value below which a share `q` of the values lies, between neighbours by line (type 7 of Hyndman and Fan, 1996). */
export function quantile(values: readonly number[], q: number): number {
  return quantileOfSorted(Float64Array.from(values).sort(), q);
}

function quantileOfSorted(sorted: Float64Array, q: number): number {
  const place = (sorted.length - 1) * q;
  const below = Math.floor(place);
  const low = sorted[below] ?? NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? NaN;
  return low + (high - low) * (place - below);
}

/** How often each of `n` items is in each resample, row by row. Drawn once for a size: most lists of a study have one of a few. */
const drawn = new Map<string, Uint8Array>();
const MOST_KEPT = 12;
const MOST_ENTRIES_KEPT = 4_000_000;
/** Draws of seeds, apart from those of items. */
const SEED_STREAM = 0x5eed;

/** A byte is enough: an item is drawn once on average, and the odds of 256 times are below 1 in 10^500. */
function resampleCounts(n: number, stream: number, seed: number): Uint8Array {
  const key = `${n}/${stream}/${seed}`;
  const known = drawn.get(key);
  if (known) return known;
  const counts = new Uint8Array(RESAMPLES * n);
  const random = createRandom(0xb007, seed, stream, n);
  for (let r = 0; r < RESAMPLES; r++) {
    for (let i = 0; i < n; i++) counts[r * n + random.below(n)]! += 1;
  }
  if (counts.length <= MOST_ENTRIES_KEPT) {
    if (drawn.size >= MOST_KEPT) drawn.delete(drawn.keys().next().value!);
    drawn.set(key, counts);
  }
  return counts;
}

/** Each resample's mean of a list. */
function resampledMeans(values: readonly number[], stream: number, seed: number): Float64Array {
  const n = values.length;
  const counts = resampleCounts(n, stream, seed);
  const list = Float64Array.from(values);
  const means = new Float64Array(RESAMPLES);
  for (let r = 0; r < RESAMPLES; r++) means[r] = dot(counts, r * n, list, 0, n) / n;
  return means;
}

/** `n` counts of a resample, from place `row`, times `n` values, from place `at`. Four sums at once, as one would wait for its own last addition. */
function dot(counts: Uint8Array, row: number, values: Float64Array, at: number, n: number): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 3 < n; i += 4) {
    a += counts[row + i]! * values[at + i]!;
    b += counts[row + i + 1]! * values[at + i + 1]!;
    c += counts[row + i + 2]! * values[at + i + 2]!;
    d += counts[row + i + 3]! * values[at + i + 3]!;
  }
  for (; i < n; i++) a += counts[row + i]! * values[at + i]!;
  return a + b + c + d;
}

function percentiles(mean: number, resampled: Float64Array): Interval {
  resampled.sort();
  return { mean, low: quantileOfSorted(resampled, LOW), high: quantileOfSorted(resampled, HIGH) };
}

/** The mean of independent values with its percentile bootstrap interval (Efron and Tibshirani, 1993, chapter 13). */
export function bootstrapMean(values: readonly number[], seed = 0): Interval {
  return values.length === 0 ? NONE : percentiles(meanOf(values), resampledMeans(values, 0, seed));
}

export interface TwoLevels {
  /**
   * Whether place i of every list is the same item (a prompt of the benchmark, asked of every seed's policy), so that one draw of
   * items holds for all seeds; taken for independent, three seeds would make a hard prompt look like three.
   */
  readonly sameItems: boolean;
}

/**
 * The mean over seeds of each seed's mean, with an interval that holds the chance of both: each resample draws seeds with
 * replacement, and items with replacement within them. Lists without values are left out.
 *
 * With few seeds the interval knows little of the chance between seeds, as it can not reach beyond what the seeds in hand
 * did: where three seeds are all there is to chance, it is their whole range, which covers the truth three times in four and
 * not 95 times in 100; where chance lies in the items it covers at least what it says. An
 * interval that leaves 0 out says of three seeds that all of them agree, as one draw in 27 is a seed by itself.
 */
export function bootstrapSeeds(lists: Lists, { sameItems }: TwoLevels, seed = 0): Interval {
  const filled = lists.filter((list) => list.length > 0);
  const S = filled.length;
  if (S === 0) return NONE;
  if (S === 1) return bootstrapMean(filled[0]!, seed);
  if (sameItems && filled.some((list) => list.length !== filled[0]!.length)) throw new RangeError('Lists of the same items differ in length.');
  return percentiles(meanOf(filled.map(meanOf)), sameItems ? resampledOfSame(filled, seed) : resampledOfOwn(filled, seed));
}

/** Each resample's mean where every list has items of its own. */
function resampledOfOwn(lists: Lists, seed: number): Float64Array {
  const S = lists.length;
  const seedCounts = resampleCounts(S, SEED_STREAM, seed);
  const means = new Float64Array(RESAMPLES);
  for (const [s, list] of lists.entries()) {
    const own = resampledMeans(list, s, seed);
    for (let r = 0; r < RESAMPLES; r++) means[r]! += (seedCounts[r * S + s]! * own[r]!) / S;
  }
  return means;
}

interface SeedDraws {
  /** The different draws of seeds, each as how often every seed is in it. */
  readonly weights: readonly (readonly number[])[];
  /** Which of them each resample has. */
  readonly which: Uint16Array;
}

const drawnSeeds = new Map<string, SeedDraws>();

function seedDraws(S: number, seed: number): SeedDraws {
  const key = `${S}/${seed}`;
  const known = drawnSeeds.get(key);
  if (known) return known;
  const counts = resampleCounts(S, SEED_STREAM, seed);
  const weights: number[][] = [];
  const places = new Map<string, number>();
  const which = Uint16Array.from({ length: RESAMPLES }, (_, r) => {
    const draw = [...counts.subarray(r * S, (r + 1) * S)];
    const place = places.get(draw.join()) ?? weights.push(draw) - 1;
    places.set(draw.join(), place);
    return place;
  });
  if (drawnSeeds.size >= MOST_KEPT) drawnSeeds.delete(drawnSeeds.keys().next().value!);
  const draws = { weights, which };
  drawnSeeds.set(key, draws);
  return draws;
}

/** Room for the mixtures of one call; made anew for each, they would keep the garbage collector busy. */
let mixtures = new Float64Array(0);

/** Each resample's mean where all lists share the items drawn: few draws of seeds differ, so lists are mixed once for each of them. */
function resampledOfSame(lists: Lists, seed: number): Float64Array {
  const [S, n] = [lists.length, lists[0]!.length];
  const counts = resampleCounts(n, 0, seed);
  const { weights, which } = seedDraws(S, seed);
  if (mixtures.length < weights.length * n) mixtures = new Float64Array(weights.length * n);
  for (const [w, draw] of weights.entries()) {
    const mixed = mixtures.subarray(w * n, (w + 1) * n).fill(0);
    for (let s = 0; s < S; s++) for (let i = 0; i < n; i++) mixed[i]! += (draw[s]! * lists[s]![i]!) / (S * n);
  }
  const means = new Float64Array(RESAMPLES);
  for (let r = 0; r < RESAMPLES; r++) means[r] = dot(counts, r * n, mixtures, which[r]! * n, n);
  return means;
}

/**
 * The mean of `a` less the mean of `b`. Paired: place i of both is the same item, and the differences are resampled;
 * otherwise each list is resampled by itself.
 */
export function bootstrapDifference(a: readonly number[], b: readonly number[], { paired }: { readonly paired: boolean }, seed = 0): Interval {
  if (a.length === 0 || b.length === 0) return NONE;
  if (paired) return bootstrapMean(differences(a, b), seed);
  const first = resampledMeans(a, 0, seed);
  const second = resampledMeans(b, 1, seed);
  return percentiles(meanOf(a) - meanOf(b), first.map((mean, r) => mean - second[r]!));
}

/** Item by item, for a paired comparison. */
export function differences(a: readonly number[], b: readonly number[]): number[] {
  if (a.length !== b.length) throw new RangeError('Lists to be compared item by item differ in length.');
  return a.map((value, i) => value - b[i]!);
}

/**
 * The share of ones among zeros and ones, with Wilson's interval (1927): unlike the bootstrap's it keeps a width where all are
 * alike, as ten of ten is no proof of always.
 */
export function shareInterval(values: readonly number[]): Interval {
  const n = values.length;
  if (n === 0) return NONE;
  const share = meanOf(values);
  const scale = 1 + (Z * Z) / n;
  const centre = (share + (Z * Z) / (2 * n)) / scale;
  const half = (Z / scale) * Math.sqrt((share * (1 - share)) / n + (Z * Z) / (4 * n * n));
  return { mean: share, low: Math.max(0, Math.min(share, centre - half)), high: Math.min(1, Math.max(share, centre + half)) };
}

/** Weight of the squared coefficients: a rate of .8 of 240 answers moves by less than .001, and separable data stays finite. */
const RIDGE = 0.1;
const MOST_NEWTON_STEPS = 50;

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * The win rate that is left when both answers are equally long, in the spirit of AlpacaEval 2 (Dubois et al. 2024,
 * arXiv 2404.04475, Eq. 2, without its term for each instruction, which needs many models): a logistic regression of the win
 * on tanh of the length difference over its standard deviation, all seeds together, read at no difference.
 * Its interval is a bootstrap over each answer's influence on that rate (the infinitesimal jackknife), which is what refitting
 * each resample comes to, to first order.
 * @param wins 1, 0.5 or 0 for each answer, by seed.
 * @param longer words, tokens or characters more than the other answer has, in the same order.
 */
export function lengthControlledWins(wins: Lists, longer: Lists, levels: TwoLevels, seed = 0): Interval {
  const y = wins.flat();
  const lengths = longer.flat();
  const n = y.length;
  if (n === 0) return NONE;
  // About the mean, as in AlpacaEval's code. Where a policy is always longer by about as much, length and quality can not be told
  // apart, and the ridge gives each a half of what there is.
  const mean = meanOf(lengths);
  const deviation = Math.sqrt(meanOf(lengths.map((length) => (length - mean) ** 2)));
  const x = lengths.map((length) => (deviation > 0 ? Math.tanh(length / deviation) : 0));

  let bias = 0;
  let slope = 0;
  let inverse = [0, 0, 0] as const as readonly [number, number, number];
  for (let step = 0; step < MOST_NEWTON_STEPS; step++) {
    let [g0, g1, h00, h01, h11] = [-RIDGE * bias, -RIDGE * slope, RIDGE, 0, RIDGE];
    for (let i = 0; i < n; i++) {
      const p = sigmoid(bias + slope * x[i]!);
      const weight = p * (1 - p);
      g0 += y[i]! - p;
      g1 += (y[i]! - p) * x[i]!;
      h00 += weight;
      h01 += weight * x[i]!;
      h11 += weight * x[i]! * x[i]!;
    }
    const determinant = h00 * h11 - h01 * h01;
    inverse = [h11 / determinant, -h01 / determinant, h00 / determinant];
    // No step is longer than 4: from a flat place Newton's would leap where the curvature is gone.
    const bounded = (move: number): number => Math.max(-4, Math.min(4, move));
    const [d0, d1] = [bounded(inverse[0] * g0 + inverse[1] * g1), bounded(inverse[1] * g0 + inverse[2] * g1)];
    bias += d0;
    slope += d1;
    if (Math.abs(d0) + Math.abs(d1) < 1e-10) break;
  }

  const rate = sigmoid(bias);
  const sensitivity = rate * (1 - rate) * n;
  const influence = (win: number, at: number): number => {
    const residual = win - sigmoid(bias + slope * at);
    return sensitivity * residual * (inverse[0] + inverse[1] * at);
  };
  let place = 0;
  const bySeed = wins.map((list) => list.map((win) => influence(win, x[place++]!)));
  const { mean: centre, low, high } = bootstrapSeeds(bySeed, levels, seed);
  const clamp = (value: number): number => Math.max(0, Math.min(1, value));
  return { mean: rate, low: clamp(rate + low - centre), high: clamp(rate + high - centre) };
}

/** Different n-grams over all n-grams of several texts, given as words (Li et al. 2016, arXiv 1510.03055); 0 where there are none. */
export function distinctN(texts: readonly (readonly string[])[], n: number): number {
  const seen = new Set<string>();
  let all = 0;
  for (const words of texts) {
    for (let i = 0; i + n <= words.length; i++, all++) seen.add(words.slice(i, i + n).join(' '));
  }
  return all === 0 ? 0 : seen.size / all;
}

/** To a number of decimals, so that documents stay small and say no more than was measured. */
export function rounded(value: number, decimals: number): number {
  const scale = 10 ** decimals;
  // Adding 0 turns a negative zero into zero.
  return Math.round(value * scale) / scale + 0;
}
