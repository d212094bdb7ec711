import { describe, expect, it } from 'vitest';
import { chooseToken, type ChoiceOptions } from '../../../../src/engine/model/chooseToken';
import { createRandom } from '../../../../src/engine/random';
import { plainChoice } from '../../../support/plainChoice';

const sampled = { temperature: 1, topK: 0, topP: 1, greedy: false };

describe('the choice of a token', () => {
  it('is that of sorting all tokens, for any mixture of temperature, top-k and top-p, with ties', () => {
    const wrong: string[] = [];
    for (let row = 0; row < 400; row++) {
      const random = createRandom(11, row);
      const V = 1 + random.below(60);
      const logits = Float32Array.from({ length: V }, () => (row % 3 === 0 ? random.below(3) : 3 * random.normal()));
      for (const temperature of [0.01, 0.7, 1, 2]) {
        for (const topK of [0, 1, 3, 100]) {
          for (const topP of [1, 0.9999999, 0.6, 0]) {
            for (const uniform of [0, random.next(), 1 - 2 ** -53]) {
              const options = { temperature, topK, topP, greedy: false };
              const [actual, expected] = [chooseToken(logits, options, uniform).token, plainChoice(logits, options, uniform)];
              if (actual !== expected) wrong.push(`row ${row}: ${actual} for ${expected} with ${JSON.stringify({ ...options, uniform })}`);
            }
          }
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('comes to an end where logits are no numbers', () => {
    for (const options of [sampled, { ...sampled, topK: 3 }, { ...sampled, topP: 0.5 }, { ...sampled, greedy: true }]) {
      expect(chooseToken(new Float32Array(7).fill(NaN), options, 0.5).token).toBe(0);
    }
  });

  it('takes the first of the likeliest when greedy, and at temperature 0', () => {
    const logits = Float32Array.of(1, 4, 2, 4);
    expect(chooseToken(logits, { ...sampled, greedy: true }, 0.9).token).toBe(1);
    expect(chooseToken(logits, { ...sampled, temperature: 0 }, 0.9).token).toBe(1);
  });

  it('tells the log-probability at temperature 1, whatever the temperature', () => {
    const logits = Float32Array.of(0, Math.log(2), Math.log(5));
    for (const options of [sampled, { ...sampled, temperature: 0.3 }, { ...sampled, topK: 1 }] satisfies ChoiceOptions[]) {
      const { token, logProb } = chooseToken(logits, options, 0.4);
      expect(token).toBe(2);
      expect(logProb).toBeCloseTo(Math.log(5 / 8), 6);
    }
  });

  it('draws each token as often as its probability says', () => {
    const weights = [1, 6, 3, 2, 8];
    const counts = weights.map(() => 0);
    const draws = 20_000;
    const logits = Float32Array.from(weights, Math.log);
    for (let i = 0; i < draws; i++) counts[chooseToken(logits, sampled, createRandom(4, i).next()).token]! += 1;
    const chiSquare = counts.reduce((sum, count, v) => {
      const expected = (draws * weights[v]!) / 20;
      return sum + (count - expected) ** 2 / expected;
    }, 0);
    // The 99.9th percentile with four degrees of freedom.
    expect(chiSquare).toBeLessThan(18.47);
  });
});
