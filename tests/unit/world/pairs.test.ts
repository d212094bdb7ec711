import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/engine/random';
import { contrastiveness } from '../../../src/preferences/contrastiveness';
import type { PreferencePair } from '../../../src/preferences/pair';
import { judge, type Sample } from '../../../src/world/judge';
import { clairPair, offPolicyPair, onPolicyPair, strongerPair } from '../../../src/world/pairs';
import { factPrompt, type TownPrompt } from '../../../src/world/prompts';
import { scoreAnswer } from '../../../src/world/scorer';
import { drawPrompt } from '../../../src/world/split';
import { town } from '../../../src/world/town';
import { oracleAnswer, writeAnswer } from '../../../src/world/writers';

const random = createRandom(31);
const trained = Array.from({ length: 400 }, () => drawPrompt(random, 'train'));
const mean = (numbers: number[]): number => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

describe('preference pairs of the town', () => {
  it('CLAIR pairs a sample with its revision', () => {
    for (const prompt of trained) {
      const sample = writeAnswer('sloppy', prompt, random);
      const pair = clairPair(prompt, sample);
      if (pair === null) {
        expect(scoreAnswer(prompt, sample).score).toBe(1);
        continue;
      }
      expect(pair).toMatchObject({ prompt: prompt.text, rejected: sample, split: 'train', source: 'clair' });
      expect(scoreAnswer(prompt, pair.chosen).score).toBe(1);
      expect(pair.rationale).not.toBe('');
    }
  });

  it('CLAIR makes no pair of a sample that was perfect or empty', () => {
    const prompt = trained[0]!;
    expect(clairPair(prompt, oracleAnswer(prompt, random))).toBeNull();
    expect(clairPair(prompt, ' ')).toBeNull();
  });

  it('a judged pair has the better answer as chosen', () => {
    for (const prompt of trained) {
      const a: Sample = { text: writeAnswer('careful', prompt, random) };
      const b: Sample = { text: writeAnswer('sloppy', prompt, random), ended: false };
      const pair = onPolicyPair(prompt, a, b, random);
      if (pair === null) {
        expect(a.text).toBe(b.text);
        continue;
      }
      const swapped = pair.chosen === b.text;
      const [high, low] = swapped ? [b, a] : [a, b];
      const scores = { chosen: scoreAnswer(prompt, high.text, high).score, rejected: scoreAnswer(prompt, low.text, low).score };
      expect(scores.chosen).toBeGreaterThanOrEqual(scores.rejected);
      expect(pair).toMatchObject({ scores, extra: { judge: { first: swapped ? 'rejected' : 'chosen' } } });
    }
  });

  it('off-policy winners are middling, and weak ones worse', () => {
    const gold = (weak: boolean): number =>
      mean(trained.map((prompt) => scoreAnswer(prompt, offPolicyPair(prompt, random, { weak }).chosen).score));
    const [usual, weak] = [gold(false), gold(true)];
    expect(usual).toBeGreaterThan(0.4);
    expect(usual).toBeLessThan(0.65);
    expect(weak).toBeLessThan(usual - 0.05);
  });

  it('the stronger answer is flawless and no revision of the rejected one', () => {
    const prompt = trained.find((p) => p.family === 'fact')!;
    const pair = strongerPair(prompt, writeAnswer('sloppy', prompt, random), random)!;
    expect(pair.source).toBe('stronger');
    expect(scoreAnswer(prompt, pair.chosen).score).toBe(1);
    expect(pair.chosen).toContain('According to the town records');
  });

  it('CLAIR is far more contrastive than judged pairs, as in Table 1 of the paper', () => {
    const measure = (make: (prompt: TownPrompt) => PreferencePair | null): { jaccard: number; distance: number } => {
      const all = trained.map(make).filter((pair) => pair !== null).map((pair) => contrastiveness(pair));
      return { jaccard: mean(all.map((c) => c.wordJaccard)), distance: mean(all.map((c) => c.levenshtein)) };
    };
    const sample = (prompt: TownPrompt): string => writeAnswer(random.chance(0.5) ? 'careful' : 'sloppy', prompt, random);
    const clair = measure((prompt) => clairPair(prompt, sample(prompt)));
    const onPolicy = measure((prompt) => onPolicyPair(prompt, { text: sample(prompt) }, { text: sample(prompt) }, random));
    const offPolicy = measure((prompt) => offPolicyPair(prompt, random));
    const stronger = measure((prompt) => strongerPair(prompt, sample(prompt), random));
    for (const other of [onPolicy, offPolicy, stronger]) {
      expect(clair.jaccard).toBeGreaterThan(1.5 * other.jaccard);
      expect(clair.distance).toBeLessThan(0.8 * other.distance);
    }
    // The prototype of the town had 0.59 and 38.
    expect(Math.abs(clair.jaccard - 0.59)).toBeLessThan(0.06);
    expect(Math.abs(clair.distance - 38)).toBeLessThan(6);
  });

  it('keeps to the prompt\'s side of the split, and out of the benchmark', () => {
    const heldOut = drawPrompt(random, 'heldOut');
    expect(offPolicyPair(heldOut, random).split).toBe('heldOut');
    const benchmark = drawPrompt(random, 'benchmark');
    expect(() => offPolicyPair(benchmark, random)).toThrow(RangeError);
    expect(() => clairPair(benchmark, 'Ada.')).toThrow(RangeError);
  });

  it('the same pair has the same id, and another pair another', () => {
    const prompt = factPrompt(town.residents[0]!.name, 'job', 0);
    const other = trained.filter((p) => p.text !== prompt.text);
    const ids = [prompt, ...other].map((p) => clairPair(p, 'Yes.')?.id);
    expect(clairPair(prompt, 'Yes.')?.id).toBe(ids[0]);
    expect(new Set(ids).size).toBe(new Set([prompt, ...other].map(({ text }) => text)).size);
  });
});

describe('the judge', () => {
  const prompt = factPrompt('Ada', 'job', 0);
  const job = town.residents.find(({ name }) => name === 'Ada')!.job;
  const good = { text: `Ada works as a ${job} here in the town.` };
  const rambling = { text: `Ada works as a ${job} here in the town. Well, the sea is calm today. My old aunt always says so.` };
  const wins = (first: typeof good, second: typeof good, biases: Parameters<typeof judge>[4], runs = 400): number => {
    const coin = createRandom(7);
    return mean(Array.from({ length: runs }, () => (judge(prompt, first, second, coin, biases).winner === 0 ? 1 : 0)));
  };

  it('prefers the higher gold score, whichever is shown first', () => {
    expect(wins(good, rambling, {}, 20)).toBe(1);
    expect(wins(rambling, good, {}, 20)).toBe(0);
  });

  it('tosses a coin over a tie', () => {
    const rate = wins(good, good, {});
    expect(rate).toBeGreaterThan(0.4);
    expect(rate).toBeLessThan(0.6);
  });

  it('can be made to prefer length, position, its own style, or to err', () => {
    expect(wins(rambling, good, { length: 0.5 }, 20)).toBe(1);
    expect(wins(rambling, good, { position: 0.3 }, 20)).toBe(1);
    const courteous = { text: `Thank you for asking me that. ${good.text}` };
    expect(wins(courteous, good, { style: 0.1 }, 20)).toBe(1);
    expect(wins(courteous, good, { style: -0.1 }, 20)).toBe(0);
    // At the end it is no opening, and the two are a tie.
    expect(wins({ text: `${good.text} Thank you for asking me that.` }, good, { style: 5 })).toBeLessThan(0.6);
    // The difference is 0.25; a normal error with that standard deviation turns it round in 16 % of cases.
    const rate = wins(good, rambling, { noise: 0.25 }, 2000);
    expect(rate).toBeGreaterThan(0.81);
    expect(rate).toBeLessThan(0.87);
  });
});
