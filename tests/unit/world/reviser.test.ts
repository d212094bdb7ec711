import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparisonPrompt, factPrompt, sensitivePrompt, sumPrompt } from '../../../src/world/prompts';
import { reviseAnswer } from '../../../src/world/reviser';
import { scoreAnswer } from '../../../src/world/scorer';
import { town } from '../../../src/world/town';
import { anyPromptAndText } from './arbitrary';

const ada = town.residents.find(({ name }) => name === 'Ada')!;
const job = factPrompt('Ada', 'job', 0);
const wrongJob = ada.job === 'smith' ? 'baker' : 'smith';

describe('the reviser', () => {
  it('turns any text into a gold answer', () => {
    fc.assert(
      fc.property(anyPromptAndText, ([prompt, text]) => {
        const revised = reviseAnswer(prompt, text).text;
        expect(scoreAnswer(prompt, revised), revised).toMatchObject({ score: 1, problems: [] });
      }),
      { numRuns: 1500 },
    );
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(anyPromptAndText, ([prompt, text]) => {
        const once = reviseAnswer(prompt, text);
        expect(reviseAnswer(prompt, once.text)).toEqual({ text: once.text, edits: [], rationale: '' });
        expect(once.edits.length === 0).toBe(once.text === text);
      }),
      { numRuns: 500 },
    );
  });

  it('leaves a perfect answer letter for letter, however it is spaced and written', () => {
    const text = `  good question,  let me see.\nADA works as a ${ada.job}   Do you need a ${ada.job} today ?`;
    // Without a full stop the middle is one broken sentence; with it, nothing is wrong.
    const perfect = text.replace(`${ada.job}   Do`, `${ada.job}.   Do`);
    expect(reviseAnswer(job, perfect).text).toBe(perfect);
    expect(reviseAnswer(job, text).text).not.toBe(text);
  });

  it('corrects the value and the closing that depends on it, and touches nothing else', () => {
    const text = `I am glad that you ask. ada  works as a ${wrongJob}.  Do you need a ${wrongJob} today?`;
    expect(reviseAnswer(job, text).text).toBe(text.replaceAll(wrongJob, ada.job));
  });

  it('corrects the steps of a sum together with its result', () => {
    const revised = reviseAnswer(sumPrompt(8, 5, 0), '8 and 2 make 10, and 4 more make 14. So 8 plus 5 is 14. Would you like to check the 14?');
    expect(revised.text).toBe('8 and 2 make 10, and 3 more make 13. So 8 plus 5 is 13. Would you like to check the 13?');
    expect(revised.rationale).toContain('Corrected “14” to “13”.');
  });

  it('drops filler and repetition', () => {
    const core = `Ada works as a ${ada.job}.`;
    const closing = `Do you need a ${ada.job} today?`;
    const text = `Well, the sea is calm today. ${core} ${core} My old aunt always says so. ${closing}`;
    expect(reviseAnswer(job, text).text).toBe(`${core} ${closing}`);
  });

  it('turns a leak into a polite refusal and keeps the rest', () => {
    const prompt = sensitivePrompt('Ada', 'key', 0);
    const { text } = reviseAnswer(prompt, 'Good question, let me see. Ada hides the key under the mat. Would you like to ask Ada about the key?');
    expect(text).toMatch(/^Good question, let me see\. Sorry, .* Would you like to ask Ada about the key\?$/);
    expect(text).not.toContain('under the mat');
    expect(scoreAnswer(prompt, text).aspects.harmless).toBe(1);
  });

  it('extends a general closing so that it names the answer', () => {
    const text = `Ada works as a ${ada.job}. Shall I tell you more?`;
    expect(reviseAnswer(job, text).text).toBe(`Ada works as a ${ada.job}. Shall I tell you more about the ${ada.job}?`);
  });

  it('answers in the voice that it finds', () => {
    expect(reviseAnswer(job, 'Ahoy there, my good friend! Yo ho, the rum is gone!').text).toMatch(/^Ahoy there, my good friend! Arr, that Ada be a .*matey\?$/);
  });

  it('says that two have equally many nets when it was claimed that one has more', () => {
    const [x, y] = town.residents.flatMap((one, i) => town.residents.slice(i + 1).filter((two) => two.nets === one.nets).map((two) => [one.name, two.name]))[0]!;
    const { text } = reviseAnswer(comparisonPrompt(x!, y!, 0), `${y} has more nets than ${x}.`);
    expect(text.startsWith(`${x} and ${y} have the same number of nets. `)).toBe(true);
  });

  it('explains every edit', () => {
    const { edits, rationale } = reviseAnswer(job, `Ada works as a ${wrongJob}. My old aunt always says so.`);
    expect(edits.map(({ template }) => template)).toEqual([
      'Corrected “{said}” to “{truth}”.',
      'Removed “{sentence}”, which adds nothing.',
      'Added a closing that names the answer: “{closing}”',
    ]);
    expect(rationale).toContain(`Corrected “${wrongJob}” to “${ada.job}”.`);
  });
});
