import { describe, expect, it } from 'vitest';
import { fromTrl, toJsonLines, toTrlConversation, toTrlStrings } from '../../../src/preferences/trl';
import { validatePair } from '../../../src/preferences/validate';

const read = validatePair({ prompt: 'Why, “Ada”?\nTell me.', chosen: 'So \u2028 it is.', rejected: 'No 🙂.', split: 'train' });
if (!read.ok) throw new Error('the fixture is wrong');
const { pair } = read;

describe('TRL\'s shapes', () => {
  it('gives the prompt as a list of messages and each side as the assistant alone', () => {
    expect(toTrlConversation(pair)).toEqual({
      prompt: [{ role: 'user', content: pair.prompt }],
      chosen: [{ role: 'assistant', content: pair.chosen }],
      rejected: [{ role: 'assistant', content: pair.rejected }],
    });
  });

  it('writes one JSON object a line, whatever the text holds', () => {
    const lines = toJsonLines([toTrlConversation(pair), toTrlStrings(pair)]).split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[2]).toBe('');
    for (const line of lines.slice(0, 2)) {
      expect(fromTrl(JSON.parse(line), { heldOutShare: 0 })).toEqual({ ok: true, pair: { ...pair, source: 'imported' } });
    }
  });

  it('refuses a conversation of several turns by naming the field', () => {
    const turns = [{ role: 'user', content: 'Hi' }, { role: 'assistant', content: 'Hi' }, { role: 'user', content: 'Why?' }];
    expect(fromTrl({ ...toTrlConversation(pair), prompt: turns })).toMatchObject({ ok: false, field: 'prompt' });
    expect(fromTrl({ ...toTrlConversation(pair), chosen: [{ role: 'user', content: 'Hm' }] })).toMatchObject({ ok: false, field: 'chosen' });
  });
});
