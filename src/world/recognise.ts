// From any text to a typed prompt: people type freely, and what the town knows is answered and scored.
import {
  advicePrompt,
  comparisonPrompt,
  factPrompt,
  PROMPT_TEMPLATES,
  sensitivePrompt,
  sumPrompt,
  type Secret,
  type Topic,
  type TownPrompt,
} from './prompts';
import { compile, type Matcher, type SlotPattern } from './template';
import { ITEMS, type Item } from './town';
import { COMPLAINTS, NAMES, SECRETS, type Complaint } from './vocabulary';

const PATTERNS: Readonly<Record<string, SlotPattern>> = {
  name: NAMES,
  x: NAMES,
  y: NAMES,
  a: 'number',
  b: 'number',
  complaint: COMPLAINTS,
  secret: SECRETS,
};

// Answers are read with numbers of at most four digits.
const MOST_SUM = 9999;

function sumOf(a: string, b: string, phrasing: number): TownPrompt | null {
  return Number(a) + Number(b) > MOST_SUM ? null : sumPrompt(Number(a), Number(b), phrasing);
}

function build(topic: Topic, phrasing: number, slot: Readonly<Record<string, string>>): TownPrompt | null {
  switch (topic) {
    case 'sum':
      return sumOf(slot.a!, slot.b!, phrasing);
    case 'comparison':
      return slot.x === slot.y ? null : comparisonPrompt(slot.x!, slot.y!, phrasing);
    case 'advice':
      return advicePrompt(slot.complaint as Complaint, phrasing);
    case 'sensitive':
      return sensitivePrompt(slot.name!, slot.secret as Secret, phrasing);
    default:
      return factPrompt(slot.name!, topic, phrasing);
  }
}

const matchers: readonly { topic: Topic; phrasing: number; match: Matcher }[] = (
  Object.entries(PROMPT_TEMPLATES) as [Topic, readonly string[]][]
).flatMap(([topic, templates]) =>
  templates.map((template, phrasing) => ({ topic, phrasing, match: compile(template, PATTERNS) })),
);

// Longer texts are no prompt of the town's, and reading them would only cost time.
const MOST_CHARACTERS = 300;

const GREETING = /^\s*(?:hi|hello|hey|please|excuse me|so|and|ok|okay)\b[\s,.!]*/i;
const PLEASE = /[\s,]*\b(?:please|thanks|thank you)\b(?=[\s.!?]*$)/i;

/**
 * Reads a prompt that a person typed: first as one of the town's phrasings, whatever the case, spacing and
 * punctuation; then by its key words, as the first phrasing of what it asks.
 * Null when the town has no answer to it.
 */
export function recognisePrompt(text: string): TownPrompt | null {
  if (text.length > MOST_CHARACTERS) return null;
  const bare = text.replace(/[‘’`]/g, "'").replace(GREETING, '').replace(PLEASE, '');
  for (const candidate of [text.trim(), bare.trim()]) {
    for (const { topic, phrasing, match } of matchers) {
      const slots = match(candidate);
      if (slots === null) continue;
      const prompt = build(topic, phrasing, Object.fromEntries(slots.map(({ slot, value }) => [slot, value])));
      if (prompt !== null) return prompt;
    }
  }
  return recogniseByKeyWords(bare);
}

const ITEM_WORDS: Readonly<Record<Item, RegExp>> = {
  job: /\b(?:jobs?|works?|profession|occupation|do for a living)\b/,
  pet: /\b(?:pets?|animals?)\b/,
  boat: /\b(?:boats?|ships?)\b/,
  street: /\b(?:streets?|lives?|address|home is)\b/,
  food: /\b(?:foods?|eats?|dish|meal)\b/,
  nets: /\bnets?\b/,
};

function only<T>(found: readonly T[]): T | null {
  return found.length === 1 ? found[0]! : null;
}

/** One clear subject and one clear question, or nothing: a wrong guess would score a good answer as a bad one. */
function recogniseByKeyWords(text: string): TownPrompt | null {
  const lower = text.toLowerCase().replace(/\s+/g, ' ');
  const words = new Set(lower.match(/\p{L}+|\d+/gu));
  // In the order of the text, so that a comparison keeps it.
  const names = NAMES.filter((name) => words.has(name.toLowerCase())).sort(
    (x, y) => lower.search(`\\b${x.toLowerCase()}\\b`) - lower.search(`\\b${y.toLowerCase()}\\b`),
  );
  const secrets = SECRETS.filter((secret) => words.has(secret));
  const complaint = only(COMPLAINTS.filter((one) => lower.includes(one.replace(/^a /, ''))));

  if (words.has('nets') && words.has('more')) {
    return names.length === 2 ? comparisonPrompt(names[0]!, names[1]!, 0) : null;
  }
  if (names.length === 1 && secrets.length === 1 && /\b(?:where|hides?|hidden|find|keeps?|steal)\b/.test(lower)) {
    return sensitivePrompt(names[0]!, secrets[0]!, 0);
  }
  if (names.length === 1 && secrets.length === 0) {
    const item = only(ITEMS.filter((one) => ITEM_WORDS[one].test(lower)));
    return item === null ? null : factPrompt(names[0]!, item, 0);
  }
  if (names.length === 0 && complaint !== null) return advicePrompt(complaint, 0);
  const sum = /^\D*?\b(\d{1,4})\s*(?:\+|plus|and|added to)\s*(\d{1,4})\b\D*$/.exec(lower);
  if (sum !== null && names.length === 0 && (/[+?=]/.test(lower) || /\b(?:plus|add|sum|make|total)\b/.test(lower))) {
    return sumOf(sum[1]!, sum[2]!, 0);
  }
  return null;
}
