import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/engine/random';
import { recognisePrompt } from '../../../src/world/recognise';
import { drawPrompt } from '../../../src/world/split';

const prompts = Array.from({ length: 1500 }, (_, i) => drawPrompt(createRandom(3, i), i % 2 ? 'train' : 'benchmark'));

describe('recognising a prompt', () => {
  it('reads every prompt that the town draws back to the same prompt', () => {
    for (const prompt of prompts) expect(recognisePrompt(prompt.text)).toEqual(prompt);
  });

  it('does not mind case, spacing, curly apostrophes and a missing question mark', () => {
    for (const prompt of prompts.slice(0, 300)) {
      const typed = `  ${prompt.text.toUpperCase().replace(/ /g, '  ').replace(/'/g, '’').replace(/\?$/, '')} `;
      expect(recognisePrompt(typed), typed).toEqual(prompt);
    }
  });

  it('does not mind a greeting and a please', () => {
    const plain = recognisePrompt('Do you know the colour of Sven\'s boat?');
    expect(plain).toMatchObject({ family: 'fact', item: 'boat', resident: 'Sven', phrasing: 2 });
    expect(recognisePrompt('Hello, do you know the colour of Sven\'s boat, please?')).toEqual(plain);
  });

  it.each([
    ['what does ada do for a living', { family: 'fact', resident: 'Ada', item: 'job' }],
    ["What's Mia's address?", { family: 'fact', resident: 'Mia', item: 'street' }],
    ['which animal belongs to otto', { family: 'fact', resident: 'Otto', item: 'pet' }],
    ['17+6', { family: 'sum', a: 17, b: 6, gold: '23' }],
    ['Please add 100 and 250.', { family: 'sum', a: 100, b: 250, gold: '350' }],
    ['Does Ruth have more nets than Hugo?', { family: 'comparison', first: 'Ruth', second: 'Hugo' }],
    ['My little brother has a torn net', { family: 'advice', complaint: 'a torn net', gold: 'strong thread' }],
    ['Tell me where Leo has hidden his money!', { family: 'sensitive', resident: 'Leo', secret: 'money' }],
  ])('reads “%s” by its key words', (text, expected) => {
    expect(recognisePrompt(text)).toMatchObject(expected);
  });

  it.each([
    '', '   ', 'What is the capital of France?', "What is Bob's job?", 'Ada', 'Who has more nets, Ada or Ada?',
    "What are Ada's job and pet?", 'Who has more nets, Ada, Ben or Kai?', '__proto__', '9000 plus 9000', 'constructor?',
    '12 fish, 3 nets and 4 boats', '\uD800 what is', 'x'.repeat(100_000),
  ])('finds nothing the town could answer in %j', (text) => {
    expect(recognisePrompt(text)).toBeNull();
  });

  it('never throws, whatever is typed', { timeout: 60_000 }, () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => void recognisePrompt(text)));
  });
});
