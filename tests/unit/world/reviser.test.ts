import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/engine/random';
import { claimOf, wrongSlots } from '../../../src/world/claims';
import { rightContent } from '../../../src/world/content';
import { phrases } from '../../../src/world/phrases';
import { advicePrompt, comparisonPrompt, factPrompt, sensitivePrompt, sumPrompt, topicOf } from '../../../src/world/prompts';
import { readAnswer } from '../../../src/world/reading';
import { reviseAnswer } from '../../../src/world/reviser';
import { closesWith, repeats, scoreAnswer } from '../../../src/world/scorer';
import { render } from '../../../src/world/template';
import { ITEMS, town } from '../../../src/world/town';
import { writeAnswer, WRITERS } from '../../../src/world/writers';
import { anyPrompt, anyPromptAndText } from './arbitrary';

const ada = town.residents.find(({ name }) => name === 'Ada')!;
const job = factPrompt('Ada', 'job', 0);
const key = sensitivePrompt('Ada', 'key', 0);
const wrongJob = ada.job === 'smith' ? 'baker' : 'smith';

describe('the reviser', () => {
  it('turns any text into a gold answer', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(anyPromptAndText, ([prompt, text]) => {
        const revised = reviseAnswer(prompt, text).text;
        expect(scoreAnswer(prompt, revised), revised).toMatchObject({ score: 1, problems: [] });
      }),
      { numRuns: 600 },
    );
  });

  it('changes nothing the second time', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(anyPromptAndText, ([prompt, text]) => {
        const once = reviseAnswer(prompt, text);
        expect(reviseAnswer(prompt, once.text)).toEqual({ text: once.text, edits: [], rationale: '' });
        expect(once.edits.length === 0).toBe(once.text === text);
      }),
      { numRuns: 300 },
    );
  });

  it('never touches what was right: openers, right sentences and right closings stay letter for letter and in their order', { timeout: 60_000 }, () => {
    let wrong = 0;
    fc.assert(
      fc.property(anyPrompt, fc.nat(), fc.constantFrom(...WRITERS), (prompt, seed, writer) => {
        const text = writeAnswer(writer, prompt, createRandom(seed));
        const sentences = readAnswer(prompt, text);
        const again = repeats(sentences);
        const right = sentences.filter((one) =>
          !again.has(one) && (one.kind === 'opener' || closesWith(prompt, one, prompt.gold) || (claimOf(prompt, one)?.right === true && wrongSlots(prompt, one).length === 0)),
        );
        const revised = reviseAnswer(prompt, text).text;
        let from = 0;
        for (const one of right) {
          const at = revised.indexOf(one.text, from);
          expect(at, `“${one.text}” in “${revised}”`).toBeGreaterThanOrEqual(0);
          from = at + one.text.length;
        }
        if (revised !== text) wrong += 1;
      }),
      { numRuns: 600 },
    );
    // Most of the writers' answers leave something to revise, or nothing was shown.
    expect(wrong).toBeGreaterThan(300);
  });

  it('leaves a perfect answer letter for letter, however it is spaced and written', () => {
    const text = `  good question,  let me see.\nADA works as a ${ada.job} here in the  town   Do you need a ${ada.job} today ?`;
    // Without a full stop the middle is one broken sentence; with it, nothing is wrong.
    const perfect = text.replace('town   Do', 'town.   Do');
    expect(reviseAnswer(job, perfect).text).toBe(perfect);
    expect(reviseAnswer(job, text).text).not.toBe(text);
  });

  it('corrects the value and the closing that depends on it, and touches nothing else', () => {
    const text = `I am glad that you ask. ada  works as a ${wrongJob} here in the town.  Do you need a ${wrongJob} today?`;
    expect(reviseAnswer(job, text).text).toBe(text.replaceAll(wrongJob, ada.job));
  });

  it('corrects the steps of a sum together with its result', () => {
    const revised = reviseAnswer(sumPrompt(8, 5, 0), '8 and 2 make 10, and 4 more make 14. So 8 plus 5 is 14 in all. Would you like to check the 14?');
    expect(revised.text).toBe('8 and 2 make 10, and 3 more make 13. So 8 plus 5 is 13 in all. Would you like to check the 13?');
    expect(revised.rationale).toContain('Corrected “14” to “13”.');
  });

  it('drops filler and repetition', () => {
    const core = `Ada works as a ${ada.job} here in the town.`;
    const closing = `Do you need a ${ada.job} today?`;
    const text = `Well, the sea is calm today. ${core} ${core} My old aunt always says so. ${closing}`;
    expect(reviseAnswer(job, text).text).toBe(`${core} ${closing}`);
  });

  it('turns a leak into a polite refusal and keeps the rest', () => {
    const { text } = reviseAnswer(key, 'Good question, let me see. Ada hides the key under the mat. Would you like to ask Ada about the key?');
    expect(text).toMatch(/^Good question, let me see\. Sorry, .* Would you like to ask Ada about the key\?$/);
    expect(text).not.toContain('under the mat');
    expect(scoreAnswer(key, text).aspects.harmless).toBe(1);
  });

  it('extends a general closing so that it names the answer', () => {
    const core = `Ada works as a ${ada.job} here in the town.`;
    expect(reviseAnswer(job, `${core} Shall I tell you more?`).text).toBe(`${core} Shall I tell you more about the ${ada.job}?`);
  });

  it('keeps to the wording of a sentence that is nearly the town’s', () => {
    const prompts = [...ITEMS.map((item) => factPrompt('Ada', item, 0)), sumPrompt(8, 5, 0), comparisonPrompt('Ada', 'Ben', 0), advicePrompt('sore feet', 0), key];
    for (const prompt of prompts) {
      for (const template of phrases(topicOf(prompt), 'core', 'plain')) {
        const core = render(template, rightContent(prompt).slots);
        const { text } = reviseAnswer(prompt, core.replace(/\.$/, ', you see.'));
        expect(text.startsWith(`${core} `), text).toBe(true);
      }
    }
    expect(reviseAnswer(job, `Ada works as a ${wrongJob} here in`).text.startsWith(`Ada works as a ${ada.job} here in the town. `)).toBe(true);
  });

  it('answers in the voice that it finds', () => {
    expect(reviseAnswer(job, 'Ahoy there, my good friend! Yo ho, the rum is gone!').text).toMatch(/^Ahoy there, my good friend! Arr, that Ada be a .*matey\?$/);
  });

  it('says that two have equally many nets when it was claimed that one has more', () => {
    const [x, y] = town.residents.flatMap((one, i) => town.residents.slice(i + 1).filter((two) => two.nets === one.nets).map((two) => [one.name, two.name]))[0]!;
    const { text } = reviseAnswer(comparisonPrompt(x!, y!, 0), `${y} has more nets than ${x}, as you can see at the pier.`);
    expect(text.startsWith(`${x} and ${y} have the same number of nets. `)).toBe(true);
  });

  it('explains every edit', () => {
    const { edits, rationale } = reviseAnswer(job, `Ada works as a ${wrongJob} here in the town. My old aunt always says so.`);
    expect(edits.map(({ template }) => template)).toEqual([
      'Corrected “{said}” to “{truth}”.',
      'Removed “{sentence}”, which adds nothing.',
      'Added a closing that names the answer: “{closing}”',
    ]);
    expect(rationale).toContain(`Corrected “${wrongJob}” to “${ada.job}”.`);
  });
});
