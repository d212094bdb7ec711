import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitToContext } from '../../../src/preferences/fitToContext';
import type { PreferencePair, Turn } from '../../../src/preferences/pair';

/** A token for each word, and one for each run of other characters. */
const words = { encode: (text: string): number[] => Array.from(text.match(/\w+|\W+/g) ?? [], () => 0) };
const bytes = { encode: (text: string): number[] => [...new TextEncoder().encode(text)] };

const base: PreferencePair = { id: '1', prompt: 'one two three', chosen: 'yes', rejected: 'no', split: 'train', source: 'written' };
const turn = (role: Turn['role'], content: string): Turn => ({ role, content });

describe('fitting a pair into a context', () => {
  it('leaves alone what fits', () => {
    // Five tokens and a mark for the prompt, one token, a mark and an end for the answer.
    expect(fitToContext(base, words, 9, 'keepEnd')).toEqual({ pair: base, tokens: 9 });
  });

  it('cuts the prompt at the end that is not kept, and shows what it cut', () => {
    expect(fitToContext(base, words, 7, 'keepEnd')).toEqual({ pair: { ...base, prompt: 'two three' }, tokens: 7, cut: { turns: [], text: 'one ' } });
    expect(fitToContext(base, words, 7, 'keepStart')).toEqual({ pair: { ...base, prompt: 'one two' }, tokens: 7, cut: { turns: [], text: ' three' } });
  });

  it('lets earlier turns go first, whole, the system message last of them', () => {
    const history = [turn('system', 's'), turn('user', 'a'), turn('assistant', 'b'), turn('user', 'c'), turn('assistant', 'd')];
    const pair = { ...base, history };
    // 9 tokens without a history, two more for each turn.
    expect(fitToContext(pair, words, 19, 'keepEnd')!.cut).toBeUndefined();
    expect(fitToContext(pair, words, 18, 'keepEnd')).toMatchObject({ pair: { history: [history[0], history[3], history[4]], prompt: base.prompt }, cut: { turns: [history[1], history[2]] }, tokens: 15 });
    expect(fitToContext(pair, words, 18, 'keepStart')).toMatchObject({ pair: { history: [history[0], history[1], history[2]] }, cut: { turns: [history[3], history[4]] } });
    expect(fitToContext(pair, words, 11, 'keepEnd')).toMatchObject({ pair: { history: [history[0]] }, tokens: 11 });
    const bare = fitToContext(pair, words, 9, 'keepEnd')!;
    expect(bare.pair).not.toHaveProperty('history');
    expect(bare.cut!.turns).toEqual(history);
  });

  it('gives up where the answers leave no room', () => {
    expect(fitToContext(base, words, 4, 'keepEnd')).toBeNull();
    expect(fitToContext(base, words, 5, 'keepEnd')).toMatchObject({ pair: { prompt: 'three' } });
    expect(fitToContext({ ...base, rejected: 'a b c d' }, words, 9, 'keepEnd')).toBeNull();
  });

  it('never passes the context, never touches the answers, and cut and kept make the whole', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '가', '🙂'), minLength: 1, maxLength: 30 });
    const history = fc.array(fc.record({ role: fc.constantFrom('system' as const, 'user' as const, 'assistant' as const), content: text }), { maxLength: 5 });
    fc.assert(
      fc.property(text, text, text, history, fc.integer({ min: 1, max: 160 }), fc.constantFrom('keepStart' as const, 'keepEnd' as const), fc.constantFrom(words, bytes), (prompt, chosen, rejected, turns, context, policy, tokenizer) => {
        const pair: PreferencePair = { ...base, prompt, chosen, rejected, ...(turns.length > 0 && { history: turns }) };
        const count = (one: string): number => tokenizer.encode(one).length;
        const answer = Math.max(count(chosen), count(rejected)) + 2;
        const fitted = fitToContext(pair, tokenizer, context, policy);
        if (!fitted) {
          // Not even the cheapest character of the prompt has room.
          const cheapest = policy === 'keepEnd' ? Array.from(prompt).at(-1)! : Array.from(prompt)[0]!;
          expect(context).toBeLessThan(answer + 1 + count(cheapest));
          return;
        }
        const kept = fitted.pair;
        const cost = (kept.history ?? []).reduce((sum, { content }) => sum + count(content) + 1, count(kept.prompt) + 1 + answer);
        expect(fitted.tokens).toBe(cost);
        expect(cost).toBeLessThanOrEqual(context);
        expect([kept.chosen, kept.rejected]).toEqual([chosen, rejected]);
        const cutText = fitted.cut?.text ?? '';
        expect(policy === 'keepEnd' ? cutText + kept.prompt : kept.prompt + cutText).toBe(prompt);
        expect([...(kept.history ?? []), ...(fitted.cut?.turns ?? [])]).toHaveLength(turns.length);
        if (!fitted.cut) expect(kept).toBe(pair);
      }),
      { numRuns: 2000 },
    );
  });
});
