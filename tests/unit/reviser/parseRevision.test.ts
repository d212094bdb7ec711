import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findMarks } from '../../../src/reviser/marks';
import { parseRevision } from '../../../src/reviser/parseRevision';

/** Ways in which models write a mark; R stands for its name. */
const variants: readonly [string, (name: string) => string][] = [
  ['in braces with a colon', (name) => `{${name}}: `],
  ['in braces without a colon', (name) => `{${name}}\n`],
  ['in braces, the text on the same line without a colon', (name) => `{${name}} `],
  ['in braces, the colon inside', (name) => `{${name}:} `],
  ['with a full-width colon', (name) => `{${name}}：`],
  ['in full-width braces', (name) => `｛${name}｝：\n`],
  ['in escaped braces', (name) => `\\{${name}\\}: `],
  ['in upper case', (name) => `{${name.toUpperCase()}}: `],
  ['as bold words', (name) => `**${titled(name)}:**\n\n`],
  ['as bold words, the colon outside', (name) => `**${titled(name)}**: `],
  ['as bold words without a colon', (name) => `**${titled(name)}**\n`],
  ['as bold words in underscores', (name) => `__${titled(name)}:__ `],
  ['bold and in braces', (name) => `**{${name}}:** `],
  ['bold and in braces, the colon outside', (name) => `**{${name}}**: `],
  ['in backticks', (name) => `\`{${name}}\`: `],
  ['as a heading', (name) => `### ${titled(name)}\n\n`],
  ['as a heading with a colon', (name) => `## ${titled(name)}: `],
  ['as a bold heading', (name) => `## **${titled(name)}**\n`],
  ['as a heading in braces', (name) => `# {${name}}\n`],
  ['as bare words with a colon', (name) => `${titled(name)}: `],
  ['as bare words on a line of their own', (name) => `${titled(name)}\n`],
  ['as its bare name with a colon', (name) => `${name}: `],
  ['with Markdown\'s escapes', (name) => `{${name.replaceAll('_', '\\_')}}: `],
  ['in square brackets', (name) => `[${name}]: `],
  ['with hyphens', (name) => `{${name.replaceAll('_', '-')}}: `],
  ['as one word', (name) => `{${name.replaceAll('_', '')}}: `],
  ['numbered', (name) => `1. **${titled(name)}:** `],
  ['in a list', (name) => `- {${name}}: `],
  ['quoted', (name) => `> {${name}}: `],
  ['indented', (name) => `   {${name}}: `],
  ['with a possessive', (name) => `${titled(name).replace('Teacher', "Teacher's").replace('Student', "Student's")}: `],
];

const titled = (name: string): string => name.split('_').map((word) => word[0]!.toUpperCase() + word.slice(1)).join(' ');

describe('the marks of a reply', () => {
  it.each(variants)('are read %s', (_, write) => {
    const reply = `${write('teacher_reasoning')}The sum is wrong.\n\n${write('corrected_student_solution')}8 + 5 = 13\n\nIn all: *13*.`;
    expect(parseRevision(reply)).toEqual({ reasoning: 'The sum is wrong.', revision: '8 + 5 = 13\n\nIn all: *13*.', ambiguous: false });
  });

  it('leave the emphasis of the text that follows them', () => {
    expect(parseRevision('{corrected_student_solution}: **Bold** begins.').revision).toBe('**Bold** begins.');
    expect(parseRevision('{corrected_student_solution}\n- **One**: 1').revision).toBe('- **One**: 1');
    expect(parseRevision('**Corrected Student Solution:** *Ada* is a smith.').revision).toBe('*Ada* is a smith.');
  });

  it('are found within a line only in braces with a colon', () => {
    expect(parseRevision('{teacher_reasoning}: wrong. {corrected_student_solution}: right.')).toMatchObject({ reasoning: 'wrong.', revision: 'right.' });
    expect(parseRevision('I shall now write the corrected student solution: it is short.').revision).toBeNull();
    expect(parseRevision('Under {corrected_student_solution} I shall write it.').revision).toBeNull();
  });

  it('are not found in a sentence that speaks about them', () => {
    expect(parseRevision('Corrected student solution is what I was asked for, but no.').revision).toBeNull();
    expect(parseRevision('* Corrected student solution is below').revision).toBeNull();
  });

  it('may lack the reasoning, which is then whatever came first', () => {
    expect(parseRevision('The job is wrong.\n{corrected_student_solution}: Ada bakes.')).toEqual({ reasoning: 'The job is wrong.', revision: 'Ada bakes.', ambiguous: false });
    expect(parseRevision('{corrected_student_solution}: Ada bakes.').reasoning).toBe('');
  });

  it('may lack altogether: then there is no revision', () => {
    expect(parseRevision('Ada bakes.')).toEqual({ reasoning: 'Ada bakes.', revision: null, ambiguous: false });
    expect(parseRevision('{teacher_reasoning}: nothing to do')).toEqual({ reasoning: 'nothing to do', revision: null, ambiguous: false });
  });

  it('may come the other way round', () => {
    expect(parseRevision('{corrected_student_solution}: 13\n\n{teacher_reasoning}: it was 14')).toEqual({ reasoning: 'it was 14', revision: '13', ambiguous: false });
  });

  it('may come twice: the last counts, and a difference is told', () => {
    const twice = (first: string, second: string) => parseRevision(`{corrected_student_solution}: ${first}\n{corrected_student_solution}: ${second}`);
    expect(twice('13', '13')).toMatchObject({ revision: '13', ambiguous: false });
    expect(twice('12', '13')).toMatchObject({ revision: '13', ambiguous: true });
    expect(twice('', '13')).toMatchObject({ revision: '13', ambiguous: false });
  });

  it('do not count while a model thinks aloud', () => {
    const reply = '<think>Maybe {corrected_student_solution}: no</think>\n{teacher_reasoning}: r\n{corrected_student_solution}: yes';
    expect(parseRevision(reply)).toEqual({ reasoning: 'r', revision: 'yes', ambiguous: false });
  });
});

describe('a code fence', () => {
  it('that holds nothing but the revision is taken off', () => {
    expect(parseRevision('{corrected_student_solution}:\n```text\nAda bakes.\n```').revision).toBe('Ada bakes.');
    expect(parseRevision('{corrected_student_solution}:\n~~~\nAda bakes.\n~~~').revision).toBe('Ada bakes.');
  });

  it('around the whole reply is taken off', () => {
    expect(parseRevision('```\n{teacher_reasoning}: r\n{corrected_student_solution}: Ada bakes.\n```')).toMatchObject({ reasoning: 'r', revision: 'Ada bakes.' });
  });

  it('stays where the original was one, or where more stands around it', () => {
    const fenced = '```py\nprint(13)\n```';
    expect(parseRevision(`{corrected_student_solution}:\n${fenced}`, '```py\nprint(14)\n```').revision).toBe(fenced);
    expect(parseRevision(`{corrected_student_solution}: So:\n${fenced}`).revision).toBe(`So:\n${fenced}`);
    const two = `${fenced}\nand\n${fenced}`;
    expect(parseRevision(`{corrected_student_solution}:\n${two}`).revision).toBe(two);
  });

  it('and the end of an element are no part of the revision', () => {
    expect(parseRevision('<teacher_reasoning>r</teacher_reasoning>\n<corrected_student_solution>\nAda bakes.\n</corrected_student_solution>')).toMatchObject({
      reasoning: 'r',
      revision: 'Ada bakes.',
    });
  });
});

describe('any reply at all', () => {
  const shards = fc.constantFrom(
    '{teacher_reasoning}', '{corrected_student_solution}', ':', '：', '**', '```', '\n', ' ', '#', '<think>', '</think>', 'Corrected Student Solution',
    'Teacher reasoning', '<script>', '\uD800', '답', '🙂', '{', '}', '_', '\\',
  );
  const anyReply = fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.oneof(shards, fc.string()), { maxLength: 30 }).map((parts) => parts.join('')));

  it('is parsed without an error into texts that stand in it', () => {
    fc.assert(
      fc.property(anyReply, (reply) => {
        const { reasoning, revision } = parseRevision(reply);
        for (const part of [...reasoning.split('\n\n'), ...(revision ?? '').split('\n\n')]) expect(reply).toContain(part);
      }),
      { numRuns: 2000 },
    );
  });

  it('gives back word for word what was written under plain marks', () => {
    const plain = anyReply.filter((text) => findMarks(text).length === 0 && !/^\s*(?:```|~~~|<think)/.test(text) && !/[{｛<\\[*_`]\s*$/.test(text));
    fc.assert(
      fc.property(plain, plain, (reasoning, revision) => {
        fc.pre(!/[#>\-+.)\d\\([{<*_`]\s*$/.test(reasoning));
        const parsed = parseRevision(`{teacher_reasoning}:\n${reasoning}\n{corrected_student_solution}:\n${revision}`);
        expect(parsed).toEqual({ reasoning: reasoning.trim(), revision: revision.trim(), ambiguous: false });
      }),
      { numRuns: 1000 },
    );
  });

  it('is parsed quickly, however long and whatever it repeats', () => {
    const begun = performance.now();
    for (const piece of ['{', '#', '> ', '**', '`', ' ', 'corrected_', '\n', '{corrected student solution', '1. ', '```\n', '<think>']) {
      parseRevision(piece.repeat(200_000));
      parseRevision(`{corrected_student_solution}:\n\`\`\`${piece.repeat(200_000)}`);
    }
    expect(performance.now() - begun).toBeLessThan(15_000);
  }, 30_000);
});
