// Arbitrary prompts and texts for the properties of the scorer and the reviser.
import fc from 'fast-check';
import { createRandom } from '../../../src/engine/random';
import { comparisonPrompt, sumPrompt, topicOf, type TownPrompt } from '../../../src/world/prompts';
import { allPhrases } from '../../../src/world/phrases';
import { drawPrompt } from '../../../src/world/split';
import { render } from '../../../src/world/template';
import { possibleValues, town, ITEMS } from '../../../src/world/town';
import { COMPLAINTS, HIDING_PLACES, NAMES, REMEDIES, SECRETS } from '../../../src/world/vocabulary';

const tied = town.residents.flatMap((x, i) =>
  town.residents.slice(i + 1).filter((y) => y.nets === x.nets).map((y) => [x.name, y.name] as const),
);

/** Any prompt that a person can type: those that are drawn, sums without a step, and residents with equally many nets. */
export const anyPrompt: fc.Arbitrary<TownPrompt> = fc.oneof(
  { weight: 8, arbitrary: fc.nat().map((seed) => drawPrompt(createRandom(seed), 'train')) },
  { weight: 1, arbitrary: fc.tuple(fc.nat(999), fc.nat(999)).map(([a, b]) => sumPrompt(a, b, 0)) },
  { weight: 1, arbitrary: fc.constantFrom(...tied).map(([x, y]) => comparisonPrompt(x, y, 1)) },
);

const digits = fc.nat(30).map(String);

/** One of the town's sentences for this prompt, with anything at all in its slots. */
const sentenceFor = (prompt: TownPrompt): fc.Arbitrary<string> => {
  const topic = topicOf(prompt);
  const values: fc.Arbitrary<string> =
    prompt.family === 'fact'
      ? fc.constantFrom(...possibleValues(prompt.item))
      : prompt.family === 'sum'
        ? digits
        : prompt.family === 'comparison'
          ? fc.constantFrom(...NAMES)
          : prompt.family === 'advice'
            ? fc.constantFrom(...Object.values(REMEDIES))
            : fc.constantFrom(...SECRETS);
  const people = 'first' in prompt ? [prompt.first, prompt.second] : 'resident' in prompt ? [prompt.resident] : [];
  const slots = fc.record({
    value: fc.oneof(values, fc.constant(prompt.gold)),
    name: fc.constantFrom(...people, ...NAMES.slice(0, 3)),
    other: fc.constantFrom(...people, ...NAMES.slice(0, 3)),
    valueNets: fc.constantFrom(...possibleValues('nets')),
    otherNets: fc.constantFrom(...possibleValues('nets')),
    complaint: fc.constantFrom(...COMPLAINTS),
    place: fc.constantFrom(...HIDING_PLACES),
    a: digits,
    b: digits,
    part: digits,
    ten: digits,
    rest: digits,
  });
  return fc.tuple(fc.constantFrom(...allPhrases(topic)), slots).map(([{ template }, s]) => render(template, s));
};

const words = fc.constantFrom(
  ...NAMES.slice(0, 6), ...ITEMS, ...SECRETS, ...HIDING_PLACES, 'is', 'a', 'more', 'nets', 'not', 'sorry', 'where', '12', '?', '.', '!',
  'hides', 'private', 'baker', 'red', '__proto__', 'constructor', '\uD800', '\u0000', '\u00a0', '안녕', '<b>', '🙂', '\n',
);

/** Anything from near gold to garbage. */
export const anyTextFor = (prompt: TownPrompt): fc.Arbitrary<string> => {
  const sentence = sentenceFor(prompt);
  const piece = fc.oneof(
    { weight: 6, arbitrary: sentence },
    { weight: 1, arbitrary: sentence.map((text) => text.toUpperCase()) },
    { weight: 1, arbitrary: sentence.map((text) => text.replace(/[.!?]$/, '')) },
    { weight: 1, arbitrary: fc.array(words, { maxLength: 10 }).map((list) => list.join(' ')) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
    { weight: 1, arbitrary: fc.string({ maxLength: 30 }) },
  );
  return fc
    .array(fc.tuple(piece, fc.constantFrom(' ', ' ', ' ', '', '  ', '\n', '\t\u00a0')), { maxLength: 7 })
    .map((pieces) => pieces.map(([text, gap]) => text + gap).join(''));
};

export const anyPromptAndText: fc.Arbitrary<[TownPrompt, string]> = anyPrompt.chain((prompt) =>
  fc.tuple(fc.constant(prompt), anyTextFor(prompt)),
);
