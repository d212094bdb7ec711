import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { remarkText } from '../../../src/engine/errors';
import { normalisePrompt, splitByPrompt } from '../../../src/preferences/prompt';
import { validatePair } from '../../../src/preferences/validate';

const good = { prompt: 'Why?', chosen: 'Because.', rejected: 'No.' };
const problemOf = (json: unknown): string => {
  const result = validatePair(json);
  return result.ok ? 'ok' : `${result.field}: ${remarkText(result.problem)}`;
};

describe('validating a pair', () => {
  it('fills in what is not said and keeps what is', () => {
    const result = validatePair({ ...good, rationale: 'It answers.', split: 'heldOut', extra: 1 });
    expect(result).toMatchObject({ ok: true, pair: { ...good, rationale: 'It answers.', split: 'heldOut', source: 'imported' } });
    expect(result.ok && Object.keys(result.pair)).not.toContain('extra');
    const again = validatePair(good);
    expect(result.ok && again.ok && again.pair.id === result.pair.id).toBe(true);
  });

  it.each([
    [null, 'pair: The pair is no object'],
    ['text', 'pair: The pair is no object'],
    [[], 'pair: The pair is no object'],
    [{}, 'prompt: The pair’s field “prompt” is missing'],
    [{ ...good, chosen: undefined }, 'chosen: '],
    [{ ...good, rejected: 7 }, 'rejected: The pair’s field “rejected” is wrong'],
    [{ ...good, rejected: ' \n' }, 'rejected: The pair’s field “rejected” is empty'],
    [{ ...good, prompt: '' }, 'prompt: The pair’s field “prompt” is empty'],
    [{ ...good, rejected: 'Because.' }, 'rejected: The pair’s “rejected” is the same as its “chosen”'],
    [{ ...good, split: 'test' }, 'split: The pair’s field “split” is wrong'],
  ])('says of %j which field is wrong', (json, sentence) => {
    expect(problemOf(json).startsWith(sentence), problemOf(json)).toBe(true);
  });

  it('never throws, and a pair that passes has two different sides that say something', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.record({ prompt: fc.anything(), chosen: fc.string(), rejected: fc.string() })), (json) => {
        const result = validatePair(json);
        if (!result.ok) {
          expect(remarkText(result.problem)).not.toMatch(/\{\w+\}/);
          return;
        }
        expect(result.pair.chosen.trim()).not.toBe('');
        expect(result.pair.rejected.trim()).not.toBe('');
        expect(result.pair.chosen).not.toBe(result.pair.rejected);
      }),
    );
  });

  it('puts one prompt on one side however it is typed', () => {
    expect(normalisePrompt('  Caf\u0065\u0301\n  PLEASE ')).toBe('caf\u00e9 please');
    for (let i = 0; i < 200; i++) {
      expect(splitByPrompt(`Question ${i}?`, 0.3)).toBe(splitByPrompt(` question   ${i}?\n`, 0.3));
    }
    const heldOut = Array.from({ length: 4000 }, (_, i) => splitByPrompt(`Q${i}`, 0.3)).filter((s) => s === 'heldOut').length;
    // Three standard deviations of a binomial of 4,000 at 0.3.
    expect(Math.abs(heldOut / 4000 - 0.3)).toBeLessThan(0.022);
  });
});
