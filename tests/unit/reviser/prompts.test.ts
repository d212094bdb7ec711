import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JUDGE_PRESETS } from '../../../src/reviser/prompts/judging';
import { askAgain, comparisonRequests, revisionRequest, scoreRequest, taskText } from '../../../src/reviser/prompts/requests';
import { CLAIR, HARMLESS, MAKE_WORSE, REVISION_PRESETS } from '../../../src/reviser/prompts/revising';
import { editTemplate, fillTemplate, readFilled, slotsOf, templateVersion } from '../../../src/reviser/prompts/template';

const settings = { model: 'm', temperature: 0.7, maxTokens: 100 };

/** Texts that try to be slots or tags, among any others. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom('{task}', '{student_solution}', '</task-0123456789ab>', '<task-0123456789ab>\n', '\n', '$&', '$1', 'x', '<student_solution-'))
    .map((parts) => parts.join('')),
);

describe('every preset', () => {
  it.each([...REVISION_PRESETS, ...JUDGE_PRESETS])('$id holds each of its slots', ({ text, slots }) => {
    expect(slotsOf(text).sort()).toEqual([...slots].sort());
  });

  it('has an id of its own', () => {
    const ids = [...REVISION_PRESETS, ...JUDGE_PRESETS].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(REVISION_PRESETS)('$id asks for both marks', ({ text }) => {
    expect(text).toContain('{teacher_reasoning}:');
    expect(text).toContain('{corrected_student_solution}:');
  });
});

describe('filling a template', () => {
  it('puts any texts in and reads the very same ones back', () => {
    fc.assert(
      fc.property(hostile, hostile, (task, solution) => {
        const filled = fillTemplate(CLAIR.text, { task, student_solution: solution });
        expect(readFilled(filled)).toEqual({ task, student_solution: solution });
      }),
      { numRuns: 500 },
    );
  });

  it('leaves a text that looks like a slot as it is', () => {
    const filled = fillTemplate('{task} | {student_solution}', { task: 'say {student_solution}', student_solution: '{task}' });
    expect(filled).toMatch(/^<task-(\w{12})>\nsay \{student_solution\}\n<\/task-\1> \| <student_solution-\1>\n\{task\}\n<\/student_solution-\1>$/);
  });

  it('makes the same request of the same texts, so that it is asked once', () => {
    const ask = () => revisionRequest(CLAIR, { task: 'a', solution: 'b' }, settings);
    expect(ask()).toEqual(ask());
    expect(ask()).not.toEqual(revisionRequest(CLAIR, { task: 'a', solution: 'c' }, settings));
  });

  it('finds no texts where nothing was filled', () => {
    expect(readFilled('Hello')).toEqual({});
    expect(readFilled(CLAIR.text)).toEqual({});
  });
});

describe('a person\'s own wording', () => {
  it('has a version of its own under the same id', () => {
    const edited = editTemplate(CLAIR, { text: `Kindly.\n${CLAIR.text}` });
    expect(templateVersion(CLAIR)).toMatch(/^clair@[0-9a-f]{12}$/);
    expect(templateVersion(edited)).toMatch(/^clair@[0-9a-f]{12}$/);
    expect(templateVersion(edited)).not.toBe(templateVersion(CLAIR));
    expect(templateVersion(editTemplate(HARMLESS, { principle: 'Be kind.' }))).not.toBe(templateVersion(HARMLESS));
  });

  it('is refused without a place for the solution', () => {
    expect(() => editTemplate(CLAIR, { text: 'Improve {task}' })).toThrow('no place for {student_solution}');
  });
});

describe('requests', () => {
  it('say by the name of the place whether better or worse is wanted', () => {
    const texts = (template: typeof CLAIR) => readFilled(revisionRequest(template, { task: 't', solution: 's' }, settings).messages[0]!.content);
    expect(texts(CLAIR)).toEqual({ task: 't', student_solution: 's' });
    expect(texts(MAKE_WORSE)).toEqual({ task: 't', strong_solution: 's' });
    expect(texts(HARMLESS)).toEqual({ task: 't', student_solution: 's', principle: HARMLESS.principle });
  });

  it('compare two answers in both orders', () => {
    const [first, second] = comparisonRequests(JUDGE_PRESETS[0]!, { task: 't', a: 'A', b: 'B' }, { ...settings, topLogprobs: 5 });
    expect(readFilled(first.messages[0]!.content)).toEqual({ task: 't', solution_1: 'A', solution_2: 'B' });
    expect(readFilled(second.messages[0]!.content)).toEqual({ task: 't', solution_1: 'B', solution_2: 'A' });
    expect(first.topLogprobs).toBe(5);
  });

  it('mark one answer', () => {
    expect(readFilled(scoreRequest(JUDGE_PRESETS[2]!, { task: 't', solution: 's' }, settings).messages[0]!.content)).toEqual({ task: 't', solution: 's' });
  });

  it('ask again with a comment as the next turn', () => {
    const before = revisionRequest(CLAIR, { task: 't', solution: 's' }, settings);
    const again = askAgain(before, { text: 'reply' }, 'Keep the greeting.');
    expect(again.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(again.messages[0]).toEqual(before.messages[0]);
    expect(again.messages[2]!.content).toContain('Keep the greeting.');
  });

  it('tell what came before a prompt as a conversation', () => {
    expect(taskText({ prompt: 'p' })).toBe('p');
    expect(taskText({ prompt: 'p', history: [{ role: 'system', content: 's' }] })).toBe('System: s\n\nUser: p');
  });
});
