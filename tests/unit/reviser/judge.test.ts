import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatFinish, ChatReply } from '../../../src/reviser/chat';
import { combineOrders, JUDGE_FLAG_SENTENCES, judgeReplies, parseJudgement, parseScore } from '../../../src/reviser/judge';
import { offlineProvider } from '../../../src/reviser/offline';
import { COMPARE_ASPECTS } from '../../../src/reviser/prompts/judging';
import { comparisonRequests } from '../../../src/reviser/prompts/requests';
import { createRandom } from '../../../src/engine/random';
import { drawDistinctPrompts, scoreAnswer, writeAnswer } from '../../../src/world';

const said = (text: string, finish: ChatFinish = 'stop', logprobs?: ChatReply['logprobs']) => ({ text, finish, ...(logprobs && { logprobs }) });
const choice = (text: string) => parseJudgement(said(text)).choice;
const ASPECTS = ['correct', 'clear'];

describe('the verdict of a reply', () => {
  it.each([
    ['Reasons.\n[1]', 'first'],
    ['Reasons.\n\n[2]\n', 'second'],
    ['[1] says more than [2], but it is wrong.\n[2]', 'second'],
    ['Reasons. [2]', 'second'],
    ['Reasons.\n**[1]**', 'first'],
    ['Reasons.\n[[2]]', 'second'],
    ['Reasons.\nFinal verdict: [1].', 'first'],
    ['이유.\n최종 판정：［2］', 'second'],
    ['理由。\n【1】', 'first'],
    ['Reasons.\n2', 'second'],
    ['Reasons.\nAnswer: 1', 'first'],
    ['Reasons.\n[tie]', 'tie'],
    ['<think>[1]? No.</think>\n[2]', 'second'],
    ['[2]\n\nThat is my verdict, for the reasons given.', 'second'],
  ] as const)('%j is %s', (text, expected) => {
    expect(choice(text)).toBe(expected);
  });

  it.each(['', 'Both are fine.', 'I prefer [1] over [2].', '[3]', 'Solution 1 has 2 mistakes', '1 2', 'In all 13.\n13', 'There are 2\nof them.'])(
    'is not in %j',
    (text) => {
      expect(choice(text)).toBeNull();
    },
  );

  it('is not taken from reasons, nor from what was cut off', () => {
    expect(choice('As [1] says, 8 plus 5 is 13.\nI can not decide.')).toBeNull();
    expect(parseJudgement(said('What [1] says of', 'length')).choice).toBeNull();
    expect(parseJudgement(said('Reasons.\n[1]', 'length')).choice).toBe('first');
    expect(parseScore(said('More than [3] in', 'length')).score).toBeNull();
  });

  it('leaves the reasons without the verdict and the aspects', () => {
    const judged = parseJudgement(said('The first is wrong.\n\n- **Correct**: 2\nclear: [1]\n[2]'), ASPECTS);
    expect(judged).toEqual({ choice: 'second', rationale: 'The first is wrong.', aspects: { correct: 'second', clear: 'first' } });
  });

  it('reads aspects that are even', () => {
    expect(parseJudgement(said('correct: tie\nclear: equal\n[1]'), ASPECTS).aspects).toEqual({ correct: 'tie', clear: 'tie' });
    expect(parseJudgement(said('correct: 12\nclear: first\n[1]'), ASPECTS).aspects).toEqual({});
  });
});

describe('a soft label', () => {
  const at = (token: string, top: readonly (readonly [string, number])[]) => ({ token, top: top.map(([one, p]) => ({ token: one, logprob: Math.log(p) })) });

  it('is the share of 1 against 2 at the token of the verdict', () => {
    const logprobs = [at('[', [['[', 1]]), at('1', [['1', 0.6], ['2', 0.2], [' 1', 0.1]]), at(']', [[']', 1]])];
    expect(parseJudgement(said('[1]', 'stop', logprobs)).soft).toBeCloseTo(0.7 / 0.9, 12);
  });

  it('is read from tokens that hold the brackets too, and from the last of them', () => {
    const logprobs = [at('[1]', [['[1]', 0.9], ['[2]', 0.1]]), at(' [2]', [[' [2]', 0.75], [' [1]', 0.25]])];
    expect(parseJudgement(said('[1]\n [2]', 'stop', logprobs)).soft).toBeCloseTo(0.25, 12);
  });

  it('takes a digit that was not told for no likelier than the least that was, nor than what is left', () => {
    const soft = (top: readonly (readonly [string, number])[]) => parseJudgement(said('[1]', 'stop', [at('1', top)])).soft;
    expect(soft([['1', 0.98], ['3', 0.01]])).toBeCloseTo(0.98 / 0.99, 12);
    expect(soft([['1', 0.9], ['3', 0.099]])).toBeCloseTo(0.9 / 0.901, 10);
    expect(soft([['1', 1]])).toBe(1);
  });

  it('is not there where the server told nothing', () => {
    expect(parseJudgement(said('[1]'))).not.toHaveProperty('soft');
    expect(parseJudgement(said('[1]', 'stop', [{ token: '1', top: [] }]))).not.toHaveProperty('soft');
  });
});

describe('two orders together', () => {
  const order = (first: string, second: string) => judgeReplies([said(first), said(second)], ASPECTS);

  it('agree on a winner, whichever place it stood in', () => {
    expect(order('x\n[1]', 'y\n[2]')).toEqual({
      verdict: { winner: 'a', firstOrder: 'a', secondOrder: 'a', positionBias: null, rationale: 'x\n\ny', aspects: {} },
      flags: [],
    });
    expect(order('[2]', '[1]').verdict).toMatchObject({ winner: 'b', positionBias: null });
  });

  it('that disagree make a tie, and show that the judge goes by the place', () => {
    expect(order('[1]', '[1]').verdict).toMatchObject({ winner: 'tie', firstOrder: 'a', secondOrder: 'b', positionBias: 'first' });
    expect(order('[2]', '[2]').verdict).toMatchObject({ winner: 'tie', firstOrder: 'b', secondOrder: 'a', positionBias: 'second' });
    expect(order('[1]', '[tie]').verdict).toMatchObject({ winner: 'tie', positionBias: null });
    expect(order('[tie]', '[tie]').verdict).toMatchObject({ winner: 'tie', positionBias: null });
  });

  it('weigh the aspects, turned round for the second', () => {
    expect(order('correct: 1\nclear: 1\n[1]', 'correct: 2\nclear: 1\n[2]').verdict!.aspects).toEqual({ correct: 'a', clear: 'tie' });
  });

  it('give the mean of their soft labels', () => {
    const judged = (soft: number) => ({ choice: 'first' as const, soft, rationale: '', aspects: {} });
    // a first with 0.9 for a; then b first with 0.6 for b, which is 0.4 for a.
    expect(combineOrders(judged(0.9), judged(0.6))!.soft).toBeCloseTo(0.65, 12);
    expect(combineOrders(judged(0.9), { choice: 'first', rationale: '', aspects: {} })).not.toHaveProperty('soft');
  });

  it('of which one has no verdict have none, and why', () => {
    expect(order('[1]', 'Both.')).toEqual({ verdict: null, flags: ['no_verdict'] });
    expect(judgeReplies([said('No.', 'refused'), said('[1]')]).flags).toEqual(['no_verdict', 'judge_refused']);
    expect(judgeReplies([said('[1]'), said('It is', 'length')]).flags).toEqual(['no_verdict', 'judge_truncated']);
    for (const { template } of Object.values(JUDGE_FLAG_SENTENCES)) expect(template).toMatch(/\.$/);
  });
});

describe('the mark of one answer', () => {
  it.each([
    ['Good.\n[8]', 8],
    ['Good.\n**[10]**', 10],
    ['Good.\n[7.5]', 7.5],
    ['Gut.\n[7,5]', 7.5],
    ['Good.\nScore: 8/10', 8],
    ['Good.\n[8/10]', 8],
    ['Good.\n[8]/10', 8],
    ['Good.\n점수: [9]', 9],
    ['It deserves [6] for that.', 6],
    ['9', 9],
  ])('of %j is %d', (text, expected) => {
    expect(parseScore(said(text))).toMatchObject({ score: expected, flags: [] });
  });

  it.each(['', 'Good.', '[0]', '[11]', 'between [3] and [8]', 'Good.\n100'])('is not in %j', (text) => {
    expect(parseScore(said(text))).toMatchObject({ score: null, flags: ['no_verdict'] });
  });

  it('leaves the reasons', () => {
    expect(parseScore(said('Two mistakes.\n\n[4]')).rationale).toBe('Two mistakes.');
  });
});

it('any reply at all is judged without an error', () => {
  const shards = fc.array(fc.constantFrom('[1]', '[2]', '[', ']', '\n', 'correct:', ' 1', 'tie', '【', '**', ':', 'a', '9', '<think>'), { maxLength: 40 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), shards), fc.oneof(fc.string({ unit: 'binary' }), shards), (one, other) => {
      const { verdict, flags } = judgeReplies([said(one), said(other)], [...ASPECTS, '__proto__', '(']);
      expect(flags.length === 0).toBe(verdict !== null);
      const { score, flags: marks } = parseScore(said(one));
      expect(marks.length === 0).toBe(score !== null);
    }),
    { numRuns: 1000 },
  );
});

it('the town\'s judge prefers the answer with the higher gold score in both orders, and is not tied to a place', async () => {
  const town = offlineProvider();
  const random = createRandom(8);
  let decided = 0;
  for (const prompt of drawDistinctPrompts(3, 'train', 60)) {
    const [a, b] = [writeAnswer('careful', prompt, random), writeAnswer('sloppy', prompt, random)];
    const requests = comparisonRequests(COMPARE_ASPECTS, { task: prompt.text, a, b }, { model: 'town', temperature: 0, maxTokens: 4096 });
    const [first, second] = await Promise.all(requests.map((request) => town.complete(request)));
    const { verdict } = judgeReplies([first!, second!], COMPARE_ASPECTS.aspects);
    const [x, y] = [scoreAnswer(prompt, a), scoreAnswer(prompt, b)];
    if (x.score === y.score) continue;
    decided += 1;
    expect(verdict).toMatchObject({ winner: x.score > y.score ? 'a' : 'b', positionBias: null });
    for (const aspect of COMPARE_ASPECTS.aspects!) {
      const difference = x.aspects[aspect]! - y.aspects[aspect]!;
      expect(verdict!.aspects[aspect]).toBe(difference === 0 ? 'tie' : difference > 0 ? 'a' : 'b');
    }
  }
  expect(decided).toBeGreaterThan(30);
});
