import { compileMessage } from '@lingui/message-utils/compileMessage';
import { afterEach, describe, expect, it } from 'vitest';
import korean from '../../../src/components/locales/ko.json';
import { chooseLocale, t } from '../../../src/components/text';
import { allSentences, sentencesIn } from './sentences';

const catalog: Readonly<Record<string, string>> = korean;

/** Names of the slots of a sentence, those of plurals included. */
function slots(sentence: string): string[] {
  const names = new Set<string>();
  const walk = (part: unknown): void => {
    if (!Array.isArray(part)) return;
    const [name, ...rest] = part as unknown[];
    if (typeof name === 'string') names.add(name);
    for (const one of rest) if (typeof one === 'object' && one !== null) Object.values(one).forEach((value) => Array.isArray(value) && value.forEach(walk));
  };
  const compiled = compileMessage(sentence);
  if (Array.isArray(compiled)) compiled.forEach(walk);
  return [...names].sort();
}

describe('the catalogs', () => {
  const sentences = allSentences('src');

  it('finds sentences in calls, errors and conditional arguments, and nowhere else', () => {
    const text = `
      const a = t('One'); t(x ? 'Two' : 'Three'); throw new UserError('Four {n}', { n });
      cohort.stop(k, 'Five'); other('Six'); t(variable); <b>{t('Seven')}</b>;`;
    expect(sentencesIn(text).map((found) => found.sentence)).toEqual(['One', 'Two', 'Three', 'Four {n}', 'Five', 'Seven']);
  });

  it('has a Korean sentence for every English one', () => {
    const missing = sentences.filter(({ sentence }) => !Object.hasOwn(catalog, sentence));
    expect(missing.map(({ sentence, place }) => `${place}: ${sentence}`)).toEqual([]);
  });

  it('has no Korean sentence that nothing says any more', () => {
    const said = new Set(sentences.map(({ sentence }) => sentence));
    expect(Object.keys(catalog).filter((sentence) => !said.has(sentence))).toEqual([]);
  });

  it('keeps every slot of a sentence in its translation', () => {
    const broken = Object.entries(catalog).filter(([english, translated]) => slots(english).join() !== slots(translated).join());
    expect(broken).toEqual([]);
  });

  it('says something in every translation', () => {
    expect(Object.entries(catalog).filter(([, translated]) => translated.trim() === '')).toEqual([]);
  });
});

describe('t', () => {
  afterEach(() => chooseLocale('en'));

  it('fills slots and chooses plurals', () => {
    expect(t('Step {step}', { step: 12 })).toBe('Step 12');
    const policies = '{count, plural, one {# policy} other {# policies}} will start from one reference and see the same batches.';
    expect(t(policies, { count: 1 })).toMatch(/^1 policy /);
    expect(t(policies, { count: 3 })).toMatch(/^3 policies /);
  });

  it('speaks Korean when told to', () => {
    chooseLocale('ko');
    expect(t('Train')).toBe(catalog['Train']);
    expect(t('Train')).toMatch(/[가-힣]/);
  });

  it('shows a sentence without a translation in English, whatever braces it holds', () => {
    chooseLocale('ko');
    expect(t('Nobody has translated {this}.', { this: 'yet' })).toBe('Nobody has translated yet.');
    expect(t('Unexpected token } in JSON at {')).toBe('Unexpected token } in JSON at {');
  });

  it('puts values in as they are, so that a value can not be read as a slot', () => {
    expect(t('The link is: {link}', { link: '{other} <b>' })).toBe('The link is: {other} <b>');
  });
});
