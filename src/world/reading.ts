// Reads any text as an answer: cuts it into sentences and says what each one does.
// The scorer judges what is read here, and the reviser edits it in place.
import { allPhrases, type PhraseKind, type Voice } from './phrases';
import { topicOf, type Topic, type TownPrompt } from './prompts';
import { compile, type Matcher, type SlotMatch, type SlotPattern } from './template';
import { possibleValues } from './town';
import { COMPLAINTS, HIDING_PLACES, NAMES, REMEDIES, SECRETS } from './vocabulary';

export interface Sentence {
  /** Where it lies in the text, without the space around it. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** `stray` is anything that the town would not say when asked this. */
  readonly kind: PhraseKind | 'stray';
  readonly voice: Voice;
  readonly template: string;
  /** Slots, placed relative to the sentence. */
  readonly slots: readonly SlotMatch[];
}

interface Rule {
  readonly kind: PhraseKind;
  readonly voice: Voice;
  readonly template: string;
  readonly match: Matcher;
}

const REMEDY_WORDS: readonly string[] = Object.values(REMEDIES);

function valuesOf(topic: Topic): SlotPattern {
  switch (topic) {
    case 'sum':
      return 'number';
    case 'comparison':
      return NAMES;
    case 'advice':
      return REMEDY_WORDS;
    case 'sensitive':
      return SECRETS;
    default:
      return possibleValues(topic);
  }
}

const grammars = new Map<Topic, readonly Rule[]>();

function grammarFor(topic: Topic): readonly Rule[] {
  let grammar = grammars.get(topic);
  if (grammar === undefined) {
    const patterns: Record<string, SlotPattern> = {
      name: NAMES,
      other: NAMES,
      value: valuesOf(topic),
      valueNets: possibleValues('nets'),
      otherNets: possibleValues('nets'),
      complaint: COMPLAINTS,
      place: HIDING_PLACES,
      a: 'number',
      b: 'number',
      part: 'number',
      ten: 'number',
      rest: 'number',
    };
    grammar = allPhrases(topic).map((phrase) => ({ ...phrase, match: compile(phrase.template, patterns) }));
    grammars.set(topic, grammar);
  }
  return grammar;
}

/** What lies beyond is one stray sentence: no answer is that long, and reading stays fast on any text. */
const MOST_CHARACTERS = 4000;

const isSpace = (char: string): boolean => /\s/.test(char);

/** Cuts text into sentences, which end where `.`, `!` or `?` is followed by space or by the end of the text. */
function cut(text: string): [start: number, end: number][] {
  const sentences: [number, number][] = [];
  let start = 0;
  for (;;) {
    while (start < text.length && isSpace(text[start]!)) start += 1;
    if (start === text.length) return sentences;
    if (start >= MOST_CHARACTERS) {
      sentences.push([start, text.length]);
      return sentences;
    }
    let end = start + 1;
    while (end < text.length && !(isSpace(text[end]!) && '.!?'.includes(text[end - 1]!))) {
      if (end >= MOST_CHARACTERS) {
        sentences.push([start, text.length]);
        return sentences;
      }
      end += 1;
    }
    let last = end;
    while (isSpace(text[last - 1]!)) last -= 1;
    sentences.push([start, last]);
    start = end;
  }
}

/** The sentences of any text, each with what it does in an answer to `prompt`. Never throws. */
export function readAnswer(prompt: TownPrompt, text: string): Sentence[] {
  const grammar = grammarFor(topicOf(prompt));
  return cut(text).map(([start, end]) => {
    const words = text.slice(start, end);
    if (end - start <= MOST_CHARACTERS) {
      for (const { kind, voice, template, match } of grammar) {
        const slots = match(words);
        if (slots !== null) return { start, end, text: words, kind, voice, template, slots };
      }
    }
    return { start, end, text: words, kind: 'stray', voice: 'plain', template: '', slots: [] };
  });
}
