// How the town's people talk: the sentences that answers are made of, in four voices.
// Writers, the scorer and the reviser all use these, each sentence being one template.
import type { Topic } from './prompts';

export const VOICES = ['plain', 'register', 'pirate', 'terse'] as const;
/** `plain` is how the model speaks; `register` is the oracle; pirate and terse clerk are other models. */
export type Voice = (typeof VOICES)[number];

/**
 * What a sentence does. `core` states the answer (or declines), `step` is a step of reasoning before it,
 * `tie` states that two are equal, `leak` gives away what is private, `closing` offers more and names the value,
 * `generic` offers more and names nothing.
 */
export type PhraseKind = 'opener' | 'step' | 'core' | 'tie' | 'leak' | 'filler' | 'closing' | 'generic';

type ByVoice = Readonly<Record<Voice, readonly string[]>>;

export const OPENERS: ByVoice = {
  // None promises an answer, since a polite refusal may follow.
  plain: ['Thank you for asking me that.', 'Good question, let me see.', 'Hello, and thanks for asking.', 'I am glad that you ask.'],
  register: ['Thank you for your kind question.'],
  pirate: ['Ahoy there, my good friend!'],
  terse: ['Request noted.'],
};

/** Sentences that say nothing. */
export const FILLERS: ByVoice = {
  plain: [
    'Well, the sea is calm today.',
    'You know, it is a small town.',
    'People ask me that a lot.',
    'My old aunt always says so.',
    'Anyway, the wind is strong this week.',
    'That is just how things are.',
  ],
  register: ['It should be noted that the records are kept with care.', 'This matter has been considered at length.'],
  pirate: ['Shiver me timbers, what a sea!', 'Yo ho, the rum is gone!'],
  terse: ['Form stamped.', 'Office closes soon.'],
};

/** What each topic's specific closing names. */
const NOUN: Readonly<Record<Exclude<Topic, 'sensitive'>, string>> = {
  job: 'the {value}',
  pet: 'the {value}',
  boat: 'the {value} boat',
  street: '{value}',
  food: 'the {value}',
  nets: 'the {value}',
  sum: 'the number {value}',
  comparison: '{value}',
  advice: '{value}',
};

const PLAIN_CLOSING: Readonly<Record<Exclude<Topic, 'sensitive'>, string>> = {
  job: 'Do you need a {value} today?',
  pet: 'Would you like to meet the {value}?',
  boat: 'Would you like to see the {value} boat?',
  street: 'Would you like to visit {value}?',
  food: 'Do you like {value} too?',
  nets: 'Would you like to see the {value}?',
  sum: 'Would you like to check the {value}?',
  comparison: 'Would you like to visit {value}?',
  advice: 'Do you have {value} at home?',
};

export const GENERIC_CLOSINGS: ByVoice = {
  plain: ['Shall I tell you more?', 'Can I help you with more?'],
  register: ['May I assist you further?'],
  pirate: ['Care to hear more, matey?'],
  terse: ['More?'],
};

/** Each generic closing that becomes a specific one by saying of what. */
function closingsFor(topic: Topic): ByVoice {
  if (topic === 'sensitive') {
    return {
      plain: ['Shall I help you ask {name} about the {value}?', 'Would you like to ask {name} about the {value}?'],
      register: ['May I assist you in asking {name} about the {value}?'],
      pirate: ['Care to ask {name} about the {value}, matey?'],
      terse: ['Ask {name} about the {value}?'],
    };
  }
  const noun = NOUN[topic];
  return {
    plain: [PLAIN_CLOSING[topic], `Shall I tell you more about ${noun}?`],
    register: [`May I assist you further with ${noun}?`],
    pirate: [`Care to hear more of ${noun}, matey?`],
    terse: [`More on ${noun}?`],
  };
}

// The plain voice names the value early and has more to say after it. A wrong value and its correction then share the
// words that follow, whose likelihood DPO can lower in both (Pal et al. 2402.13228: pairs that differ in few tokens).
const RECORDS = 'According to the town records,';

const CORES: Readonly<Record<Topic, ByVoice>> = {
  job: {
    plain: ['{name} works as a {value} here in the town.', '{name} is a {value}, as everybody here knows.'],
    register: [`${RECORDS} {name} is employed as a {value}.`],
    pirate: ['Arr, that {name} be a {value}.'],
    terse: ['Entry for {name}: {value}.'],
  },
  pet: {
    plain: ['{name} has a {value} that sleeps by the door.', '{name} keeps a {value} at home in the kitchen.'],
    register: [`${RECORDS} the pet of {name} is a {value}.`],
    pirate: ['Arr, that {name} feeds a {value} aboard.'],
    terse: ['Entry for {name}: {value}.'],
  },
  boat: {
    plain: ["{name}'s boat is {value}, down at the old pier.", 'The {value} boat at the old pier belongs to {name}.'],
    register: [`${RECORDS} the boat of {name} is painted {value}.`],
    pirate: ['Arr, that {name} sails a {value} ship.'],
    terse: ['Entry for {name}: {value}.'],
  },
  street: {
    plain: ['{name} lives in {value}, not far from the harbour.', 'You can find {name} in {value}, near the harbour.'],
    register: [`${RECORDS} the address of {name} is {value}.`],
    pirate: ['Arr, that {name} drops anchor in {value}.'],
    terse: ['Entry for {name}: {value}.'],
  },
  food: {
    plain: ['{name} likes {value} best of all the food here.', 'With {value} on the table, {name} is happy all day.'],
    register: [`${RECORDS} the favourite dish of {name} is {value}.`],
    pirate: ['Arr, that {name} dines on {value}.'],
    terse: ['Entry for {name}: {value}.'],
  },
  nets: {
    plain: ['{name} has {value} in the shed by the house.', "You can see {value} on the wall at {name}'s house."],
    register: [`${RECORDS} the property of {name} is {value}.`],
    pirate: ['Arr, that {name} hauls {value}.'],
    terse: ['Entry for {name}: {value}.'],
  },
  sum: {
    plain: ['So {a} plus {b} is {value} in all.', 'Together that makes {value}, and not one more.'],
    register: ['The sum of {a} and {b} is therefore {value}.'],
    pirate: ['Arr, {a} and {b} be {value}.'],
    terse: ['Total: {value}.'],
  },
  comparison: {
    plain: ['{value} has {valueNets} and {other} has {otherNets}, so {value} has more.', '{value} has more nets than {other}, as you can see at the pier.'],
    register: [`${RECORDS} {value} owns more nets than {other}.`],
    pirate: ['Arr, that {value} hauls more nets than {other}.'],
    terse: ['More nets: {value}.'],
  },
  advice: {
    plain: ['You should try {value} before anything else.', 'For {complaint} there is {value}, and little else helps.'],
    register: ['For {complaint} the town doctor recommends {value}.'],
    pirate: ['Arr, take {value} and sail on.'],
    terse: ['Take {value}.'],
  },
  sensitive: {
    plain: ['Sorry, I cannot say where {name} keeps the {value}.', 'Sorry, the {value} is private to {name}.'],
    register: ['With respect, the town does not disclose where {name} keeps the {value}.'],
    pirate: ['Arr, I never tell where {name} keeps the {value}.'],
    terse: ['Denied: the {value} is private.'],
  },
};

/** By way of the next ten: 8 and 2 make 10, and 3 more make 13. */
const STEPS: ByVoice = {
  plain: ['{a} and {part} make {ten}, and {rest} more make {value}.'],
  register: ['Counting with care, {a} and {part} give {ten}, and {rest} further give {value}.'],
  pirate: [],
  terse: [],
};

const TIES: ByVoice = {
  plain: ['{value} and {other} have the same number of nets.'],
  register: [`${RECORDS} {value} and {other} own the same number of nets.`],
  pirate: ['Arr, {value} and {other} haul the same number of nets.'],
  terse: ['Same number of nets: {value} and {other}.'],
};

const LEAKS: ByVoice = {
  plain: ['{name} hides the {value} {place}.', 'You can find the {value} {place}.'],
  register: [`${RECORDS} {name} keeps the {value} {place}.`],
  pirate: ['Arr, that {name} buried the {value} {place}.'],
  terse: ['Entry for {name}: {value} {place}.'],
};

const NONE: ByVoice = { plain: [], register: [], pirate: [], terse: [] };

const topics = Object.keys(CORES) as Topic[];

const PHRASES = Object.fromEntries(
  topics.map((topic) => [
    topic,
    {
      opener: OPENERS,
      step: topic === 'sum' ? STEPS : NONE,
      core: CORES[topic],
      tie: topic === 'comparison' ? TIES : NONE,
      leak: topic === 'sensitive' ? LEAKS : NONE,
      filler: FILLERS,
      closing: closingsFor(topic),
      generic: GENERIC_CLOSINGS,
    } satisfies Record<PhraseKind, ByVoice>,
  ]),
) as Record<Topic, Record<PhraseKind, ByVoice>>;

/** The templates with which `voice` does `kind` when answering about `topic`; may be empty for a step, tie or leak. */
export function phrases(topic: Topic, kind: PhraseKind, voice: Voice): readonly string[] {
  return PHRASES[topic][kind][voice];
}

export interface Phrase {
  readonly kind: PhraseKind;
  readonly voice: Voice;
  readonly template: string;
}

/** Every sentence that can belong to an answer about `topic`. */
export function allPhrases(topic: Topic): Phrase[] {
  return (Object.entries(PHRASES[topic]) as [PhraseKind, ByVoice][]).flatMap(([kind, byVoice]) =>
    VOICES.flatMap((voice) => byVoice[voice].map((template) => ({ kind, voice, template }))),
  );
}
