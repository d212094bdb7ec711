import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/engine/random';
import { drawPrompt } from '../../../src/world/split';
import { scoreAnswer } from '../../../src/world/scorer';
import { corpusExample, oracleAnswer, writeAnswer, type Writer } from '../../../src/world/writers';

const mean = (numbers: number[]): number => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

describe('the writers', () => {
  // Probabilities of being correct, of rambling and of a specific closing, from the description of the town.
  it.each<[Writer, number, number, number]>([
    ['careful', 0.85, 0.2, 0.35],
    ['sloppy', 0.5, 0.5, 0.08],
    ['pirate', 0.25, 0.7, 0.05],
    ['clerk', 0.35, 0.4, 0.05],
  ])('a %s answer is as good as it should be', (writer, correct, rambles, specific) => {
    const random = createRandom(21);
    const verdicts = Array.from({ length: 3000 }, () => {
      const prompt = drawPrompt(random, 'train');
      return scoreAnswer(prompt, writeAnswer(writer, prompt, random)).aspects;
    });
    expect(mean(verdicts.map((a) => a.correct!))).toBeCloseTo(correct, 1);
    expect(mean(verdicts.map((a) => a.clear!))).toBeCloseTo(1 - rambles, 1);
    expect(mean(verdicts.map((a) => a.engaging!))).toBeCloseTo(specific, 1);
  });

  it('the oracle is never wrong', () => {
    const random = createRandom(22);
    for (let i = 0; i < 1000; i++) {
      const prompt = drawPrompt(random, 'heldOut');
      const answer = oracleAnswer(prompt, random);
      expect(scoreAnswer(prompt, answer), answer).toMatchObject({ score: 1, problems: [] });
    }
  });

  it('the corpus is a mixture that leaves room above and below', () => {
    const random = createRandom(23);
    const scores = Array.from({ length: 5000 }, () => {
      const { prompt, answer } = corpusExample(random);
      return scoreAnswer(prompt, answer).score;
    });
    expect(mean(scores)).toBeGreaterThan(0.45);
    expect(mean(scores)).toBeLessThan(0.65);
    expect(new Set(scores)).toEqual(new Set([0, 0.25, 0.5, 0.75, 1]));
  });

  it('answers are short sentences from a small vocabulary', () => {
    const random = createRandom(24);
    const vocabulary = new Set<string>();
    const lengths = Array.from({ length: 20_000 }, () => {
      const { prompt, answer } = corpusExample(random);
      const text = `${prompt.text} ${answer}`;
      for (const word of text.toLowerCase().match(/[a-z]+|\d+/g)!) vocabulary.add(word);
      // Words and punctuation marks: a lower bound of tokens, and near it for a tokenizer trained on the town.
      return text.match(/[A-Za-z]+|\d+|'s|[^\sA-Za-z\d]/g)!.length;
    }).sort((a, b) => a - b);
    expect(vocabulary.size).toBeLessThan(450);
    expect(lengths[Math.floor(lengths.length * 0.99)]).toBeLessThanOrEqual(60);
  });

  it('write the same from the same random numbers', () => {
    const write = (): string[] => Array.from({ length: 50 }, (_, i) => corpusExample(createRandom(25, i)).answer);
    expect(write()).toEqual(write());
  });
});
