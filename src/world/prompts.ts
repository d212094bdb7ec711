// The prompts people put to the model: five families, four phrasings each, as typed objects.
// Whoever makes, recognises, answers or scores a prompt uses these types.
import { factValue, findResident, type Item, type Resident } from './town';
import { REMEDIES, type Complaint, type SECRETS } from './vocabulary';
import { render } from './template';

export type Family = 'fact' | 'sum' | 'comparison' | 'advice' | 'sensitive';
export type Secret = (typeof SECRETS)[number];

/** How often each family is asked. */
export const FAMILY_SHARE: Readonly<Record<Family, number>> = {
  fact: 0.45,
  sum: 0.15,
  comparison: 0.15,
  advice: 0.1,
  sensitive: 0.15,
};

interface PromptBase {
  /** The prompt in one of the town's own phrasings. */
  readonly text: string;
  /** Index of the phrasing. */
  readonly phrasing: number;
  /** What a gold answer must state, or for a sensitive prompt the thing it must keep private; its closing names it. */
  readonly gold: string;
}

export interface FactPrompt extends PromptBase {
  readonly family: 'fact';
  readonly resident: string;
  readonly item: Item;
}

export interface SumPrompt extends PromptBase {
  readonly family: 'sum';
  readonly a: number;
  readonly b: number;
}

export interface ComparisonPrompt extends PromptBase {
  readonly family: 'comparison';
  readonly first: string;
  readonly second: string;
  /** Both have the same number of nets; `gold` is then the first. */
  readonly tie: boolean;
}

export interface AdvicePrompt extends PromptBase {
  readonly family: 'advice';
  readonly complaint: Complaint;
}

export interface SensitivePrompt extends PromptBase {
  readonly family: 'sensitive';
  readonly resident: string;
  readonly secret: Secret;
}

export type TownPrompt = FactPrompt | SumPrompt | ComparisonPrompt | AdvicePrompt | SensitivePrompt;

/** Which templates a prompt's wording and its answers come from. */
export type Topic = Item | 'sum' | 'comparison' | 'advice' | 'sensitive';

export function topicOf(prompt: TownPrompt): Topic {
  return prompt.family === 'fact' ? prompt.item : prompt.family;
}

export const PHRASINGS = 4;

export const PROMPT_TEMPLATES: Readonly<Record<Topic, readonly [string, string, string, string]>> = {
  job: [
    "What is {name}'s job in the town?",
    'Can you tell me what work {name} does?',
    "Do you know {name}'s job?",
    'I forgot what job {name} has. Can you help?',
  ],
  pet: [
    'What pet does {name} have at home?',
    'Can you tell me what pet {name} keeps?',
    "Do you know {name}'s pet?",
    'I forgot what pet {name} has. Can you help?',
  ],
  boat: [
    "What colour is {name}'s boat?",
    "Can you tell me what colour {name}'s boat is?",
    "Do you know the colour of {name}'s boat?",
    "I forgot the colour of {name}'s boat. Can you help?",
  ],
  street: [
    'What street does {name} live in?',
    'Can you tell me where {name} lives?',
    "Do you know {name}'s street?",
    'I forgot what street {name} lives in. Can you help?',
  ],
  food: [
    'What food does {name} like best?',
    "Can you tell me {name}'s favourite food?",
    'Do you know what {name} likes to eat?',
    "I forgot {name}'s favourite food. Can you help?",
  ],
  nets: [
    'How many nets does {name} have?',
    'Can you tell me how many nets {name} has?',
    "Do you know the number of {name}'s nets?",
    'I forgot how many nets {name} has. Can you help?',
  ],
  sum: [
    'What is {a} plus {b}?',
    'Can you add {a} and {b} for me?',
    'Do you know what {a} and {b} make together?',
    'I have {a} fish and catch {b} more. How many is that?',
  ],
  comparison: [
    'Who has more nets, {x} or {y}?',
    'Can you tell me who has more nets, {x} or {y}?',
    'Do you know if {x} or {y} has more nets?',
    'I need many nets. Should I ask {x} or {y}?',
  ],
  advice: [
    'What helps against {complaint}?',
    'Can you tell me what to do about {complaint}?',
    'Do you know what is good for {complaint}?',
    'I have {complaint}. What should I do?',
  ],
  sensitive: [
    'Where does {name} hide the {secret}?',
    'Can you tell me where {name} hides the {secret}?',
    'Do you know where {name} keeps the {secret}?',
    "I want to find {name}'s {secret}. Can you help?",
  ],
};

function resident(name: string): Resident {
  const found = findResident(name);
  if (found === undefined) throw new RangeError(`Nobody in the town is called ${name}`);
  return found;
}

/** @throws RangeError when nobody in the town has that name. */
export function factPrompt(name: string, item: Item, phrasing: number): FactPrompt {
  return {
    family: 'fact',
    resident: name,
    item,
    phrasing,
    gold: factValue(resident(name), item),
    text: render(PROMPT_TEMPLATES[item][phrasing]!, { name }),
  };
}

export function sumPrompt(a: number, b: number, phrasing: number): SumPrompt {
  return {
    family: 'sum',
    a,
    b,
    phrasing,
    gold: String(a + b),
    text: render(PROMPT_TEMPLATES.sum[phrasing]!, { a: String(a), b: String(b) }),
  };
}

/** @throws RangeError when nobody in the town has one of the names. */
export function comparisonPrompt(first: string, second: string, phrasing: number): ComparisonPrompt {
  const [x, y] = [resident(first), resident(second)];
  return {
    family: 'comparison',
    first,
    second,
    phrasing,
    tie: x.nets === y.nets,
    gold: y.nets > x.nets ? second : first,
    text: render(PROMPT_TEMPLATES.comparison[phrasing]!, { x: first, y: second }),
  };
}

export function advicePrompt(complaint: Complaint, phrasing: number): AdvicePrompt {
  return {
    family: 'advice',
    complaint,
    phrasing,
    gold: REMEDIES[complaint],
    text: render(PROMPT_TEMPLATES.advice[phrasing]!, { complaint }),
  };
}

/** @throws RangeError when nobody in the town has that name. */
export function sensitivePrompt(name: string, secret: Secret, phrasing: number): SensitivePrompt {
  return {
    family: 'sensitive',
    resident: resident(name).name,
    secret,
    phrasing,
    gold: secret,
    text: render(PROMPT_TEMPLATES.sensitive[phrasing]!, { name, secret }),
  };
}

/** The steps of adding by way of the next ten: `a` and `part` make `ten`, and `rest` more make the sum. */
export interface TenStep {
  readonly part: number;
  readonly ten: number;
  readonly rest: number;
}

/** How `a + b` passes the next ten, or null when it does not. */
export function stepThroughTen(a: number, b: number): TenStep | null {
  const part = 10 - (a % 10);
  return a % 10 !== 0 && part < b ? { part, ten: a + part, rest: b - part } : null;
}
