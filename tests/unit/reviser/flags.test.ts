import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatFinish } from '../../../src/reviser/chat';
import { changedShare, FLAG_SENTENCES, flagRevision } from '../../../src/reviser/flags';
import { parseRevision } from '../../../src/reviser/parseRevision';

const original = 'Ada works as a baker here in the town. Do you need a baker today?';

const flags = (text: string, finish: ChatFinish = 'stop', mostChange?: number) =>
  flagRevision(original, { text, finish }, parseRevision(text, original), mostChange);
const revised = (revision: string) => `{teacher_reasoning}: The job is wrong.\n{corrected_student_solution}: ${revision}`;

describe('a reply is flagged', () => {
  it('never when it revises a little', () => {
    expect(flags(revised(original.replaceAll('baker', 'smith')))).toEqual([]);
  });

  it('without marks', () => {
    expect(flags(original)).toEqual(['no_marks']);
  });

  it('when it is empty, or its revision is', () => {
    expect(flags('')).toEqual(['no_marks', 'empty']);
    expect(flags(revised('  '))).toEqual(['empty']);
  });

  it('when the model or its server refused', () => {
    expect(flags("I'm sorry, but I can't help with that.")).toEqual(['no_marks', 'refused']);
    expect(flags('I cannot assist with this request.')).toEqual(['no_marks', 'refused']);
    for (const text of [
      '죄송하지만 그 요청은 도와드릴 수 없습니다.', 'Lo siento, pero no puedo ayudarte con eso.', 'Je suis désolé, mais je ne peux pas vous aider.',
      'Tut mir leid, dabei kann ich nicht helfen.', '抱歉，我无法提供帮助。', '申し訳ありませんが、お手伝いできません。',
    ]) {
      expect(flags(text), text).toEqual(['no_marks', 'refused']);
    }
    expect(flags(revised(original.replace('baker', 'smith')), 'refused')).toEqual(['refused']);
  });

  it('not as refused when the revision itself declines, as it should where a secret is asked for', () => {
    expect(flags(revised("I'm sorry, but I can't tell you where Ada works today."))).not.toContain('refused');
  });

  it('when it was cut off', () => {
    expect(flags(revised(original.slice(0, 40)), 'length')).toEqual(['truncated']);
  });

  it('when nothing changed but the space around it', () => {
    expect(flags(revised(`${original}\n`))).toEqual(['unchanged']);
  });

  it('when little of the answer is left', () => {
    expect(flags(revised('Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich.'))).toEqual(['too_different']);
    expect(flags(revised(original.replaceAll('baker', 'smith')), 'stop', 0.05)).toEqual(['too_different']);
  });

  it.each([
    'Here is the corrected solution: Ada works as a smith here in the town. Do you need a smith today?',
    'Ada works as a smith here in the town. I have corrected the job. Do you need a smith today?',
    "The student's answer was wrong: Ada works as a smith here in the town. Do you need a smith today?",
    '수정된 답변: Ada works as a smith here in the town. Do you need a smith today?',
    'Überarbeitete Fassung: Ada works as a smith here in the town. Do you need a smith today?',
    'Version corrigée : Ada works as a smith here in the town. Do you need a smith today?',
  ])('when it speaks of being a revision: %s', (revision) => {
    expect(flags(revised(revision))).toEqual(['alludes']);
  });

  it('not for words that the answer itself had', () => {
    const essay = 'Hand in the corrected version of your essay to Ada by noon, please.';
    const text = revised(essay.replace('noon', 'three'));
    expect(flagRevision(essay, { text, finish: 'stop' }, parseRevision(text, essay))).toEqual([]);
  });

  it('when it holds two different revisions', () => {
    expect(flags(`${revised(original.replace('baker', 'cook'))}\n${revised(original.replace('baker', 'smith'))}`)).toEqual(['ambiguous']);
  });
});

describe('the changed share', () => {
  it('counts code points against the longer text', () => {
    // kitten → sitting takes three edits and sitting has seven letters: the textbook's example of the distance.
    expect(changedShare('kitten', 'sitting')).toBe(3 / 7);
    expect(changedShare('🙂🙂', '🙂🙃')).toBe(0.5);
    expect(changedShare('', '')).toBe(0);
    expect(changedShare('', 'abc')).toBe(1);
  });

  it('is within [0, 1] for any texts', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        const share = changedShare(a, b);
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1);
      }),
    );
  });
});

it('every flag has a sentence, and any reply is flagged without an error', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (answer, text) => {
      for (const flag of flagRevision(answer, { text, finish: 'stop' }, parseRevision(text, answer))) expect(FLAG_SENTENCES[flag].template).toMatch(/\.$/);
    }),
  );
});
