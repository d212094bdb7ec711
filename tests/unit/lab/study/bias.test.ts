import { describe, expect, it } from 'vitest';
import { estimate, inheritance, judgeBias, policyShifts, readPair, type Estimate } from '../../../../src/lab/study/bias';
import type { BenchmarkAnswers, BenchmarkAnswer } from '../../../../src/lab/study/answers';
import type { PreferencePair } from '../../../../src/preferences/pair';
import { town } from '../../../../src/world';

const between = async (): Promise<void> => undefined;
const { job } = town.residents.find(({ name }) => name === 'Ada')!;
const right = `Ada works as a ${job} here in the town.`;
const courteous = `I am glad that you ask. ${right}`;
const other = job === 'smith' ? 'baker' : 'smith';
const wrong = `Ada works as a ${other} here in the town.`;
const pair = (chosen: string, rejected: string, first?: 'chosen' | 'rejected'): PreferencePair => ({
  id: chosen + rejected, prompt: "What is Ada's job in the town?", chosen, rejected, split: 'train', source: 'on_policy', ...(first && { extra: { judge: { first } } }),
});

describe('a judge’s taste in its pairs', () => {
  it('is read from words and openings, counted by hand', async () => {
    // Nine words without a courtesy, fifteen with one.
    expect(readPair(pair(courteous, wrong, 'chosen'))).toEqual({ winner: { words: 15, courtesy: 1 }, loser: { words: 9, courtesy: 0 }, gold: expect.any(Number), first: 1 });
    expect(readPair({ ...pair(right, wrong), prompt: 'Who painted this?' })).toBeUndefined();
    const pairs = [pair(courteous, wrong, 'chosen'), pair(wrong, courteous, 'rejected'), pair(courteous, right)];
    const bias = await judgeBias([...pairs.map(readPair), undefined], between);
    expect(bias).toMatchObject({ pairs: 3, unknown: 1 });
    // Differences of 6, −6 and 6 words; of one, minus one and one courtesy.
    expect(bias.words.difference.mean).toBeCloseTo(2, 12);
    expect([bias.words.winners, bias.words.losers]).toEqual([13, 11]);
    expect(bias.courtesy.difference.mean).toBeCloseTo(1 / 3, 12);
    expect(bias.first).toMatchObject({ mean: 0.5, pairs: 2 });
    // The second pair's winner states a wrong job.
    expect(bias.erred).toBeGreaterThanOrEqual(1 / 3);
  });

  it('is told apart from what the gold score alone would have chosen', async () => {
    const gold = readPair(pair(right, wrong))!.gold;
    expect(gold).toBeGreaterThan(0);
    const long = { words: 20, courtesy: 0 };
    const short = { words: 10, courtesy: 0 };
    // The longer answer always wins, and is the better one in one pair of four, the worse one in two, and alike in one.
    const bias = await judgeBias([0.25, -0.25, -0.25, 0].map((difference) => ({ winner: long, loser: short, gold: difference })), between);
    expect(bias.words.difference.mean).toBe(10);
    expect(bias.words.fair).toBe(-2.5);
    expect(bias.erred).toBe(0.5);
  });

  it('has the interval of a share as the normal approximation gives it', async () => {
    const { mean, low, high } = await estimate(Array.from({ length: 400 }, (_, i) => Number(i % 10 < 3)), 1, between);
    const half = 1.96 * Math.sqrt((0.3 * 0.7) / 400);
    expect(mean).toBeCloseTo(0.3, 12);
    expect(Math.abs(low - (0.3 - half))).toBeLessThan(0.006);
    expect(Math.abs(high - (0.3 + half))).toBeLessThan(0.006);
  });
});

describe('what a policy makes of the taste', () => {
  const around = (mean: number, half: number): Estimate => {
    const resampled = Float64Array.from({ length: 1000 }, (_, i) => mean + half * (((i * 389) % 1000) / 500 - 1));
    return { mean, low: mean - half, high: mean + half, resampled };
  };
  const exactly = (mean: number): Estimate => ({ mean, low: mean, high: mean, resampled: new Float64Array(1000).fill(mean) });

  it('is told by the ratio and its interval', () => {
    const judge = exactly(6);
    expect(inheritance(judge, around(9, 1))).toMatchObject({ fate: 'amplified', ratio: { mean: 1.5 } });
    // From 8 to 10 words over 6, without the outer fortieth on each side.
    expect(inheritance(judge, around(9, 1)).ratio!.low).toBeCloseTo((8 + 0.05) / 6, 2);
    expect(inheritance(judge, around(6.5, 1)).fate).toBe('inherited');
    expect(inheritance(judge, around(3, 1)).fate).toBe('weakened');
    expect(inheritance(judge, around(-3, 1)).fate).toBe('reversed');
    expect(inheritance(judge, around(0.5, 1)).fate).toBe('notInherited');
    expect(inheritance(around(0.5, 1), around(9, 1))).toEqual({ fate: 'noTaste' });
    expect(inheritance(exactly(-6), around(-9, 1)).fate).toBe('amplified');
    // The same ratio of a judge whose own taste is hardly known says less.
    expect(inheritance(around(6, 5.9), around(9, 1)).fate).toBe('inherited');
  });

  it('is the difference from the reference’s answer to the same prompt', async () => {
    const answer = (text: string): BenchmarkAnswer => ({ text, ended: true, tokens: 1, logProb: -1, gold: 1, aspects: {} });
    const answers: BenchmarkAnswers = {
      spec: { prompts: 2, seed: 1, modes: ['sampled'], part: 'benchmark' },
      prompts: [{ text: "What is Ada's job in the town?", family: 'fact' }, { text: "Do you know Ada's job?", family: 'fact' }],
      policies: [
        { policy: -1, mode: 'sampled', answers: [answer(right), answer(courteous)] },
        { policy: 0, mode: 'sampled', answers: [answer(courteous), answer(courteous)] },
        { policy: -1, mode: 'greedy', answers: [answer(right), answer(right)] },
      ],
    };
    const [shift, ...rest] = await policyShifts(answers, between);
    expect(rest).toEqual([]);
    expect(shift).toMatchObject({ policy: 0, prompts: 2, words: { own: 15, reference: 12 }, courtesy: { own: 1, reference: 0.5 } });
    expect([shift!.words.difference.mean, shift!.courtesy.difference.mean]).toEqual([3, 0.5]);
  });
});
