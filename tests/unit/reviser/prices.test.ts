import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costOf, estimateRequest, estimateTokens, parsePrices, priceOf, PRICES, withPrice } from '../../../src/reviser/prices';

describe('prices', () => {
  it('are found by the name, whatever date follows it, and never by a relative’s', () => {
    expect(priceOf('gpt-4o-mini-2024-07-18')?.model).toBe('gpt-4o-mini');
    expect(priceOf('gpt-4o-2024-08-06')?.model).toBe('gpt-4o');
    expect(priceOf('Claude-Opus-4-5-20251101')?.model).toBe('claude-opus-4-5');
    expect(priceOf('claude-sonnet-4-20250514')?.model).toBe('claude-sonnet-4');
    for (const other of ['llama3.2', 'gpt-5.5', 'gpt-5-pro', 'claude-opus-4-9', 'gpt-4o-audio-preview']) expect(priceOf(other)).toBeUndefined();
  });

  it('make money of tokens by the million', () => {
    // The paper's reviser at its list price of 10 and 30 dollars.
    expect(costOf({ input: 1000, output: 500 }, priceOf('gpt-4-0125-preview')!)).toBeCloseTo(0.025, 12);
  });

  it('can be edited, and come back from outside only whole', () => {
    const mine = withPrice(PRICES, { model: 'gpt-4o', input: 1, output: 2 });
    expect(priceOf('gpt-4o', mine)).toMatchObject({ input: 1, output: 2 });
    expect(mine.length).toBe(PRICES.length);
    expect(parsePrices(JSON.parse(JSON.stringify(mine)))).toEqual(mine);
    for (const wrong of [null, {}, [{ model: 'x' }], [{ model: 'x', input: -1, output: 0 }], [{ model: '', input: 1, output: 1 }]]) {
      expect(() => parsePrices(wrong)).toThrow('no table of prices');
    }
  });
});

describe('the estimate of tokens', () => {
  // Counted with OpenAI's published cl100k_base examples: "tiktoken is great!" is 6 tokens, "antidisestablishmentarianism" 6,
  // "2 + 2 = 4" 7 and "お誕生日おめでとう" 9 (OpenAI Cookbook, How to count tokens with tiktoken).
  it.each([
    ['tiktoken is great!', 6],
    ['antidisestablishmentarianism', 6],
    ['2 + 2 = 4', 7],
    ['お誕生日おめでとう', 9],
  ])('is near the count for %s', (text, tokens) => {
    expect(estimateTokens(text)).toBeGreaterThanOrEqual(tokens * 0.7);
    expect(estimateTokens(text)).toBeLessThanOrEqual(tokens * 1.5);
  });

  it('grows with the text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      expect(estimateTokens(`${a} ${b}`)).toBeGreaterThanOrEqual(estimateTokens(a));
    }));
  });

  it('of a request never passes the limit of the reply', () => {
    const request = { model: 'm', system: '', messages: [{ role: 'user' as const, content: 'tiktoken is great!' }], temperature: 0, maxTokens: 50, topLogprobs: 0, sample: 0 };
    const estimate = estimateRequest(request, 'a long answer '.repeat(100));
    expect(estimate).toMatchObject({ output: 50, mostOutput: 50 });
    expect(estimate.input).toBeGreaterThan(6);
  });
});
