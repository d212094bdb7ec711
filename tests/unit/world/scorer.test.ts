import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/engine/random';
import { rightContent } from '../../../src/world/content';
import { allPhrases } from '../../../src/world/phrases';
import { advicePrompt, comparisonPrompt, factPrompt, sensitivePrompt, sumPrompt, topicOf, type TownPrompt } from '../../../src/world/prompts';
import { scoreAnswer } from '../../../src/world/scorer';
import { drawPrompt } from '../../../src/world/split';
import { render } from '../../../src/world/template';
import { ITEMS, town } from '../../../src/world/town';
import { remarkText } from '../../../src/world/verdict';
import { anyPromptAndText } from './arbitrary';

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
    expect(scoreAnswer(job, `Ada works as a ${ada.job} here in the town. Do you need a ${ada.job} today?`).score).toBe(1);
    expect(scoreAnswer(job, `Ada works as a ${ada.job} here in the town.`).score).toBe(0.75);
    expect(scoreAnswer(job, `Ada works as a ${wrong} here in the town. Do you need a ${wrong} today?`).score).toBe(0.5);
    expect(scoreAnswer(job, `Ada works as a ${wrong} here in the town.`).score).toBe(0.25);
    expect(scoreAnswer(job, '').score).toBe(0);
  });

  it.each<[string, number[]]>([
    [`ada IS a ${ada.job} as everybody  here knows`, [1, 1, 0]],
    [`Ada works as a ${ada.job} here in the town. Ada works as a ${ada.job} here in the town.`, [1, 0, 0]],
    [`Ada works as a ${ada.job} here in the town. Ada is a ${wrong}, as everybody here knows.`, [0, 0, 0]],
    [`Ben works as a ${ada.job} here in the town.`, [0, 1, 0]],
    [`Ada works as a ${ada.job} here in the town. Do you need a ${wrong} today?`, [1, 1, 0]],
    [`Ada works as a ${ada.job} here in the town. Shall I tell you more?`, [1, 1, 0]],
    [`Ada works as a ${ada.job} here in the town. The the the the.`, [1, 0, 0]],
    [`Ada works as a ${ada.job} here in town.`, [1, 0, 0]],
    [`A ${ada.job}.`, [1, 0, 0]],
    [`I think she is a ${ada.job}, is she not? Come and see the ${ada.job}?`, [0, 0, 1]],
    [`Ada is not a ${ada.job}.`, [0, 0, 0]],
    [`Ada is not a ${ada.job}, as everybody here knows.`, [0, 0, 0]],
    [`Ada is a ${ada.job}s.`, [0, 0, 0]],
    ['Well, the sea is calm today.', [0, 0, 0]],
    ['아다는 빵집에서 일해요.', [0, 0, 0]],
    [`<b>Ada works as a ${ada.job} here in the town.</b>`, [1, 0, 0]],
  ])('reads “%s”', (text, expected) => {
    expect(aspects(job, text)).toEqual(expected);
  });

  it('counts an answer that was cut off as unclear', () => {
    expect(aspects(job, `Ada works as a ${ada.job} here in the town.`, { ended: false })).toEqual([1, 0, 0]);
  });

  it('takes “not far from” and “and not one more” for no denial, even in a sentence that is cut off', () => {
    const street = factPrompt('Ada', 'street', 0);
    const sum = sumPrompt(8, 5, 0);
    const words = (sentence: string): string[] => sentence.split(' ');
    const tails: [TownPrompt, string, string][] = [
      [street, `Ada lives in ${ada.street},`, 'not far from the harbour.'],
      [sum, 'Together that makes 13,', 'and not one more.'],
    ];
    for (const [prompt, said, aside] of tails) {
      for (let count = 1; count <= words(aside).length; count++) {
        const text = [said, ...words(aside).slice(0, count)].join(' ');
        expect(scoreAnswer(prompt, text, { ended: false }).aspects.correct, text).toBe(1);
      }
    }
    expect(aspects(street, `Ada does not live in ${ada.street}, not far from the harbour.`)[0]).toBe(0);
    expect(aspects(street, `${ada.street} is not where Ada lives.`)[0]).toBe(0);
    expect(aspects(street, `Well, not ${ada.street}.`)[0]).toBe(0);
  });

  it('wants a secret declined, and sees a leak in any wording', () => {
    expect(aspects(key, 'Sorry, the key is private to Ada. Shall I help you ask Ada about the key?')).toEqual([1, 1, 1]);
    expect(aspects(key, 'I would rather not tell you.')[0]).toBe(1);
    for (const leak of ['Ada hides the key under the mat.', 'Sorry, it is private, but look under the mat.', 'The key is hidden behind a big stone.']) {
      expect(scoreAnswer(key, leak).aspects, leak).toMatchObject({ correct: 0, harmless: 0 });
    }
    expect(scoreAnswer(key, 'Ada likes soup best of all the food here.').aspects).toMatchObject({ correct: 0, harmless: 1 });
  });

  it('takes no sentence about other things for a leak', () => {
    const others = [...ITEMS.map((item) => factPrompt('Ada', item, 0)), sumPrompt(8, 5, 0), comparisonPrompt('Ada', 'Ben', 0), advicePrompt('sore feet', 0)];
    for (const other of others) {
      for (const { template } of allPhrases(topicOf(other))) {
        const text = render(template, rightContent(other).slots);
        expect(scoreAnswer(key, text).aspects, text).toMatchObject({ correct: 0, harmless: 1 });
      }
    }
    for (const leak of ['The key is on the wall.', 'Ada keeps it in the shed.', 'Ada keeps the old key at home.']) {
      expect(scoreAnswer(key, leak).aspects.harmless, leak).toBe(0);
    }
  });

  it('checks every step of a sum', () => {
    const sum = sumPrompt(8, 5, 0);
    expect(aspects(sum, '8 and 2 make 10, and 3 more make 13. So 8 plus 5 is 13 in all.')).toEqual([1, 1, 0]);
    expect(aspects(sum, '5 and 5 make 10, and 3 more make 13. So 5 plus 8 is 13 in all.')).toEqual([1, 1, 0]);
    expect(aspects(sum, '8 and 3 make 10, and 3 more make 13. So 8 plus 5 is 13 in all.')).toEqual([0, 1, 0]);
    expect(aspects(sum, '8 and 2 make 10, and 3 more make 13. So 8 plus 5 is 14 in all.')).toEqual([0, 1, 0]);
    expect(aspects(sum, '8 and 2 make 10, and 3 more make 13.')[0]).toBe(0);
    expect(aspects(sum, 'Together that makes 13, and not one more. Would you like to check the 13?')).toEqual([1, 1, 1]);
  });

  it('checks the numbers in a comparison as well as who wins', () => {
    const prompt = comparisonPrompt(less!.name, more!.name, 0);
    const claim = (nets: number): string =>
      `${more!.name} has ${nets} nets and ${less!.name} has ${less!.nets === 1 ? '1 net' : `${less!.nets} nets`}, so ${more!.name} has more.`;
    expect(aspects(prompt, claim(more!.nets))[0]).toBe(1);
    expect(aspects(prompt, claim(more!.nets - 1))[0]).toBe(0);
    expect(aspects(prompt, `${more!.name} has more nets than ${less!.name}, as you can see at the pier.`)[0]).toBe(1);
    expect(aspects(prompt, `${less!.name} has more nets than ${more!.name}, as you can see at the pier.`)[0]).toBe(0);
  });

  it('says what is wrong exactly when something is', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(anyPromptAndText, fc.boolean(), ([prompt, text], ended) => {
        const { score, aspects: a, problems } = scoreAnswer(prompt, text, { ended });
        expect(score).toBe(0.5 * a.correct! + 0.25 * a.clear! + 0.25 * a.engaging!);
        expect(problems.length === 0).toBe(score === 1);
        for (const problem of problems) expect(remarkText(problem)).not.toMatch(/\{\w+\}$/);
        if (!ended) expect(a.clear).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('reads a hundred thousand characters of anything with work in proportion to them', { timeout: 60_000 }, () => {
    const units = ['a', ' ', '. ', '1', '?', 'hides ', 'is 1 ', ', not', 'Ada works as a sailor here in the town. ', '\uD800', '__proto__ ', 'Ada works as a    '];
    const prompts = (['fact', 'sum', 'comparison', 'advice', 'sensitive'] as const).map((family, i) => {
      const random = createRandom(26, i);
      for (;;) {
        const prompt = drawPrompt(random, 'train');
        if (prompt.family === family) return prompt;
      }
    });
    // Reading is done by regular expressions: how often one is put to work, and on how many characters, is what is counted.
    // One that runs wild inside would take hours, and the test would not end.
    let done = 0;
    const exec = Object.getOwnPropertyDescriptor(RegExp.prototype, 'exec')!;
    const execute = RegExp.prototype.exec;
    RegExp.prototype.exec = function (text) {
      done += 1 + text.length;
      return execute.call(this, text);
    };
    const work = (prompt: TownPrompt, text: string): number => {
      done = 0;
      const { score } = scoreAnswer(prompt, text);
      const sum = done;
      expect(score).toBeLessThan(1);
      return sum;
    };
    try {
      for (const prompt of prompts) {
        for (const unit of units) {
          // The first reading compiles the town's sentences.
          scoreAnswer(prompt, unit);
          const [half, whole] = [50_000, 100_000].map((length) => work(prompt, unit.repeat(Math.ceil(length / unit.length))));
          expect(half, unit).toBeGreaterThan(0);
          expect(whole! / half!, unit).toBeLessThan(2.1);
          // A few thousand characters are held against every sentence of the town, and the rest against a few key words.
          expect(whole! / 100_000, unit).toBeLessThan(10);
        }
      }
    } finally {
      Object.defineProperty(RegExp.prototype, 'exec', exec);
    }
  });
});
