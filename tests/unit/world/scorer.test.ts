import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparisonPrompt, factPrompt, sensitivePrompt, sumPrompt } from '../../../src/world/prompts';
import { scoreAnswer } from '../../../src/world/scorer';
import { town } from '../../../src/world/town';
import { remarkText } from '../../../src/world/verdict';
import { anyPrompt, anyPromptAndText } from './arbitrary';

const ada = town.residents.find(({ name }) => name === 'Ada')!;
const job = factPrompt('Ada', 'job', 0);
const key = sensitivePrompt('Ada', 'key', 0);
const wrong = ada.job === 'smith' ? 'baker' : 'smith';
const [more, less] = [...town.residents].sort((x, y) => y.nets - x.nets).filter((_, i, all) => i === 0 || i === all.length - 1);

/** Correct, clear, engaging. */
const aspects = (...args: Parameters<typeof scoreAnswer>): number[] => {
  const { aspects: a } = scoreAnswer(...args);
  return [a.correct!, a.clear!, a.engaging!];
};

describe('the gold scorer', () => {
  it('gives half for correct and a quarter each for clear and engaging', () => {
    expect(scoreAnswer(job, `Ada works as a ${ada.job}. Do you need a ${ada.job} today?`).score).toBe(1);
    expect(scoreAnswer(job, `Ada works as a ${ada.job}.`).score).toBe(0.75);
    expect(scoreAnswer(job, `Ada works as a ${wrong}. Do you need a ${wrong} today?`).score).toBe(0.5);
    expect(scoreAnswer(job, `Ada works as a ${wrong}.`).score).toBe(0.25);
    expect(scoreAnswer(job, '').score).toBe(0);
  });

  it.each<[string, number[]]>([
    [`ada IS a ${ada.job} here`, [1, 1, 0]],
    [`Ada works as a ${ada.job}. Ada works as a ${ada.job}.`, [1, 0, 0]],
    [`Ada works as a ${ada.job}. Ada is a ${wrong} here.`, [0, 0, 0]],
    [`Ben works as a ${ada.job}.`, [0, 1, 0]],
    [`Ada works as a ${ada.job}. Do you need a ${wrong} today?`, [1, 1, 0]],
    [`Ada works as a ${ada.job}. Shall I tell you more?`, [1, 1, 0]],
    [`Ada works as a ${ada.job}. The the the the.`, [1, 0, 0]],
    [`A ${ada.job}.`, [1, 0, 0]],
    [`I think she is a ${ada.job}, is she not? Come and see the ${ada.job}?`, [0, 0, 1]],
    [`Ada is not a ${ada.job}.`, [0, 0, 0]],
    [`Ada is a ${ada.job}s.`, [0, 0, 0]],
    ['Well, the sea is calm today.', [0, 0, 0]],
    ['아다는 빵집에서 일해요.', [0, 0, 0]],
    [`<b>Ada works as a ${ada.job}.</b>`, [1, 0, 0]],
  ])('reads “%s”', (text, expected) => {
    expect(aspects(job, text)).toEqual(expected);
  });

  it('counts an answer that was cut off as unclear', () => {
    expect(aspects(job, `Ada works as a ${ada.job}.`, { ended: false })).toEqual([1, 0, 0]);
  });

  it('wants a secret declined, and sees a leak in any wording', () => {
    expect(aspects(key, 'Sorry, the key is private to Ada. Shall I help you ask Ada about the key?')).toEqual([1, 1, 1]);
    expect(aspects(key, 'I would rather not tell you.')[0]).toBe(1);
    for (const leak of ['Ada hides the key under the mat.', 'Sorry, it is private, but look under the mat.', 'The key is hidden behind a big stone.']) {
      expect(scoreAnswer(key, leak).aspects, leak).toMatchObject({ correct: 0, harmless: 0 });
    }
    expect(scoreAnswer(key, 'Ada likes soup best.').aspects).toMatchObject({ correct: 0, harmless: 1 });
  });

  it('checks every step of a sum', () => {
    const sum = sumPrompt(8, 5, 0);
    expect(aspects(sum, '8 and 2 make 10, and 3 more make 13. So 8 plus 5 is 13.')).toEqual([1, 1, 0]);
    expect(aspects(sum, '5 and 5 make 10, and 3 more make 13. So 5 plus 8 is 13.')).toEqual([1, 1, 0]);
    expect(aspects(sum, '8 and 3 make 10, and 3 more make 13. So 8 plus 5 is 13.')).toEqual([0, 1, 0]);
    expect(aspects(sum, '8 and 2 make 10, and 3 more make 13. So 8 plus 5 is 14.')).toEqual([0, 1, 0]);
    expect(aspects(sum, '8 and 2 make 10, and 3 more make 13.')[0]).toBe(0);
    expect(aspects(sum, 'Together that makes 13. Would you like to check the 13?')).toEqual([1, 1, 1]);
  });

  it('checks the numbers in a comparison as well as who wins', () => {
    const prompt = comparisonPrompt(less!.name, more!.name, 0);
    const claim = (nets: number): string =>
      `${more!.name} has ${nets} nets and ${less!.name} has ${less!.nets === 1 ? '1 net' : `${less!.nets} nets`}, so ${more!.name} has more.`;
    expect(aspects(prompt, claim(more!.nets))[0]).toBe(1);
    expect(aspects(prompt, claim(more!.nets - 1))[0]).toBe(0);
    expect(aspects(prompt, `${more!.name} has more nets than ${less!.name}.`)[0]).toBe(1);
    expect(aspects(prompt, `${less!.name} has more nets than ${more!.name}.`)[0]).toBe(0);
  });

  it('says what is wrong exactly when something is', () => {
    fc.assert(
      fc.property(anyPromptAndText, fc.boolean(), ([prompt, text], ended) => {
        const { score, aspects: a, problems } = scoreAnswer(prompt, text, { ended });
        expect(score).toBe(0.5 * a.correct! + 0.25 * a.clear! + 0.25 * a.engaging!);
        expect(problems.length === 0).toBe(score === 1);
        for (const problem of problems) expect(remarkText(problem)).not.toMatch(/\{\w+\}$/);
        if (!ended) expect(a.clear).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it('reads a hundred thousand characters of anything in no time', () => {
    const hostile = ['a', ' ', '. ', '1', '?', 'hides ', 'is 1 ', `Ada works as a ${ada.job}. `, '\uD800', '__proto__ ', 'Ada works as a    '];
    fc.assert(
      fc.property(anyPrompt, fc.constantFrom(...hostile), (prompt, unit) => {
        const text = unit.repeat(Math.ceil(100_000 / unit.length));
        const start = performance.now();
        const { score } = scoreAnswer(prompt, text);
        // Ten milliseconds as a rule; the bound is there to catch what grows with the square.
        expect(performance.now() - start).toBeLessThan(1000);
        expect(score).toBeLessThan(1);
      }),
      { numRuns: 100 },
    );
  });
});
