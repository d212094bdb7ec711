// The study's statistics, against distributions whose truth is known and against numbers worked out by hand.
import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../../../src/engine/random';
import {
  bootstrapDifference, bootstrapMean, bootstrapSeeds, distinctN, lengthControlledWins, meanOf, quantile, shareInterval, type Interval,
} from '../../../../src/lab/study/statistics';

const TRIALS = 1000;
const draw = (n: number, one: (random: Random) => number, random: Random): number[] => Array.from({ length: n }, () => one(random));

/** How often an interval made from fresh data holds the truth. Its own standard error is .007 at 95 % of 1,000. */
function coverage(truth: number, interval: (random: Random) => Interval): number {
  let held = 0;
  for (let trial = 0; trial < TRIALS; trial++) {
    const { low, high } = interval(createRandom(7, trial));
    if (low <= truth && truth <= high) held += 1;
  }
  return held / TRIALS;
}

describe('a bootstrap interval of 95 %', () => {
  it('covers the mean of 240 values in 92 to 97 of 100 cases, be they normal, yes or no, or skewed', () => {
    const distributions: readonly [string, number, (random: Random) => number][] = [
      ['normal', 3, (random) => 3 + 2 * random.normal()],
      ['Bernoulli', 0.8, (random) => (random.chance(0.8) ? 1 : 0)],
      // The mean of an exponential is 1 and its skewness 2.
      ['exponential', 1, (random) => -Math.log(1 - random.next())],
    ];
    for (const [name, truth, one] of distributions) {
      const share = coverage(truth, (random) => bootstrapMean(draw(240, one, random)));
      expect(share, name).toBeGreaterThan(0.92);
      expect(share, name).toBeLessThan(0.97);
    }
  });

  it('is as wide as the normal one for many normal values', () => {
    const values = draw(2000, (random) => random.normal(), createRandom(1));
    const { mean, low, high } = bootstrapMean(values);
    const deviation = Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
    expect((high - low) / ((2 * 1.96 * deviation) / Math.sqrt(2000))).toBeCloseTo(1, 1);
  });

  it('covers a difference, paired and unpaired, and is narrower where pairing takes away what both share', () => {
    const pairs = (random: Random): [number[], number[]] => {
      const shared = draw(120, (one) => 3 * one.normal(), random);
      return [shared.map((value) => value + 0.5 + random.normal()), shared.map((value) => value + random.normal())];
    };
    for (const paired of [true, false]) {
      // Unpaired intervals of paired data are too wide, so they cover nearly always.
      const share = coverage(0.5, (random) => bootstrapDifference(...pairs(random), { paired }));
      expect(share).toBeGreaterThan(0.92);
      if (paired) expect(share).toBeLessThan(0.97);
    }
    const [a, b] = pairs(createRandom(3));
    const width = (paired: boolean): number => {
      const { low, high } = bootstrapDifference(a, b, { paired });
      return high - low;
    };
    expect(width(true)).toBeLessThan(0.5 * width(false));
  });

  it('has the same digits for the same values and seed', () => {
    const values = draw(50, (random) => random.next(), createRandom(9));
    expect(bootstrapMean(values, 4)).toEqual(bootstrapMean(values, 4));
    expect(bootstrapMean(values, 4)).not.toEqual(bootstrapMean(values, 5));
  });
});

describe('the interval over seeds', () => {
  it('covers where chance lies in the items, and is no longer 95 % where three seeds are all the chance there is', () => {
    const lists = (between: number, within: number) => (random: Random): number[][] =>
      [0, 1, 2].map(() => {
        const centre = between * random.normal();
        return draw(60, (one) => centre + within * one.normal(), random);
      });
    const items = lists(0, 1);
    expect(coverage(0, (random) => bootstrapSeeds(items(random), { sameItems: false }))).toBeGreaterThan(0.95);
    // The range of three values holds their median in 1 − 2/2³ = 75 % of cases.
    const seeds = lists(1, 0.01);
    expect(coverage(0, (random) => bootstrapSeeds(seeds(random), { sameItems: false }))).toBeCloseTo(0.75, 1);
    // Ten seeds come near to what is promised.
    const ten = (random: Random): number[][] => draw(10, (one) => one.normal(), random).map((centre) => [centre]);
    expect(coverage(0, (random) => bootstrapSeeds(ten(random), { sameItems: false }))).toBeGreaterThan(0.87);
  });

  it('knows that the same prompts asked thrice are not three times as many prompts', () => {
    const share = (sameItems: boolean): number =>
      coverage(0, (random) => {
        const prompts = draw(60, (one) => one.normal(), random);
        return bootstrapSeeds([0, 1, 2].map(() => prompts.map((value) => value + 0.1 * random.normal())), { sameItems });
      });
    expect(share(true)).toBeGreaterThan(0.91);
    // Three lists taken for independent: a standard error of √(5/9) of the true one, which covers in 86 of 100.
    expect(share(false)).toBeLessThan(0.88);
  });

  it('gives each seed the same weight, however many items it has', () => {
    expect(bootstrapSeeds([[1], [0, 0, 0]], { sameItems: false }).mean).toBe(0.5);
    expect(bootstrapSeeds([[1, 2, 3]], { sameItems: true })).toEqual(bootstrapMean([1, 2, 3]));
    expect(bootstrapSeeds([[], []], { sameItems: false }).mean).toBeNaN();
  });
});

describe('a share', () => {
  it('has Wilson’s interval, which is worked out by hand for 10 of 10 and 5 of 10', () => {
    // Of 10 of 10 the lower end is 1 / (1 + z²/n) = 1 / 1.38415.
    expect(shareInterval(new Array<number>(10).fill(1))).toEqual({ mean: 1, low: expect.closeTo(0.72247, 4) as number, high: 1 });
    // Of 5 of 10 the half width is z/(1 + z²/n) · √(.25/n + z²/4n²) = 1.41603 · .18602 = .26341.
    const { low, high } = shareInterval([1, 1, 1, 1, 1, 0, 0, 0, 0, 0]);
    expect(low).toBeCloseTo(0.5 - 0.26341, 4);
    expect(high).toBeCloseTo(0.5 + 0.26341, 4);
  });
});

describe('the length-controlled win rate', () => {
  const sameItems = { sameItems: true };
  const lengths = (seed: number, centre: number): number[] => draw(400, (random) => Math.round(centre + 6 * random.normal()), createRandom(seed));

  it('is a half where the longer answer always wins, though the policy is mostly longer', () => {
    const longer = lengths(1, 5);
    const wins = longer.map((more) => (Math.sign(more) + 1) / 2);
    expect(meanOf(wins)).toBeGreaterThan(0.75);
    const { mean, low, high } = lengthControlledWins([wins], [longer], sameItems);
    expect(mean).toBeCloseTo(0.5, 1);
    expect(low).toBeLessThanOrEqual(0.5);
    expect(high).toBeGreaterThanOrEqual(0.5);
  });

  it('is the raw rate where length has no say, ties among the wins included', () => {
    const longer = lengths(2, 5);
    const random = createRandom(5);
    const wins = longer.map(() => (random.chance(0.2) ? 0.5 : random.chance(0.8) ? 1 : 0));
    const { mean, low, high } = lengthControlledWins([wins], [longer], sameItems);
    // By design .2 · .5 + .8 · .8.
    expect(low).toBeLessThan(0.74);
    expect(high).toBeGreaterThan(0.74);
    expect(Math.abs(mean - meanOf(wins))).toBeLessThan(0.03);
    // And exactly so, but for the ridge, where all lengths are alike.
    expect(lengthControlledWins([wins], [wins.map(() => 0)], sameItems).mean).toBeCloseTo(meanOf(wins), 3);
  });

  it('covers the truth of a logistic model whose bias is known', () => {
    const bias = 0.4;
    const truth = 1 / (1 + Math.exp(-bias));
    const share = coverage(truth, (random) => {
      const longer = draw(240, (one) => 3 + 5 * one.normal(), random);
      // 5 is the true deviation; the estimate's own is within a few per cent.
      const wins = longer.map((more) => (random.chance(1 / (1 + Math.exp(-bias - 1.5 * Math.tanh(more / 5)))) ? 1 : 0));
      return lengthControlledWins([wins], [longer], sameItems);
    });
    expect(share).toBeGreaterThan(0.92);
    expect(share).toBeLessThan(0.97);
  });

  it('stays finite where every answer wins', () => {
    const wins = new Array<number>(240).fill(1);
    const { mean, low, high } = lengthControlledWins([wins], [lengths(3, 0).slice(0, 240)], sameItems);
    expect(mean).toBeGreaterThan(0.99);
    expect(low).toBeGreaterThan(0.98);
    expect(high).toBeLessThanOrEqual(1);
  });
});

describe('counts and quantiles', () => {
  it('finds quantiles between neighbours by line', () => {
    // NumPy: quantile([1, 2, 4, 8], [0.1, 0.5, 0.9]) = 1.3, 3, 6.8.
    expect([0.1, 0.5, 0.9].map((q) => quantile([8, 1, 4, 2], q))).toEqual([1.3, 3, 6.8].map((value) => expect.closeTo(value, 12) as number));
  });

  it('counts each n-gram once, and none across two texts', () => {
    const texts = [['a', 'b', 'a', 'b'], ['a', 'b']];
    expect(distinctN(texts, 1)).toBeCloseTo(2 / 6, 12);
    // ab, ba, ab and ab: two kinds of four.
    expect(distinctN(texts, 2)).toBe(0.5);
    expect(distinctN([[]], 1)).toBe(0);
  });
});
