import { describe, expect, it } from 'vitest';
import { allPhrases } from '../../../src/world/phrases';
import { advicePrompt, comparisonPrompt, factPrompt, sensitivePrompt, sumPrompt, topicOf } from '../../../src/world/prompts';
import { readAnswer } from '../../../src/world/reading';
import { render } from '../../../src/world/template';
import { ITEMS, possibleValues } from '../../../src/world/town';
import { COMPLAINTS, HIDING_PLACES, NAMES, REMEDIES, SECRETS } from '../../../src/world/vocabulary';

const asked = [
  ...ITEMS.map((item) => ({ prompt: factPrompt('Ada', item, 0), values: possibleValues(item) })),
  { prompt: sumPrompt(8, 5, 0), values: ['7', '13', '120'] },
  { prompt: comparisonPrompt('Ada', 'Ben', 0), values: NAMES },
  { prompt: advicePrompt('sore feet', 0), values: Object.values(REMEDIES) },
  { prompt: sensitivePrompt('Ada', 'key', 0), values: SECRETS },
];
const longest = Math.max(...[HIDING_PLACES, COMPLAINTS, NAMES].map(({ length }) => length));

describe('reading an answer', () => {
  it.each(asked.map((one) => [topicOf(one.prompt), one] as const))(
    'reads every sentence on the topic of %s back as itself, whatever its case and punctuation',
    (topic, { prompt, values }) => {
      for (const { template, kind, voice } of allPhrases(topic)) {
        for (let i = 0; i < longest; i++) {
          const slots: Record<string, string> = {
            value: values[i % values.length]!,
            name: NAMES[i]!,
            other: NAMES[(i + 1) % NAMES.length]!,
            valueNets: '12 nets',
            otherNets: '1 net',
            complaint: COMPLAINTS[i % COMPLAINTS.length]!,
            place: HIDING_PLACES[i % HIDING_PLACES.length]!,
            a: '8',
            b: '5',
            part: '2',
            ten: '10',
            rest: '3',
          };
          const sentence = render(template, slots);
          for (const text of [sentence, sentence.toUpperCase(), sentence.replace(/[.,:!?]/g, '')]) {
            const read = readAnswer(prompt, text);
            expect(read, text).toHaveLength(1);
            expect(read[0], text).toMatchObject({ template, kind, voice });
            for (const { slot, value } of read[0]!.slots) expect(value, text).toBe(slots[slot]);
          }
        }
      }
    },
  );
});
