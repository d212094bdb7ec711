// What a study keeps of a policy's answers, on answers few enough to count by hand.
import { describe, expect, it } from 'vitest';
import type { BenchmarkAnswer, BenchmarkAnswers, PolicyAnswers } from '../../../../src/lab/study/answers';
import { summariseAnswers } from '../../../../src/lab/study/summarise';

const answer = (text: string, gold: number, more: Partial<BenchmarkAnswer> = {}): BenchmarkAnswer => ({
  text,
  ended: true,
  tokens: 3,
  logProb: -2,
  gold,
  aspects: { correct: gold >= 0.5 ? 1 : 0, clear: 1, engaging: 0, harmless: 1 },
  ...more,
});

const answers = (policies: readonly PolicyAnswers[]): BenchmarkAnswers => ({
  spec: { prompts: 2, seed: 1, modes: ['greedy', 'sampled'], part: 'benchmark' },
  prompts: [{ text: 'One?', family: 'fact' }, { text: 'Two?', family: 'sum' }],
  policies,
});

const reference: PolicyAnswers = { policy: -1, mode: 'sampled', answers: [answer('Mary has a cat.', 0.75), answer('It is 7.', 0.25)] };

describe('the summary of answers', () => {
  const policy: PolicyAnswers = {
    policy: 0,
    mode: 'sampled',
    answers: [
      answer('Mary has a cat, a cat.', 0.75, { logProb: -1.5, referenceLogProb: -2.25, tokens: 6 }),
      answer('It is', 0.5, { logProb: -2.1, referenceLogProb: -2, ended: false, tokens: 2 }),
    ],
  };
  const scores = summariseAnswers(answers([reference, policy]));

  it('counts wins by gold and words against the reference’s answer to the same prompt', () => {
    // .75 against .75 is a tie, .5 against .25 a win; six words against four, two against three.
    expect(scores.get(0)![0]).toMatchObject({ mode: 'sampled', gold: [3, 2], wins: [0.5, 1], words: [6, 2], longer: [2, -1], ended: [1, 0] });
    expect(scores.get(-1)![0]).toMatchObject({ wins: [0.5, 0.5], longer: [0, 0] });
  });

  it('estimates entropy and divergence from the samples’ own log-probabilities', () => {
    // 3.6 nats over 6 tokens, an end and 2 tokens; −1.5 + 2.25 and −2.1 + 2.
    expect(scores.get(0)![0]).toMatchObject({ entropy: 0.4, kl: [0.75, -0.1] });
    // The reference was not asked for the likelihood of its own answers.
    expect(scores.get(-1)![0]).not.toHaveProperty('kl');
  });

  it('counts different words over all answers together', () => {
    // mary has a cat a cat · it is: 6 kinds of 8; mary-has has-a a-cat cat-a a-cat · it-is: 5 of 6.
    expect(scores.get(0)![0]).toMatchObject({ distinct1: 0.75, distinct2: 0.8333 });
  });

  it('takes the reference of the round where that was asked by itself, and no other prompts’ or modes’', () => {
    const alone = summariseAnswers(answers([policy]), answers([reference]));
    expect(alone.get(0)).toEqual(scores.get(0));
    expect(() => summariseAnswers(answers([{ ...policy, mode: 'greedy' }]), answers([reference]))).toThrow(RangeError);
    expect(() => summariseAnswers(answers([policy]), answers([{ ...reference, answers: [] }]))).toThrow(RangeError);
  });

  it('keeps greedy answers without figures that only samples tell', () => {
    const greedy = answers([{ ...reference, mode: 'greedy' }]);
    expect(summariseAnswers(greedy).get(-1)![0]).not.toHaveProperty('entropy');
  });
});
